"""What Amazon says about a listing, in the marketplaces asked for."""

from dataclasses import dataclass
from datetime import datetime

from .quantities import MERCHANT
from .shape import Money, at


@dataclass(frozen=True, slots=True)
class Image:
    link: str
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The listing in one marketplace. status: Amazon's words, () when it is not for
    sale; fn_sku: only of listings in Amazon's warehouses."""

    marketplace_id: str
    asin: str = ""
    product_type: str = ""
    condition_type: str = ""
    status: tuple[str, ...] = ()
    fn_sku: str = ""
    item_name: str = ""
    created_date: datetime | None = None
    last_updated_date: datetime | None = None
    main_image: Image | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """offer_type: "B2C" or "B2B"."""

    marketplace_id: str
    offer_type: str
    price: Money
    audience: str = at("audience.value", "")


@dataclass(frozen=True, slots=True)
class Availability:
    """quantity: None for what lies in Amazon's warehouses."""

    fulfillment_channel_code: str
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Enforcement:
    action: str


@dataclass(frozen=True, slots=True)
class Issue:
    """severity: "ERROR", "WARNING" or "INFO"; enforcements: what Amazon does about
    it, such as SEARCH_SUPPRESSED."""

    code: str
    message: str
    severity: str
    attribute_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    marketplace_ids: tuple[str, ...] = ()
    enforcements: tuple[Enforcement, ...] = at("enforcements.actions", ())

    @property
    def is_error(self):
        return self.severity == "ERROR"

    def __str__(self):
        names = ", ".join(self.attribute_names)
        words = f"{self.message} ({names})" if names else self.message
        return f"{self.code}: {words}" if self.code else words


@dataclass(frozen=True, slots=True)
class Relationship:
    """type: "VARIATION" or "PACKAGE_HIERARCHY"."""

    type: str
    parent_skus: tuple[str, ...] = ()
    child_skus: tuple[str, ...] = ()
    theme: str = at("variationTheme.theme", "")
    attributes: tuple[str, ...] = at("variationTheme.attributes", ())


@dataclass(frozen=True, slots=True)
class Relationships:
    marketplace_id: str
    relationships: tuple[Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductType:
    marketplace_id: str
    product_type: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One SKU in the marketplaces asked for.

    attributes: what the seller submitted, as it came; numbers with a fraction in it
    are texts.
    """

    sku: str
    summaries: tuple[Summary, ...] = ()
    attributes: dict | None = None
    issues: tuple[Issue, ...] = ()
    offers: tuple[Offer, ...] = ()
    fulfillment_availability: tuple[Availability, ...] = ()
    relationships: tuple[Relationships, ...] = ()
    product_types: tuple[ProductType, ...] = ()

    def summary(self, marketplace_id):
        """The Summary there, or None: the SKU is not listed there."""
        rows = (row for row in self.summaries if row.marketplace_id == marketplace_id)
        return next(rows, None)

    def price(self, marketplace_id):
        """What consumers pay there (Money), or None."""
        for offer in self.offers:
            if (offer.marketplace_id, offer.offer_type) == (marketplace_id, "B2C"):
                return offer.price
        return None

    @property
    def is_fba(self):
        """Whether Amazon's warehouses ship it: its quantity is none of ours."""
        return any(
            row.fulfillment_channel_code.startswith("AMAZON")
            for row in self.fulfillment_availability
        )

    @property
    def quantity(self):
        """What buyers meet of the merchant's own stock; None: no merchant's offer."""
        for row in self.fulfillment_availability:
            if row.fulfillment_channel_code == MERCHANT:
                return row.quantity
        return None

    @property
    def submitted(self):
        """What was sent last for the merchant's own stock: {} or Amazon's keys, of
        which quantity, lead_time_to_ship_max_days and restock_date are known here."""
        rows = (self.attributes or {}).get("fulfillment_availability")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("fulfillment_channel_code") in (
                MERCHANT,
                None,
            ):
                return row
        return {}


@dataclass(frozen=True, slots=True)
class Submission:
    """Accepted by Amazon, which is not the same as in effect. status: "ACCEPTED", or
    "VALID" for a preview; issues: warnings."""

    sku: str
    status: str
    submission_id: str
    issues: tuple[Issue, ...] = ()
