"""The fields of an order item, complete. See order_fields.py."""

# ruff: noqa: RUF009 (at() is dataclasses.field under a shorter name)

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .shape import Money, at


@dataclass(frozen=True, slots=True)
class Window:
    earliest: datetime | None = at("earliestDateTime", None)
    latest: datetime | None = at("latestDateTime", None)


@dataclass(frozen=True, slots=True)
class ExtendedFields:
    """Brazil only."""

    street_name: str | None = None
    street_number: str | None = None
    complement: str | None = None
    neighborhood: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerAddress:
    name: str | None = None
    company_name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    district_or_county: str | None = None
    state_or_region: str | None = None
    municipality: str | None = None
    postal_code: str | None = None
    country_code: str | None = None  # ISO 3166-1, two letters
    phone: str | None = None
    extended_fields: ExtendedFields | None = None
    address_type: str | None = None  # RESIDENTIAL, COMMERCIAL, PICKUP_POINT


@dataclass(frozen=True, slots=True)
class Measurement:
    """Of items sold by weight or volume."""

    unit: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class AssociatedItem:
    order_id: str | None = None
    order_item_id: str | None = None
    association_type: str | None = None  # VALUE_ADD_SERVICE


@dataclass(frozen=True, slots=True)
class Condition:
    type: str | None = at("conditionType", None)  # NEW, USED, …
    subtype: str | None = at("conditionSubtype", None)
    note: str | None = at("conditionNote", None)


@dataclass(frozen=True, slots=True)
class Price:
    """Of one unit; the amounts of `proceeds` are those of the line."""

    unit_price: Money | None = None
    designation: str | None = at("priceDesignation", None)  # BUSINESS_PRICE


@dataclass(frozen=True, slots=True)
class Product:
    asin: str | None = None
    title: str | None = None
    seller_sku: str | None = None
    condition: Condition | None = None
    price: Price | None = None
    serial_numbers: tuple[str, ...] = ()
    customized_url: str | None = at("customization.customizedUrl", None)


@dataclass(frozen=True, slots=True)
class Detail:
    subtype: str | None = None  # ITEM, SHIPPING, …
    value: Money | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    type: str  # ITEM, SHIPPING, GIFT_WRAP, COD_FEE, OTHER, TAX, DISCOUNT
    subtotal: Money
    details: tuple[Detail, ...] = at("detailedBreakdowns", ())  # TAX and DISCOUNT


@dataclass(frozen=True, slots=True)
class ItemProceeds:
    total: Money | None = at("proceedsTotal", None)
    breakdowns: tuple[Breakdown, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """Amazon Points (Japan), paid by the seller."""

    number: int | None = at("pointsNumber", None)
    value: Money | None = at("pointsMonetaryValue", None)


@dataclass(frozen=True, slots=True)
class Promotion:
    promotion_id: str | None = None


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    requester: str | None = None  # BUYER
    reason: str | None = at("cancelReason", None)


@dataclass(frozen=True, slots=True)
class CancellationExecution:
    cancelled_by: str | None = None  # BUYER, MERCHANT, AMAZON
    reason: str | None = at("cancelReason", None)


@dataclass(frozen=True, slots=True)
class Cancellation:
    request: CancellationRequest | None = at("cancellationRequest", None)
    execution: CancellationExecution | None = at("cancellationExecution", None)


@dataclass(frozen=True, slots=True)
class SubstitutionOption:
    asin: str | None = None
    quantity_ordered: int | None = None
    seller_sku: str | None = None
    title: str | None = None
    measurement: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Substitution:
    type: str = at("substitutionType")
    options: tuple[SubstitutionOption, ...] = at("substitutionOptions", ())


@dataclass(frozen=True, slots=True)
class GiftOption:
    message: str | None = at("giftMessage", None)
    wrap_level: str | None = at("giftWrapLevel", None)


@dataclass(frozen=True, slots=True)
class ShippingConstraints:
    """Each is "MANDATORY" or None."""

    pallet_delivery: str | None = None
    cash_on_delivery: str | None = None
    signature_confirmation: str | None = None
    recipient_identity_verification: str | None = None
    recipient_age_verification: str | None = None


@dataclass(frozen=True, slots=True)
class ItemFulfillment:
    quantity_fulfilled: int | None = None
    quantity_unfulfilled: int | None = None
    substitution: Substitution | None = at("picking.substitutionPreference", None)
    gift_option: GiftOption | None = at("packing.giftOption", None)
    serial_number_requirement: str | None = at(
        "packing.serialNumberRequirement.requirementType", None
    )
    scheduled_delivery: Window | None = at("shipping.scheduledDeliveryWindow", None)
    constraints: ShippingConstraints | None = at("shipping.shippingConstraints", None)
    ioss_number: str | None = at("shipping.internationalShipping.iossNumber", None)


@dataclass(frozen=True, slots=True)
class TaxCalculation:
    reporting_scheme: str | None = None  # UOSS, IOSS


@dataclass(frozen=True, slots=True)
class TaxCollection:
    model: str | None = None  # MARKETPLACE_FACILITATOR
    responsible_party: str | None = None


@dataclass(frozen=True, slots=True)
class ItemTax:
    calculations: tuple[TaxCalculation, ...] = at("taxCalculationBreakdowns", ())
    collections: tuple[TaxCollection, ...] = at("taxCollections", ())

    @property
    def reporting_schemes(self):
        schemes = (each.reporting_scheme for each in self.calculations)
        return tuple(scheme for scheme in schemes if scheme)


@dataclass(frozen=True, slots=True)
class OrderItem:
    order_item_id: str
    quantity_ordered: int  # reduced, possibly to 0, by a cancellation
    product: Product
    measurement: Measurement | None = None
    associated_items: tuple[AssociatedItem, ...] = at("associatedOrderItems", ())
    programs: tuple[str, ...] = ()  # TRANSPARENCY, SUBSCRIBE_AND_SAVE
    proceeds: ItemProceeds | None = None
    points: Points | None = at("expense.pointsCost.pointsGranted", None)
    promotions: tuple[Promotion, ...] = at("promotion.breakdowns", ())
    cancellation: Cancellation | None = None
    fulfillment: ItemFulfillment | None = None
    tax: ItemTax | None = None

    @property
    def breakdowns(self):
        return self.proceeds.breakdowns if self.proceeds else ()

    def amount(self, kind):
        """The line's ITEM, SHIPPING, GIFT_WRAP, … as a Decimal, None if not stated."""
        parts = [part.subtotal.amount for part in self.breakdowns if part.type == kind]
        return sum(parts, Decimal(0)) if parts else None

    @property
    def discount(self):
        """All discounts of the line, ≥ 0 whatever sign Amazon gives them."""
        return abs(self.amount("DISCOUNT") or Decimal(0))

    @property
    def tax_stated(self):
        return any(part.type == "TAX" for part in self.breakdowns)

    def tax_amount(self, subtype=None):
        """The tax of the line, or of its ITEM, SHIPPING, … part; 0 if not stated."""
        if subtype is None:
            return self.amount("TAX") or Decimal(0)
        details = (
            detail.value.amount
            for part in self.breakdowns
            if part.type == "TAX"
            for detail in part.details
            if detail.value and detail.subtype == subtype
        )
        return sum(details, Decimal(0))

    @property
    def facilitated(self):
        """Whether Amazon remits the tax of this line to the authority itself."""
        collections = self.tax.collections if self.tax else ()
        return any(each.model == "MARKETPLACE_FACILITATOR" for each in collections)

    @property
    def promotion_ids(self):
        return tuple(each.promotion_id for each in self.promotions if each.promotion_id)

    def moneys(self):
        """Every Money of the line's proceeds."""
        if self.proceeds and self.proceeds.total:
            yield self.proceeds.total
        for part in self.breakdowns:
            yield part.subtotal
            yield from (detail.value for detail in part.details if detail.value)
