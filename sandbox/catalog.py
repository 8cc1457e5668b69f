"""What the sandbox's sellers sell: a dozen SKUs, priced per currency."""

from decimal import Decimal

# SKU | ASIN | price in USD | title
_TABLE = """
MUG-BLUE-350     | B0SB000001 | 12.99  | Stoneware Mug, Blue, 350 ml
MUG-WHITE-350    | B0SB000002 | 12.49  | Stoneware Mug, White, 350 ml
TEE-BLK-M        | B0SB000003 | 19.95  | Organic Cotton T-Shirt, Black, M
TEE-BLK-L        | B0SB000004 | 19.95  | Organic Cotton T-Shirt, Black, L
LAMP-DESK-01     | B0SB000005 | 49.90  | LED Desk Lamp with Dimmer
CABLE-USBC-2M    | B0SB000006 | 8.79   | USB-C Cable, 2 m, Braided
NOTEBOOK-A5      | B0SB000007 | 6.37   | Notebook A5, Dotted, 160 Pages
PEN SET/3        | B0SB000008 | 14.10  | Fountain Pen Set, 3 Pieces
BOTTLE-750       | B0SB000009 | 24.33  | Insulated Bottle, 750 ml
BACKPACK-20L     | B0SB000010 | 79.00  | Commuter Backpack, 20 l
KETTLE-1.7       | B0SB000011 | 39.49  | Electric Kettle, 1.7 l
CHAIR-OFFICE     | B0SB000012 | 189.00 | Ergonomic Office Chair
GLOVE-WINTER-S   | B0SB000013 | 17.20  | Winter Gloves, S
UMBRELLA-XL      | B0SB000014 | 29.99  | Storm Umbrella, XL
"""
# What a dollar price becomes elsewhere; cents stay odd on purpose.
_FACTORS = {
    "USD": "1",
    "CAD": "1.37",
    "EUR": "1.05",
    "GBP": "0.89",
    "JPY": "151",
    "AUD": "1.53",
    "MXN": "18.4",
    "SEK": "10.9",
    "PLN": "4.2",
}


def _prices(dollars):
    prices = {}
    for currency, factor in _FACTORS.items():
        cent = Decimal(1) if currency == "JPY" else Decimal("0.01")
        price = (Decimal(dollars) * Decimal(factor)).quantize(cent)
        prices[currency] = str(price)
    return prices


def _rows():
    for line in filter(None, _TABLE.split("\n")):
        sku, asin, dollars, title = (cell.strip() for cell in line.split("|"))
        yield (
            sku,
            {
                "title": title,
                "asin": asin,
                "price": dollars,
                "prices": _prices(dollars),
            },
        )


CATALOG = dict(_rows())
# Listed at Amazon, ordered by buyers, but unknown to Odoo in the demo.
UNLINKED_SKUS = ("GLOVE-WINTER-S", "UMBRELLA-XL")
LINKED_SKUS = tuple(sku for sku in CATALOG if sku not in UNLINKED_SKUS)


def price_of(sku, currency):
    """The list price; a SKU or currency we don't know costs about twenty."""
    prices = CATALOG.get(sku, {}).get("prices", {})
    return Decimal(prices.get(currency, "2000" if currency == "JPY" else "19.99"))
