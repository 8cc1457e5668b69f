from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .common import AmazonCase


class ImportCase(AmazonCase):
    def take(self, account, seller, *items, **order):
        """The sale of a new order with these items."""
        made = self.sandbox.add_order(
            seller, items=list(items) or ["MUG-BLUE-350"], **order
        )
        self.take_in(account)
        record = self.inbox(made)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.state, "sale")
        return made, record.sale_order_id

    def line(self, sale, product):
        return sale.order_line.filtered(lambda line: line.product_id == product)


@tagged("post_install", "-at_install")
class TestOrderImport(ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids

    def sell(self, *items, **order):
        return self.take(self.account, self.seller, *items, **order)

    def test_merchant_order(self):
        """rows 4.21, 4.27, 5.10, 5.28: one Amazon order is one identical sale"""
        order, sale = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "quantity": 3,
                "total": "10.00",
                "tax_rate": "0.0825",
                "facilitator": False,
                "shipping": "5.99",
            },
            {"sku": "BACKPACK-20L", "total": "25.49", "facilitator": False},
        )
        self.assertEqual(sale.client_order_ref, order.order_id)
        self.assertMoney(sale.amount_total, order.grand_total)
        quantities = {x.product_id: x.product_uom_qty for x in sale.order_line}
        self.assertEqual((quantities[self.mug], quantities[self.bag]), (3, 1))
        self.assertEqual(sale.warehouse_id, self.store.warehouse_id)

    def test_line_total_is_not_the_unit_price(self):
        """row 5.29: 3 pieces for 10.00 are 10.00, not 30.00 and not 9.99"""
        _order, sale = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 3, "total": "10.00", "tax_rate": 0}
        )
        self.assertMoney(sale.order_line.price_subtotal, "10.00")
        self.assertMoney(sale.amount_total, "10.00")

    def test_two_lines_with_the_same_sku(self):
        """row 5.28: two order items with one SKU stay two lines"""
        order, sale = self.sell(
            {"sku": "MUG-BLUE-350", "total": "12.99", "tax_rate": 0},
            {"sku": "MUG-BLUE-350", "quantity": 2, "total": "19.98", "tax_rate": 0},
        )
        lines = self.line(sale, self.mug)
        self.assertEqual(lines.mapped("product_uom_qty"), [1, 2])
        self.assertEqual(
            lines.amazon_order_line_id.mapped("item_ref"),
            [item["orderItemId"] for item in order.items],
        )
        self.assertMoney(sale.amount_total, "32.97")
        self.assertEqual(sum(sale.picking_ids.move_ids.mapped("product_uom_qty")), 3)

    def test_dates(self):
        """row 5.20: purchase and ship-by times of Amazon stand on the sale"""
        order, sale = self.sell()
        created = order.created.replace(tzinfo=None, microsecond=0)
        self.assertEqual(sale.date_order, created)
        self.assertEqual(sale.amazon_purchase_date, created)
        self.assertEqual(sale.commitment_date, sale.amazon_ship_by)
        window = order.payload["fulfillment"]["shipByWindow"]["latestDateTime"]
        self.assertEqual(sale.amazon_ship_by.isoformat(), window[:19])

    def test_shipping_and_gift_wrap(self):
        """row 5.27: shipping and gift wrap are charges with products of their own"""
        order, sale = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "total": "12.99",
                "shipping": "5.99",
                "gift_wrap": "3.49",
                "tax_rate": 0,
            },
            {
                "sku": "BACKPACK-20L",
                "total": "79.00",
                "shipping": "4.01",
                "tax_rate": 0,
            },
        )
        shipping = self.line(sale, self.store.shipping_product_id)
        self.assertMoney(shipping.price_subtotal, "10.00")
        self.assertTrue(shipping.is_delivery)
        wrap = self.line(sale, self.store.gift_wrap_product_id)
        self.assertMoney(wrap.price_subtotal, "3.49")
        self.assertMoney(sale.amount_total, order.grand_total)

    def test_discount_is_one_charge(self):
        """row 5.26: all discounts of an order are one negative line, not spread"""
        order, sale = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "total": "12.99",
                "discount": "1.30",
                "shipping": "5.99",
                "shipping_discount": "5.99",
                "tax_rate": 0,
            },
            {
                "sku": "BACKPACK-20L",
                "total": "79.00",
                "discount": "7.90",
                "tax_rate": 0,
            },
        )
        discount = self.line(sale, self.store.discount_product_id)
        self.assertEqual(len(discount), 1)
        self.assertMoney(discount.price_subtotal, "-15.19")
        self.assertMoney(self.line(sale, self.mug).price_subtotal, "12.99")
        self.assertEqual(set(sale.order_line.mapped("discount")), {0.0})
        self.assertMoney(sale.amount_total, order.grand_total)

    def test_amazons_tax_is_kept(self):
        """row 6.1: Amazon's tax stands as it is; the mapped tax gives the name only"""
        order, sale = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "quantity": 7,
                "unit_price": "12.99",
                "tax_rate": "0.0825",
                "tax_by_unit": True,  # 7 × 1.07, not 7.50
                "facilitator": False,
            }
        )
        self.assertMoney(sale.amount_tax, "7.49")
        self.assertMoney(sale.amount_total, order.grand_total)
        self.assertEqual(sale.order_line.tax_ids, self.store.amazon_tax_id)

    def test_facilitator_tax_nets_to_zero(self):
        """row 6.8: tax that Amazon remits is shown twice and owed never"""
        _order, sale = self.sell(
            {"sku": "MUG-BLUE-350", "total": "100.00", "tax_rate": "0.0825"}
        )
        pair = self.store.collected_tax_id | self.store.remitted_tax_id
        self.assertEqual(sale.order_line.tax_ids, pair)
        self.assertMoney(sale.amount_tax, "0.00")
        self.assertMoney(sale.amount_total, "100.00")

        self.ship(sale.picking_ids)
        self.process(self.account)
        invoice = sale.invoice_ids
        invoice.action_post()
        self.assertMoney(invoice.amount_total, "100.00")
        taxes = {
            line.tax_line_id: Decimal(str(line.balance))
            for line in invoice.line_ids
            if line.tax_line_id
        }
        self.assertEqual(
            taxes,
            {
                self.store.collected_tax_id: Decimal("-8.25"),
                self.store.remitted_tax_id: Decimal("8.25"),
            },
        )

    def test_amazons_tax_ignored(self):
        """row 6.1: a store that ignores Amazon's tax sells without any"""
        self.store.tax_mode = "ignore"
        _order, sale = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "total": "100.00",
                "tax_rate": "0.0825",
                "facilitator": False,
            }
        )
        self.assertFalse(sale.order_line.tax_ids)
        self.assertMoney(sale.amount_total, "100.00")

    def test_replacement_at_zero(self):
        """row 5.28: a replacement goes out at zero, as a sale with a transfer"""
        original, _sale = self.sell()
        _order, sale = self.sell(
            {"sku": "MUG-BLUE-350", "unit_price": 0}, replaces=original.order_id
        )
        self.assertTrue(sale.amazon_order_id.is_replacement)
        self.assertMoney(sale.amount_total, "0.00")
        self.assertEqual(sale.picking_ids.state, "assigned")

    def test_partially_shipped_outside(self):
        """row 4.36: what left before Odoo knew is split off; the rest is to be shipped"""
        _order, sale = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 3, "shipped": 1},
            status="PARTIALLY_SHIPPED",
        )
        done, todo = sale.picking_ids.sorted(lambda p: p.state != "done")
        self.assertEqual(done.state, "done")
        self.assertTrue(done.amazon_shipped_outside)
        self.assertEqual(done.move_ids.quantity, 1)
        self.assertFalse(done.amazon_submission_ids)
        self.assertEqual(todo.state, "assigned")
        self.assertFalse(todo.amazon_shipped_outside)
        self.assertEqual(todo.move_ids.product_uom_qty, 2)

    def test_kit(self):
        """row 4.25: a kit is delivered as its components, as when sold by hand"""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        kit = self._product("LAMP-DESK-01", quantity=0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2}),
                    Command.create({"product_id": self.bag.id, "product_qty": 1}),
                ],
            }
        )
        order, sale = self.sell({"sku": "LAMP-DESK-01", "quantity": 3, "tax_rate": 0})
        self.assertEqual(sale.order_line.product_id, kit)
        self.assertMoney(sale.amount_total, order.grand_total)
        moves = {m.product_id: m.product_uom_qty for m in sale.picking_ids.move_ids}
        self.assertEqual(moves, {self.mug: 6, self.bag: 3})

    def test_cost_of_an_order_does_not_grow(self):
        """row 4.2: an order takes hardly more queries than the same sale by hand"""
        for cost in (self.cost, self.cost_by_hand):
            cost(3)  # what is read only once
        each = (self.cost(20) - self.cost(5)) / 15
        by_hand = (self.cost_by_hand(20) - self.cost_by_hand(5)) / 15
        self.assertLess(each, by_hand + 2)

    def cost_by_hand(self, count):
        """Queries of bare Odoo for as many sales, created and confirmed in one go."""
        partner = self.env["res.partner"].create({"name": "Somebody"})
        lines = [
            Command.create({"product_id": product.id, "price_unit": 10})
            for product in (self.mug, self.bag)
        ]
        values = {"partner_id": partner.id, "order_line": lines}
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["sale.order"].create([values] * count).action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def cost(self, count):
        """Queries that processing ``count`` orders takes."""
        for _number in range(count):
            self.sandbox.add_order(self.seller, items=["MUG-BLUE-350", "BACKPACK-20L"])
        self.pull(self.account)
        before = self.env.cr.sql_log_count
        self.process(self.account)
        self.assertEqual(self.run_of(self.account, "process").processed, count)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestInclusivePrices(ImportCase):
    def test_german_order(self):
        """row 6.1: 19 % are taken out of Amazon's price; the total stays Amazon's"""
        account, seller = self.de()
        order, sale = self.take(
            account,
            seller,
            {
                "sku": "MUG-BLUE-350",
                "quantity": 3,
                "total": "10.00",
                "shipping": "3.99",
            },
            {"sku": "BACKPACK-20L", "total": "0.03"},
        )
        self.assertEqual(sale.currency_id.name, "EUR")
        self.assertMoney(sale.amount_total, order.grand_total)
        lines = self.line(sale, self.mug)
        self.assertMoney(lines.price_total, "10.00")
        self.assertMoney(lines.price_tax, "1.60")
        self.assertMoney(self.line(sale, self.bag).price_tax, "0.00")
        self.assertMoney(sale.amount_tax, "2.24")  # 1.60 + 0.64 + 0.00

    def test_tax_of_the_product_through_the_fiscal_position(self):
        """row 6.1: without a store tax, product and destination decide"""
        account, seller = self.de()
        tax = account.store_ids.tax_id
        account.store_ids.tax_id = False
        austrian = tax.copy({"name": "20 % Austria", "amount": 20})
        self.mug.taxes_id = tax
        austria = self.env.ref("base.at")
        position = self.env["account.fiscal.position"].create(
            {"name": "To Austria", "auto_apply": True, "country_id": austria.id}
        )
        austrian.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(tax.id)],
            }
        )
        _order, german = self.take(
            account, seller, {"sku": "MUG-BLUE-350", "total": "12"}
        )
        self.assertEqual(german.order_line.tax_ids, tax)
        _order, abroad = self.take(
            account,
            seller,
            {"sku": "MUG-BLUE-350", "total": "12", "shipping": "6"},
            address={"countryCode": "AT"},
        )
        self.assertEqual(abroad.order_line.tax_ids, austrian)
        self.assertMoney(abroad.amount_total, "18.00")
        self.assertMoney(abroad.amount_tax, "3.00")

    def test_product_without_any_tax(self):
        """row 6.1: no tax to be found anywhere blocks the order with both ways out"""
        account, seller = self.de()
        account.store_ids.tax_id = False
        order = self.sandbox.add_order(seller)
        self.take_in(account)
        record = self.inbox(order)
        self.assertEqual((record.state, record.reason_code), ("blocked", "tax"))
        self.assertIn("Ignore Amazon's Tax", record.reason)

    def test_tax_ignored(self):
        """row 6.1: a store that ignores tax keeps Amazon's whole price"""
        account, seller = self.de()
        account.store_ids.tax_mode = "ignore"
        order, sale = self.take(account, seller)
        self.assertFalse(sale.order_line.tax_ids)
        self.assertMoney(sale.amount_total, order.grand_total)

    def test_yen(self):
        """row 5.28: a currency without decimals stays without"""
        account, seller = self.connect("JP")
        self.rate("JPY", 150)
        account.store_ids.tax_id = self.env["account.tax"].create(
            {"name": "10 % JP", "amount": 10, "price_include_override": "tax_included"}
        )
        order, sale = self.take(
            account, seller, {"sku": "MUG-BLUE-350", "quantity": 3, "total": "1999"}
        )
        self.assertEqual(sale.currency_id.name, "JPY")
        self.assertEqual(sale.amount_total, 1999)
        self.assertEqual(sale.amount_tax, 182)
        self.assertEqual(order.grand_total, 1999)

    def test_foreign_currency(self):
        """row 5.28: an order in another currency stays in it, down to the invoice"""
        account, seller = self.de()
        order, sale = self.take(
            account, seller, {"sku": "MUG-BLUE-350", "total": "9.00"}
        )
        self.assertEqual(sale.currency_id.name, "EUR")
        self.assertEqual(sale.pricelist_id.currency_id.name, "EUR")
        self.ship(sale.picking_ids)
        self.process(account)
        invoice = sale.invoice_ids
        invoice.action_post()
        self.assertEqual(invoice.currency_id.name, "EUR")
        self.assertMoney(invoice.amount_total, order.grand_total)
        rate = sale.currency_id._get_conversion_rate(
            sale.currency_id, self.company.currency_id, self.company, invoice.date
        )
        self.assertAlmostEqual(invoice.amount_total_signed, 9.00 * rate, places=2)
