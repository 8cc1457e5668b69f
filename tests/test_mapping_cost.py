from odoo.tests import tagged

from .test_order_import import ImportCase

FEW, MANY = 4, 40


@tagged("post_install", "-at_install")
class TestMappingCost(ImportCase):
    """Mappings are read once a batch, however many rows they have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.tax = cls.env["account.tax"].create(
            {"name": "Mapped", "amount": 8.25, "type_tax_use": "sale"}
        )
        cls.countries = cls.env["res.country"].search(
            [("code", "!=", "US")], limit=MANY, order="id"
        )
        cls.levels = cls.env["amazon.service.level"].create(
            [{"name": f"Level {number}"} for number in range(MANY)]
        )
        cls.methods = cls.env["delivery.carrier"].create(
            [
                {"name": f"Method {number}", "product_id": cls.ups.product_id.id}
                for number in range(MANY)
            ]
        )
        cls.store.free_shipping_carrier_id = cls.ups

    def fill(self, start, end):
        """Rows number ``start`` to ``end`` of every mapping; none of them fits."""
        carrier = self.env["amazon.carrier"].search([("name", "=", "UPS")])
        for number in range(start, end):
            country, method = self.countries[number], self.methods[number]
            rows = {
                "amazon.tax.mapping": {
                    "country_id": country.id,
                    "tax_id": self.tax.id,
                },
                "amazon.routing.rule": {
                    "country_ids": [(6, 0, country.ids)],
                    "warehouse_id": self.warehouse.id,
                    "require_stock": True,
                },
                "amazon.location.mapping": {
                    "location": f"Location {number}",
                    "warehouse_id": self.warehouse.id,
                },
                "amazon.service.mapping": {
                    "level_id": self.levels[number].id,
                    "delivery_carrier_id": method.id,
                },
                "amazon.carrier.mapping": {
                    "delivery_carrier_id": method.id,
                    "carrier_id": carrier.id,
                },
            }
            for model, values in rows.items():
                self.env[model].create(values | {"store_id": self.store.id})
        self.env.flush_all()

    def cost(self, count):
        """Queries that importing ``count`` orders takes, from a cold cache."""
        for _number in range(count):
            self.sandbox.add_order(self.seller, items=["MUG-BLUE-350", "BACKPACK-20L"])
        self.pull(self.account)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.process(self.account)
        self.assertEqual(self.run_of(self.account, "process").processed, count)
        return self.env.cr.sql_log_count - before

    def test_rows_cost_no_queries(self):
        """rows 5.19, 5.24, 6.2, 8.3, 9.16: 40 rows of each mapping cost what 4 cost"""
        self.cost(2)
        self.fill(0, FEW)
        self.cost(2)
        few = self.cost(10)
        self.fill(FEW, MANY)
        self.cost(2)
        self.assertLessEqual(self.cost(10), few)
