"""Listings Items API 2021-08-01: getListingsItem, searchListingsItems, patch.

`attributes` tell what was sent last, `fulfillmentAvailability` what is effective; the
quantity of Amazon's own warehouses is not told (the sandbox's choice). A search reaches
the first 1,000 items only.
"""

from . import patches
from .clock import iso
from .errors import ApiError, denied, invalid
from .products import images
from .queries import check_marketplaces, listed, page_token, read_token, time_of

INCLUDED_DATA = (
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "procurement",
    "relationships",
    "productTypes",
)
TYPES = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
STATUSES = ("BUYABLE", "DISCOVERABLE")
REACH = 1000
_SORTS = {
    "sku": lambda listing: listing.sku,
    "createdDate": lambda listing: iso(listing.opened),
    "lastUpdatedDate": lambda listing: iso(listing.updated),
}


def _caller(sandbox, call):
    """The seller, the marketplaces asked for, and what is to be told."""
    seller, query = sandbox.sellers[call["seller"]], call["query"]
    if call["parameters"]["seller_id"] != seller.seller_id:
        raise denied("The path names another selling partner.")
    marketplaces = listed(query, "marketplaceIds")
    if not marketplaces:
        raise invalid("Invalid Input", "marketplaceIds is missing")
    check_marketplaces(marketplaces, seller)
    return seller, marketplaces


def _included(query, allowed=INCLUDED_DATA, default="summaries"):
    return listed(query, "includedData", allowed) or [default]


# Reading


def get_listings_item(sandbox, call):
    seller, marketplaces = _caller(sandbox, call)
    included = _included(call["query"])
    sku = call["parameters"]["sku"]
    found = sandbox.listings.find(seller, sku, marketplaces)
    if not found:
        raise ApiError(404, f"SKU '{sku}' not found in marketplace {marketplaces[0]}")
    return 200, view(sandbox, sku, list(found.values()), included)


def view(sandbox, sku, listings, included):
    shown = {"sku": sku}
    for name in included:
        shown[name] = _SETS[name](sandbox, listings)
    return shown


def statuses(listing, now):
    shown = listing.shown_status(now)
    return list({"Active": STATUSES, "Inactive": STATUSES[1:]}.get(shown, ()))


def _summaries(sandbox, listings):
    return [_summary(sandbox, listing) for listing in listings]


def _summary(sandbox, listing):
    product = sandbox.products.get(listing.asin)
    shown = {
        "marketplaceId": listing.marketplace.id,
        "asin": listing.asin,
        "productType": product.product_type,
        "conditionType": listing.condition,
        "status": statuses(listing, sandbox.clock.now()),
        "itemName": listing.title,
        "createdDate": iso(listing.opened),
        "lastUpdatedDate": iso(listing.updated),
    }
    if not listing.stock.by_merchant:
        shown["fnSku"] = "X00" + listing.asin[-7:]
    if pictures := images(product, sandbox.url):
        shown["mainImage"] = {n: pictures[0][n] for n in ("link", "height", "width")}
    return shown


def _attributes(sandbox, listings):
    """What the seller has sent: an offer's attributes, and the product's few."""
    stock, here = listings[0].stock, listings[0].marketplace
    sent = [{**v, "marketplace_id": here.id} for v in patches.submitted(stock)]
    shown = {"fulfillment_availability": sent}
    for listing in listings:
        where = {"marketplace_id": listing.marketplace.id}
        named = {"value": listing.title, "language_tag": listing.marketplace.language}
        condition = {"value": listing.condition, **where}
        shown.setdefault("item_name", []).append({**named, **where})
        shown.setdefault("condition_type", []).append(condition)
        if listing.price is not None:
            price = {"schedule": [{"value_with_tax": float(listing.price)}]}
            offer = {"currency": listing.marketplace.currency, "audience": "ALL"}
            offer = {**offer, "our_price": [price], **where}
            shown.setdefault("purchasable_offer", []).append(offer)
    return shown


def _issues(_sandbox, listings):
    return [issue for listing in listings for issue in listing.issues]


def _offers(_sandbox, listings):
    return [
        {
            "marketplaceId": listing.marketplace.id,
            "offerType": "B2C",
            "price": {
                "currencyCode": listing.marketplace.currency,
                "amount": str(listing.price),
            },
        }
        for listing in listings
        if listing.price is not None
    ]


def _availability(sandbox, listings):
    stock = listings[0].stock.settle(sandbox.clock.now())
    shown = {"fulfillmentChannelCode": stock.channel}
    if stock.by_merchant:
        shown["quantity"] = stock.quantity
    return [shown]


def _relationships(sandbox, listings):
    return [
        {
            "marketplaceId": listing.marketplace.id,
            "relationships": _related(sandbox, listing),
        }
        for listing in listings
    ]


def _related(sandbox, listing):
    product = sandbox.products.get(listing.asin)
    theme = sandbox.products.theme_of(product)
    if not theme:
        return []
    told = {
        "type": "VARIATION",
        "variationTheme": {
            "attributes": list(theme),
            "theme": "/".join(name.upper() for name in theme),
        },
    }
    seller, here = sandbox.sellers[listing.stock.seller_key], listing.marketplace
    if product.theme:
        asins = sandbox.products.children(product.asin, here.country)
        skus = sandbox.listings.skus_of(seller, asins, [here.id])
        return [{**told, "childSkus": skus}] if skus else []
    skus = sandbox.listings.skus_of(seller, [product.parent], [here.id])
    return [{**told, "parentSkus": skus}] if skus else []


def _product_types(sandbox, listings):
    return [
        {
            "marketplaceId": listing.marketplace.id,
            "productType": sandbox.products.get(listing.asin).product_type,
        }
        for listing in listings
    ]


_SETS = {
    "summaries": _summaries,
    "attributes": _attributes,
    "issues": _issues,
    "offers": _offers,
    "fulfillmentAvailability": _availability,
    "procurement": lambda _sandbox, _listings: [],  # of vendors only
    "relationships": _relationships,
    "productTypes": _product_types,
}


# Searching


def search_listings_items(sandbox, call):
    seller, marketplaces = _caller(sandbox, call)
    query = call["query"]
    included, size = _included(query), _page_size(query)
    chosen = _filter(sandbox, seller, query)
    rows = []
    for sku, there in _candidates(sandbox, seller, marketplaces, query):
        if kept := [listing for listing in there.values() if chosen(listing)]:
            rows.append((sku, kept))
    _sort(rows, query)
    start = _start(query, seller)
    items = [
        view(sandbox, sku, kept, included) for sku, kept in rows[start : start + size]
    ]
    body = {"numberOfResults": len(rows), "items": items}
    pages = {}
    if start + size < min(len(rows), REACH):
        pages["nextToken"] = page_token(seller.key, _fixed(query), start + size)
    if start:
        before = max(start - size, 0)
        pages["previousToken"] = page_token(seller.key, _fixed(query), before)
    if pages:
        body["pagination"] = pages
    return 200, body


def _page_size(query):
    text = query.get("pageSize", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 20:
        raise invalid("Invalid Input", "pageSize must be between 1 and 20")
    return int(text)


def _fixed(query):
    """What must stay the same from page to page."""
    return {n: query[n] for n in sorted(query) if n not in ("pageToken", "pageSize")}


def _start(query, seller):
    if "pageToken" not in query:
        return 0
    owner, fixed, start = read_token(query["pageToken"], 3)
    if owner != seller.key or fixed != _fixed(query):
        text = "With a pageToken, all other parameters must be the same"
        raise invalid("Invalid Input", text)
    return start


def _candidates(sandbox, seller, marketplaces, query):
    """(SKU, its listings) that the identifiers name; without any, all."""
    values, kind = listed(query, "identifiers"), query.get("identifiersType")
    if bool(values) != bool(kind):
        text = "identifiers and identifiersType go together"
        raise invalid("Invalid Input", text)
    if not values:
        return sandbox.listings.of(seller, marketplaces)
    if kind not in TYPES:
        raise invalid("Invalid Input", f"{kind} is not a valid identifiersType")
    if len(values) > 20:
        raise invalid("Invalid Input", "identifiers may hold up to 20 values")
    if kind != "SKU":
        asins = values
        if kind != "ASIN":
            asins = [a for value in values for a in sandbox.products.of_barcode(value)]
        values = sandbox.listings.skus_of(seller, asins, marketplaces)
    found = (
        (sku, sandbox.listings.find(seller, sku, marketplaces))
        for sku in dict.fromkeys(values)
    )
    return [(sku, there) for sku, there in found if there]


def _filter(sandbox, seller, query):
    now = sandbox.clock.now()
    having = set(listed(query, "withStatus", STATUSES))
    lacking = set(listed(query, "withoutStatus", STATUSES))
    severities = set(listed(query, "withIssueSeverity", ("WARNING", "ERROR")))
    family = _family(sandbox, seller, query)
    times = [
        (field, before, time_of(query, name))
        for name, field, before in (
            ("createdAfter", "opened", False),
            ("createdBefore", "opened", True),
            ("lastUpdatedAfter", "updated", False),
            ("lastUpdatedBefore", "updated", True),
        )
        if name in query
    ]

    def chosen(listing):
        told = set(statuses(listing, now))
        if having and not having & told or lacking & told:
            return False
        if severities and not severities & {i["severity"] for i in listing.issues}:
            return False
        if family is not None and listing.asin not in family:
            return False
        return all(
            getattr(listing, field) <= moment
            if before
            else getattr(listing, field) >= moment
            for field, before, moment in times
        )

    return chosen


def _family(sandbox, seller, query):
    """The ASINs of the variations of a parent SKU, where one is asked for."""
    if "packageHierarchySku" in query:
        return set()
    sku = query.get("variationParentSku")
    if sku is None:
        return None
    there = sandbox.listings.find(seller, sku, seller.marketplace_ids)
    return {
        asin
        for listing in there.values()
        for asin in sandbox.products.children(listing.asin, listing.marketplace.country)
    }


def _sort(rows, query):
    name = query.get("sortBy", "lastUpdatedDate")
    order = query.get("sortOrder", "DESC")
    if name not in _SORTS or order not in ("ASC", "DESC"):
        raise invalid("Invalid Input", "sortBy or sortOrder is not valid")
    rows.sort(key=lambda row: row[0])  # where times are the same
    rows.sort(key=lambda row: _SORTS[name](row[1][0]), reverse=order == "DESC")


# Changing


def patch_listings_item(sandbox, call):
    seller, marketplaces = _caller(sandbox, call)
    query, sku = call["query"], call["parameters"]["sku"]
    included = _included(query, ("identifiers", "issues"), "issues")
    mode = query.get("mode")
    if mode not in (None, "VALIDATION_PREVIEW"):
        raise invalid("Invalid Input", f"{mode} is not a valid mode")
    operation = call["operation"]
    wanted = patches.check_patches(call["request_body"])
    issues = patches.problems(sandbox, seller, sku, marketplaces, wanted, operation)
    submission = sandbox.request_id().replace("-", "")
    if issues:
        status = "INVALID"
    elif mode:
        status = "VALID"
    else:
        status = "ACCEPTED"
        patches.accept(sandbox, seller, sku, wanted, operation, submission)
    body = {"sku": sku, "status": status, "submissionId": submission}
    if "issues" in included:
        body["issues"] = issues
    if "identifiers" in included:
        body["identifiers"] = [
            {"marketplaceId": listing.marketplace.id, "asin": listing.asin}
            for listing in sandbox.listings.find(seller, sku, marketplaces).values()
        ]
    return 200, body
