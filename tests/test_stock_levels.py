"""How many units there are to sell, in warehouses, kits and multipacks."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sync import stock_levels, stock_refresh
from ..sync.stock_levels import Source
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockLevels(StockCase):
    def level(self, product, *warehouses, basis="available", days=0):
        source = Source(
            frozenset(
                (w.id for w in warehouses) if warehouses else {self.warehouse.id}
            ),
            basis,
            days,
        )
        found = stock_levels.levels(self.env, self.company, {source: {product.id}})
        return found[source, product.id]

    def units(self, *args, **kwargs):
        return self.level(*args, **kwargs).units

    def test_available_is_on_hand_less_open_orders(self):
        """rows 9.3, 9.4: available and on hand differ by what is ordered"""
        product = self._product("LEVEL-A", 20)
        self.demand(product, 6)
        self.assertEqual(self.units(product), 14)
        self.assertEqual(self.units(product, basis="on_hand"), 20)
        product.stock_move_ids._do_unreserve()
        self.assertEqual(product.free_qty, 20)
        self.assertEqual(self.units(product), 14, "ordered, also when not reserved")

    def test_never_more_than_odoo_calls_free(self):
        """row 9.3: what is reserved for another place is not sold"""
        product = self._product("LEVEL-B", 20)
        inside = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        move = self.demand(product, 8, confirm=False)
        move.location_dest_id = move.picking_id.location_dest_id = inside
        move.picking_id.action_confirm()
        move.picking_id.action_assign()
        self.assertEqual(product.free_qty, 12)
        self.assertEqual(self.units(product), 12)

    def test_move_between_chosen_warehouses_is_no_demand(self):
        """row 9.2: units that stay within the chosen warehouses stay for sale"""
        product = self._product("LEVEL-C", 20)
        second = self.second_warehouse()
        move = self.demand(product, 5, confirm=False)
        move.location_dest_id = second.lot_stock_id
        move.picking_id.location_dest_id = second.lot_stock_id
        move.picking_id.action_confirm()
        move._do_unreserve()
        self.assertEqual(self.units(product), 15)
        self.assertEqual(self.units(product, self.warehouse, second), 20)

    def test_sum_of_warehouses(self):
        """row 9.2: one warehouse, or the sum of several"""
        product = self._product("LEVEL-D", 3)
        second = self.second_warehouse()
        self.stock(product, 4, second)
        self.assertEqual(self.units(product), 3)
        self.assertEqual(self.units(product, second), 4)
        self.assertEqual(self.units(product, self.warehouse, second), 7)

    def test_fba_location_is_outside(self):
        """row 9.17: stock at Amazon is not stock of the warehouse"""
        product = self._product("LEVEL-E", 3)
        fba = self.stores.fba_location_id
        self.assertTrue(fba)
        self.env["stock.quant"]._update_available_quantity(product, fba, 50)
        self.assertEqual(self.units(product), 3)

    def test_a_warehouse_at_amazon_is_left_out(self):
        """row 9.17: also where the FBA location is a warehouse among those summed up"""
        product = self._product("LEVEL-J", 10)
        at_amazon = self.second_warehouse("FBA")
        self.stores.fba_location_id = at_amazon.lot_stock_id
        self.stock(product, 50, at_amazon)
        both = self.warehouse, at_amazon
        self.assertEqual(self.units(product, *both), 10)
        self.demand(product, 5, warehouse=at_amazon)
        self.assertEqual(self.units(product, *both), 10, "Amazon ships it")
        move = self.demand(product, 4, confirm=False)
        move.location_dest_id = at_amazon.lot_stock_id
        move.picking_id.location_dest_id = at_amazon.lot_stock_id
        move.picking_id.action_confirm()
        self.assertEqual(self.units(product, *both), 6, "on its way to Amazon")
        self.stores.stock_source = "all"
        with self.assertRaisesRegex(ValidationError, "Warehouse FBA"):
            self.stores.write(
                {"stock_source": "chosen", "stock_warehouse_ids": at_amazon.ids}
            )

    def test_only_orders_due_soon(self):
        """rows 9.5, 9.6: demand within N days is taken off, later demand is not"""
        product = self._product("LEVEL-F", 20)
        self.demand(product, 3, days=2)
        self.demand(product, 5, days=20)
        self.assertEqual(self.units(product, basis="due", days=7), 17)
        self.assertEqual(self.units(product, basis="due", days=30), 12)

    def test_in_other_units(self):
        """row 9.3: demand counts in the product's own unit"""
        product = self._product("LEVEL-G", 30)
        move = self.demand(product, 1, confirm=False)
        move.product_uom = self.env.ref("uom.product_uom_dozen")
        move.picking_id.action_confirm()
        self.assertEqual(self.units(product), 18)

    def test_kits(self):
        """row 9.3: a kit is as many as its scarcest component allows, also nested"""
        cup, lid = self._product("CUP", 30), self._product("LID", 41)
        kit = self.kit("KIT", {cup: 2, lid: 1})
        self.assertEqual(self.units(kit), 15)
        box = self._product("BOX", 7)
        gift = self.kit("GIFT", {kit: 3, box: 1})
        self.assertEqual(self.units(gift), 5)
        self.demand(lid, 30)
        self.assertEqual(self.units(kit), 11)
        self.assertEqual(self.units(gift), 3)

    def test_kit_ignores_what_is_not_stored(self):
        """row 9.3: a component without stock of its own limits nothing"""
        cup = self._product("CUP-2", 9)
        paper = self._product("PAPER", 0, is_storable=False)
        self.assertEqual(self.units(self.kit("KIT-2", {cup: 4, paper: 1})), 2)
        self.assertIsNone(self.units(self.kit("KIT-3", {paper: 1})))

    def test_not_stored(self):
        """row 9.3: a service has no quantity, which is not the same as zero"""
        product = self._product("SERVICE", 0, is_storable=False, type="service")
        self.assertIsNone(self.units(product))

    def pend(self, sku, quantity, **values):
        """An order whose payment is pending."""
        order = self.sandbox.add_order(
            self.seller,
            items=[{"sku": sku, "quantity": quantity}],
            status="PENDING",
            **values,
        )
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.assertEqual(self.inbox(order).state, "pending")
        return order

    def test_pending_orders_reserve(self):
        """rows 9.3, 2.15: orders that wait for payment are taken off, times the factor"""
        product = self._product("LEVEL-H", 20)
        self.listing("PACK", product, quantity_factor=3)
        self.pend("PACK", 2)
        level = self.level(product)
        self.assertEqual((level.units, level.reserved), (14, 6))
        self.assertEqual(self.units(product, basis="on_hand"), 20)
        second = self.second_warehouse()
        self.stock(product, 9, second)
        self.assertEqual(self.units(product, second), 9, "ships from elsewhere")

    def test_pending_kit_reserves_components(self):
        """row 9.3: a pending kit takes its components from all who need them"""
        cup = self._product("CUP-3", 10)
        kit = self.kit("KIT-4", {cup: 2})
        self.listing("KIT-4", kit)
        self.pend("KIT-4", 3)
        self.assertEqual(self.units(kit), 2)
        self.assertEqual(self.units(cup), 4)

    def test_imported_order_is_not_counted_twice(self):
        """row 9.3: once an order has its transfer, the transfer reserves"""
        product = self._product("LEVEL-I", 20)
        self.listing("LEVEL-I", product)
        order = self.pend("LEVEL-I", 2)
        self.assertEqual(self.units(product), 18)
        self.sandbox.release_pending(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "imported")
        level = self.level(product)
        self.assertEqual((level.units, level.reserved), (18, 0))

    def catalog(self, count, prefix):
        products = self.env["product.product"].create(
            [
                {
                    "name": f"{prefix}{n}",
                    "default_code": f"{prefix}{n}",
                    "is_storable": 1,
                }
                for n in range(count)
            ]
        )
        second = self.second_warehouse(prefix[:3])
        self.env["stock.quant"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "quantity": 5,
                }
                for product in products
                for warehouse in (self.warehouse, second)
            ]
        )
        if "mrp.bom" in self.env:
            kits = self.env["product.product"].create(
                [{"name": f"{prefix}K{n}"} for n in range(count // 5)]
            )
            self.env["mrp.bom"].create(
                [
                    {
                        "product_tmpl_id": kit.product_tmpl_id.id,
                        "type": "phantom",
                        "bom_line_ids": [
                            (0, 0, {"product_id": product.id, "product_qty": 2})
                        ],
                    }
                    for kit, product in zip(kits, products, strict=False)
                ]
            )
            products |= kits
        return products, second

    def test_queries_do_not_grow(self):
        """rows 2.15, 9.2: a few statements for any number of products and kits"""
        counts = []
        for count, prefix in ((10, "QAA"), (60, "QBB")):
            products, second = self.catalog(count, prefix)
            source = Source(frozenset([self.warehouse.id, second.id]), "available", 0)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = stock_levels.levels(
                self.env, self.company, {source: set(products.ids)}
            )
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(found[source, products[0].id].units, 10)
            if "mrp.bom" in self.env:
                self.assertEqual(found[source, products[-1].id].units, 5)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 10)

    def test_queries_of_the_whole_computation_do_not_grow(self):
        """rows 2.15, 9.8: from listings to quantities, whatever the number of SKUs"""
        counts = []
        for count, prefix in ((10, "WAA"), (60, "WBB")):
            products, second = self.catalog(count, prefix)
            both = (self.warehouse | second).ids
            self.stores.write({"stock_source": "chosen", "stock_warehouse_ids": both})
            for product in products:
                self.listing(f"{prefix}-{product.id}", product, at_amazon=None)
            self.settle()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            stock_refresh.refresh(self.account, full=True)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(self.row(f"{prefix}-{products[0].id}").quantity, 10)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 30)
