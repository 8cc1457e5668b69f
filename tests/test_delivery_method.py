"""What Amazon says of an order's shipping decides the delivery method of its sale."""

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..spapi.orders import parse_order
from ..sync.delivery_method import DeliveryMethods
from ..sync.order_import import import_orders
from .customer_case import HOME
from .test_order_import import ImportCase


@tagged("post_install", "-at_install")
class TestDeliveryMethod(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.free = cls.method("Free Shipping")
        cls.express = cls.method("Express 24", fixed_price=9.9)

    @classmethod
    def method(cls, name, **values):
        return cls.env["delivery.carrier"].create(
            {"name": name, "product_id": cls.ups.product_id.id, **values}
        )

    def map_service(self, name, method):
        Level = self.env["amazon.service.level"]
        return self.env["amazon.service.mapping"].create(
            {
                "store_id": self.store.id,
                "level_id": Level.name_create(name)[0],
                "delivery_carrier_id": method.id,
            }
        )

    def sell(self, level="STANDARD", service=None, **order):
        made = self.sandbox.add_order(
            self.seller,
            items=["MUG-BLUE-350", {"sku": "BACKPACK-20L", "shipping": "5.99"}],
            service_level=level,
            **order,
        )
        if service:
            made.payload["fulfillment"]["promiseCalculationInputs"] = {
                "transitTime": {"details": {"carrier": "X", "shippingService": service}}
            }
        self.take_in(self.account)
        return made, self.inbox(made).sale_order_id

    def test_nothing_mapped(self):
        """rows 5.23, 5.24: without mapping and default a sale has no delivery method"""
        _order, sale = self.sell()
        self.assertFalse(sale.carrier_id)
        self.assertFalse(sale.picking_ids.carrier_id)

    def test_level_is_mapped(self):
        """row 5.24: Amazon's level, however it is spelt, gives sale and transfer their
        delivery method; the other levels get the default one"""
        self.map_service("second day", self.express)
        self.store.free_shipping_carrier_id = self.free
        _order, sale = self.sell("SECOND_DAY")
        self.assertEqual(sale.carrier_id, self.express)
        self.assertEqual(sale.picking_ids.carrier_id, self.express)
        self.assertEqual(sale.amazon_order_id.shipping_service, "SECOND_DAY")
        _order, sale = self.sell("NEXT_DAY")
        self.assertEqual(sale.carrier_id, self.free)
        self.assertEqual(sale.picking_ids.carrier_id, self.free)

    def test_text_of_the_service_goes_first(self):
        """row 5.24: the text of the shipping service is more specific than the level"""
        self.map_service("STANDARD", self.free)
        self.map_service("UPS® Ground", self.ups)
        _order, sale = self.sell("STANDARD", service="ups ground")
        self.assertEqual(sale.carrier_id, self.ups)
        self.assertEqual(sale.amazon_order_id.shipping_service, "ups ground, STANDARD")
        _order, sale = self.sell("STANDARD", service="Pigeon")
        self.assertEqual(sale.carrier_id, self.free)

    def test_amounts_stay_amazons(self):
        """row 5.23: a delivery method with a price of its own, even the real one, adds no
        line and changes no amount, from the import to the shipped transfer"""
        self.map_service("STANDARD", self.express)
        self.express.write({"invoice_policy": "real", "integration_level": "rate"})
        for level in ("rate", "rate_and_ship"):
            self.express.integration_level = level
            order, sale = self.sell()
            lines = sale.order_line
            self.assertEqual(len(lines.filtered("is_delivery")), 1)
            picking = sale.picking_ids
            self.ship(picking, tracking=False, carrier=picking.carrier_id)
            self.assertEqual(sale.order_line, lines)
            self.assertMoney(
                sale.amount_total + sale.amazon_remitted_tax, order.grand_total
            )
            self.assertEqual(sale.carrier_id, self.express)

    def test_fba_has_none(self):
        """row 5.23: what Amazon ships itself has no delivery method of ours"""
        self.map_service("STANDARD", self.express)
        self.store.free_shipping_carrier_id = self.free
        _order, sale = self.sell(fulfilled_by="AMAZON", status="SHIPPED")
        self.assertEqual(sale.state, "sale")
        self.assertFalse(sale.carrier_id)

    def test_shipped_outside_buys_no_label(self):
        """row 5.23: units that left before Odoo knew of them are not sent to a carrier,
        those that are left still are"""
        self.map_service("STANDARD", self.express)
        made = self.sandbox.add_order(
            self.seller,
            items=[{"sku": "MUG-BLUE-350", "quantity": 3, "shipped": 1}],
            status="PARTIALLY_SHIPPED",
        )
        self.take_in(self.account)
        pickings = self.inbox(made).sale_order_id.picking_ids
        outside = pickings.filtered("amazon_shipped_outside")
        self.assertEqual(outside.state, "done")
        self.assertFalse(outside.carrier_price)
        rest = pickings - outside
        self.assertEqual(rest.carrier_id, self.express)
        self.ship(rest, carrier=self.express, tracking=False)
        self.assertTrue(rest.carrier_price)

    # -- the mapping itself ----------------------------------------------------------

    def test_levels_of_amazon_are_suggested(self):
        """row 5.24: Amazon's eight levels are there to choose from; any other text is
        accepted, and is one and the same however it is typed"""
        Level = self.env["amazon.service.level"]
        self.assertEqual(
            set(Level.search([]).mapped("key")),
            {
                "standard",
                "expedited",
                "second day",
                "next day",
                "same day",
                "priority",
                "scheduled",
                "free economy",
            },
        )
        new = Level.name_create("Std Cont US Street Addr")
        self.assertEqual(Level.name_create("std-cont us_street addr"), new)
        self.assertEqual(
            Level.name_create("FREE_ECONOMY")[0],
            self.ref("amazon_connector.amazon_service_level_free_economy"),
        )
        with self.assertRaisesRegex(ValidationError, "no letter or digit"):
            Level.name_create("---")

    @mute_logger("odoo.sql_db")
    def test_mapped_once(self):
        """row 5.24: a service stands for one delivery method in a store"""
        self.map_service("STANDARD", self.express)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.map_service("Standard", self.free)

    def test_on_the_screen(self):
        """rows 5.23, 5.24: the administrator maps services in the store's own form, and
        sees what Amazon will be told of each"""
        with Form(self.store) as form:
            form.free_shipping_carrier_id = self.free
            with form.service_mapping_ids.new() as line:
                line.level_id = self.env.ref(
                    "amazon_connector.amazon_service_level_expedited"
                )
                line.delivery_carrier_id = self.express
                self.assertEqual(line.amazon_carrier, "Other: Express 24")
            with form.service_mapping_ids.new() as line:
                line.level_id = self.env.ref(
                    "amazon_connector.amazon_service_level_standard"
                )
                line.delivery_carrier_id = self.free
        told = {m.delivery_carrier_id: m.amazon_carrier for m in self.mappings()}
        self.assertEqual(told, {self.express: "Other: Express 24", self.free: "UPS"})

    def mappings(self):
        return self.store.service_mapping_ids

    # -- the default as a carrier -----------------------------------------------------

    def test_default_method_is_no_carrier(self):
        """rows 5.23, 8.6: 'Free Shipping' is a service: Amazon is told the default Amazon
        carrier, not 'Other: Free Shipping', unless it is mapped to one"""
        self.store.free_shipping_carrier_id = self.free
        order, sale = self.sell()
        row = self.ship(sale.picking_ids, carrier=sale.picking_ids.carrier_id)
        self.assertEqual(sale.picking_ids.carrier_id, self.free)
        self.send(self.account)
        self.assertEqual(order.packages[0]["carrier"], "UPS")
        usps = self.env["amazon.carrier"].search([("name", "=", "USPS")])
        self.env["amazon.carrier.mapping"].create(
            {
                "store_id": self.store.id,
                "delivery_carrier_id": self.free.id,
                "carrier_id": usps.id,
            }
        )
        order, sale = self.sell()
        row = self.ship(sale.picking_ids, carrier=sale.picking_ids.carrier_id)
        self.assertEqual(row.carrier, "USPS")

    def test_default_method_needs_a_carrier(self):
        """row 5.23: a default delivery method of which Amazon could be told no carrier is
        refused when saved, and so is taking that carrier away"""
        self.store.default_carrier_id = False
        with self.assertRaisesRegex(ValidationError, "Choose a default Amazon carrier"):
            self.store.free_shipping_carrier_id = self.free

    def test_cost_does_not_grow_with_the_mappings(self):
        """row 5.24: importing a batch costs the same queries with 40 mappings as with 4,
        and the mapping itself the same for 2 orders as for 12"""
        costs = []
        for size in (4, 40):
            for number in range(size - len(self.mappings())):
                method = self.method(f"Method {number} of {size}")
                self.map_service(f"Service {number} of {size}", method)
            self.import_queries(2, f"service 3 of {size}")  # warms the caches
            costs.append(self.import_queries(6, f"service 3 of {size}"))
        self.assertLessEqual(costs[1], costs[0])
        self.assertEqual(*map(self.lookup_queries, (2, 12)))

    def import_queries(self, number, service):
        orders = [self.pulled(service) for _n in range(number)]
        self.pull(self.account)
        records = self.env["amazon.order"].search(
            [("amazon_order_ref", "in", [order.order_id for order in orders])]
        )
        self.assertEqual(len(records), number)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        import_orders(records)
        self.env.flush_all()
        cost = self.cr.sql_log_count - before
        self.assertTrue(all(sale.carrier_id for sale in records.sale_order_id))
        return cost

    def pulled(self, service):
        order = self.sandbox.add_order(
            self.seller,
            items=["MUG-BLUE-350"],
            buyer={"buyerEmail": "same@marketplace.amazon.com", "buyerName": "Same"},
            address=HOME | {"name": "Same"},
        )
        order.payload["fulfillment"]["fulfillmentServiceLevel"] = service
        return order

    def lookup_queries(self, number):
        order = parse_order(self.pulled("service 3 of 40").payload)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        methods = DeliveryMethods(self.store)
        for _n in range(number):
            self.assertTrue(methods.of(order))
        return self.cr.sql_log_count - before
