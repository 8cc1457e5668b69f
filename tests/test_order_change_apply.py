"""Amazon's changes of a sale are applied to the cent, refused in words, or kept away."""

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .test_order_change import BAG, MUGS, TAXED, ChangeCase


@tagged("post_install", "-at_install")
class TestApply(ChangeCase):
    def test_fewer_units(self):
        """row 4.35: Apply gives sale and transfer Amazon's units, to the cent"""
        order, record, sale = self.sell()
        self.cancel(order, 2)
        self.apply(record)
        self.assertAgreed(record)
        line = self.line(sale, self.mug)
        self.assertEqual(line.product_uom_qty, 1)
        self.assertEqual(line.amazon_order_line_id.quantity, 1)
        moves = sale.picking_ids.move_ids.filtered(lambda m: m.product_id == self.mug)
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 1)
        self.assertMoney(sale.amount_total, order.grand_total)
        self.assertAsImported(order, sale)
        message = sale.message_ids.filtered(lambda m: "Amazon's changes" in m.body)
        self.assertEqual(message.author_id, self.user.partner_id)
        self.assertIn("32.48", message.body)
        order.touch(self.sandbox.clock.now())
        self.see()
        self.assertAgreed(record)

    def test_shipped_afterwards(self):
        """rows 4.35, 8.1: the reduced sale is shipped, confirmed and invoiced"""
        order, record, sale = self.sell()
        self.cancel(order, 2)
        self.apply(record)
        self.ship(sale.picking_ids)
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        sale.order_line.product_id.invoice_policy = "order"
        self.assertMoney(sale._create_invoices().amount_total, order.grand_total)

    def test_item_gone_and_item_new(self):
        """row 4.35: a removed item has no units any more, a new one is a new line"""
        order, record, sale = self.sell()
        self.edit(
            order,
            remove=["MUG-BLUE-350"],
            NOTEBOOK_A5={"total": "8.99", "shipping": "4.00"} | TAXED,
        )
        self.assertIn(("SHIPPING", "amount"), self.shown(record))
        with self.assertRaisesRegex(UserError, "No product is linked to SKU NOTEBOOK"):
            self.apply(record)
        notebook = self._product("NOTEBOOK-A5")
        new = record.line_ids.filtered(lambda line: line.sku == "NOTEBOOK-A5")
        new.listing_id.product_id = notebook
        self.apply(record)
        self.assertAgreed(record)
        self.assertEqual(self.line(sale, self.mug).product_uom_qty, 0)
        self.assertEqual(self.line(sale, notebook).amazon_order_line_id, new)
        self.assertMoney(
            self.line(sale, self.store.shipping_product_id).price_subtotal, "4.00"
        )
        open_moves = sale.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(open_moves.product_id, self.bag | notebook)
        self.assertAsImported(order, sale)

    def test_charges(self):
        """row 4.35: shipping that is dropped and a discount that is new"""
        order, record, sale = self.sell(MUGS | TAXED | {"shipping": "5.99"})
        self.replace(order, shipping=0, discount="3.00")
        self.apply(record)
        shipping = self.line(sale, self.store.shipping_product_id)
        self.assertEqual(shipping.product_uom_qty, 0)
        self.assertMoney(
            self.line(sale, self.store.discount_product_id).price_subtotal, "-3.00"
        )
        self.assertAsImported(order, sale)

    def test_tax_that_amazon_keeps(self):
        """rows 4.35, 6.1: tax that Amazon remits itself follows, and nets to zero"""
        order, record, sale = self.sell(MUGS | TAXED | {"facilitator": True})
        self.replace(order, facilitator=True, quantity=2, total="20.00")
        self.assertEqual(
            self.shown(record)["MUG-BLUE-350", "remitted"], ("2.48", "1.65")
        )
        self.apply(record)
        self.assertMoney(sale.amount_total, "20.00")
        self.assertMoney(sale.amazon_remitted_tax, "1.65")

    def test_tax_that_amazon_keeps_of_one(self):
        """rows 4.35, 6.1: shipping in two lines, one with tax that Amazon remits, and
        back to one"""
        ship = {"shipping": "5.00"} | TAXED
        order, record, sale = self.sell(MUGS | ship, BAG | ship)
        shipping = self.store.shipping_product_id
        own = self.line(sale, shipping)
        self.assertMoney(own.price_subtotal, "10.00")
        self.replace(order, facilitator=True, shipping="5.00")
        self.apply(record)
        self.assertAgreed(record)
        self.assertMoney(own.price_subtotal, "5.00")
        remitted = self.line(sale, shipping) - own
        self.assertEqual(remitted.tax_ids, self.store._marketplace_taxes())
        self.assertAsImported(order, sale)
        self.replace(order, shipping="5.00")
        self.apply(record)
        self.assertAgreed(record)
        self.assertEqual((own.price_subtotal, remitted.product_uom_qty), (10.0, 0))
        self.assertAsImported(order, sale)

    def test_person_has_own_line(self):
        """row 4.35: a line that a person added is left alone; with a price it speaks
        against Apply, and nothing is changed"""
        order, record, sale = self.sell()
        own = self.env["sale.order.line"].create(
            {
                "order_id": sale.id,
                "product_id": self.store.shipping_product_id.id,
                "price_unit": 7,
                "tax_ids": False,
            }
        )
        self.cancel(order, 1)
        with self.assertRaisesRegex(UserError, "press Keep Sale"):
            self.apply(record)
        self.assertEqual(self.line(sale, self.mug).product_uom_qty, 3)
        self.assertTrue(record.is_changed)
        own.price_unit = 0
        self.apply(record)
        self.assertEqual((own.product_uom_qty, own.price_unit), (1, 0))

    def test_shipped_already(self):
        """row 4.35: what has left is not taken back, and the sentence says what to do"""
        order, record, sale = self.sell(MUGS | TAXED)
        self.ship(sale.picking_ids, **{"MUG-BLUE-350": 2})
        self.cancel(order, 2)
        with self.assertRaisesRegex(UserError, "2 units of MUG.* return .* Keep Sale"):
            self.apply(record)
        self.assertEqual(sale.order_line.product_uom_qty, 3)

    def test_rest_canceled(self):
        """row 4.35: a part has left and was invoiced; the rest comes off its transfer"""
        self.store.invoice_policy = "posted"
        self.mug.invoice_policy = "delivery"
        order, record, sale = self.sell(MUGS | TAXED)
        self.ship(sale.picking_ids, **{"MUG-BLUE-350": 1})
        self.process(self.account)
        self.send(self.account)
        self.assertEqual(sale.invoice_ids.state, "posted")
        self.cancel(order, 2)
        self.apply(record)
        self.assertEqual(sale.order_line.product_uom_qty, 1)
        self.assertEqual(set(sale.picking_ids.mapped("state")), {"done", "cancel"})
        self.assertMoney(sale.amount_total, order.grand_total)
        self.process(self.account)
        self.assertMoney(sum(sale.invoice_ids.mapped("amount_total")), "10.83")

    def test_invoiced_already(self):
        """row 4.35: an amount on an invoice is refused with the credit note to make"""
        order, record, sale = self.sell(MUGS | TAXED)
        sale.order_line.product_id.invoice_policy = "order"
        sale._create_invoices().action_post()
        self.replace(order, total="27.00")
        with self.assertRaisesRegex(UserError, "is on invoice INV.* credit note"):
            self.apply(record)
        self.assertMoney(sale.amount_total, "32.48")

    def test_amounts_that_do_not_add_up(self):
        """row 4.35: amounts that contradict each other are shown, and not applied"""
        order, record, _sale = self.sell(MUGS | TAXED)
        order.payload["proceeds"]["grandTotal"]["amount"] = "99.99"
        order.touch(self.sandbox.clock.now())
        self.see()
        self.assertIn(("", "problem"), self.shown(record))
        with self.assertRaisesRegex(UserError, "grand total is 99.99"):
            self.apply(record)

    def test_fba(self):
        """rows 4.35, 12.8: amounts of what Amazon ships itself follow, units don't"""
        self.store.invoice_policy = "none"
        order, record, sale = self.sell(
            MUGS | TAXED, fulfilled_by="AMAZON", status="SHIPPED"
        )
        self.assertTrue(sale.locked)
        self.replace(order, total="27.00")
        self.apply(record)
        self.assertMoney(sale.amount_total, order.grand_total)
        self.assertTrue(sale.locked)
        self.assertEqual(sale.order_line.qty_delivered, 3)
        self.replace(order, quantity=4, total="36.00")
        with self.assertRaisesRegex(UserError, "shipped other units of MUG"):
            self.apply(record)

    def test_sale_canceled_by_hand(self):
        """row 4.35: a sale that is canceled gets nothing; Keep puts the news away"""
        order, record, sale = self.sell()
        sale._action_cancel()
        self.cancel(order, 1)
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            self.apply(record)

    def test_shared_sale(self):
        """row 4.35: differences of an order within a shared sale show; by hand only"""
        order, record, sale = self.sell()
        sale.amazon_order_id = False
        self.cancel(order, 1)
        self.assertEqual(sale.amazon_changed_count, 1)
        action = sale.with_user(self.user).action_view_amazon_changes()
        self.assertEqual(action["res_id"], record.id)
        with self.assertRaisesRegex(UserError, "several Amazon orders"):
            self.apply(record)
        record.action_keep_sale()
        self.assertAgreed(record)

    def test_keep(self):
        """row 4.35: Keep leaves the sale; only a further change is shown again, against
        what was sold"""
        order, record, sale = self.sell()
        self.cancel(order, 1)
        record.with_user(self.user).action_keep_sale()
        self.assertAgreed(record)
        kept = sale.message_ids.filtered(lambda m: "not taken over" in m.body)
        self.assertEqual(kept.author_id, self.user.partner_id)
        order.touch(self.sandbox.clock.now())
        self.see()
        self.assertAgreed(record)
        self.cancel(order, 1)
        self.assertEqual(self.shown(record)["MUG-BLUE-350", "quantity"], ("3", "1"))
        self.assertEqual(len(record.activity_ids), 1)
        with self.assertRaisesRegex(UserError, "agree"):
            self.apply(self.sell()[1])

    def test_reload(self):
        """rows 4.15, 4.35: a reload starts afresh"""
        order, record, _sale = self.sell()
        self.cancel(order, 1)
        wizard = self.env["amazon.reload.order"].create({"order_id": record.id})
        self.press(wizard.action_reload)
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertAgreed(record)
        self.assertFalse(record.sold_terms)
        self.assertEqual(self.line(record.sale_order_id, self.mug).product_uom_qty, 2)

    def test_screens(self):
        """row 4.35: the order shows both buttons only while there is a difference"""
        order, record, sale = self.sell()
        self.cancel(order, 1)
        self.open_screens(self.user, record)
        seller = new_test_user(
            self.env,
            "seller",
            groups="sales_team.group_sale_salesman_all_leads,"
            "amazon_connector.group_amazon_user",
        )
        self.open_screens(seller, sale, kinds=("form",))
        form = Form(sale.with_user(seller))
        self.assertEqual(form.amazon_changed_count, 1)


@tagged("post_install", "-at_install")
class TestAnotherProduct(ChangeCase):
    def test_other_sku(self):
        """row 4.35: another SKU in the same item is another product: by hand only"""
        order, record, sale = self.sell()
        self.item(order)["product"]["sellerSku"] = "BACKPACK-20L"
        self.settle(order)
        self.assertEqual(
            self.shown(record)["MUG-BLUE-350", "sku"], ("MUG-BLUE-350", "BACKPACK-20L")
        )
        with self.assertRaisesRegex(UserError, "SKU BACKPACK-20L where MUG.* by hand"):
            self.apply(record)
        self.assertTrue(record.is_changed)
        self.assertEqual(
            self.line(sale, self.mug).amazon_order_line_id.sku, "MUG-BLUE-350"
        )

    def test_added_service_is_announced(self):
        """rows 4.28, 4.35: the warehouse is told of a service line that is new"""
        self.store.unlinked_policy = "service"
        self.env["amazon.listing"].create(
            {"store_id": self.store.id, "sku": "NOTEBOOK-A5", "status": "listed"}
        )
        order, record, sale = self.sell()
        self.edit(order, NOTEBOOK_A5={"total": "8.99", "quantity": 2} | TAXED)
        self.apply(record)
        for document in (sale, sale.picking_ids):
            told = document.message_ids.filtered(lambda m: "ship it by hand" in m.body)
            self.assertEqual(len(told), 1)
            self.assertIn("2 × SKU NOTEBOOK-A5", told.body)
            self.assertNotIn("MUG", told.body)

    def test_added_units_leave_by_themselves(self):
        """rows 4.35, 8.10: what the store ships by itself, it does for more units"""
        self.store.auto_ship = "outside"
        order, record, sale = self.sell(MUGS | TAXED)
        self.assertEqual(sale.picking_ids.state, "done")
        self.edit(order, BACKPACK_20L={"total": "25.50", "facilitator": False} | TAXED)
        self.apply(record)
        self.process(self.account)
        self.assertEqual(set(sale.picking_ids.mapped("state")), {"done"})
        self.assertEqual(self.line(sale, self.bag).qty_delivered, 1)
        self.assertFalse(record.submission_ids)
