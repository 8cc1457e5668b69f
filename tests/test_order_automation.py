"""Transfers that a store has done by itself after the import (rows 8.8–8.10)."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..sync import order_automation, order_trace
from .common import AmazonCase
from .consolidation_case import FREE, DailyMixin


class AutomationCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US-auto", ["US"])
        cls.store = cls.account.store_ids
        cls.store.invoice_policy = "draft"

    def setUp(self):
        super().setUp()
        # the seller is shared: what other tests sold would come in again
        self.sandbox.orders.clear()
        self.sandbox.calls.clear()

    def steps(self, steps="pick_pack_ship"):
        """A warehouse of its own that works in these steps, with some mugs in stock."""
        warehouse = self.env["stock.warehouse"].create(
            {"name": f"Steps {steps}", "code": "STP", "delivery_steps": steps}
        )
        self.env["stock.quant"]._update_available_quantity(
            self.mug, warehouse.lot_stock_id, 5
        )
        self.store.warehouse_id = warehouse
        return warehouse

    def order(self, *items, **values):
        return self.sandbox.add_order(
            self.seller, items=list(items) or ["MUG-BLUE-350"], **values
        )

    def sell(self, *items, **values):
        """The inbox record of a new order that is a sale now."""
        order = self.order(*items, **values)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
        return record

    def states(self, record):
        """{sequence code of the operation type: state} of the order's transfers."""
        return {
            picking.picking_type_id.sequence_code: picking.state
            for picking in record.sale_order_id.picking_ids
        }

    def seen(self, record):
        return self.account, record.payload, record

    def tracked(self, tracking="lot"):
        product = self._product("TRACKED-1", quantity=0, tracking=tracking)
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": product.id})
        self.env["stock.quant"]._update_available_quantity(
            product, self.store.warehouse_id.lot_stock_id, 1, lot_id=lot
        )
        return product


@tagged("post_install", "-at_install")
class TestOrderAutomation(AutomationCase):
    def test_nothing_by_default(self):
        """row 8.8: without a setting, people validate the transfers"""
        record = self.sell()
        self.assertEqual(self.states(record), {"OUT": "assigned"})
        self.assertFalse(record.left_open)

    def test_each_step_is_chosen(self):
        """row 8.8: pick, pack and ship are chosen separately"""
        self.steps()
        for field, done in (
            (None, {"PICK": "assigned"}),
            ("auto_pick", {"PICK": "done", "PACK": "assigned"}),
            ("auto_pack", {"PICK": "done", "PACK": "done", "OUT": "assigned"}),
        ):
            with self.subTest(field=field):
                if field:
                    self.store[field] = True
                record = self.sell()
                self.assertEqual(self.states(record), done)
                self.assertFalse(record.left_open, "left to people by choice")
                self.assertFalse(record.submission_ids)
        self.store.auto_ship = "ship"
        record = self.sell()
        self.assertEqual(set(self.states(record).values()), {"done"})
        self.assertEqual(len(record.submission_ids), 1)

    def test_short_stock_of_a_pick(self):
        """row 8.8: not enough stock: the pick stays open, pack and ship are not done"""
        self.steps()
        self.store.write({"auto_pick": True, "auto_pack": True, "auto_ship": "ship"})
        record = self.sell({"sku": "MUG-BLUE-350", "quantity": 6})
        (picking,) = record.sale_order_id.picking_ids
        self.assertNotEqual(picking.state, "done")
        self.assertEqual(picking.picking_type_id, self.store.warehouse_id.pick_type_id)
        self.assertEqual(picking.move_ids.product_uom_qty, 6)
        self.assertIn("Not enough stock of [MUG-BLUE-350]", record.left_open)

    def test_dispatch_on_download(self):
        """row 8.10: shipped right after the import; Amazon waits for the tracking"""
        self.store.auto_ship = "ship"
        records = [self.sell(), self.sell({"sku": "BACKPACK-20L", "quantity": 2})]
        for record in records:
            self.assertEqual(self.states(record), {"OUT": "done"})
            self.assertEqual(record.submission_ids.state, "waiting")
            self.assertEqual(record.submission_ids.reason_code, "tracking")
            self.assertFalse(record.left_open)
            self.assertEqual(record.sale_order_id.invoice_ids.state, "draft")
        picking = records[0].sale_order_id.picking_ids
        picking.carrier_tracking_ref = "1Z999AA10123456784"
        self.assertEqual(records[0].submission_ids.state, "queued")

    def test_left_open_with_the_reason(self):
        """row 8.10: short stock or lot-tracked items stay open, and it is said why"""
        self.store.auto_ship = "ship"
        self.tracked()
        orders = [
            self.order({"sku": "BACKPACK-20L", "quantity": 5000}),
            self.order({"sku": "TRACKED-1"}),
            self.order(),
        ]
        self.take_in(self.account)
        short, tracked, good = map(self.inbox, orders)
        self.assertEqual(self.states(good), {"OUT": "done"})
        self.assertEqual(self.states(tracked), {"OUT": "assigned"})
        self.assertNotEqual(self.states(short), {"OUT": "done"})
        self.assertIn("Not enough stock", short.left_open)
        self.assertIn("lots or serial numbers", tracked.left_open)
        for record in (short, tracked):
            self.assertEqual(record.state, "imported")
            picking = record.sale_order_id.picking_ids
            self.assertEqual(picking.amazon_left_open, record.left_open)
            said = " ".join(picking.message_ids.mapped("body"))
            self.assertIn("validate", said)
        self.assertEqual(self.run_of(self.account, "process").left_open, 2)
        trace = {
            step.key: step.message for step in order_trace.steps(*self.seen(short))
        }
        self.assertEqual(trace["shipment"], short.left_open)
        self.ship(tracked.sale_order_id.picking_ids)
        self.assertFalse(tracked.left_open, "a person has done it")

    def test_cancel_requested(self):
        """row 8.10: what the buyer asks to cancel is not shipped by itself"""
        self.store.auto_ship = "ship"
        order = self.order()
        request = {"requester": "BUYER", "cancelReason": "Ordered by mistake"}
        order.items[0]["cancellation"] = {"cancellationRequest": request}
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(self.states(record), {"OUT": "assigned"})
        self.assertIn("asked to cancel", record.left_open)

    def test_refusal_never_holds_up_the_import(self):
        """row 8.10: a transfer that Odoo refuses stays open, the others are shipped"""
        self.store.auto_ship = "ship"
        picking_class = type(self.env["stock.picking"])
        original = picking_class._action_done

        def refuse(pickings):
            if self.bag in pickings.move_ids.product_id:
                raise UserError("The scales are broken.")
            return original(pickings)

        self.patch(picking_class, "_action_done", refuse)
        orders = [self.order(), self.order("BACKPACK-20L"), self.order()]
        self.take_in(self.account)
        first, refused, last = map(self.inbox, orders)
        self.assertEqual(refused.state, "imported")
        self.assertEqual(self.states(refused), {"OUT": "assigned"})
        self.assertIn("The scales are broken.", refused.left_open)
        for record in (first, last):
            self.assertEqual(self.states(record), {"OUT": "done"})

    def test_already_shipped_at_amazon(self):
        """row 8.9: goods leave the stock; nothing is taken from, nor sent to, Amazon"""
        self.store.auto_ship = "outside"
        before = self.mug.qty_available
        order = self.order({"sku": "MUG-BLUE-350", "quantity": 3})
        order.items[0]["fulfillment"].update(quantityFulfilled=1, quantityUnfulfilled=2)
        self.take_in(self.account)
        record = self.inbox(order)
        picking = record.sale_order_id.picking_ids
        self.assertEqual(self.states(record), {"OUT": "done"})
        self.assertEqual(picking.move_ids.quantity, 3, "in one piece, by Odoo's choice")
        self.assertTrue(picking.amazon_shipped_outside)
        self.assertEqual(self.mug.qty_available, before - 3)
        self.assertFalse(record.submission_ids)
        self.assertTrue(record.sale_order_id.invoice_ids)
        self.send(self.account)
        self.assertFalse(self.sandbox.calls_of("confirmShipment"))

    def test_already_shipped_but_short(self):
        """row 8.9: what stays open for lack of stock is not told to Amazon later on"""
        self.store.auto_ship = "outside"
        record = self.sell({"sku": "MUG-BLUE-350", "quantity": 5000})
        self.assertIn("Not enough stock", record.left_open)
        picking = record.sale_order_id.picking_ids
        picking.move_ids.quantity = 5000
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertFalse(record.submission_ids)

    def test_contradiction(self):
        """rows 8.8, 8.10: a later step can't go by itself when an earlier one waits"""
        self.steps()
        self.refused("Switch on 'Pick' as well", auto_ship="ship")
        self.store.auto_pick = True
        self.refused("Switch on 'Pack' as well", auto_ship="outside")
        self.store.write({"auto_pack": True, "auto_ship": "ship"})
        self.refused("switch off 'Pack'", auto_pick=False)
        self.assertEqual(self.store.step_count, 3)

    def refused(self, words, **values):
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            self.store.write(values)

    def test_contradiction_of_a_rule(self):
        """rows 8.8, 9.16: the same for a warehouse that a routing rule brings in"""
        warehouse = self.steps("pick_ship")
        self.store.warehouse_id = self.warehouse
        self.store.auto_ship = "ship"
        with self.assertRaisesRegex(ValidationError, "Switch on 'Pick' as well"):
            self.env["amazon.routing.rule"].create(
                {"store_id": self.store.id, "warehouse_id": warehouse.id}
            )

    def test_queries(self):
        """row 8.8: an order more costs its own transfer, and nothing else"""
        self.store.auto_ship = "ship"
        self.queries(1)
        small, large = self.queries(3), self.queries(8)
        self.assertLess((large - small) / 5, 35, (small, large))

    def queries(self, count):
        for _ in range(count):
            self.order()
        self.pull(self.account)
        self.store.auto_ship = "no"
        self.process(self.account)
        self.store.auto_ship = "ship"
        orders = self.env["amazon.order"].search(
            [("account_id", "=", self.account.id), ("state", "=", "imported")]
        )
        waiting = orders.filtered(
            lambda o: o.sale_order_id.picking_ids.mapped("state") == ["assigned"]
        )
        self.assertEqual(len(waiting), count)
        waiting.automation_due = True
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.process(self.account)
        self.env.flush_all()
        self.assertEqual(
            set(waiting.sale_order_id.picking_ids.mapped("state")), {"done"}
        )
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestDailyAutomation(DailyMixin, AutomationCase):
    """Many orders, one transfer; the batch is smaller than the day."""

    def setUp(self):
        super().setUp()
        self.daily(self.account)
        self.patch(order_automation, "BATCH", 2)

    def end(self, orders):
        """The day's sale of the orders, after the job."""
        self.take_in(self.account)
        self.end_day(self.account)
        sale = self.inbox(orders[0]).sale_order_id
        self.assertEqual(len(sale.amazon_order_ids), len(orders))
        return sale

    def test_said_once(self):
        """rows 4.22, 8.10: why a day's transfer stays open is said once, on each order"""
        self.store.auto_ship = "outside"
        sale = self.end([self.order(FREE | {"quantity": 100}) for _ in range(5)])
        picking = sale.picking_ids
        self.assertNotEqual(picking.state, "done")
        for order in sale.amazon_order_ids:
            self.assertIn("Not enough stock", order.left_open)
        said = picking.message_ids.filtered(lambda m: "Not enough" in (m.body or ""))
        self.assertEqual(len(said), 1)
        self.assertEqual(self.run_of(self.account, "process").left_open, 5)
        picking.move_ids.quantity = 500
        self.ship(picking)
        self.assertFalse(any(sale.amazon_order_ids.mapped("left_open")))

    def test_cancel_request_of_any(self):
        """rows 4.22, 8.10: a buyer's wish beyond the batch keeps the transfer as well"""
        self.store.auto_ship = "outside"
        orders = [self.order(FREE) for _ in range(5)]
        request = {"requester": "BUYER", "cancelReason": "Ordered by mistake"}
        orders[-1].items[0]["cancellation"] = {"cancellationRequest": request}
        sale = self.end(orders)
        self.assertEqual(sale.picking_ids.state, "assigned")
        for order in sale.amazon_order_ids:
            self.assertIn("asked to cancel", order.left_open)

    def test_service_lines_only(self):
        """rows 4.22, 8.9: a day of service lines that left outside Odoo is invoiced"""
        self.store.write({"auto_ship": "outside", "unlinked_policy": "service"})
        self.env["amazon.listing"].create(
            {"store_id": self.store.id, "sku": "BLANK-1", "is_manual": True}
        )
        sale = self.end([self.order(FREE | {"sku": "BLANK-1"}) for _ in range(3)])
        self.assertFalse(sale.picking_ids)
        self.assertMoney(sale.invoice_ids.amount_total, f"{sale.amount_total:.2f}")
