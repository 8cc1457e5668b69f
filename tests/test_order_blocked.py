"""Bad orders: kept raw, blocked with a reason, and nobody else is held up."""

import copy
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from ..models.amazon_order import AmazonOrder
from ..sandbox.clock import iso
from ..sync import order_import
from .common import AmazonCase


class BlockedCase(AmazonCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids
        self.addCleanup(self.sandbox.faults.clear)

    def payload(self, **order):
        """The whole payload of a new order, to be spoilt."""
        return copy.deepcopy(self.sandbox.add_order(self.seller, **order).payload)

    def give(self, *payloads):
        """Amazon's next page of orders is this one, whatever the sandbox holds."""
        now = iso(self.sandbox.clock.now())
        body = {"orders": list(payloads), "lastUpdatedBefore": now}
        self.sandbox.faults.add("searchOrders", status=200, body=body)

    def take_spoilt(self, spoil, **order):
        """The inbox record of an order that ``spoil(payload)`` has spoilt.

        A good order shares its page and must come in all the same.
        """
        bad, good = self.payload(**order), self.payload()
        reference = bad["orderId"]
        spoil(bad)
        self.give(bad, good)
        self.take_in(self.account)
        self.assertEqual(self.inbox(good["orderId"]).state, "imported")
        self.assertTrue(self.account.orders_cursor)
        return self.inbox(reference)

    def assertBlocked(self, record, code, *words):
        self.assertEqual((record.state, record.reason_code), ("blocked", code))
        for word in words:
            self.assertIn(word, record.reason)
        self.assertTrue(record.payload, "the raw data are kept")
        self.assertFalse(record.sale_order_id)
        self.assertFalse(record.next_try, "a blocked order is not tried all the time")


@tagged("post_install", "-at_install")
class TestPoison(BlockedCase):
    def test_one_of_a_hundred(self):
        """one poison order in a page of 100: 99 come in, one says what is wrong"""
        orders = [self.sandbox.add_order(self.seller) for _number in range(100)]
        poison = orders[42]
        poison.payload["proceeds"]["grandTotal"]["amount"] = "1.00"
        self.take_in(self.account)
        records = self.env["amazon.order"].search(
            [("account_id", "=", self.account.id)]
        )
        blocked = records.filtered(lambda r: r.state == "blocked")
        self.assertEqual(blocked, self.inbox(poison))
        self.assertBlocked(blocked, "amounts", "grand total is 1.00")
        self.assertEqual(len(records.filtered(lambda r: r.state == "imported")), 99)
        self.assertEqual(len(records.sale_order_id), 99)
        run = self.run_of(self.account, "process")
        self.assertEqual((run.processed, run.blocked), (99, 1))

    def test_product_of_another_company(self):
        """a product that Odoo refuses blocks its order only, in Odoo's words"""
        bad = self.sandbox.add_order(self.seller, items=["LAMP-DESK-01"])
        good = self.sandbox.add_order(self.seller)
        lamp = self.env["product.product"].create(
            {"name": "Lamp", "default_code": "LAMP-DESK-01"}
        )
        self.pull(self.account)
        lamp.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.process(self.account)
        self.assertBlocked(self.inbox(bad), "refused", "Lamp")
        self.assertEqual(self.inbox(good).state, "imported")

    def test_unexpected_exception(self):
        """an error nobody foresaw, in another add-on's hook, blocks its order only"""
        bad = self.sandbox.add_order(self.seller)
        good = self.sandbox.add_order(self.seller)

        def hook(record, values, order):
            if order.order_id == bad.order_id:
                raise KeyError("colour")
            return values

        with (
            patch.object(AmazonOrder, "_prepare_sale_order", hook),
            self.assertLogs("odoo.addons.amazon_connector", "ERROR"),
        ):
            self.take_in(self.account)
        self.assertBlocked(self.inbox(bad), "refused", "KeyError", "colour")
        self.assertEqual(self.inbox(good).state, "imported")

    def test_lost_transaction_is_repeated(self):
        """a serialization failure blocks nothing: the batch starts again"""
        order = self.sandbox.add_order(self.seller)
        self.pull(self.account)
        real = order_import.import_orders
        tries = []

        def first_time_lost(records):
            tries.append(records)
            if len(tries) == 1:
                raise SerializationFailure
            return real(records)

        with patch.object(order_import, "import_orders", first_time_lost):
            self.process(self.account)
        self.assertEqual(len(tries), 2)
        self.assertEqual(self.inbox(order).state, "imported")


@tagged("post_install", "-at_install")
class TestBadOrders(BlockedCase):
    def test_no_items(self):
        """an order without items waits for Amazon to change it"""
        record = self.take_spoilt(lambda p: p["orderItems"].clear())
        self.assertBlocked(record, "no_items", "without items")

    def test_items_missing(self):
        record = self.take_spoilt(lambda p: p.pop("orderItems"))
        self.assertBlocked(record, "malformed", "orderItems")

    def test_unknown_marketplace(self):
        """the reason names the marketplace and says how to look for new stores"""
        record = self.take_spoilt(
            lambda p: p["salesChannel"].update(marketplaceId="A0NEWLAND")
        )
        self.assertBlocked(record, "marketplace", "A0NEWLAND", "Connect")

    def test_marketplace_that_is_no_store_yet(self):
        """blocked until the store is there, then imported by Retry"""
        record = self.take_spoilt(
            lambda p: p["salesChannel"].update(marketplaceId="A2EUQ1WTGCTBG2")
        )
        self.assertBlocked(record, "marketplace", "A2EUQ1WTGCTBG2")

    def test_negative_amount(self):
        def spoil(payload):
            proceeds = payload["orderItems"][0]["proceeds"]
            proceeds["breakdowns"][0]["subtotal"]["amount"] = "-12.99"

        self.assertBlocked(self.take_spoilt(spoil), "amounts", "negative (-12.99)")

    def test_missing_amount(self):
        def spoil(payload):
            del payload["orderItems"][0]["proceeds"]["breakdowns"][0]

        self.assertBlocked(self.take_spoilt(spoil), "amounts", "ITEM amount is missing")

    def test_no_amounts_at_all(self):
        def spoil(payload):
            del payload["proceeds"], payload["orderItems"][0]["proceeds"]

        self.assertBlocked(self.take_spoilt(spoil), "amounts", "missing")

    def test_total_that_does_not_match(self):
        record = self.take_spoilt(
            lambda p: p["proceeds"]["grandTotal"].update(amount="99.99")
        )
        self.assertBlocked(record, "amounts", "99.99", "Seller Central")

    def test_wrong_types(self):
        """what can't be read is named with its place in the data"""
        record = self.take_spoilt(
            lambda p: p["orderItems"][0].update(quantityOrdered="two")
        )
        self.assertBlocked(record, "malformed", "orderItems[0].quantityOrdered", "two")
        self.assertIn('"two"', record.payload_text)

    def test_fulfillment_is_a_list(self):
        record = self.take_spoilt(lambda p: p.update(fulfillment=["SHIPPED"]))
        self.assertBlocked(record, "malformed", "fulfillment")

    def test_item_twice(self):
        """one orderItemId twice can't be told apart from a fault of Amazon's"""
        record = self.take_spoilt(
            lambda p: p["orderItems"].append(copy.deepcopy(p["orderItems"][0]))
        )
        self.assertBlocked(record, "malformed", "orderItemId", "twice")

    def test_no_order_id(self):
        """without an order id it is kept under a name of its own, once"""
        bad = self.payload()
        del bad["orderId"]
        for _time in range(2):
            self.give(bad)
            self.take_in(self.account)
        record = self.env["amazon.order"].search(
            [("amazon_order_ref", "like", "unreadable-")]
        )
        self.assertEqual(len(record), 1)
        self.assertBlocked(record, "malformed", "orderId")

    def test_order_id_is_a_number(self):
        bad = self.payload() | {"orderId": 12}
        self.give(bad)
        self.take_in(self.account)
        record = self.env["amazon.order"].search([("account_id", "=", self.account.id)])
        self.assertBlocked(record, "malformed", "orderId")

    def test_nul_character(self):
        """NUL, which PostgreSQL can't keep, is left out; the order comes in"""
        record = self.take_spoilt(
            lambda p: p["buyer"].update(buyerName="Emma\x00 Johnson")
        )
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.partner_id.name, "Emma Johnson")

    def test_half_a_character(self):
        """half a character is kept as a question mark; the order comes in"""
        record = self.take_spoilt(
            lambda p: p["orderItems"][0]["product"].update(title="Mug \ud83d")
        )
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.line_ids.name, "Mug ?")

    def test_whole_characters_stay(self):
        """an emoji, and a backslash before u0000, are kept as they are"""
        title = "Mug \N{HOT BEVERAGE}\N{GRINNING FACE} \\u0000 \\ud83d"
        record = self.take_spoilt(
            lambda p: p["orderItems"][0]["product"].update(title=title + "\x00")
        )
        self.assertEqual(record.line_ids.name, title)

    def test_order_id_too_long_for_an_index(self):
        bad = self.payload()
        bad["orderId"] = "".join(chr(x) for x in range(0x4E00, 0x4E00 + 5000))
        good = self.payload()
        self.give(bad, good)
        self.take_in(self.account)
        record = self.env["amazon.order"].search(
            [("amazon_order_ref", "like", "unreadable-")]
        )
        self.assertBlocked(record, "malformed", "too long")
        self.assertEqual(self.inbox(good["orderId"]).state, "imported")

    def test_sku_too_long_for_an_index(self):
        record = self.take_spoilt(
            lambda p: p["orderItems"][0]["product"].update(sellerSku="S" * 300)
        )
        self.assertBlocked(record, "malformed", "sellerSku", "too long")

    def test_order_id_with_nul(self):
        bad = self.payload()
        reference = bad["orderId"]
        bad["orderId"] += "\x00"
        self.give(bad)
        self.take_in(self.account)
        self.assertEqual(self.inbox(reference).state, "imported")

    def test_quantity_out_of_every_range(self):
        record = self.take_spoilt(
            lambda p: p["orderItems"][0].update(quantityOrdered=10**12)
        )
        self.assertBlocked(record, "malformed", "out of every range")

    def test_amount_out_of_every_range(self):
        def spoil(payload):
            payload["proceeds"]["grandTotal"]["amount"] = "9" * 400

        self.assertBlocked(self.take_spoilt(spoil), "malformed", "out of every range")

    def test_date_before_our_time(self):
        record = self.take_spoilt(
            lambda p: p.update(createdTime="0001-01-01T00:00:00Z")
        )
        self.assertIn(record.state, ("blocked", "imported"))


@tagged("post_install", "-at_install")
class TestChangesForTheWorse(BlockedCase):
    """An order that was read well once and is spoilt at the second sight."""

    def take_change(self, spoil, **order):
        payload = self.payload(**order)
        self.give(payload)
        self.pull(self.account)
        record = self.inbox(payload["orderId"])
        self.assertEqual(record.state, "pending")
        changed, good = copy.deepcopy(payload), self.payload()
        changed["lastUpdatedTime"] = iso(self.sandbox.clock.now())
        spoil(changed)
        self.give(changed, good)
        self.take_in(self.account)
        self.assertEqual(self.inbox(good["orderId"]).state, "imported")
        return record

    def test_unreadable(self):
        record = self.take_change(lambda p: p["orderItems"][0].pop("orderItemId"))
        self.assertBlocked(record, "malformed", "orderItems[0].orderItemId")

    def test_out_of_range(self):
        """a value that PostgreSQL can't hold blocks its order, not the pull"""
        record = self.take_change(
            lambda p: p["orderItems"][0].update(quantityOrdered=10**12)
        )
        self.assertBlocked(record, "malformed", "out of every range")

    def test_item_gone(self):
        """an item that Amazon no longer lists is no longer asked for"""
        record = self.take_change(
            lambda p: p["orderItems"].pop(),
            items=["MUG-BLUE-350", {"sku": "BACKPACK-20L", "unit_price": 0}],
        )
        self.assertEqual(record.line_ids.mapped("sku"), ["MUG-BLUE-350"])
        self.assertEqual(record.state, "imported", record.reason)


@tagged("post_install", "-at_install")
class TestMending(BlockedCase):
    def test_fetch_again(self):
        """Fetch Again asks Amazon now, and the order comes in once it is right"""
        record = self.take_spoilt(
            lambda p: p["proceeds"]["grandTotal"].update(amount="99.99")
        )
        self.sandbox.calls.clear()
        self.press(record.action_fetch)
        (call,) = self.sandbox.calls_of("getOrder")
        self.assertEqual(call["order_id"], record.amazon_order_ref)
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_retry_without_a_change(self):
        """Retry tells the same reason as long as nothing was mended"""
        record = self.take_spoilt(
            lambda p: p["proceeds"]["grandTotal"].update(amount="99.99")
        )
        record.action_process()
        self.assertEqual(record.state, "pending")
        self.process(self.account)
        self.assertBlocked(record, "amounts", "99.99")

    def test_currency(self):
        """an inactive currency and a missing rate block, each until it is there"""
        account, seller = self.connect("SE", activate_currencies=False)
        store = account.store_ids
        store.tax_mode = "ignore"
        krona = store.currency_id
        krona.active = False
        order = self.sandbox.add_order(seller)
        self.take_in(account)
        record = self.inbox(order)
        self.assertBlocked(record, "currency", "SEK", "not active")

        krona.active = True
        krona.rate_ids.unlink()
        record.action_process()
        self.process(account)
        self.assertBlocked(record, "currency", "no exchange rate", "SEK")

        self.rate("SEK", 9.5)
        record.action_process()
        self.process(account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.currency_id, krona)

    def test_missing_setting(self):
        """a store without what it needs names the settings, and imports on Retry"""
        warehouse = self.store.warehouse_id
        self.store.write({"warehouse_id": False, "shipping_product_id": False})
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertBlocked(record, "settings", "Warehouse", "Shipping Product")
        self.store.warehouse_id = warehouse
        self.store.action_create_defaults()
        record.action_process()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_missing_tax(self):
        """a store without taxes for Amazon's amounts says which button makes them"""
        self.store.write({"amazon_tax_id": False, "collected_tax_id": False})
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertBlocked(record, "tax", "Create Defaults", self.store.name)
        self.store.action_create_defaults()
        record.action_process()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
