"""Amazon's catalog: what an ASIN is, in whatever store it is sold.

Measures are kept in centimeters and kilograms. Amazon tells them in inches and pounds
in the US, and in the units of the product's `units` where it has some.
"""

from dataclasses import dataclass, field

from .images import SIZES, link

VARIANTS = ("MAIN", "PT01", "PT02", "PT03", "PT04", "PT05", "PT06", "PT07", "PT08")
# How much of a centimeter or a kilogram one of these is.
_LENGTHS = {"centimeters": 1, "millimeters": 0.1, "meters": 100, "inches": 2.54}
_WEIGHTS = {
    "kilograms": 1,
    "grams": 0.001,
    "pounds": 0.45359237,
    "ounces": 0.028349523125,
}
_BARCODES = {8: "EAN", 10: "ISBN", 12: "UPC", 13: "EAN", 14: "GTIN"}


@dataclass(eq=False)
class Product:
    asin: str
    title: str
    titles: dict = field(default_factory=dict)  # country → title there
    brand: str = ""
    category: tuple = ()  # names, the top level first
    images: tuple = ("good",)  # kinds of `images.py`, the main image first
    barcode: str = ""
    dimensions: tuple = ()  # length, width, height in centimeters
    weight: float = 0  # kilograms
    units: tuple = ()  # (of length, of weight) it is told in
    options: dict = field(default_factory=dict)  # attribute → value, of a variation
    parent: str = ""  # its family's ASIN
    theme: tuple = ()  # attributes of the variations, of a parent
    product_type: str = "PRODUCT"
    description: str = ""
    countries: set = field(default_factory=set)  # where it is in the catalog

    def title_in(self, country):
        return self.titles.get(country, self.title)


class Products:
    """All products by ASIN, and who belongs to which family."""

    def __init__(self):
        self._products = {}
        self._children = {}  # ASIN of a parent → {ASIN: None}, in order
        self._barcodes = {}  # barcode → {ASIN: None}

    def get(self, asin):
        return self._products.get(asin)

    def __iter__(self):
        return iter(self._products.values())

    def put(self, asin, title, facts):
        """The product of this ASIN, made if there is none, with these facts."""
        product = self._products.get(asin)
        if product is None:
            product = self._products[asin] = Product(asin, title)
        for name, value in facts.items():
            setattr(product, name, value)
        if "parent" in facts:
            self._children.setdefault(product.parent, {})[asin] = None
        if "barcode" in facts:
            self._barcodes.setdefault(product.barcode, {})[asin] = None
        return product

    def children(self, asin, country):
        """The ASINs of a family in the catalog of this country."""
        family = (self._products[child] for child in self._children.get(asin, ()))
        return [
            child.asin
            for child in family
            if child.parent == asin and country in child.countries
        ]

    def of_barcode(self, barcode):
        found = self._barcodes.get(barcode, ())
        return [asin for asin in found if self._products[asin].barcode == barcode]

    def theme_of(self, product):
        parent = self._products.get(product.parent, product)
        return parent.theme


def barcode_type(barcode):
    return _BARCODES.get(len(barcode), "GTIN")


# What Catalog Items tells of a product in one marketplace


def summary(product, marketplace):
    leaf = classification(product)
    shown = {
        "marketplaceId": marketplace.id,
        "brand": product.brand,
        "browseClassification": leaf and {n: leaf[n] for n in _SHORT},
        "color": product.options.get("color"),
        "size": product.options.get("size"),
        "style": product.options.get("style"),
        "itemClassification": ("VARIATION_PARENT" if product.theme else "BASE_PRODUCT"),
        "itemName": product.title_in(marketplace.country),
        "manufacturer": product.brand,
        "packageQuantity": None if product.theme else 1,
        "websiteDisplayGroupName": product.category[0] if product.category else None,
    }
    return {name: value for name, value in shown.items() if value}


_SHORT = ("displayName", "classificationId")


def classification(product):
    """The category the product is in, and within it its parents up to the top."""
    node = None
    for depth, name in enumerate(product.category):
        path = "/".join(product.category[: depth + 1])
        above = node
        node = {"displayName": name, "classificationId": _number(path)}
        if above:
            node["parent"] = above
    return node


def _number(text):
    """An id that is the same in every run."""
    number = 0
    for letter in text:
        number = (number * 131 + ord(letter)) % 10**10
    return str(number)


def images(product, base):
    return [
        {
            "variant": variant,
            "link": link(base, kind, product.asin, variant, size),
            "height": size,
            "width": size,
        }
        for variant, kind in zip(VARIANTS, product.images, strict=False)
        for size in SIZES
    ]


def identifiers(product):
    if not product.barcode:
        return []
    found = [(barcode_type(product.barcode), product.barcode)]
    if len(product.barcode) == 12:  # a UPC is an EAN with a zero before it
        found.append(("EAN", "0" + product.barcode))
    return [{"identifierType": kind, "identifier": code} for kind, code in found]


def dimensions(product, marketplace):
    american = marketplace.country == "US"
    default = ("inches", "pounds") if american else ("centimeters", "kilograms")
    of_length, of_weight = product.units or default
    shown = {
        name: {"unit": of_length, "value": round(value / _LENGTHS[of_length], 4)}
        for name, value in zip(
            ("length", "width", "height"), product.dimensions, strict=False
        )
    }
    if product.weight:
        value = round(product.weight / _WEIGHTS[of_weight], 4)
        shown["weight"] = {"unit": of_weight, "value": value}
    return shown


def relationships(products, product, marketplace):
    """Its family, seen from the parent or from a child."""
    theme = products.theme_of(product)
    told = {
        "type": "VARIATION",
        "variationTheme": {
            "attributes": list(theme),
            "theme": "/".join(name.upper() for name in theme),
        },
    }
    if product.theme:
        children = products.children(product.asin, marketplace.country)
        return [{**told, "childAsins": children}] if children else []
    return [{**told, "parentAsins": [product.parent]}] if product.parent else []


def attributes(product, marketplace):
    """The flat attributes: what summaries don't tell, the description above all."""
    language, here = marketplace.language, marketplace.id
    told = {
        "item_name": product.title_in(marketplace.country),
        "brand": product.brand,
        "product_description": product.description,
        **product.options,
    }
    return {
        name: [{"value": value, "language_tag": language, "marketplace_id": here}]
        for name, value in told.items()
        if value
    }
