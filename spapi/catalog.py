"""Catalog Items API 2022-04-01: what an ASIN is, as one marketplace shows it."""

import re
from dataclasses import dataclass

from . import library
from .catalog_fields import CatalogItem, Dimensions, Image, Measure, parse_item
from .errors import Temporary
from .operations import Operation
from .shape import Malformed, at, read

__all__ = [
    "ASINS",
    "INCLUDED_DATA",
    "CatalogItem",
    "CatalogPage",
    "Dimensions",
    "Image",
    "Measure",
    "batches",
    "get_catalog_item",
    "search_catalog_items",
]

# What the connector reads of a catalog item.
INCLUDED_DATA = (
    "attributes",
    "classifications",
    "dimensions",
    "identifiers",
    "images",
    "productTypes",
    "relationships",
    "summaries",
)
ASINS = 20  # in one call

_ROLE = "Product Listing"

GET_CATALOG_ITEM = Operation(
    name="getCatalogItem",
    api=library.api.CatalogItemsV20220401,
    method="get_catalog_item",
    repeatable=True,
    role=_ROLE,
    required="asin",
)
SEARCH_CATALOG_ITEMS = Operation(
    name="searchCatalogItems",
    api=library.api.CatalogItemsV20220401,
    method="search_catalog_items",
    repeatable=True,
    role=_ROLE,
    required="items",
)


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """problems: ((ASIN or "", sentence), …) of items that could not be read; missing:
    ASINs asked for that the marketplace does not have (known on the last page);
    next_token: None on the last page; payloads: of the items, as they came."""

    items: tuple[CatalogItem, ...]
    problems: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    next_token: str | None
    payloads: tuple[dict, ...] = ()


def get_catalog_item(client, asin, marketplace_id, included_data=INCLUDED_DATA):
    """The CatalogItem, or NotFound. Source: getCatalogItem (spapi.md §5.1)"""
    answer = client.call(
        GET_CATALOG_ITEM,
        _check_asin(asin),
        marketplaceIds=_check_marketplace(marketplace_id),
        includedData=",".join(included_data),
    )
    try:
        return parse_item(answer.body, marketplace_id)
    except Malformed as error:
        raise _unreadable(answer, GET_CATALOG_ITEM, error) from None


def search_catalog_items(
    client, marketplace_id, asins, *, page_token=None, included_data=INCLUDED_DATA
):
    """One CatalogPage of at most 20 ASINs; what Amazon does not know is not in it.

    Source: searchCatalogItems (spapi.md §5.1)
    """
    asins = tuple(dict.fromkeys(map(_check_asin, asins)))
    if not 1 <= len(asins) <= ASINS:
        raise ValueError(f"asins: between 1 and {ASINS}")
    parameters = {
        "marketplaceIds": _check_marketplace(marketplace_id),
        "identifiers": ",".join(asins),
        "identifiersType": "ASIN",
        "includedData": ",".join(included_data),
        "pageSize": ASINS,
    }
    if page_token:
        parameters["pageToken"] = page_token
    answer = client.call(SEARCH_CATALOG_ITEMS, **parameters)
    try:
        page = read(_Page, answer.body)
    except Malformed as error:
        raise _unreadable(answer, SEARCH_CATALOG_ITEMS, error) from None
    items, payloads, problems = [], [], []
    for payload in page.items:
        try:
            items.append(parse_item(payload, marketplace_id))
            payloads.append(payload)
        except Malformed as error:
            asin = payload.get("asin")
            asin = asin if isinstance(asin, str) else ""
            words = f"Amazon's answer is not as its model has it ({error})"
            problems.append((asin, words))
    came = {item.asin for item in items} | {asin for asin, _words in problems}
    missing = () if page.next_token else tuple(a for a in asins if a not in came)
    if page_token:
        missing = ()  # what the pages before brought is not known here
    return CatalogPage(
        tuple(items),
        tuple(problems),
        missing,
        page.next_token or None,
        tuple(payloads),
    )


def batches(asins, size=ASINS):
    """The distinct ASINs in lists for one call each."""
    asins = list(dict.fromkeys(asins))
    return [asins[start : start + size] for start in range(0, len(asins), size)]


@dataclass(frozen=True, slots=True)
class _Page:
    items: tuple[dict, ...]
    next_token: str | None = at("pagination.nextToken", None)


def _check_asin(asin):
    if not isinstance(asin, str) or not re.fullmatch("[0-9A-Za-z]{10}", asin):
        raise ValueError(f"{asin!r} is not an ASIN: these have ten letters or digits")
    return asin


def _check_marketplace(marketplace_id):
    if not isinstance(marketplace_id, str) or not marketplace_id:
        raise ValueError("marketplace_id: one id")
    return marketplace_id


def _unreadable(answer, operation, error):
    return Temporary(
        f"the answer is not as Amazon's model has it ({error})",
        operation=operation.name,
        status=answer.status,
        request_id=answer.request_id,
    )
