"""The file of `GET_MERCHANT_LISTINGS_ALL_DATA`: all listings of one marketplace.

Amazon leaves open, and the sandbox chose: of several marketplaces asked for, the first
one's listings are told; Europe and Japan leave some columns out, end lines with CR LF
and write dates with slashes; Japan's column names are Japanese where `localized` says
so; a letter the encoding doesn't have becomes a question mark; of a family's parent,
price and quantity are empty. A seller without listings gets no report (it is
CANCELLED), or what `empty` says.
"""

from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .documents import Encoded
from .images import SIZES, link
from .listings import CONDITIONS
from .marketplaces import marketplace_of
from .products import barcode_type

REPORT_TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
COLUMNS = (
    "item-name",
    "item-description",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "image-url",
    "item-is-marketplace",
    "product-id-type",
    "zshop-shipping-fee",
    "item-note",
    "item-condition",
    "zshop-category1",
    "zshop-browse-path",
    "zshop-storefront-feature",
    "asin1",
    "asin2",
    "asin3",
    "will-ship-internationally",
    "expedited-shipping",
    "zshop-boldface",
    "product-id",
    "bid-for-featured-placement",
    "add-delete",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
)
_EUROPE_LACKS = {"item-description", "image-url", "zshop-boldface"}
_JAPAN_LACKS = {
    name
    for name in COLUMNS
    if name.startswith(("zshop", "image", "bid", "item-is", "item-desc", "asin2"))
}
_JAPANESE = {
    "item-name": "商品名",
    "listing-id": "出品ID",
    "seller-sku": "出品者SKU",
    "price": "価格",
    "quantity": "数量",
    "open-date": "出品日",
    "product-id-type": "商品IDタイプ",
    "item-note": "コンディション説明",
    "item-condition": "コンディション",
    "will-ship-internationally": "国外へ配送可",
    "expedited-shipping": "迅速な配送",
    "product-id": "商品ID",
    "fulfillment-channel": "フルフィルメント・チャンネル",
    "status": "ステータス",
}
# What product-id-type says: 1 is an ASIN.
_ID_TYPES = {"ASIN": "1", "ISBN": "2", "UPC": "3", "EAN": "4", "GTIN": "5"}


class Form(NamedTuple):
    """How a marketplace writes its file."""

    encoding: str  # of the bytes
    charset: str  # as the storage declares it
    date: str
    zone: str
    zone_names: tuple  # in winter, in summer
    end: str = "\n"
    lacks: frozenset = frozenset()


_PACIFIC = ("America/Los_Angeles", ("PST", "PDT"))
_AMERICA = Form("cp1252", "Cp1252", "%Y-%m-%d %H:%M:%S", *_PACIFIC)
_EUROPE = Form(
    "cp1252",
    "ISO-8859-1",
    "%d/%m/%Y %H:%M:%S",
    "Europe/Berlin",
    ("MET", "MEST"),
    "\r\n",
    frozenset(_EUROPE_LACKS),
)
FORMS = {
    "GB": _EUROPE._replace(zone="Europe/London", zone_names=("GMT", "BST")),
    "PL": _EUROPE._replace(encoding="utf-8", charset="UTF-8"),
    "TR": _EUROPE._replace(encoding="utf-8", charset="UTF-8"),
    "JP": Form(
        "cp932",
        "Shift_JIS",
        "%Y/%m/%d %H:%M:%S",
        "Asia/Tokyo",
        ("JST", "JST"),
        "\r\n",
        frozenset(_JAPAN_LACKS),
    ),
    "AU": _AMERICA._replace(
        encoding="utf-8-sig",
        charset="UTF-8",
        date="%d/%m/%Y %H:%M:%S",
        zone="Australia/Sydney",
        zone_names=("AEST", "AEDT"),
    ),
    "SG": _AMERICA._replace(
        encoding="utf-8",
        charset="UTF-8",
        zone="Asia/Singapore",
        zone_names=("SGT",) * 2,
    ),
}


class ListingsReport:
    """Writes the file. Tests and drills change the attributes.

    `forms`: {country: Form}; `localized`: countries whose column names are translated;
    `empty`: what a seller without listings gets: None (no report), "header" or "file".
    """

    def __init__(self):
        self.forms = {}
        self.localized = set()
        self.empty = None

    def form(self, country, region):
        default = _EUROPE if region == "eu" else _AMERICA
        return self.forms.get(country) or FORMS.get(country, default)

    def __call__(self, sandbox, seller, body):
        """The content of a report that was requested; None where there is no data."""
        marketplace = marketplace_of(body["marketplaceIds"][0])
        form = self.form(marketplace.country, marketplace.region)
        rows = [
            _row(sandbox, there[marketplace.id], form)
            for _sku, there in sandbox.listings.of(seller, [marketplace.id])
        ]
        if not rows and self.empty != "header":
            return "" if self.empty == "file" else None
        names = [name for name in COLUMNS if name not in form.lacks]
        translated = _JAPANESE if marketplace.country in self.localized else {}
        lines = [[translated.get(name, name) for name in names]]
        lines += ([row.get(name, "") for name in names] for row in rows)
        text = "".join("\t".join(line) + form.end for line in lines)
        return Encoded(text.encode(form.encoding, "replace"), form.charset)


def _row(sandbox, listing, form):
    now, stock = sandbox.clock.now(), listing.stock
    product, priced = sandbox.products.get(listing.asin), listing.price is not None
    code = product.barcode or product.asin
    kind = barcode_type(code) if product.barcode else "ASIN"
    row = {
        "item-name": listing.title,
        "item-description": product.description,
        "listing-id": listing.listing_id,
        "seller-sku": listing.sku,
        "price": str(listing.price) if priced else "",
        "open-date": _date(listing.opened, form),
        "item-is-marketplace": "y",
        "product-id-type": _ID_TYPES[kind],
        "item-condition": CONDITIONS[listing.condition],
        "asin1": product.asin,
        "will-ship-internationally": "1",
        "product-id": code,
        "fulfillment-channel": stock.channel,
        "merchant-shipping-group": "Migrated Template" if stock.by_merchant else "",
        "status": listing.shown_status(now),
    }
    if product.images:
        picture = product.images[0], product.asin, "MAIN", SIZES[-1]
        row["image-url"] = link(sandbox.url, *picture)
    if stock.by_merchant and priced:
        row["quantity"] = str(stock.quantity)
        row["pending-quantity"] = str(sum(stock.reserved.values()))
    return {name: " ".join(value.split("\t")) for name, value in row.items()}


def _date(moment, form):
    local = moment.astimezone(ZoneInfo(form.zone))
    name = form.zone_names[local.dst() > timedelta(0)]
    return f"{local.strftime(form.date)} {name}"
