"""Lot- and serial-tracked products in orders that Amazon ships."""

from odoo.fields import Command
from odoo.tests import tagged

from ..sync import fba_delivery
from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestFbaLots(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US-lots", ["US"])
        cls.store = cls.account.store_ids
        cls.location = cls.store.fba_location_id
        cls.cream = cls._product("CREAM-1", quantity=0, tracking="lot")
        cls.phone = cls._product("PHONE-1", quantity=0, tracking="serial")

    def setUp(self):
        super().setUp()
        # the seller is shared: what other tests sold would come in again
        self.sandbox.orders.clear()
        self.sandbox.calls.clear()

    def order(self, *items):
        return self.sandbox.add_order(
            self.seller, items=list(items), fulfilled_by="AMAZON", status="SHIPPED"
        )

    def sold(self, *orders):
        self.take_in(self.account)
        records = [self.inbox(order) for order in orders]
        for record in records:
            self.assertEqual(record.state, "imported", record.reason)
        return records[0].sale_order_id.union(*(r.sale_order_id for r in records))

    def stock(self, product, lots):
        """Receive {lot name: units} at Amazon, the first one first."""
        for age, (name, units) in enumerate(lots.items()):
            lot = self.env["stock.lot"].create(
                {"name": name, "product_id": product.id, "company_id": self.company.id}
            )
            self.env["stock.quant"]._update_available_quantity(
                product,
                self.location,
                units,
                lot_id=lot,
                in_date=f"2026-01-0{age + 1} 00:00:00",
            )

    def taken(self, sales):
        """{lot name: units} that have left for the buyers."""
        taken = {}
        for line in sales.order_line.move_ids.move_line_ids:
            self.assertEqual(line.state, "done")
            taken[line.lot_id.name] = taken.get(line.lot_id.name, 0) + line.quantity
        return taken

    def test_first_in_first_out(self):
        """row 12.8: the oldest lots leave first, over all orders of the batch"""
        self.stock(self.cream, {"OLD": 3, "NEW": 5})
        orders = [self.order({"sku": "CREAM-1", "quantity": 2}) for _ in range(2)]
        sales = self.sold(*orders)
        self.assertEqual(self.taken(sales), {"OLD": 3, "NEW": 1})
        self.assertEqual(sales.order_line.mapped("qty_delivered"), [2, 2])

    def test_removal_strategy(self):
        """row 12.8: the product's own removal strategy decides"""
        self.cream.categ_id = self.env["product.category"].create(
            {
                "name": "Last in, first out",
                "removal_strategy_id": self.env.ref("stock.removal_lifo").id,
            }
        )
        self.stock(self.cream, {"OLD": 3, "NEW": 5})
        sales = self.sold(self.order({"sku": "CREAM-1", "quantity": 2}))
        self.assertEqual(self.taken(sales), {"NEW": 2})

    def test_first_expired_first_out(self):
        """row 12.8: what expires first leaves first"""
        if "removal_date" not in self.env["stock.quant"]:
            self.skipTest("Expiration dates are not installed")
        fefo = self.env.ref("product_expiry.removal_fefo")
        self.cream.categ_id = self.env["product.category"].create(
            {"name": "First expired, first out", "removal_strategy_id": fefo.id}
        )
        self.cream.use_expiration_date = True
        self.stock(self.cream, {"OLD": 3, "NEW": 5})
        for name, date in (("OLD", "2030-02-01"), ("NEW", "2030-01-01")):
            lots = self.env["stock.lot"].search(
                [("name", "=", name), ("product_id", "=", self.cream.id)]
            )
            lots.removal_date = date
        sales = self.sold(self.order({"sku": "CREAM-1", "quantity": 2}))
        self.assertEqual(self.taken(sales), {"NEW": 2})

    def test_unknown_lot(self):
        """row 12.8: where lots are short, a lot that says nobody knows, never a stop"""
        self.stock(self.cream, {"OLD": 1})
        sales = self.sold(self.order({"sku": "CREAM-1", "quantity": 4}))
        self.assertEqual(self.taken(sales), {"OLD": 1, "Amazon FBA": 3})
        again = self.sold(self.order({"sku": "CREAM-1", "quantity": 2}))
        self.assertEqual(self.taken(again), {"Amazon FBA": 2})
        lots = self.env["stock.lot"].search([("product_id", "=", self.cream.id)])
        self.assertCountEqual(lots.mapped("name"), ["OLD", "Amazon FBA"])
        at_amazon = self.cream.with_context(location=self.location.id)
        self.assertEqual(at_amazon.qty_available, -5)

    def test_unknown_serial_numbers(self):
        """row 12.8: of serial-tracked products, one unknown number a unit"""
        self.stock(self.phone, {"SN-1": 1})
        orders = [self.order({"sku": "PHONE-1", "quantity": 2}) for _ in range(2)]
        sales = self.sold(*orders)
        taken = self.taken(sales)
        self.assertEqual(len(taken), 4)
        self.assertEqual(set(taken.values()), {1})
        self.assertIn("SN-1", taken)
        for sale in sales:
            self.assertEqual(sale.order_line.qty_delivered, 2)

    def test_serial_numbers_of_amazon(self):
        """row 12.8: the serial numbers that Amazon names are those that left"""
        self.stock(self.phone, {"SN-1": 1, "SN-2": 1})
        order = self.order({"sku": "PHONE-1", "quantity": 2})
        order.items[0]["product"]["serialNumbers"] = ["SN-2", "SN-NEW"]
        # what Amazon has told of goes before what is only next in the row
        self.assertEqual(set(self.taken(self.sold(order))), {"SN-2", "SN-NEW"})

    def test_kit_with_tracked_component(self):
        """row 12.8: lots of a kit's components, and of the units of a multipack"""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        kit = self._product("CARE-SET", quantity=0, is_storable=False)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.cream.id, "product_qty": 2}),
                    Command.create({"product_id": self.phone.id, "product_qty": 1}),
                ],
            }
        )
        self.stock(self.cream, {"OLD": 3})
        self.stock(self.phone, {"SN-1": 1})
        sales = self.sold(self.order({"sku": "CARE-SET", "quantity": 2}))
        taken = self.taken(sales)
        unknown = set(taken) - {"OLD", "Amazon FBA", "SN-1"}
        self.assertEqual((taken["OLD"], taken["Amazon FBA"], taken["SN-1"]), (3, 1, 1))
        self.assertEqual(len(unknown), 1)
        self.assertEqual(sales.order_line.qty_delivered, 2)

    def test_queries(self):
        """row 12.8: choosing lots costs the same for 3 and for 12 orders"""
        self.stock(self.cream, {"OLD": 3, "NEW": 500})
        self.queries(2)
        small, large = self.queries(3), self.queries(12)
        self.assertEqual(small, large)

    def queries(self, count):
        """Statements that look for quants, lots and kits while ``count`` are sold."""
        orders = [self.order({"sku": "CREAM-1"}) for _ in range(count)]
        asked = []
        original = fba_delivery.fba_lots.assign

        def counted(lines, location, values):
            lines.env.flush_all()
            before = self.cr.sql_log_count
            original(lines, location, values)
            asked.append(self.cr.sql_log_count - before)

        self.patch(fba_delivery.fba_lots, "assign", counted)
        self.sold(*orders)
        self.patch(fba_delivery.fba_lots, "assign", original)
        self.assertEqual(len(asked), 1)
        return asked[0]
