"""Which warehouse ships an order: rule, Amazon's location, the store's (row 9.16)."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..sync import order_plan, order_warehouse
from .common import AmazonCase


class RoutingCase(AmazonCase):
    """A US store with three warehouses; the first one is the store's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US-routing", ["US"])
        cls.store = cls.account.store_ids
        cls.store.warehouse_id = cls.warehouse
        cls.east, cls.west = cls.env["stock.warehouse"].create(
            [{"name": "East", "code": "EAS"}, {"name": "West", "code": "WES"}]
        )
        cls.usa = cls.env.ref("base.us")
        cls.canada = cls.env.ref("base.ca")

    def setUp(self):
        super().setUp()
        # the seller is shared: what other tests sold would come in again
        self.sandbox.orders.clear()
        self.sandbox.calls.clear()

    def rule(self, warehouse, **values):
        return self.env["amazon.routing.rule"].create(
            {"store_id": self.store.id, "warehouse_id": warehouse.id, **values}
        )

    def place(self, location, warehouse):
        return self.env["amazon.location.mapping"].create(
            {
                "store_id": self.store.id,
                "location": location,
                "warehouse_id": warehouse.id,
            }
        )

    def sell(self, *items, state="NY", country="US", **order):
        address = {"stateOrRegion": state, "countryCode": country}
        return self.sandbox.add_order(
            self.seller, items=list(items) or ["MUG-BLUE-350"], address=address, **order
        )

    def sale(self, order):
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
        return record.sale_order_id

    def shippers(self, *orders):
        self.take_in(self.account)
        sales = [self.sale(order) for order in orders]
        for sale in sales:
            self.assertEqual(
                sale.picking_ids.picking_type_id.warehouse_id, sale.warehouse_id
            )
        return [sale.warehouse_id for sale in sales]


@tagged("post_install", "-at_install")
class TestOrderRouting(RoutingCase):
    def test_first_rule_that_fits(self):
        """row 9.16: rules in order, by country, country group and state"""
        group = self.env["res.country.group"].create(
            {"name": "North", "country_ids": [Command.set(self.canada.ids)]}
        )
        new_york = self.env.ref("base.state_us_27")
        self.rule(self.west, state_ids=new_york.ids, sequence=1)
        self.rule(self.east, country_group_ids=group.ids, sequence=2)
        last = self.rule(self.west, country_ids=self.usa.ids, sequence=3)
        orders = [
            self.sell(state="NY"),
            self.sell(state="Ontario", country="CA"),
            self.sell(state="CA"),
            self.sell(state="Bavaria", country="DE"),
        ]
        self.assertEqual(
            self.shippers(*orders), [self.west, self.east, self.west, self.warehouse]
        )
        last.sequence, last.warehouse_id = 0, self.east
        self.assertEqual(self.shippers(self.sell(state="NY")), [self.east])

    def test_shipping_option(self):
        """row 9.16: by Amazon's shipping option, in any case and with any signs"""
        self.rule(self.west, services="next-day, Second Day")
        orders = [
            self.sell(service_level=level)
            for level in ("NEXT_DAY", "SECOND_DAY", "STANDARD")
        ]
        self.assertEqual(self.shippers(*orders), [self.west, self.west, self.warehouse])

    def test_stock_of_each_candidate(self):
        """row 9.16: a warehouse has to have the whole order, or the next one is asked"""
        self.stock(self.mug, 5, self.east)
        self.stock(self.bag, 1, self.west)
        self.stock(self.mug, 5, self.west)
        self.rule(self.east, require_stock=True, sequence=1)
        self.rule(self.west, require_stock=True, sequence=2)
        both = {"sku": "MUG-BLUE-350"}, {"sku": "BACKPACK-20L"}
        orders = [self.sell(), self.sell(*both), self.sell(*both)]
        self.assertEqual(self.shippers(*orders), [self.east, self.west, self.warehouse])

    def test_last_unit_of_a_batch(self):
        """row 9.16: what an order has taken is gone for the next of the same batch"""
        self.stock(self.mug, 3, self.east)
        self.rule(self.east, require_stock=True)
        orders = [self.sell({"sku": "MUG-BLUE-350", "quantity": 2}) for _ in range(2)]
        orders.append(self.sell())
        chosen = self.shippers(*orders)
        self.assertCountEqual(chosen, [self.east, self.east, self.warehouse])
        self.assertEqual(self.shippers(self.sell()), [self.warehouse])

    def test_multipack_and_kit(self):
        """row 9.16: stock is asked for in units of what lies on the shelf"""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        kit = self._product("SET-OF-TWO", quantity=0, is_storable=False)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2})
                ],
            }
        )
        pack = {"sku": "MUG-PACK", "name": "Four", "quantity_factor": 4}
        pack |= {"store_id": self.store.id, "product_id": self.mug.id}
        self.env["amazon.listing"].create(pack)
        self.stock(self.mug, 6, self.east)
        self.rule(self.east, require_stock=True)
        orders = [
            self.sell({"sku": "MUG-PACK"}),  # 4 of 6
            self.sell({"sku": "SET-OF-TWO"}),  # the other 2
            self.sell({"sku": "SET-OF-TWO"}),
        ]
        chosen = self.shippers(*orders)
        # whichever two orders come first
        self.assertCountEqual(chosen, [self.east, self.east, self.warehouse])

    def test_precedence(self):
        """row 5.19: routing rule, then Amazon's location, then the store's warehouse"""
        self.place("north  dock", self.west)
        self.place("10001", self.east)
        rule = self.rule(self.east, services="EXPEDITED")
        dock = {"name": "North Dock", "postalCode": "10001", "countryCode": "US"}
        orders = [
            self.sell(service_level="EXPEDITED", ship_from=dock),
            self.sell(ship_from=dock),
            self.sell(ship_from={"name": "South", "postalCode": "10001"}),
            self.sell(ship_from={"name": "South"}),
            self.sell(),
        ]
        self.assertEqual(
            self.shippers(*orders),
            [rule.warehouse_id, self.west, self.east, self.warehouse, self.warehouse],
        )

    def test_same_warehouse_for_merchant_and_fba(self):
        """rows 9.16, 5.19: a rule or a location can't ship from Amazon's own stock"""
        self.store.fba_location_id = self.env["stock.location"].create(
            {
                "name": "At Amazon",
                "usage": "internal",
                "location_id": self.east.view_location_id.id,
            }
        )
        for make in (
            lambda: self.rule(self.east),
            lambda: self.place("North Dock", self.east),
        ):
            refused = self.assertRaisesRegex(ValidationError, "Choose an FBA location")
            with refused, self.cr.savepoint():
                make()
        self.rule(self.west)
        with self.assertRaisesRegex(ValidationError, "warehouse West"):
            self.store.fba_location_id = self.west.lot_stock_id

    def test_queries(self):
        """rows 9.16, 5.19: 40 rules and locations cost no more queries than 4"""
        self.stock(self.mug, 3, self.east)
        few = self.queries(4, orders=3)
        self.assertEqual(self.queries(40, orders=3), few)
        self.assertEqual(self.queries(40, orders=12), few)

    def queries(self, count, orders):
        self.store.routing_rule_ids.unlink()
        self.store.location_mapping_ids.unlink()
        for number in range(count):
            self.rule(
                self.east if number % 2 else self.west,
                country_ids=(self.usa | self.canada).ids,
                services=f"SERVICE-{number}" if number < count - 2 else False,
                require_stock=True,
            )
            self.place(f"Dock {number}", self.west)
        made = [self.sell({"sku": "MUG-BLUE-350"}) for _ in range(orders)]
        self.pull(self.account)
        plans = [order_plan.plan(self.inbox(order)) for order in made]
        self.env.flush_all()
        self.env.invalidate_all()
        for plan in plans:  # the importer has read these before
            plan.record.line_ids.mapped("product_id.type")
        before = self.cr.sql_log_count
        chosen = order_warehouse.choose(self.store, plans)
        self.assertIn(self.east, chosen.values())
        return self.cr.sql_log_count - before

    def stock(self, product, quantity, warehouse):
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity
        )
