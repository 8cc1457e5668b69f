"""Which orders come in: four options, chosen statuses, and a change of mind."""

import copy

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..sandbox.clock import iso
from ..sync import order_choice
from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestOrderChoice(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.Status = cls.env["amazon.order.status"]

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(self.sandbox.orders.clear)

    def order(self, status="UNSHIPPED", **values):
        return self.sandbox.add_order(self.seller, status=status, **values)

    def take(self, *orders):
        """Inbox records of sandbox orders, after a pull."""
        self.take_in(self.account)
        return [self.inbox(order) for order in orders]

    def status(self, name):
        return self.env.ref(f"amazon_connector.order_status_{name}")

    def choose(self, *statuses):
        self.store.write(
            {
                "capture_option": "chosen",
                "status_ids": [
                    Command.set([status.id for status in map(self.status, statuses)])
                ],
            }
        )

    def ship_elsewhere(self, order):
        """By other means than Odoo: Amazon has it as shipped, the next pull tells."""
        for item in order.items:
            item["fulfillment"]["quantityFulfilled"] = item["quantityOrdered"]
        self.becomes(order, "SHIPPED")

    def becomes(self, order, status):
        order.set_status(status, self.sandbox.clock.now())
        self.sandbox.clock.advance(180)

    def assertWaits(self, record, code, *words):
        self.assertEqual((record.state, record.reason_code), ("pending", code))
        self.assertFalse(record.next_try)
        for word in words:
            self.assertIn(word, record.reason)

    def assertComesIn(self, record):
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.state, "sale")

    # -- the options ------------------------------------------------------------------

    def test_to_ship(self):
        """rows 4.7, 4.10: by default what is left to ship comes in, and nothing else"""
        self.assertEqual(self.store.capture_option, "unshipped")
        ready, partly, shipped = self.take(
            self.order(), self.order("PARTIALLY_SHIPPED"), self.order("SHIPPED")
        )
        self.assertComesIn(ready)
        self.assertComesIn(partly)
        self.assertEqual(
            (shipped.state, shipped.reason_code), ("ignored", "shipped_outside")
        )

    def test_paid_also_when_shipped(self):
        """rows 4.7, 4.10: what was shipped before comes in, its units leave the stock,
        and Amazon is told nothing"""
        self.store.capture_option = "paid"
        stock = self.mug.qty_available
        ready, shipped = self.take(self.order(), self.order("SHIPPED"))
        self.assertComesIn(ready)
        self.assertComesIn(shipped)
        picking = shipped.sale_order_id.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.mug.qty_available, stock - 1)
        self.assertFalse(shipped.submission_ids)
        self.assertEqual(ready.sale_order_id.picking_ids.state, "assigned")
        before = len(self.sandbox.calls_of("confirmShipment"))
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls_of("confirmShipment")), before)

    def test_shipped_only(self):
        """row 4.7: merchant orders wait until Amazon has them as shipped"""
        self.store.capture_option = "shipped"
        order, partly = self.order(), self.order("PARTIALLY_SHIPPED")
        record, other = self.take(order, partly)
        self.assertWaits(record, "merchant_unshipped", "shipped orders only")
        self.assertWaits(other, "merchant_unshipped")
        self.ship_elsewhere(order)
        self.take_in(self.account)
        self.assertComesIn(record)
        self.assertEqual(record.sale_order_id.picking_ids.state, "done")
        self.assertFalse(record.submission_ids)
        self.assertWaits(other, "merchant_unshipped")

    def test_fba_follows_its_own_setting(self):
        """row 4.10: what Amazon fulfills comes in once shipped, whatever is chosen"""
        self.choose("unshipped")
        for option in ("unshipped", "paid", "shipped", "chosen"):
            self.store.capture_option = option
            shipped, open_order = self.take(
                self.order("SHIPPED", fulfilled_by="AMAZON"),
                self.order(fulfilled_by="AMAZON"),
            )
            self.assertComesIn(shipped)
            self.assertWaits(open_order, "fba_unshipped")

    def test_pending_and_canceled_never(self):
        """rows 4.7, 4.8, 4.11: unpaid and canceled orders, whatever is chosen"""
        self.choose("pending", "pending_availability", "cancelled", "unshipped")
        for option in ("unshipped", "paid", "shipped", "chosen"):
            self.store.capture_option = option
            pending, early, canceled = self.take(
                self.order("PENDING"),
                self.order("PENDING_AVAILABILITY"),
                self.order("CANCELLED"),
            )
            self.assertWaits(pending, "waiting")
            self.assertWaits(early, "waiting")
            self.assertEqual(canceled.state, "canceled")
            self.assertFalse((pending | early | canceled).sale_order_id)

    # -- chosen statuses --------------------------------------------------------------

    def test_only_unshipped(self):
        """row 4.8: with only Unshipped ticked, only Unshipped comes in"""
        self.choose("unshipped")
        order = self.order("PARTIALLY_SHIPPED")
        ready, partly, shipped = self.take(self.order(), order, self.order("SHIPPED"))
        self.assertComesIn(ready)
        self.assertWaits(partly, "not_chosen", "Partially shipped")
        self.assertEqual(
            (shipped.state, shipped.reason_code), ("ignored", "not_chosen")
        )
        self.assertIn("Import Anyway", shipped.reason)
        # waiting for a chosen status, it never had one
        self.ship_elsewhere(order)
        self.take_in(self.account)
        self.assertEqual((partly.state, partly.reason_code), ("ignored", "not_chosen"))
        shipped.action_import_anyway()
        self.process(self.account)
        self.assertComesIn(shipped)

    def test_chosen_status_is_reached(self):
        """row 4.8: an order comes in when it reaches a chosen status"""
        self.choose("shipped")
        order = self.order()
        [record] = self.take(order)
        self.assertWaits(record, "not_chosen", "Unshipped")
        self.ship_elsewhere(order)
        self.take_in(self.account)
        self.assertComesIn(record)

    def test_let_in_once(self):
        """row 4.8: held for something else, an order is not dropped as it moves on"""
        self.store.unknown_sku_policy = "hold"
        self.choose("unshipped")
        order = self.order(items=["UMBRELLA-XL"])
        [record] = self.take(order)
        self.assertEqual((record.state, record.reason_code), ("blocked", "unlinked"))
        self.ship_elsewhere(order)
        self.take_in(self.account)
        self.assertEqual((record.state, record.reason_code), ("blocked", "unlinked"))
        record.line_ids.listing_id.product_id = self.mug
        self.process(self.account)
        self.assertComesIn(record)
        self.assertEqual(record.sale_order_id.picking_ids.state, "done")

    def test_own_status(self):
        """row 4.9, T8: any text is taken, with the warning that nothing will match"""
        self.choose("unshipped")
        self.assertFalse(self.store.status_warning)
        with Form(self.store) as form:
            form.status_ids.add(
                self.Status.browse(self.Status.name_create("Ready to dance")[0])
            )
            self.assertIn("Ready to dance", form.status_warning)
        self.assertIn("no order will match", self.store.status_warning)
        self.store.capture_option = "paid"
        self.assertFalse(self.store.status_warning)

    def test_spelling_of_a_status(self):
        """row 4.9: case, spaces and underscores make no difference, nor the old API"""
        partly = self.status("partially_shipped")
        for text in ("Partially shipped", "PartiallyShipped", "partially_SHIPPED "):
            self.assertEqual(self.Status.name_create(text)[0], partly.id)
            self.assertEqual(self.Status.name_search(text)[0][0], partly.id)
        self.assertEqual(
            self.Status.name_create("Canceled")[0], self.status("cancelled").id
        )
        self.assertEqual(partly.display_name, "Partially shipped")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.Status.create({"name": "un shipped"})

    def test_future_status(self):
        """row 4.9: a status Amazon introduces comes in once it is chosen"""
        payload = copy.deepcopy(self.order().payload)
        payload["fulfillment"]["fulfillmentStatus"] = "READY_TO_DANCE"
        now = iso(self.sandbox.clock.now())
        body = {"orders": [payload], "lastUpdatedBefore": now}
        self.sandbox.faults.add("searchOrders", status=200, body=body)
        self.take_in(self.account)
        record = self.inbox(payload["orderId"])
        self.assertWaits(record, "unknown_status", "READY_TO_DANCE")
        own = self.Status.browse(self.Status.name_create("Ready to dance")[0])
        self.store.write(
            {"capture_option": "chosen", "status_ids": [Command.set(own.ids)]}
        )
        self.process(self.account)
        self.assertComesIn(record)

    def test_choices_that_let_nothing_in(self):
        """row 4.8: a list that is empty, or of statuses that never become sales, is
        refused with the sentence that says what to choose"""
        with self.assertRaisesRegex(ValidationError, "No status is chosen"):
            self.choose()
        with self.assertRaisesRegex(ValidationError, "never become sales"):
            self.choose("pending", "cancelled")
        self.choose("shipped")
        with self.assertRaisesRegex(ValidationError, "No status is chosen"):
            self.store.status_ids = False
        self.store.capture_option = "paid"
        self.store.status_ids = False

    # -- a change of mind -------------------------------------------------------------

    def test_option_changes(self):
        """row 4.7: what waited or was left out is decided anew, once, and said so"""
        shipped, partly = self.order("SHIPPED"), self.order("PARTIALLY_SHIPPED")
        self.store.capture_option = "shipped"
        done, waits = self.take(shipped, partly)
        self.assertComesIn(done)
        self.assertWaits(waits, "merchant_unshipped")
        self.choose("unshipped")
        self.assertWaits(waits, "not_chosen")
        self.store.status_ids |= self.status("partially_shipped")
        self.assertTrue(waits.next_try)
        self.assertFalse(waits.reason_code)
        self.assertIn("1 orders", self.store.message_ids[0].body)
        self.process(self.account)
        self.assertComesIn(waits)

    def test_change_takes_as_many_queries_for_many(self):
        """row 4.7: the orders of a status are decided by one statement"""
        counts = []
        for number in (2, 12):
            self.store.capture_option = "unshipped"
            for _number in range(number):
                self.order("SHIPPED")
            self.pull(self.account)
            left_out = self.env["amazon.order"].search(
                [("store_id", "=", self.store.id), ("state", "=", "ignored")]
            )
            self.assertEqual(len(left_out), number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.store.capture_option = "paid"
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(left_out.mapped("state")), {"pending"})
            self.assertTrue(all(left_out.mapped("next_try")))
            left_out.write({"state": "canceled", "next_try": False})
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_choices_are_read_once(self):
        """row 4.8: the choices of all stores take two queries, whatever they hold"""
        for statuses in (("unshipped",), ("unshipped", "shipped", "partially_shipped")):
            self.choose(*statuses)
            self.env.flush_all()
            self.env.invalidate_all()
            stores = self.account.store_ids
            stores.fetch(["capture_option"])
            with self.assertQueryCount(2):
                choices = order_choice.of(stores)
            self.assertEqual(len(choices[self.store].chosen), len(statuses))

    def test_trace_explains(self):
        """rows 4.7, 4.8: the trace names the store's choice as what holds the order"""
        self.store.capture_option = "shipped"
        order = self.order()
        self.take(order)
        Trace = self.env["amazon.order.trace"]
        trace = Trace.create({"order_ref": order.order_id})
        self.press(trace.action_ask)
        step = trace.step_ids.filtered(lambda step: step.key == "status")
        self.assertEqual(step.state, "failed")
        self.assertIn("shipped orders only", step.message)
