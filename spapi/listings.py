"""Listings Items API 2021-08-01: what is offered under a SKU, and its quantity.

A patch that is accepted is not yet in effect: `fulfillment_availability` is what buyers
meet, `submitted` what was sent last (spapi.md §5.2).
"""

import re
from dataclasses import dataclass

from . import library
from .errors import Refused, Temporary
from .listing_fields import Issue, Listing, Submission
from .operations import Operation
from .quantities import QuantityChange
from .shape import Malformed, at, iso, read

__all__ = [
    "INCLUDED_DATA",
    "REACH",
    "InvalidListing",
    "Issue",
    "Listing",
    "ListingsPage",
    "QuantityChange",
    "Submission",
    "check_sku",
    "get_listings_item",
    "patch_listings_item",
    "patch_quantity",
    "search_listings_items",
]

# What the connector reads of a listing.
INCLUDED_DATA = (
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "relationships",
    "productTypes",
)
# A search leads to so many listings, whatever it finds; for more there is the report.
REACH = 1000
PAGE = 20

_ROLE = "Product Listing"
_IDENTIFIERS = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")

GET_LISTINGS_ITEM = Operation(
    name="getListingsItem",
    api=library.api.ListingsItemsV20210801,
    method="get_listings_item",
    repeatable=True,
    role=_ROLE,
    required="sku",
)
SEARCH_LISTINGS_ITEMS = Operation(
    name="searchListingsItems",
    api=library.api.ListingsItemsV20210801,
    method="search_listings_items",
    repeatable=True,
    role=_ROLE,
    required="items",
)
PATCH_LISTINGS_ITEM = Operation(
    name="patchListingsItem",
    api=library.api.ListingsItemsV20210801,
    method="patch_listings_item",
    # The last write wins: the same one once more changes nothing.
    repeatable=True,
    role=_ROLE,
    required="status",
)


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """One page. problems: ((SKU or "", sentence), …) of listings that could not be
    read; number_of_results: of the whole search; next_token: None on the last page."""

    listings: tuple[Listing, ...]
    problems: tuple[tuple[str, str], ...]
    number_of_results: int
    next_token: str | None

    @property
    def out_of_reach(self):
        """How many listings no page of this search will bring."""
        return max(0, self.number_of_results - REACH)


class InvalidListing(Refused):
    """HTTP 200, and yet a refusal. issues: Amazon's reasons."""

    def __init__(self, message, *, issues=(), **facts):
        super().__init__(message, **facts)
        self.issues = issues


def get_listings_item(
    client, seller_id, sku, marketplace_ids, included_data=INCLUDED_DATA
):
    """The Listing, or NotFound: the seller has no such SKU in these marketplaces.

    Source: getListingsItem (spapi.md §5.2)
    """
    answer = client.call(
        GET_LISTINGS_ITEM,
        _seller(seller_id),
        check_sku(sku),
        marketplaceIds=_marketplaces(marketplace_ids),
        includedData=list(included_data),
    )
    return _read(Listing, answer, GET_LISTINGS_ITEM)


def search_listings_items(
    client,
    seller_id,
    marketplace_ids,
    *,
    identifiers=(),
    identifiers_type="SKU",
    variation_parent_sku=None,
    last_updated_after=None,
    last_updated_before=None,
    created_after=None,
    created_before=None,
    with_status=(),
    without_status=(),
    with_issue_severity=(),
    sort_by="lastUpdatedDate",
    sort_order="ASC",
    page_size=PAGE,
    page_token=None,
    included_data=INCLUDED_DATA,
):
    """One ListingsPage, the longest unchanged first.

    identifiers: at most 20; times aware. With a page_token all else must be as before.
    Source: searchListingsItems (spapi.md §5.2)
    """
    if isinstance(identifiers, str) or len(identifiers) > 20:
        raise ValueError("identifiers: a list of at most 20")
    if identifiers_type not in _IDENTIFIERS:
        raise ValueError(f"identifiers_type: one of {', '.join(_IDENTIFIERS)}")
    for text in identifiers:
        if "," in text:
            # Amazon would read it as two.
            raise ValueError(f"identifiers: {text!r} holds a comma; get it by itself")
    if identifiers and variation_parent_sku:
        raise ValueError("Give identifiers or variation_parent_sku, not both")
    if not 1 <= page_size <= PAGE:
        raise ValueError(f"page_size: between 1 and {PAGE}")
    span = {
        "createdAfter": created_after,
        "createdBefore": created_before,
        "lastUpdatedAfter": last_updated_after,
        "lastUpdatedBefore": last_updated_before,
    }
    parameters = {
        "marketplaceIds": _marketplaces(marketplace_ids),
        "includedData": ",".join(included_data),
        "identifiers": ",".join(identifiers),
        "identifiersType": identifiers_type if identifiers else None,
        "variationParentSku": variation_parent_sku,
        **{key: value and iso(value) for key, value in span.items()},
        "withStatus": ",".join(with_status),
        "withoutStatus": ",".join(without_status),
        "withIssueSeverity": ",".join(with_issue_severity),
        "sortBy": sort_by,
        "sortOrder": sort_order,
        "pageSize": page_size,
        "pageToken": page_token,
    }
    parameters = {key: value for key, value in parameters.items() if value}
    answer = client.call(SEARCH_LISTINGS_ITEMS, _seller(seller_id), **parameters)
    bounds = _read(_Bounds, answer, SEARCH_LISTINGS_ITEMS)
    listings, problems = read_each(Listing, bounds.items, "sku")
    return ListingsPage(
        listings, problems, bounds.number_of_results, bounds.next_token or None
    )


def patch_listings_item(
    client,
    seller_id,
    sku,
    marketplace_ids,
    patches,
    *,
    product_type="PRODUCT",
    preview=False,
    issue_locale=None,
):
    """The Submission, or InvalidListing (a Refused) with Amazon's reasons.

    patches: [{"op", "path", "value"}], top-level attributes only; preview: Amazon
    checks and changes nothing. Source: patchListingsItem (spapi.md §5.2)
    """
    if not patches:
        raise ValueError("patches: at least one")
    parameters = {
        "marketplaceIds": _marketplaces(marketplace_ids),
        "includedData": "issues",
        "mode": "VALIDATION_PREVIEW" if preview else None,
        "issueLocale": issue_locale,
    }
    answer = client.call(
        PATCH_LISTINGS_ITEM,
        _seller(seller_id),
        check_sku(sku),
        body={"productType": product_type, "patches": list(patches)},
        **{key: value for key, value in parameters.items() if value},
    )
    return _submission(answer, "VALID" if preview else "ACCEPTED")


def patch_quantity(client, seller_id, marketplace_ids, change, issue_locale=None):
    """Send one QuantityChange: the Submission, or InvalidListing.

    Never for a listing in Amazon's warehouses: it would become the merchant's.
    """
    return patch_listings_item(
        client,
        seller_id,
        change.sku,
        marketplace_ids,
        change.patches(),
        product_type=change.product_type,
        issue_locale=issue_locale,
    )


def check_sku(sku):
    """The SKU, or ValueError unless it can be named in an address.

    All else travels percent-encoded; "." and ".." would be taken for the folder.
    """
    if not isinstance(sku, str) or not sku:
        raise ValueError("The SKU is missing")
    if sku in (".", ".."):
        raise ValueError(f"The SKU {sku!r} cannot be sent by itself, only in a feed")
    return sku


# Answers


@dataclass(frozen=True, slots=True)
class _Bounds:
    items: tuple[dict, ...]
    number_of_results: int
    next_token: str | None = at("pagination.nextToken", None)


def read_each(cls, payloads, key):
    """((what could be read), ((its `key`, why it could not), …)): one odd row must
    not keep the others away."""
    good, problems = [], []
    for payload in payloads:
        try:
            good.append(read(cls, payload))
        except Malformed as error:
            name = payload.get(key)
            name = name if isinstance(name, str) else ""
            words = f"Amazon's answer is not as its model has it ({error})"
            problems.append((name, words))
    return tuple(good), tuple(problems)


def _submission(answer, expected):
    submission = _read(Submission, answer, PATCH_LISTINGS_ITEM)
    facts = {
        "operation": PATCH_LISTINGS_ITEM.name,
        "status": answer.status,
        "request_id": answer.request_id,
    }
    if submission.status == "INVALID":
        reasons = [issue for issue in submission.issues if issue.is_error]
        reasons = reasons or submission.issues
        words = "; ".join(dict.fromkeys(map(str, reasons)))
        raise InvalidListing(
            words or "Amazon refuses the change and gives no reason",
            issues=submission.issues,
            **facts,
        )
    if submission.status != expected:
        message = f"Amazon's answer is {submission.status!r}, not {expected!r}"
        raise Temporary(message, **facts)
    return submission


def _read(cls, answer, operation):
    try:
        return read(cls, answer.body)
    except Malformed as error:
        raise Temporary(
            f"the answer is not as Amazon's model has it ({error})",
            operation=operation.name,
            status=answer.status,
            request_id=answer.request_id,
        ) from None


def _seller(seller_id):
    if not isinstance(seller_id, str) or not re.fullmatch("[0-9A-Za-z]+", seller_id):
        raise ValueError(f"{seller_id!r} is not a seller id of Amazon's")
    return seller_id


def _marketplaces(marketplace_ids):
    if isinstance(marketplace_ids, str) or not marketplace_ids:
        raise ValueError("marketplace_ids: at least one")
    return ",".join(marketplace_ids)
