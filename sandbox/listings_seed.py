"""What the seeded sellers have listed, and listings in any number for benchmarks.

Every SKU of `catalog.py`, in all stores of its seller; then one or two of each case
that makes a connector think. Nothing here draws from the sandbox's own chance: orders
stay what they are.
"""

from decimal import Decimal
from itertools import product as combinations
from random import Random

from .catalog import CATALOG, price_of

# SKU: what Amazon's catalog tells of the product besides title and price.
_FACTS = {
    "MUG-BLUE-350": {
        "parent": "B0SB100001",
        "options": {"color": "Blue"},
        "brand": "Nordhus",
        "category": ("Home & Kitchen", "Kitchen & Dining", "Mugs"),
        "barcode": "4006381333931",
        "dimensions": (12.0, 8.5, 9.6),
        "weight": 0.38,
        "product_type": "DRINKING_CUP",
        "images": ("good", "good"),
    },
    "MUG-WHITE-350": {
        "parent": "B0SB100001",
        "options": {"color": "White"},
        "brand": "Nordhus",
        "category": ("Home & Kitchen", "Kitchen & Dining", "Mugs"),
        "barcode": "4006381333948",
        "dimensions": (12.0, 8.5, 9.6),
        "weight": 0.38,
        "product_type": "DRINKING_CUP",
    },
    "TEE-BLK-M": {
        "parent": "B0SB100002",
        "options": {"color": "Black", "size": "M"},
        "brand": "Threadwell",
        "category": ("Clothing, Shoes & Jewelry", "Men", "T-Shirts"),
        "barcode": "036000291452",
        "weight": 0.17,
        "units": ("inches", "ounces"),
        "product_type": "SHIRT",
    },
    "TEE-BLK-L": {
        "parent": "B0SB100002",
        "options": {"color": "Black", "size": "L"},
        "brand": "Threadwell",
        "category": ("Clothing, Shoes & Jewelry", "Men", "T-Shirts"),
        "barcode": "036000291469",
        "weight": 0.18,
        "units": ("inches", "ounces"),
        "product_type": "SHIRT",
    },
    "LAMP-DESK-01": {
        "brand": "Lumière & Fils",
        "category": ("Tools & Home Improvement", "Desk Lamps"),
        "barcode": "4006381334006",
        "dimensions": (45.0, 18.0, 12.0),
        "weight": 1.42,
        "description": "Dims from 5 to 100 %.",
    },
    "CABLE-USBC-2M": {
        "brand": "Voltaro",
        "category": ("Electronics", "Cables"),
        "weight": 0.055,
        "units": ("millimeters", "grams"),
        "dimensions": (14.0, 11.0, 2.5),
    },
    "NOTEBOOK-A5": {
        "brand": "Papierwerk",
        "category": ("Office Products", "Notebooks"),
        "barcode": "4006381334020",
        "weight": 0.24,
    },
    "PEN SET/3": {
        "brand": "Papierwerk",
        "category": ("Office Products", "Pens"),
        # The barcode of another product: it is taken already.
        "barcode": "4006381334020",
        "images": ("missing",),
    },
    "BOTTLE-750": {
        "brand": "Voltaro",
        "category": ("Sports & Outdoors", "Water Bottles"),
        "barcode": "4006381334044",
        "dimensions": (7.3, 7.3, 26.5),
        "weight": 0.36,
    },
    "BACKPACK-20L": {
        "brand": "Voltaro",
        "category": ("Luggage & Travel Gear", "Backpacks"),
        "images": ("huge",),
        "dimensions": (45.0, 30.0, 16.0),
        "weight": 0.9,
    },
    "KETTLE-1.7": {
        "brand": "Nordhus",
        "category": ("Home & Kitchen", "Kettles"),
        "barcode": "4006381334068",
        "weight": 1.1,
    },
    "CHAIR-OFFICE": {
        "brand": "Sitwell",
        "category": ("Office Products", "Chairs"),
        "dimensions": (66.0, 66.0, 118.0),
        "weight": 14.5,
        "images": (),
    },
    "GLOVE-WINTER-S": {"category": ("Clothing, Shoes & Jewelry", "Gloves")},
    "UMBRELLA-XL": {},
}
_PARENTS = {
    "MUG-350": ("B0SB100001", "Stoneware Mug, 350 ml", ("color",), "DRINKING_CUP"),
    "TEE-BLK": (
        "B0SB100002",
        "Organic Cotton T-Shirt",
        ("color", "size"),
        "SHIRT",
    ),
    "SOCK": ("B0SB100003", "Wool Socks", ("color", "size", "style"), "SOCKS"),
}
# Not every combination of a family is made.
_SOCKS = (
    ("Grey", "38-40", "Crew"),
    ("Grey", "41-43", "Crew"),
    ("Grey", "41-43", "Ankle"),
    ("Grün", "38-40", "Ankle"),
)


def populate(sandbox):
    for seller in sandbox.sellers.values():
        _families(sandbox, seller)
        for number, (sku, item) in enumerate(CATALOG.items()):
            _list(
                sandbox,
                seller,
                sku,
                title=item["title"],
                asin=item["asin"],
                quantity=20 + 7 * number,
                **_FACTS[sku],
            )
        _special(sandbox, seller)


def _list(sandbox, seller, sku, like=None, **keywords):
    """In every store of the seller, at the price of that currency."""
    for marketplace in seller.marketplaces:
        price = price_of(like or sku, marketplace.currency)
        sandbox.add_listing(
            seller, sku, marketplace=marketplace, **{"price": price, **keywords}
        )


def _families(sandbox, seller):
    for sku, (asin, title, theme, product_type) in _PARENTS.items():
        about = {"theme": theme, "product_type": product_type, "price": None}
        _list(sandbox, seller, sku, title=title, asin=asin, **about)
    for number, values in enumerate(_SOCKS):
        _list(
            sandbox,
            seller,
            f"SOCK-{number + 1}",
            title=f"Wool Socks ({', '.join(values)})",
            asin=f"B0SB00002{number}",
            quantity=50,
            parent="B0SB100003",
            options=dict(zip(("color", "size", "style"), values, strict=True)),
            brand="Threadwell",
            category=("Clothing, Shoes & Jewelry", "Socks"),
            weight=0.06,
            product_type="SOCKS",
        )


def _special(sandbox, seller):
    def offer(sku, of, **keywords):
        """One more SKU of a product there is."""
        asin = CATALOG[of]["asin"]
        _list(sandbox, seller, sku, like=of, asin=asin, **keywords)

    offer("MUG-BLUE-350-FBA", "MUG-BLUE-350", by_amazon=True, quantity=40)
    offer("LAMP-DESK-01-USED", "LAMP-DESK-01", condition="used_good", quantity=1)
    offer("NOTEBOOK-A5-OLD", "NOTEBOOK-A5", status="Inactive", quantity=0)
    _list(
        sandbox,
        seller,
        "BOTTLE-750-2PK",
        asin="B0SB000030",
        title='Insulated Bottle, 750 ml (Pack of 2), 3" Opening',
        price=46,
        quantity=9,
        brand="Voltaro",
        category=("Sports & Outdoors", "Water Bottles"),
    )
    _list(
        sandbox,
        seller,
        "SKU #1+50%",
        asin="B0SB000031",
        title="Türstopper, weiß – 2er Set",
        quantity=12,
        lead_time=3,
        brand="Größwang",
    )
    _list(
        sandbox,
        seller,
        "DRAFT-01",
        asin="B0SB000032",
        title="Not Finished Yet",
        price=None,
        status="Incomplete",
        images=(),
    )


_COLORS = ("Black", "White", "Blue", "Red", "Green")
_SIZES = ("S", "M", "L", "XL", "XXL")


def generate(sandbox, seller, count, families=0, seed=0, marketplaces=None):
    """So many listings, of them in so many families; returns the SKUs to sell.

    The families' parents are listed besides. Titles, prices, quantities and who belongs
    together follow from the seed.
    """
    if families and count < 2 * families:
        raise ValueError(f"{count} listings are too few for {families} families")
    rng, skus = Random(f"listings {seed}"), []
    per_family = min(4, count // families) if families else 0
    for number in range(families):
        skus += _generate_family(
            sandbox, seller, f"{seed}-{number:05}", per_family, rng, marketplaces
        )
    for number in range(count - len(skus)):
        sku = f"GEN-{seed}-{number:05}"
        _generate(sandbox, seller, sku, f"Thing {sku}", rng, marketplaces)
        skus.append(sku)
    return skus


def _generate_family(sandbox, seller, name, size, rng, marketplaces):
    parent = asin_of(name)
    sandbox.add_listing(
        seller,
        f"FAM-{name}",
        asin=parent,
        title=f"Family {name}",
        theme=("color", "size"),
        marketplaces=marketplaces,
    )
    skus = []
    every = list(combinations(_COLORS, _SIZES))
    for color, its_size in rng.sample(every, size):
        sku = f"FAM-{name}-{color}-{its_size}"
        title = f"Family {name}, {color}, {its_size}"
        options = {"color": color, "size": its_size}
        _generate(
            sandbox,
            seller,
            sku,
            title,
            rng,
            marketplaces,
            parent=parent,
            options=options,
        )
        skus.append(sku)
    return skus


def _generate(sandbox, seller, sku, title, rng, marketplaces, **facts):
    sandbox.add_listing(
        seller,
        sku,
        asin=asin_of(sku),
        title=title,
        price=Decimal(rng.randint(499, 19999)) / 100,
        quantity=rng.randint(0, 200),
        marketplaces=marketplaces,
        brand=f"Brand {rng.randrange(40)}",
        category=(f"Category {rng.randrange(20)}", f"Shelf {rng.randrange(100)}"),
        barcode=_ean(rng),
        dimensions=tuple(rng.randint(20, 600) / 10 for _side in range(3)),
        weight=rng.randint(20, 9000) / 1000,
        **facts,
    )


_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def asin_of(name):
    """Ten letters, the same for a name in every run."""
    number, letters = Random(name).randrange(36**8), ""
    for _place in range(8):
        number, place = divmod(number, 36)
        letters = _LETTERS[place] + letters
    return "B1" + letters


def _ean(rng):
    digits = [4, *(rng.randrange(10) for _digit in range(11))]
    weighed = sum(n * (3 if place % 2 else 1) for place, n in enumerate(digits))
    return "".join(map(str, digits)) + str(-weighed % 10)
