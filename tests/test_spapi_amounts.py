"""Whether amounts include tax, and what each charge comes to, cent for cent."""

from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from ..spapi.amounts import item_inclusive, order_amounts
from ..spapi.errors import AmountMismatch
from ..spapi.orders import parse_order

D = Decimal


def money(amount, currency="USD"):
    return {"amount": str(amount), "currencyCode": currency}


def row(kind, amount, details=None):
    result = {"type": kind, "subtotal": money(amount)}
    if details is not None:
        result["detailedBreakdowns"] = [
            {"subtype": subtype, "value": money(value)}
            for subtype, value in details.items()
        ]
    return result


def item(number, total, *rows, quantity=1, facilitated=False):
    result = {
        "orderItemId": str(number),
        "quantityOrdered": quantity,
        "product": {},
        "proceeds": {"breakdowns": list(rows)},
    }
    if total is not None:
        result["proceeds"]["proceedsTotal"] = money(total)
    if facilitated:
        result["tax"] = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]}
    return result


def order(*items, grand=None, breakdowns=(), **keys):
    proceeds = {"breakdowns": list(breakdowns)}
    if grand is not None:
        proceeds["grandTotal"] = money(grand)
    return parse_order(
        {
            "orderId": "902-1845936-5435065",
            "createdTime": "2026-11-20T10:00:00Z",
            "lastUpdatedTime": "2026-11-20T10:00:00Z",
            "salesChannel": {"channelName": "AMAZON"},
            "orderItems": list(items),
            "proceeds": proceeds,
            **keys,
        }
    )


def table(amounts):
    """{kind: (gross, net, tax, facilitated)} of an order with one item."""
    return {c.kind: (c.gross, c.net, c.tax, c.facilitated) for c in amounts.charges}


@tagged("post_install", "-at_install")
class TestInclusive(BaseCase):
    def decide(self, payload, fallback=False):
        return item_inclusive(order(payload).items[0], fallback)

    def test_exclusive(self):
        payload = item(1, "21.20", row("ITEM", "20.00"), row("TAX", "1.20"))
        self.assertIs(self.decide(payload), False)
        self.assertIs(self.decide(payload, fallback=True), False)

    def test_inclusive(self):
        payload = item(1, "120.00", row("ITEM", "120.00"), row("TAX", "20.00"))
        self.assertIs(self.decide(payload), True)

    def test_untaxed_tells_nothing(self):
        self.assertIsNone(self.decide(item(1, "20.00", row("ITEM", "20.00"))))
        stated = item(1, "20.00", row("ITEM", "20.00"), row("TAX", "0.00"))
        self.assertIsNone(self.decide(stated))

    def test_no_total_tells_nothing(self):
        payload = item(1, None, row("ITEM", "20.00"), row("TAX", "1.00"))
        self.assertIsNone(self.decide(payload))

    def test_tax_that_amazon_keeps(self):
        payload = item(
            1, "20.00", row("ITEM", "20.00"), row("TAX", "1.20"), facilitated=True
        )
        self.assertIs(self.decide(payload, fallback=False), False)
        self.assertIs(self.decide(payload, fallback=True), True)

    def test_tax_that_amazon_keeps_of_inclusive_prices(self):
        payload = item(
            1, "100.00", row("ITEM", "120.00"), row("TAX", "20.00"), facilitated=True
        )
        self.assertIs(self.decide(payload, fallback=True), True)
        payload.pop("tax")
        with self.assertRaises(AmountMismatch):
            self.decide(payload, fallback=True)

    def test_neither(self):
        payload = item(7, "20.50", row("ITEM", "20.00"), row("TAX", "1.20"))
        with self.assertRaises(AmountMismatch) as caught:
            self.decide(payload)
        for figure in ("Item 7", "20.00", "1.20", "20.50"):
            self.assertIn(figure, str(caught.exception))
        with self.assertRaises(AmountMismatch):
            self.decide(item(1, "20.01", row("ITEM", "20.00")))


@tagged("post_install", "-at_install")
class TestOrderAmounts(BaseCase):
    def refused(self, payload, *words, fallback=False):
        with self.assertRaises(AmountMismatch) as caught:
            order_amounts(payload, fallback=fallback)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_reference_example(self):
        # spapi.md §3.6: item with tax and discount
        amounts = order_amounts(
            order(
                item(
                    1,
                    "21.20",
                    row("ITEM", "20.00"),
                    row("SHIPPING", "5.00"),
                    row("DISCOUNT", "-5.00", {"SHIPPING": "-5.00"}),
                    row("TAX", "1.20", {"ITEM": "1.20"}),
                    quantity=2,
                ),
                grand="21.20",
            ),
            fallback=True,
        )
        self.assertIs(amounts.inclusive, False)
        self.assertEqual(
            table(amounts),
            {
                "ITEM": (D("21.20"), D("20.00"), D("1.20"), 0),
                "SHIPPING": (D("5.00"), D("5.00"), 0, 0),
                "DISCOUNT": (D("-5.00"), D("-5.00"), 0, 0),
            },
        )
        self.assertEqual(amounts.charges[0].order_item_id, "1")
        self.assertEqual([c.quantity for c in amounts.charges], [2, 1, 1])
        self.assertEqual(
            (amounts.total_gross, amounts.total_net), (D("21.20"), D("20"))
        )
        self.assertEqual((amounts.currency, amounts.grand_total), ("USD", D("21.20")))

    def test_inclusive_with_taxed_discount(self):
        for sign in ("", "-"):
            amounts = order_amounts(
                order(
                    item(
                        1,
                        "108.00",
                        row("ITEM", "120.00"),
                        row("DISCOUNT", f"{sign}12.00"),
                        row(
                            "TAX", "18.00", {"ITEM": "20.00", "DISCOUNT": f"{sign}2.00"}
                        ),
                    )
                ),
                fallback=False,
            )
            self.assertEqual(
                table(amounts),
                {
                    "ITEM": (D("120.00"), D("100.00"), D("20.00"), 0),
                    "DISCOUNT": (D("-12.00"), D("-10.00"), D("-2.00"), 0),
                },
            )
            self.assertTrue(amounts.inclusive)

    def test_tax_without_details_stays_whole(self):
        amounts = order_amounts(
            order(
                item(1, "21", row("ITEM", "0"), row("SHIPPING", "20"), row("TAX", "1"))
            ),
            fallback=False,
        )
        self.assertEqual(table(amounts)["SHIPPING"], (21, 20, 1, 0))
        self.assertEqual(table(amounts)["ITEM"], (0, 0, 0, 0))

    def test_untaxed_order_follows_the_marketplace(self):
        for fallback in (True, False):
            payload = order(item(1, "20.00", row("ITEM", "20.00")))
            self.assertIs(order_amounts(payload, fallback=fallback).inclusive, fallback)

    def test_one_item_decides_for_the_others(self):
        payload = order(
            item(1, "20.00", row("ITEM", "20.00")),
            item(2, "22.00", row("ITEM", "20.00"), row("TAX", "2.00")),
        )
        self.assertIs(order_amounts(payload, fallback=True).inclusive, False)

    def test_contradictory_items(self):
        self.refused(
            order(
                item(1, "20.00", row("ITEM", "20.00"), row("TAX", "2.00")),
                item(2, "22.00", row("ITEM", "20.00"), row("TAX", "2.00")),
            ),
            "item 1 include tax",
            "item 2 do not",
        )

    def test_facilitated_tax_of_one_of_two_items(self):
        shipping = row("TAX", "2.50", {"ITEM": "2.00", "SHIPPING": "0.50"})
        rows = (row("ITEM", "20.00"), row("SHIPPING", "5.00"), shipping)
        payload = order(
            item(1, "27.50", *rows, facilitated=True),
            item(2, "27.50", *rows),
            grand="55",
        )
        amounts = order_amounts(payload, fallback=False)
        self.assertEqual(
            [(c.kind, c.tax, c.facilitated) for c in amounts.charges],
            [
                ("ITEM", 2, 2),
                ("ITEM", 2, 0),
                ("SHIPPING", D("0.50"), 0),
                ("SHIPPING", D("0.50"), D("0.50")),
            ],
        )
        self.assertEqual(amounts.total_facilitated, D("2.50"))

    def test_withheld_tax_is_missing_in_the_totals(self):
        payload = order(
            item(
                1, "20.00", row("ITEM", "20.00"), row("TAX", "2.00"), facilitated=True
            ),
            grand="20.00",
        )
        amounts = order_amounts(payload, fallback=False)
        self.assertEqual(table(amounts)["ITEM"], (22, 20, 2, 2))
        self.assertEqual(amounts.total_gross - amounts.total_facilitated, 20)

    def test_tips(self):
        for status, grand, charged in (
            ("FINALIZED", "25.00", 5),
            ("FINALIZED", "20.00", 5),
            ("PENDING", "25.00", 0),
            ("PENDING", "20.00", 0),
        ):
            tip = row("DELIVERY_TIP", "5.00") | {"status": status}
            payload = order(
                item(1, "20.00", row("ITEM", "20.00")), grand=grand, breakdowns=[tip]
            )
            amounts = order_amounts(payload, fallback=False)
            self.assertEqual(table(amounts).get("TIP", (0,))[0], charged)
            self.assertEqual(amounts.total_gross, 20 + charged)

    def test_grand_total_differs(self):
        payload = order(item(1, "20.00", row("ITEM", "20.00")), grand="20.01")
        self.refused(payload, "20.01", "20.00")

    def test_missing_and_negative(self):
        self.refused(order(item(1, "5", row("SHIPPING", "5"))), "missing")
        self.refused(order(item(1, None)), "missing")
        self.refused(order(item(1, "-5", row("ITEM", "-5"))), "negative")
        self.refused(
            order(item(1, "5", row("ITEM", "6"), row("COD_FEE", "-1"))), "COD_FEE", "-1"
        )
        self.refused(
            order(item(1, "5", row("ITEM", "6"), row("TAX", "-1"))), "TAX", "negative"
        )
        self.refused(
            order(item(1, "5", row("ITEM", "5"), quantity=-1)), "quantity is -1"
        )

    def test_unknown_kinds(self):
        self.refused(
            order(item(1, "5", row("ITEM", "5"), row("DEPOSIT", "1"))), "DEPOSIT"
        )
        details = row("TAX", "1", {"ITEM": "0.5", "DEPOSIT": "0.5"})
        self.refused(order(item(1, "6", row("ITEM", "5"), details)), "DEPOSIT")
        harmless = order(item(1, "5", row("ITEM", "5"), row("DEPOSIT", "0.00")))
        self.assertEqual(order_amounts(harmless, fallback=False).total_gross, 5)

    def test_tax_that_is_not_its_parts(self):
        details = row("TAX", "2.00", {"ITEM": "1.00", "SHIPPING": "0.99"})
        rows = (row("ITEM", "20"), row("SHIPPING", "1"), details)
        self.refused(order(item(1, "23", *rows)), "2.00", "0.99")

    def test_mixed_currencies(self):
        payload = item(1, "5", row("ITEM", "5"))
        payload["proceeds"]["proceedsTotal"]["currencyCode"] = "CAD"
        self.refused(order(payload), "CAD", "USD")

    def test_quantity_zero(self):
        kept = item(1, "5", row("ITEM", "5"))
        gone = [
            item(2, "0.00", row("ITEM", "0.00"), quantity=0),
            {"orderItemId": "3", "quantityOrdered": 0, "product": {}},
        ]
        amounts = order_amounts(order(kept, *gone, grand="5"), fallback=False)
        self.assertEqual([c.order_item_id for c in amounts.charges], ["1"])
        odd = item(2, "7", row("ITEM", "7"), quantity=0)
        self.refused(order(kept, odd), "Item 2", "quantity 0")

    def test_replacements_cost_nothing(self):
        association = [{"orderId": "1", "associationType": "REPLACEMENT_ORIGINAL_ID"}]
        silent = {"orderItemId": "1", "quantityOrdered": 2, "product": {}}
        amounts = order_amounts(
            order(silent, associatedOrders=association), fallback=False
        )
        self.assertEqual((amounts.total_gross, amounts.currency), (0, None))
        self.assertEqual(amounts.charges[0].quantity, 2)
        zero = item(1, "0.00", row("ITEM", "0.00"))
        amounts = order_amounts(
            order(zero, associatedOrders=association, grand="0.00"), fallback=False
        )
        self.assertEqual((amounts.total_gross, amounts.currency), (0, "USD"))

    def test_yen_have_no_cents(self):
        payload = order(item(1, "19940", row("ITEM", "19940")), grand="19940")
        amounts = order_amounts(payload, fallback=True)
        self.assertEqual(str(amounts.total_gross), "19940")

    def test_every_order_of_the_sandbox(self):
        sandbox = Sandbox(seed=3, rate_factor=None)
        read = 0
        for payload in _payloads(sandbox):
            parsed = parse_order(payload)
            if parsed.status not in ("UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"):
                continue
            fallback = parsed.currency not in ("USD", "CAD")
            amounts = order_amounts(parsed, fallback=fallback)
            if any(part.tax_stated and part.tax_amount() for part in parsed.items):
                self.assertIs(amounts.inclusive, fallback, parsed.order_id)
            read += 1
        self.assertGreater(read, 20)


def _payloads(sandbox):
    return [each.payload for each in sandbox.orders.values()]
