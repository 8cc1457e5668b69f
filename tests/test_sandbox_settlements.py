"""Settlements of the sandbox: what is in them, and how their files are written."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..sandbox.settlements import flat_file
from .money_case import DAY, OTHER, MoneyCase, read_settlement, sums


@tagged("post_install", "-at_install")
class TestSettlements(MoneyCase):
    def test_money_of_an_order_waits_seven_days(self):
        order = self.shipped({"unit_price": "100.00"})
        self.fee("12.00")
        header, rows = self.settle("US")
        self.assertEqual(header["total-amount"], Decimal("12.00"))
        self.assertEqual({row["order-id"] for row in rows}, {""})
        _header, rows = self.settle("US", after=6.9)
        self.assertNotIn(order.order_id, {row["order-id"] for row in rows})
        _header, rows = self.settle("US", after=0.2)
        self.assertEqual({row["order-id"] for row in rows}, {order.order_id})
        self.assertEqual(self.settle("US", after=14)[1], [])

    def test_file_in_amazons_layout(self):
        item = {"sku": "MUG-BLUE-350", "quantity": 2, "unit_price": "50.00"}
        order = self.shipped({**item, "discount": "10.00"})
        self.sandbox.clock.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("US")
        lines = flat_file(settlement).split("\n")
        self.assertEqual(len(lines[0].split("\t")), 24)
        self.assertEqual({len(line.split("\t")) for line in lines[:-1]}, {24})
        self.assertEqual(lines[-1], "")
        header, rows = read_settlement("\n".join(lines), "US")
        self.assertEqual(header["settlement-id"], settlement.settlement_id)
        self.assertEqual(header["currency"], "USD")
        self.assertEqual(header["transaction-type"] + header["amount-type"], "")
        self.assertEqual(
            header["deposit-date"] - header["settlement-end-date"], timedelta(days=2)
        )
        [event] = self.events(order)
        [line] = order.items
        for row in rows:
            self.assertEqual(row["settlement-id"], settlement.settlement_id)
            self.assertEqual(row["total-amount"] + row["currency"], "")
            self.assertEqual(row["order-id"], order.order_id)
            self.assertEqual(row["shipment-id"], event.shipment_id)
            self.assertEqual(row["order-item-code"], line["orderItemId"])
            self.assertEqual(row["fulfillment-id"], "MFN")
            self.assertEqual(row["marketplace-name"], "Amazon.com")
            self.assertEqual(
                (row["sku"], row["quantity-purchased"]), (item["sku"], "2")
            )
            promotion = row["amount-type"] == "Promotion"
            self.assertEqual(bool(row["promotion-id"]), promotion)

    def test_numbers_and_dates_as_the_marketplace_writes_them(self):
        self.sandbox.add_seller("EU", ["FR"])
        self.sandbox.add_seller("JP", ["JP"])
        for seller, written, pattern in (
            ("US", "-1234.50", r"\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\t"),
            ("DE", "-1234,50", r"\t\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC\t"),
            ("EU", "-1234,50", r"\t\d\d/\d\d/\d{4} \d\d:\d\d:\d\d UTC\t"),
            ("JP", "-1235", r"\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\t"),
        ):
            with self.subTest(seller):
                self.fee("-1234.50", seller)
                text = flat_file(self.sandbox.close_settlement(seller))
                self.assertEqual(text.count(f"\t{written}\t"), 2)
                self.assertRegex(text, pattern)

    def test_one_settlement_per_marketplace(self):
        self.fee("-10.00")
        self.fee("-20.00", marketplace="CA")
        for country, currency, total in (("US", "USD", -10), ("CA", "CAD", -20)):
            settlement = self.sandbox.close_settlement("US", country)
            self.assertEqual((settlement.currency, settlement.total), (currency, total))
        with self.assertRaises(ValueError):
            self.sandbox.close_settlement("US", "DE")

    def test_reserve_comes_back_in_the_next(self):
        self.fee("100.00")
        header, rows = self.settle("US", reserve=Decimal("45.00"))
        self.assertEqual(header["total-amount"], Decimal("55.00"))
        current = (OTHER, OTHER, "Current Reserve Amount")
        self.assertEqual(sums(rows)[current], Decimal("-45.00"))
        header, rows = self.settle("US", after=14)
        self.assertEqual(header["total-amount"], Decimal("45.00"))
        previous = (OTHER, OTHER, "Previous Reserve Amount Balance")
        self.assertEqual(sums(rows), {previous: Decimal("45.00")})
        self.assertEqual(self.settle("US", after=14)[1], [])

    def test_debt_is_carried_to_the_next(self):
        self.fee("-70.00")
        self.assertEqual(self.settle("US")[0]["total-amount"], Decimal("-70.00"))
        self.sandbox.charge("US", OTHER, OTHER, "Successful charge", "30.00")
        header, rows = self.settle("US", after=14)
        self.assertEqual(header["total-amount"], Decimal("-40.00"))
        self.assertEqual(sums(rows)[OTHER, OTHER, "Payable to Amazon"], -70)
        self.fee("50.00")
        self.assertEqual(self.settle("US", after=14)[0]["total-amount"], 10)
        self.assertEqual(self.settle("US", after=14)[0]["total-amount"], 0)

    def test_rows_in_the_order_of_their_release(self):
        order = self.shipped("MUG-BLUE-350")
        self.sandbox.clock.advance(DAY)
        self.fee("-1.00")
        _header, rows = self.settle("US", after=8)
        self.assertEqual(
            [rows[0]["order-id"], rows[-1]["order-id"]], ["", order.order_id]
        )
        times = [row["posted-date-time"] for row in rows]
        self.assertEqual(times, sorted(times))

    def test_nothing_gets_into_a_closed_period(self):
        self.settle("US")
        old = self.sandbox.clock.now() - timedelta(days=30)
        order = self.sandbox.add_order(
            "US", status="SHIPPED", fulfilled_by="AMAZON", created=old, updated=old
        )
        header, rows = self.settle("US", after=1)
        self.assertEqual({row["order-id"] for row in rows}, {order.order_id})
        for row in rows:
            self.assertLessEqual(
                header["settlement-start-date"], row["posted-date-time"]
            )

    def test_earlier_end_leaves_later_events_for_the_next(self):
        noon = self.sandbox.clock.now()
        self.fee("-1.00", posted=noon - timedelta(days=3))
        self.fee("-2.00", posted=noon - timedelta(days=1))
        header, _rows = self.settle("US", until=noon - timedelta(days=2))
        self.assertEqual(header["total-amount"], Decimal("-1.00"))
        with self.assertRaisesRegex(ValueError, "settled until"):
            self.fee("-3.00", posted=noon - timedelta(days=3))
        with self.assertRaisesRegex(ValueError, "settled until"):
            self.sandbox.close_settlement("US", until=noon - timedelta(days=4))
        with self.assertRaisesRegex(ValueError, "future"):
            self.sandbox.close_settlement("US", until=noon + timedelta(days=4))
        following, rows = self.settle("US")
        self.assertEqual(
            following["settlement-start-date"], header["settlement-end-date"]
        )
        fee = ("ServiceFee", OTHER, "Subscription Fee")
        self.assertEqual(sums(rows)[fee], Decimal("-2.00"))


@tagged("post_install", "-at_install")
class TestHistories(MoneyCase):
    """Whatever happens, every cent is in one settlement or still to come."""

    def setUp(self):
        super().setUp()
        self.sandbox.add_seller("JP", ["JP"])
        self.files = defaultdict(list)  # seller key → [(header, rows)]

    def test_random_histories(self):
        for seed in range(4):
            self.rng = random.Random(seed)
            for _step in range(60):
                self.rng.choice(self.deeds)(self, self.rng.choice(("US", "DE", "JP")))
                self.sandbox.clock.advance(self.rng.randint(0, 3 * DAY))
                self.tokens.clear()
        orders = list(self.sandbox.orders.values())
        self.assertGreater(sum(order.status == "SHIPPED" for order in orders), 20)
        self.check_settlements()
        rows = self.all_rows()
        for order in orders:
            self.check_order(order, rows[order.order_id])

    # What may happen

    def order(self, seller):
        by_amazon = self.rng.random() < 0.3
        [order] = self.sandbox.generate_orders(
            seller, 1, seed=self.rng.random(), kind="random"
        )
        if by_amazon:
            order.payload["fulfillment"]["fulfilledBy"] = "AMAZON"
            self.sandbox.ship_by_amazon(order.order_id)

    def ship(self, seller):
        """Some units of some items of an order that waits."""
        orders = self.of(seller, "UNSHIPPED", "PARTIALLY_SHIPPED")
        if not orders:
            return
        order = self.rng.choice(orders)
        everything = self.rng.random() < 0.5
        quantities = {
            item["orderItemId"]: left if everything else self.rng.randint(1, left)
            for item in order.items
            if (left := item["fulfillment"]["quantityUnfulfilled"])
        }
        reference = str(len(order.packages) + 1)
        answer = self.confirm(order, reference, quantities)
        self.assertEqual(answer.status_code, 204, answer.text)

    def cancel_rest(self, seller):
        orders = self.of(seller, "PARTIALLY_SHIPPED")
        if orders and self.rng.random() < 0.3:
            self.sandbox.cancel(self.rng.choice(orders).order_id)

    def refund(self, seller):
        orders = self.of(seller, "SHIPPED", "PARTIALLY_SHIPPED")
        if not orders:
            return
        order = self.rng.choice(orders)
        item = self.rng.choice(order.items)
        wanted = self.rng.choice((None, 1, "0.37", "3"))
        items = wanted and {item["orderItemId"]: wanted}
        try:
            self.sandbox.refund(order.order_id, items, goodwill=self.rng.choice((0, 2)))
        except ValueError:
            return  # more than is left

    def charge(self, seller):
        amount = Decimal(self.rng.randint(-9000, 4000)) / 100
        self.fee(amount, seller)

    def close(self, seller):
        reserve = self.rng.choice((0, 0, 12))
        self.files[seller].append(self.settle(seller, reserve=reserve))

    deeds = (order, order, ship, ship, ship, cancel_rest, refund, charge, close)

    def of(self, seller, *statuses):
        return [
            order
            for order in self.sandbox.orders.values()
            if order.seller.key == seller and order.status in statuses
        ]

    # What must hold

    def check_settlements(self):
        for files in self.files.values():
            for header, rows in files:
                total = sum(row["amount"] for row in rows)
                self.assertEqual(total, header["total-amount"])
                for row in rows:
                    posted = row["posted-date-time"]
                    self.assertLessEqual(header["settlement-start-date"], posted)
                    self.assertLessEqual(posted, header["settlement-end-date"])
            self.check_chain(files)

    def check_chain(self, files):
        """Each settlement begins where the one before ended, with what it left."""
        previous = (OTHER, OTHER, "Previous Reserve Amount Balance")
        current = (OTHER, OTHER, "Current Reserve Amount")
        owed = (OTHER, OTHER, "Payable to Amazon")
        for (before, old), (after, new) in zip(files, files[1:], strict=False):
            self.assertEqual(
                before["settlement-end-date"], after["settlement-start-date"]
            )
            self.assertEqual(sums(new)[previous], -sums(old)[current])
            self.assertEqual(sums(new)[owed], min(before["total-amount"], 0))

    def all_rows(self):
        """{order id: {transaction type: {component: amount}}}, settled and to come."""
        found = defaultdict(lambda: defaultdict(Counter))
        for files in self.files.values():
            for row in (row for _header, rows in files for row in rows):
                component = row["amount-type"], row["amount-description"]
                kind = row["transaction-type"]
                found[row["order-id"]][kind][component] += row["amount"]
        for account in self.sandbox.ledger.accounts.values():
            for event in account.open:
                for row in event.rows:
                    component = row.amount_type, row.description
                    kind = event.transaction_type
                    found[event.order_id][kind][component] += row.amount
        return found

    def check_order(self, order, rows):
        sale, refund = rows["Order"], rows["Refund"]
        if order.status == "SHIPPED":
            paid = self.of_buyer(sale)
            self.assertEqual(paid, order.grand_total, order.order_id)
        elif order.status == "UNSHIPPED":
            self.assertFalse(sale)
        for component, amount in refund.items():
            kind, description = component
            if description in ("Goodwill", "RefundCommission"):
                self.assertLess(amount, 0)
                continue
            # Never more than the sale, and of the other sign.
            self.assertLessEqual(abs(amount), abs(sale[component]), order.order_id)
            self.assertLessEqual(amount * sale[component], 0, order.order_id)

    def of_buyer(self, components):
        return sum(
            amount
            for (kind, _description), amount in components.items()
            if kind in ("ItemPrice", "Promotion")
        )
