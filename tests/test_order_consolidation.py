"""One sale a day: what is on it, and what becomes of it."""

from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..sync.consolidation_time import day_of
from .consolidation_case import FREE, DailyCase


@tagged("post_install", "-at_install")
class TestDaysSale(DailyCase):
    def test_sixty_orders_one_sale(self):
        """rows 4.22, 5.25: the batch limit does not split a day; the sale's fields are
        the default customer's, and every line says whose it is"""
        orders = [
            self.order(
                {"sku": "MUG-BLUE-350", "total": f"{10 + n}.37", "shipping": "4.99"}
            )
            for n in range(60)
        ]
        self.take_in(self.account)
        partners = self.env["res.partner"].search_count([])
        customer = self.store.default_customer_id
        invoices, goods = self.env["res.partner"].create(
            [
                {"name": kind, "type": kind, "parent_id": customer.id}
                for kind in ("invoice", "delivery")
            ]
        )
        self.end_day(self.account)
        sale = self.sales(self.store)
        self.assertEqual(len(sale), 1)
        self.assertEqual(sale.state, "sale")
        self.assertEqual(self.env["res.partner"].search_count([]), partners + 2)
        self.assertEqual(sale.partner_id, customer)
        self.assertEqual(sale.partner_invoice_id, invoices)
        self.assertEqual(sale.partner_shipping_id, goods)
        end = self.last_end(self.store)
        reference = f"Amazon Sales for {day_of(end, self.store.tz):%d/%m/%Y}"
        self.assertEqual((sale.client_order_ref, sale.origin), (reference, reference))
        self.assertEqual(sale.date_order, end)
        self.assertEqual(sale.warehouse_id, self.store.warehouse_id)
        self.assertEqual(sale.team_id, self.store.team_id)
        self.assertFalse(sale.amazon_order_id)
        self.assertEqual(sale.amazon_order_count, 60)
        self.assertEqual(
            sale.commitment_date, min(sale.amazon_order_ids.mapped("ship_by"))
        )
        for order in orders:
            record = self.inbox(order)
            self.assertEqual(record.state, "imported")
            self.assertEqual(record.action_view_sale()["res_id"], sale.id)
            heading, item, shipping = sale.order_line.filtered(
                lambda line, record=record: line.amazon_order_id == record
            )
            self.assertEqual(heading.display_type, "line_section")
            self.assertIn(order.order_id, heading.name)
            self.assertEqual(item.amazon_order_line_id, record.line_ids)
            self.assertTrue(shipping.is_delivery)
            remitted = sum(
                Decimal(row["subtotal"]["amount"])
                for row in order.items[0]["proceeds"]["breakdowns"]
                if row["type"] == "TAX"
            )
            self.assertMoney(
                item.price_total + shipping.price_total, order.grand_total - remitted
            )
        self.assertEqual(len(sale.order_line), 180)
        total = sum(sale.order_line.mapped("price_total"))
        self.assertMoney(sale.amount_total, f"{total:.2f}")
        run = self.run_of(self.account, "process")
        self.assertEqual((run.processed, run.blocked), (60, 0))

    def test_single_mode_lines_know_their_order(self):
        """row 4.22: lines name their Amazon order in either mode"""
        self.store.order_mode = "single"
        order, sale = self.take(
            self.account, self.seller, FREE | {"shipping": "1.00", "discount": "2.00"}
        )
        self.assertEqual(len(sale.order_line), 3)
        for line in sale.order_line:
            self.assertEqual(line.amazon_order_id, self.inbox(order))

    def test_one_sale_a_channel(self):
        """row 4.22: what Amazon ships leaves the FBA location, the rest the warehouse"""
        fba = self.order(FREE, fulfilled_by="AMAZON", status="SHIPPED")
        merchant = self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        by_amazon = self.inbox(fba).sale_order_id
        by_us = self.inbox(merchant).sale_order_id
        self.assertEqual(len(self.sales(self.store)), 2)
        self.assertEqual(by_amazon.client_order_ref, by_us.client_order_ref)
        self.assertTrue(by_amazon.locked)
        self.assertFalse(by_amazon.picking_ids)
        items = by_amazon.order_line.filtered("amazon_order_line_id")
        self.assertEqual(items.move_ids.location_id, self.store.fba_location_id)
        self.assertEqual(by_us.picking_ids.state, "assigned")

    def test_nothing_is_told_to_amazon(self):
        """row T13: no shipment of a consolidated sale is sent, but it is invoiced"""
        self.store.invoice_policy = "posted"
        self.order(), self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        sale = self.sales(self.store)
        self.assertFalse(self.ship(sale.picking_ids))
        self.send(self.account)
        self.assertEqual(
            [
                c
                for c in self.sandbox.calls_of("confirmShipment")
                if c["seller"] == self.seller.key
            ],
            [],
        )
        self.process(self.account)
        self.assertEqual(sale.invoice_ids.state, "posted")
        self.assertMoney(sale.invoice_ids.amount_total, sale.amount_total)
        self.assertEqual(sale.invoice_ids._amazon_orders(), sale.amazon_order_ids)

    def test_shipped_while_it_waited(self):
        """row T13: what was confirmed elsewhere meanwhile leaves Odoo's stock as well"""
        order = self.order(FREE | {"quantity": 2})
        self.order()
        self.take_in(self.account)
        for item in order.items:
            item["fulfillment"] |= {"quantityFulfilled": 2, "quantityUnfulfilled": 0}
        order.settle_status(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.assertEqual(self.inbox(order).fulfillment_status, "SHIPPED")
        self.assertEqual(self.inbox(order).state, "pending")
        self.end_day(self.account)
        sale = self.sales(self.store)
        done = sale.picking_ids.filtered(lambda p: p.state == "done")
        self.assertTrue(done.amazon_shipped_outside)
        self.assertEqual(sum(done.move_ids.mapped("quantity")), 2)
        self.assertEqual(len(sale.picking_ids), 2)

    def test_services_alone(self):
        """rows 4.22, 4.28: a sale without a transfer is announced as a task, and
        invoiced once a person has entered what was delivered"""
        self.store.write({"unlinked_policy": "service", "invoice_policy": "draft"})
        self.env["amazon.listing"].create(
            {"store_id": self.store.id, "sku": "HAT-1", "status": "listed"}
        )
        for _number in range(2):
            self.order({"sku": "HAT-1", "total": "10.00", "tax_rate": 0})
        self.take_in(self.account)
        self.end_day(self.account)
        sale = self.sales(self.store)
        self.assertFalse(sale.picking_ids)
        task = sale.activity_ids
        self.assertIn("1 × SKU HAT-1", task.note)
        self.assertEqual(task.user_id, self.account.user_id)
        seller = new_test_user(
            self.env, "delivers", "sales_team.group_sale_salesman_all_leads"
        )
        first, second = sale.order_line.filtered("product_id").with_user(seller)
        first.qty_delivered = 1
        self.process(self.account)
        self.assertFalse(sale.invoice_ids)
        second.qty_delivered = 1
        self.process(self.account)
        self.assertMoney(sale.invoice_ids.amount_total, "20.00")

    def test_held_ones_do_not_hold_the_others(self):
        """row 4.22: what can't be sold is left out, and is in the next sale once fixed"""
        good = [self.order() for _number in range(5)]
        unlinked = self.order({"sku": "NO-SUCH-SKU", "total": "5.00", "tax_rate": 0})
        self.take_in(self.account)
        self.store.write({k: "hold" for k in ("unlinked_policy", "unknown_sku_policy")})
        self.end_day(self.account)
        first = self.sales(self.store)
        self.assertEqual(len(first.amazon_order_ids), 5)
        record = self.inbox(unlinked)
        self.assertEqual((record.state, record.reason_code), ("blocked", "unlinked"))
        record.line_ids.listing_id.product_id = self.bag
        record._retry()
        self.process(self.account)
        self.assertEqual(record.reason_code, "consolidation")
        self.end_day(self.account)
        self.assertEqual(record.sale_order_id, self.sales(self.store) - first)
        for order in good:
            self.assertEqual(self.inbox(order).sale_order_id, first)

    @mute_logger("odoo.addons.amazon_connector.sync.order_consolidate")
    def test_culprits_are_found(self):
        """row 4.22: what only Odoo's document shows blocks those orders alone"""
        orders = [self.order() for _number in range(6)]
        bag = {"sku": "BACKPACK-20L", "total": "7.00", "tax_rate": 0}
        bad = [self.order(bag) for _number in range(2)]
        self.take_in(self.account)
        # Odoo refuses to sell a product of another company
        other = self.env["res.company"].create({"name": "Another"})
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [other.id, self.bag.product_tmpl_id.id],
        )
        self.bag.invalidate_recordset()
        self.bag.product_tmpl_id.invalidate_recordset()
        self.end_day(self.account)
        for order in bad:
            self.assertEqual(self.inbox(order).state, "blocked")
            self.assertEqual(self.inbox(order).reason_code, "refused")
        sale = self.sales(self.store)
        self.assertEqual(len(sale), 1)
        self.assertEqual(len(sale.amazon_order_ids), len(orders))

    def test_late_ones_make_a_sale_of_their_own(self):
        """row 4.22: what was ready in time but not seen is neither lost nor doubled"""
        self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        first = self.sales(self.store)
        self.sandbox.clock.advance(180)
        late = self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        second = self.sales(self.store) - first
        self.assertEqual(second.amazon_order_ids, self.inbox(late))
        self.assertEqual(second.client_order_ref, first.client_order_ref)
        self.process(self.account)
        self.assertEqual(self.sales(self.store), first | second)

    def test_guard(self):
        """row 4.22: the database refuses an order item in two sales"""
        self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        line = self.sales(self.store).order_line.filtered("amazon_order_line_id")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                other = line.order_id.copy().order_line.filtered("product_id")
                other.amazon_order_line_id = line.amazon_order_line_id
                self.env.flush_all()

    def test_canceled_afterwards(self):
        """row 4.22: the sale stays as it is, and says which order and lines it is about"""
        order, other = self.order(FREE | {"shipping": "1.50"}), self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        sale = self.sales(self.store)
        total = sale.amount_total
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual((sale.state, sale.amount_total), ("sale", total))
        self.assertIn(order.order_id, record.attention)
        self.assertIn(self.mug.display_name, record.attention)
        self.assertIn("1.50", record.attention)
        self.assertEqual(len(sale.activity_ids), 1)
        self.assertIn(order.order_id, sale.activity_ids.note)
        self.assertFalse(self.inbox(other).attention)

    def test_reload(self):
        """rows 4.15, 4.22: an order of many is reloaded only when the sale is canceled,
        which then can't come back"""
        order, _other = self.order(), self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        sale, record = self.sales(self.store), self.inbox(order)
        wizard = self.env["amazon.reload.order"].create({"order_id": record.id})
        with self.assertRaisesRegex(UserError, "several Amazon orders"):
            wizard.action_reload()
        sale._action_cancel()
        wizard = self.env["amazon.reload.order"].create({"order_id": record.id})
        self.press(wizard.action_reload)
        self.end_day(self.account)
        self.assertEqual(record.sale_order_id, self.sales(self.store) - sale)
        with self.assertRaisesRegex(UserError, "sold twice"):
            sale.action_draft()

    def test_forgotten_in_the_log(self):
        """rows 4.14, 4.22: an order whose log entry was deleted is not sold again, and
        can be linked with its lines of the day's sale"""
        order, other = self.order(), self.order()
        self.take_in(self.account)
        self.end_day(self.account)
        sale = self.sales(self.store)
        self.inbox(order).unlink()
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.end_day(self.account)
        record = self.inbox(order)
        self.assertEqual((record.state, record.reason_code), ("blocked", "sold_before"))
        self.assertEqual(self.sales(self.store), sale)
        record.action_link_sale()
        self.assertEqual(record.sale_order_id, sale)
        self.assertFalse(sale.amazon_order_id)
        self.assertEqual(sale.amazon_order_ids, record | self.inbox(other))
        item = record.line_ids.sale_line_ids
        self.assertEqual((item.order_id, item.amazon_order_id), (sale, record))

    def test_trace_and_screens(self):
        """row 4.22: the trace says what the order waits for; screens open"""
        order = self.order()
        self.take_in(self.account)
        trace = self.env["amazon.order.trace"].create({"order_ref": order.order_id})
        self.press(trace.action_ask)
        steps = {step.key: step for step in trace.step_ids}
        self.assertEqual(steps["sale"].state, "open")
        self.assertIn("one sale a day", steps["sale"].message)
        self.assertNotIn("failed", [s.state for s in trace.step_ids])
        self.end_day(self.account)
        sale = self.sales(self.store)
        user = new_test_user(
            self.env,
            "looks",
            "amazon_connector.group_amazon_user,sales_team.group_sale_salesman_all_leads",
        )
        self.open_screens(user, sale, self.inbox(order), self.store)
        action = sale.with_user(user).action_view_amazon_orders()
        found = self.env["amazon.order"].search(action["domain"])
        self.assertEqual(found, self.inbox(order))

    def test_queries(self):
        """row 4.22: an order more costs what a line more costs in Odoo by hand"""
        few, many = self.cost(10), self.cost(40)
        by_hand = self.cost_by_hand(40) - self.cost_by_hand(10)
        self.assertLess(many - few, by_hand * 1.2 + 20)

    def cost(self, size):
        for _number in range(size):
            self.order()
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        orders = self.env["amazon.order"].search(
            [("store_id", "=", self.store.id), ("state", "=", "pending")]
        )
        self.assertEqual(len(orders), size)
        orders.next_try = self.last_end(self.store)
        cost = self.queries(lambda: self.process(self.account))
        self.assertEqual(set(orders.mapped("state")), {"imported"})
        return cost

    def cost_by_hand(self, size):
        """A sale of as many lines, made and confirmed in Odoo alone."""
        line = Command.create({"product_id": self.mug.id})
        values = {
            "partner_id": self.store.default_customer_id.id,
            "order_line": [line] * size,
        }
        sale = self.env["sale.order"]
        return self.queries(lambda: sale.create(values).action_confirm())

    def queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
