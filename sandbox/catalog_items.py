"""Catalog Items API 2022-04-01: getCatalogItem and searchCatalogItems.

Amazon leaves open, and the sandbox chose: what an ASIN lacks (a barcode, dimensions) is
told as an empty list, in the set of its marketplace.
"""

from . import products
from .errors import ApiError, invalid
from .marketplaces import marketplace_of
from .queries import check_marketplaces, listed, page_token, read_token

INCLUDED_DATA = (
    "attributes",
    "classifications",
    "dimensions",
    "identifiers",
    "images",
    "productTypes",
    "relationships",
    "salesRanks",
    "summaries",
    "vendorDetails",
)
TYPES = ("ASIN", "EAN", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")


def get_catalog_item(sandbox, call):
    marketplaces, included = _asked(sandbox, call)
    asin = call["parameters"]["asin"]
    product = sandbox.products.get(asin)
    there = [m for m in marketplaces if product and m.country in product.countries]
    if not there:
        places = ", ".join(m.id for m in marketplaces)
        text = f"Requested item '{asin}' not found in marketplace(s) {places}."
        raise ApiError(404, text, code="NOT_FOUND")
    return 200, view(sandbox, product, there, included)


def _asked(sandbox, call):
    seller, query = sandbox.sellers[call["seller"]], call["query"]
    marketplaces = listed(query, "marketplaceIds")
    if not marketplaces:
        raise invalid("Invalid Input", "marketplaceIds is missing")
    check_marketplaces(marketplaces, seller)
    included = listed(query, "includedData", INCLUDED_DATA) or ["summaries"]
    return [marketplace_of(place) for place in marketplaces], included


def view(sandbox, product, marketplaces, included):
    shown = {"asin": product.asin}
    for name in included:
        if name == "attributes":
            shown[name] = {}
            for marketplace in marketplaces:
                for key, values in products.attributes(product, marketplace).items():
                    shown[name].setdefault(key, []).extend(values)
        else:
            shown[name] = [
                _SETS[name](sandbox, product, marketplace)
                for marketplace in marketplaces
            ]
    return shown


def _summary(_sandbox, product, marketplace):
    return products.summary(product, marketplace)


def _images(sandbox, product, marketplace):
    pictures = products.images(product, sandbox.url)
    return {"marketplaceId": marketplace.id, "images": pictures}


def _identifiers(_sandbox, product, marketplace):
    codes = products.identifiers(product)
    return {"marketplaceId": marketplace.id, "identifiers": codes}


def _dimensions(_sandbox, product, marketplace):
    measured = products.dimensions(product, marketplace)
    shown = {"marketplaceId": marketplace.id}
    return {**shown, "item": measured, "package": measured} if measured else shown


def _classifications(_sandbox, product, marketplace):
    leaf = products.classification(product)
    shown = {"marketplaceId": marketplace.id}
    return {**shown, "classifications": [leaf] if leaf else []}


def _relationships(sandbox, product, marketplace):
    family = products.relationships(sandbox.products, product, marketplace)
    return {"marketplaceId": marketplace.id, "relationships": family}


def _product_type(_sandbox, product, marketplace):
    return {"marketplaceId": marketplace.id, "productType": product.product_type}


def _only_where(_sandbox, _product, marketplace):
    return {"marketplaceId": marketplace.id}


_SETS = {
    "summaries": _summary,
    "images": _images,
    "identifiers": _identifiers,
    "dimensions": _dimensions,
    "classifications": _classifications,
    "relationships": _relationships,
    "productTypes": _product_type,
    "salesRanks": _only_where,
    "vendorDetails": _only_where,
}


def search_catalog_items(sandbox, call):
    query = call["query"]
    [marketplace, *others], included = _asked(sandbox, call)
    if others:
        raise invalid("Invalid Input", "marketplaceIds may hold one value")
    size, start = _page_size(query), _start(query, call["seller"])
    found = [
        product
        for product in _found(sandbox, call, marketplace)
        if marketplace.country in product.countries
    ]
    page = found[start : start + size]
    body = {
        "numberOfResults": len(found),
        "items": [view(sandbox, p, [marketplace], included) for p in page],
    }
    pages = {}
    if start + size < len(found):
        pages["nextToken"] = _token(call, start + size)
    if start:
        pages["previousToken"] = _token(call, max(start - size, 0))
    if pages:
        body["pagination"] = pages
    return 200, body


def _page_size(query):
    text = query.get("pageSize", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 20:
        raise invalid("Invalid Input", "pageSize must be between 1 and 20")
    return int(text)


def _fixed(query):
    return {n: query[n] for n in sorted(query) if n not in ("pageToken", "pageSize")}


def _token(call, start):
    return page_token(call["seller"], _fixed(call["query"]), start)


def _start(query, owner):
    if "pageToken" not in query:
        return 0
    its_owner, fixed, start = read_token(query["pageToken"], 3)
    if its_owner != owner or fixed != _fixed(query):
        text = "With a pageToken, all other parameters must be the same"
        raise invalid("Invalid Input", text)
    return start


def _found(sandbox, call, marketplace):
    query = call["query"]
    values, words = listed(query, "identifiers"), listed(query, "keywords")
    if bool(values) == bool(words):
        text = "Provide either identifiers or keywords"
        raise invalid("Invalid Input", text)
    if len(values) > 20 or len(words) > 20:
        text = "identifiers and keywords may hold up to 20 values"
        raise invalid("Invalid Input", text)
    if words:
        return _by_keywords(sandbox, query, words, marketplace)
    if query.get("identifiersType") not in TYPES:
        raise invalid("Invalid Input", "identifiersType is missing or not valid")
    asins = _asins(sandbox, call, values, marketplace)
    known = (sandbox.products.get(asin) for asin in dict.fromkeys(asins))
    return [product for product in known if product]


def _asins(sandbox, call, values, marketplace):
    kind, seller = call["query"]["identifiersType"], sandbox.sellers[call["seller"]]
    if kind == "ASIN":
        return values
    if kind == "SKU":
        if call["query"].get("sellerId") != seller.seller_id:
            raise invalid("Invalid Input", "sellerId is required with SKU")
        found = [sandbox.listings.find(seller, s, [marketplace.id]) for s in values]
        return [listing.asin for there in found for listing in there.values()]
    return [
        asin
        for value in values
        for asin in sandbox.products.of_barcode(_plain(kind, value))
    ]


def _plain(kind, code):
    """An EAN that starts with a zero is a UPC with a zero before it."""
    return code[1:] if kind == "EAN" and len(code) == 13 and code[0] == "0" else code


def _by_keywords(sandbox, query, words, marketplace):
    brands = listed(query, "brandNames")
    return [
        product
        for product in sandbox.products
        if all(
            word.lower() in product.title_in(marketplace.country).lower()
            for word in words
        )
        and (not brands or product.brand in brands)
    ]
