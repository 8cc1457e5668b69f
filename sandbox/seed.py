"""The world a seeded sandbox starts with: two sellers and orders of every kind.

Most orders are plain: merchant-fulfilled, unshipped, to be sent within days. Then one
or a few of each case that makes a connector think.
"""

from datetime import timedelta

from .catalog import LINKED_SKUS
from .shipments import ship

PLAIN = {"US": 22, "CA": 2, "DE": 16}


def populate(sandbox):
    us = sandbox.add_seller("US", ["US", "CA"], pseudo=["Non-Amazon US"])
    de = sandbox.add_seller("DE", ["DE", "FR"])
    for seller, country, special in (
        (us, "US", [*_american(), *_open_and_closed()]),
        (us, "CA", _canadian()),
        (de, "DE", [*_german(), *_open_and_closed()]),
    ):
        for _number in range(PLAIN[country]):
            _add(sandbox, seller, country, items=_plain_items(sandbox.rng, country))
        for order in special:
            _add(sandbox, seller, country, **order)
    _replacement(sandbox, us)
    _cancelled_while_pending(sandbox, us)
    _partially_shipped(sandbox, us, "US", "UPS")
    _partially_shipped(sandbox, de, "DE", "DHL")


def _add(sandbox, seller, country, **order):
    """With times of its own: created within days, ready to be sent from now on."""
    rng, now = sandbox.rng, sandbox.clock.now()
    created = now - timedelta(minutes=rng.randint(60, 5 * 24 * 60))
    updated = min(created + timedelta(minutes=30), now - timedelta(minutes=5))
    order.setdefault("ship_within", timedelta(hours=rng.randint(12, 72)))
    return sandbox.add_order(
        seller, marketplace=country, created=created, updated=updated, **order
    )


def _plain_items(rng, country):
    skus = rng.sample(LINKED_SKUS, rng.choice((1, 1, 1, 2)))
    # Where prices include tax, Amazon states it on some orders only.
    stated = country != "DE" or rng.random() < 0.5
    return [{"sku": sku, "tax_stated": stated} for sku in skus]


def _order(*items, **keywords):
    return {"items": list(items), **keywords}


def _item(sku, quantity=1, **keywords):
    return {"sku": sku, "quantity": quantity, **keywords}


def _american():
    yield _order(_item("MUG-BLUE-350", 3, tax_by_unit=True))
    # Tier prices: 29.99 is no multiple of a unit price.
    yield _order(_item("NOTEBOOK-A5", 5, total="29.99"))
    yield _order(_item("TEE-BLK-M"), _item("TEE-BLK-M", 2))
    yield _order(_item("KETTLE-1.7", shipping="5.99"), service_level="EXPEDITED")
    yield _order(_item("BACKPACK-20L", discount="7.90"))
    yield _order(_item("BOTTLE-750", shipping=5, shipping_discount=5))
    message = "Happy birthday, Mom!\nLove, Noah"
    yield _order(_item("PEN SET/3", gift_wrap="3.99", gift_message=message))
    yield _order(_item("KETTLE-1.7", facilitator=False))
    yield _order(
        _item("MUG-WHITE-350", 2, facilitator=False),
        _item("CABLE-USBC-2M", tax_rate=0),
    )
    yield _order(_item("KETTLE-1.7"), buyer={"buyerName": None}, address={"name": None})
    yield _order(
        _item("NOTEBOOK-A5"),
        buyer={"buyerName": "佐藤 花子"},
        address={"name": "佐藤 花子"},
    )
    yield _order(
        _item("CHAIR-OFFICE", 4, unit_price="171.00", business_price=True, tax_rate=0),
        programs=["AMAZON_BUSINESS"],
        buyer={
            "buyerCompanyName": "Initech LLC",
            "buyerPurchaseOrderNumber": "PO-2026-0815",
        },
        address={"companyName": "Initech LLC", "addressType": "COMMERCIAL"},
        payment="Invoice",
    )
    yield _order(_item("LAMP-DESK-01"), programs=["FBM_SHIP_PLUS"])
    yield _order(_item("TEE-BLK-L", buyer_cancels="Ordered by mistake"))
    yield _order(
        _item("CABLE-USBC-2M"),
        programs=["PRIME"],
        service_level="NEXT_DAY",
        ship_within=timedelta(hours=10),
    )
    yield _order(_item("GLOVE-WINTER-S"))
    yield _order(_item("MUG-BLUE-350"), _item("UMBRELLA-XL"))
    # Sent from Amazon's warehouse for a sale outside Amazon.
    yield _order(
        _item("MUG-BLUE-350", unit_price=0),
        order_id="S01-4711470-8150815",
        alias="CONSUMER-2026-117",
        status="SHIPPED",
        fulfilled_by="AMAZON",
        non_amazon=True,
    )


def _canadian():
    yield _order(_item("LAMP-DESK-01", shipping="9.99"))


def _german():
    yield _order(
        _item("MUG-BLUE-350"),
        buyer={"buyerName": "Jörg Müßig-Öztürk"},
        address={
            "name": "Jörg Müßig-Öztürk",
            "addressLine1": "Straße des Übermuts 7",
            "city": "Göttingen",
            "stateOrRegion": "Niedersachsen",
            "postalCode": "37073",
        },
    )
    yield _order(_item("NOTEBOOK-A5", 7, tax_by_unit=True))
    yield _order(_item("PEN SET/3", 3, tax_stated=False))
    yield _order(_item("TEE-BLK-L"), _item("TEE-BLK-L"))
    yield _order(_item("KETTLE-1.7", shipping="4.90"))
    yield _order(_item("BACKPACK-20L", discount="8.30"))
    yield _order(_item("BOTTLE-750", shipping="3.99", shipping_discount="3.99"))
    message = "Alles Gute, liebe Grüße von Jürgen"
    yield _order(_item("MUG-WHITE-350", 2, gift_wrap="2.99", gift_message=message))
    yield _order(_item("CABLE-USBC-2M", reporting_scheme="UOSS"))
    yield _order(
        _item("LAMP-DESK-01"),
        address={"addressLine1": "Packstation 145", "addressType": "PICKUP_POINT"},
    )
    yield _order(
        _item("CHAIR-OFFICE", 2, tax_rate=0),
        programs=["AMAZON_BUSINESS"],
        buyer={
            "buyerCompanyName": "Größwang & Söhne GmbH",
            "buyerPurchaseOrderNumber": "B-77/2026",
        },
        address={"companyName": "Größwang & Söhne GmbH"},
        tax_registration={
            "legalName": "Größwang & Söhne GmbH",
            "taxRegistrationType": "VAT",
            "taxRegistrationNumber": "DE136695976",
        },
    )
    yield _order(_item("UMBRELLA-XL"))


def _open_and_closed():
    """What is not to be sent: pending, shipped, cancelled, Amazon's."""
    yield _order(_item("MUG-BLUE-350"), status="PENDING")
    yield _order(_item("TEE-BLK-M"), status="PENDING")
    preorder = {"status": "PENDING_AVAILABILITY", "programs": ["PREORDER"]}
    yield _order(_item("BACKPACK-20L"), **preorder)
    yield _order(_item("KETTLE-1.7"), status="CANCELLED")
    amazon = {"fulfilled_by": "AMAZON", "programs": ["PRIME"]}
    yield _order(_item("LAMP-DESK-01"), status="SHIPPED", **amazon)
    two = _item("BOTTLE-750", 2)
    yield _order(two, _item("NOTEBOOK-A5"), status="SHIPPED", **amazon)
    yield _order(_item("MUG-WHITE-350"), status="UNSHIPPED", **amazon)
    yield _order(_item("CABLE-USBC-2M"), status="PENDING", **amazon)
    yield _order(_item("TEE-BLK-L"), status="UNFULFILLABLE", **amazon)


def _replacement(sandbox, seller):
    """Sent again for nothing, instead of an order that was shipped."""
    original = _add(sandbox, seller, "US", items=["BOTTLE-750"])
    _ship(sandbox, original, "USPS", len(original.items))
    _add(
        sandbox,
        seller,
        "US",
        items=[{"sku": "BOTTLE-750", "total": 0}],
        replaces=original.order_id,
    )


def _cancelled_while_pending(sandbox, seller):
    """Never had a price or a buyer."""
    order = _add(sandbox, seller, "US", items=["NOTEBOOK-A5"], status="PENDING")
    updated = order.updated
    order.cancel(updated, by="AMAZON", reason="Payment failed")


def _partially_shipped(sandbox, seller, country, carrier):
    two = {"sku": "MUG-BLUE-350", "quantity": 2}
    order = _add(sandbox, seller, country, items=["KETTLE-1.7", two])
    _ship(sandbox, order, carrier, 1)
    order = _add(sandbox, seller, country, items=["TEE-BLK-M"])
    _ship(sandbox, order, carrier, 1)


def _ship(sandbox, order, carrier, count):
    """The first items of an order left in one package, as the seller would say."""
    shipped = order.updated
    package = {
        "packageReferenceId": "1",
        "carrierCode": carrier,
        "shippingMethod": "Standard",
        "trackingNumber": f"{sandbox.rng.randrange(10**11, 10**12)}",
        "shipDate": order.payload["lastUpdatedTime"],
        "orderItems": [
            {"orderItemId": item["orderItemId"], "quantity": item["quantityOrdered"]}
            for item in order.items[:count]
        ],
    }
    quantities = {i["orderItemId"]: i["quantity"] for i in package["orderItems"]}
    ship(order, package, quantities, shipped)
    sandbox.ledger.follow(order, shipped)
