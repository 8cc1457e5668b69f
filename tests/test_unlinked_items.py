"""SKUs without a product: loaded, held, or sold as a service line."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sandbox.sellers import LISTING
from ..sync import unlinked_items
from ..sync.problem import Problem
from .catalog_case import CatalogCase


class UnlinkedCase(CatalogCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.orders.clear)

    def sell(self, *items, **order):
        """The inbox record of a new order, after a pull."""
        order = self.sandbox.add_order(
            self.seller,
            items=[
                {"sku": item, "tax_rate": 0} if isinstance(item, str) else item
                for item in items
            ],
            **order,
        )
        self.take_in(self.account)
        return self.inbox(order)

    def load_and_go_on(self, *records):
        """The catalog job answers, and the orders are looked at again."""
        self.wake()
        self.process(self.account)

    def assertHeld(self, record, *words):
        self.assertEqual((record.state, record.reason_code), ("blocked", "unlinked"))
        self.assertFalse(record.sale_order_id)
        for word in words:
            self.assertIn(word, record.reason)

    def assertLoading(self, record):
        self.assertEqual((record.state, record.reason_code), ("pending", "loading"))
        self.assertFalse(record.sale_order_id)
        self.assertIn("is being loaded from Amazon", record.reason)

    def assertSold(self, record):
        self.assertEqual(record.state, "imported", record.reason)
        return record.sale_order_id

    def service_line(self, record):
        """The service line of an imported order."""
        self.assertSold(record)
        service = self.store.unknown_product_id
        return record.sale_order_id.order_line.filtered(
            lambda line: line.product_id == service
        )

    def unknown(self, *items, **order):
        """An order with SKUs that Amazon does not know either, imported."""
        record = self.sell(*items, **order)
        self.assertLoading(record)
        self.load_and_go_on()
        self.assertSold(record)
        return record


@tagged("post_install", "-at_install")
class TestUnknownSkus(UnlinkedCase):
    def test_defaults(self):
        """row 4.28, T1: two settings, with exactly these defaults"""
        self.assertEqual(self.store.unlinked_policy, "hold")
        self.assertEqual(self.store.unknown_sku_policy, "load")
        self.assertEqual(self.store.unknown_product_id.type, "service")

    def test_first_day(self):
        """row 4.28: the first orders come before any load: what Amazon knows is made a
        product, no service line, and nobody is troubled"""
        self.store.create_products = True
        self.offer("HAT-1", title="A Hat", price=12)
        record = self.sell("HAT-1", "MUG-BLUE-350")
        self.assertLoading(record)
        self.assertIn("HAT-1", record.reason)
        self.assertNotIn("MUG", record.reason)
        kind = "amazon_connector.activity_blocked_orders"
        self.assertFalse(self.account.activity_search([kind]))
        self.load_and_go_on()
        sale = self.assertSold(record)
        self.assertEqual(
            set(sale.order_line.product_id.mapped("default_code")),
            {"HAT-1", "MUG-BLUE-350"},
        )

    def test_known_but_unlinked_is_held(self):
        """row 4.28, T1: known at Amazon, left without product: the order is held"""
        self.offer("HAT-1")
        record = self.sell("HAT-1")
        self.load_and_go_on()
        self.assertHeld(record, "HAT-1", "Link SKUs")
        self.assertEqual(self.listing("HAT-1").status, "listed")
        self.process(self.account)
        self.assertHeld(record)
        self.assertHeld(self.sell("HAT-1"))  # and from now on, at once

    def test_known_but_unlinked_as_service(self):
        """row 4.28, T1: ... or sold as a service line, if the store says so"""
        self.offer("HAT-1", title="A Hat")
        record = self.sell("HAT-1")
        self.load_and_go_on()
        self.assertHeld(record)
        self.store.unlinked_policy = "service"  # decided anew
        self.process(self.account)
        self.assertIn("HAT-1", self.service_line(record).name)
        self.assertTrue(self.service_line(self.sell("HAT-1")))
        # a person has left it blank: known as well
        blank = self.env["amazon.listing"].create(
            {"store_id": self.store.id, "sku": "BLANK-1", "is_manual": True}
        )
        self.assertEqual(blank.status, "not_listed")
        self.assertTrue(self.service_line(self.sell("BLANK-1")))

    def test_unknown_to_amazon_is_a_service_line(self):
        """row 4.28: Amazon knows no such SKU: a service line, to Amazon's cent"""
        record = self.unknown(
            {
                "sku": "LONG-GONE",
                "title": "A Thing of the Past",
                "quantity": 3,
                "total": "10.00",
                "tax_rate": "0.0825",
                "facilitator": False,
                "shipping": "5.99",
            }
        )
        line = self.service_line(record)
        self.assertEqual(line.name, "[LONG-GONE] A Thing of the Past")
        self.assertEqual(line.product_uom_qty, 3)
        self.assertMoney(line.price_subtotal, "10.00")
        self.assertMoney(line.price_tax, "0.83")
        sale = record.sale_order_id
        self.assertMoney(sale.amount_total, f"{record.amount_total:.2f}")
        self.assertFalse(sale.picking_ids)
        self.assertFalse(self.listing("LONG-GONE").product_id)

    def test_policy_hold(self):
        """row 4.28: unknown SKUs may hold the order; it goes on once one is linked"""
        self.store.unknown_sku_policy = "hold"
        record = self.sell("LONG-GONE")
        self.assertHeld(record, "LONG-GONE")
        self.load_and_go_on()
        self.assertHeld(record)
        self.store.unknown_sku_policy = "load"
        self.process(self.account)
        self.assertTrue(self.service_line(record))

    def test_linked_while_it_waits(self):
        """row 4.28: a person may link the SKU before Amazon has answered"""
        record = self.sell("LONG-GONE")
        self.assertLoading(record)
        self.listing("LONG-GONE").product_id = self.mug
        self.process(self.account)
        self.assertEqual(self.assertSold(record).order_line.product_id, self.mug)

    def test_products_off(self):
        """row 4.28: where products can't be loaded the order is held, never guessed"""
        self.account.sync_products = False
        record = self.sell("LONG-GONE")
        self.assertHeld(record, "LONG-GONE")
        self.wake()
        self.process(self.account)
        self.assertHeld(record)
        self.account.sync_products = True  # asked for, now that it can be
        self.process(self.account)
        self.assertLoading(record)
        self.load_and_go_on()
        self.assertTrue(self.service_line(record))

    def test_switched_off_while_it_waits(self):
        """row 4.28: what waits for a load that is not coming is held"""
        record = self.sell("LONG-GONE")
        self.assertLoading(record)
        self.account.sync_products = False
        self.process(self.account)
        self.assertHeld(record)

    def test_load_that_can_not_go_on(self):
        """row 4.28: a load that was started, and products were switched off: what waits
        for it is held, and looked at again when they are on"""
        self.env["amazon.listing"].create(
            {"store_id": self.store.id, "sku": "HAT-9", "status": "listed"}
        ).to_match = True
        load = self.start("all")
        record = self.sell("HAT-9")
        self.assertLoading(record)
        self.account.sync_products = False
        self.process(self.account)
        self.assertEqual(load.state, "running")
        self.assertHeld(record, "HAT-9")
        self.account.sync_products = True
        self.process(self.account)
        self.assertLoading(record)

    def test_role_missing(self):
        """row 4.28: a load that fails holds the order; the next one settles it"""
        self.seller.roles.discard(LISTING)
        record = self.sell("LONG-GONE")
        self.assertLoading(record)
        self.load_and_go_on()
        load = self.store.load_ids
        self.assertEqual(load.state, "failed")
        self.assertHeld(record)
        self.assertHeld(self.sell("LONG-GONE", "GONE-TOO"))
        self.seller.roles.add(LISTING)
        load.action_resume()
        self.load_and_go_on()
        self.assertEqual(load.state, "done", load.message)
        self.assertTrue(self.service_line(record))

    def test_sku_that_can_not_be_read(self):
        """row 4.28: what Amazon could not be asked for is held, and no service line"""
        record = self.sell("..")
        self.load_and_go_on()
        self.assertEqual(self.listing("..").lookup, "failed")
        self.assertHeld(record)

    def test_asked_in_batches(self):
        """row 4.28: the SKUs of many orders are asked for together, and once"""
        for number in range(25):
            self.sandbox.add_order(self.seller, items=[f"GONE-{number}"])
        self.take_in(self.account)
        self.load_and_go_on()
        self.assertEqual(len(self.calls("searchListingsItems")), 2)
        records = self.env["amazon.order"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(set(records.mapped("state")), {"imported"})
        self.assertTrue(self.service_line(self.sell("GONE-1")))
        self.wake()
        self.assertEqual(len(self.calls("searchListingsItems")), 2)

    def test_queries_do_not_grow(self):
        """row 4.28: deciding about unlinked items takes no query per order"""
        counts = []
        for size in (4, 20):
            for number in range(size):
                self.sandbox.add_order(self.seller, items=[f"Q{size}-{number}"])
            self.pull(self.account)
            records = self.env["amazon.order"].search(
                [("account_id", "=", self.account.id), ("next_try", "!=", False)]
            )
            self.assertEqual(len(records), size)
            self.env.flush_all()
            self.env.invalidate_all()
            before, codes = self.cr.sql_log_count, set()
            for record in records:
                try:  # assertRaises would forget all that was read
                    unlinked_items.check(record)
                except Problem as exc:
                    codes.add(exc.code)
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(codes, {"loading"})
            records.next_try = False
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_trace(self):
        """row 4.28: the trace says that the product is being loaded"""
        order = self.sandbox.add_order(self.seller, items=["LONG-GONE"])
        trace = self.env["amazon.order.trace"].create({"order_ref": order.order_id})
        self.press(trace.action_ask)
        step = trace.step_ids.filtered(lambda step: step.key == "items")
        self.assertEqual(step.state, "failed")
        self.assertIn("is being loaded from Amazon", step.message)
        self.assertFalse(self.inbox(order))

    def test_settings(self):
        """row 4.28: without the service, or with goods for one, it is said what to do"""
        with self.assertRaisesRegex(ValidationError, "is no service"):
            self.store.unknown_product_id = self.mug
        self.store.unknown_product_id = False
        record = self.sell("LONG-GONE")
        self.load_and_go_on()
        self.assertEqual((record.state, record.reason_code), ("blocked", "settings"))
        self.assertIn("Create Defaults", record.reason)
        self.store.action_create_defaults()
        record.action_process()
        self.process(self.account)
        self.assertTrue(self.service_line(record))
