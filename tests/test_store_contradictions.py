"""Settings of a store that contradict each other are refused when they are saved."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import AmazonCase
from .stock_case import StockCase


class RefusedMixin:
    def refused(self, words, record=None, **values):
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            (record or self.store).write(values)

    def rule(self, warehouse, **values):
        return self.env["amazon.routing.rule"].create(
            {"store_id": self.store.id, "warehouse_id": warehouse.id, **values}
        )

    def place(self, warehouse):
        return self.env["amazon.location.mapping"].create(
            {
                "store_id": self.store.id,
                "warehouse_id": warehouse.id,
                "location": f"Dock {warehouse.code}",
            }
        )


@tagged("post_install", "-at_install")
class TestStoreContradictions(RefusedMixin, AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US-contra", ["US"])
        cls.store = cls.account.store_ids
        cls.store.warehouse_id = cls.warehouse
        cls.east = cls.env["stock.warehouse"].create({"name": "East", "code": "EAS"})

    def test_ship_and_confirm_by_button_only(self):
        """rows 8.10, 8.11: what is confirmed by itself can't wait for a button"""
        self.store.auto_ship = "ship"
        self.refused("Choose another way to confirm", confirm_mode="manual")
        self.store.write({"auto_ship": "outside", "confirm_mode": "manual"})
        self.refused("Choose another way to confirm", auto_ship="ship")

    def test_ship_and_confirm_what_is_shipped(self):
        """rows 4.7, 8.10: orders that come in shipped leave nothing to confirm"""
        self.store.auto_ship = "ship"
        self.refused("nothing to confirm", capture_option="shipped")
        self.store.write({"auto_ship": "outside", "capture_option": "shipped"})
        self.refused("Choose Already Shipped at Amazon", auto_ship="ship")

    def test_chosen_warehouses_without_any(self):
        """row 9.2: the stock of chosen warehouses needs one"""
        self.refused("none is chosen", stock_source="chosen")
        chosen = [Command.set(self.warehouse.ids)]
        self.store.write({"stock_source": "chosen", "stock_warehouse_ids": chosen})
        self.refused("Choose at least one", stock_warehouse_ids=[Command.clear()])

    def test_payments_without_invoices(self):
        """rows 7.1, 7.2: without invoices there is nothing to register payments for"""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.store.payment_journal_id = journal
        self.refused("makes no invoices", invoice_policy="none")
        self.store.write({"payment_journal_id": False, "invoice_policy": "none"})
        self.refused("leave the payment journal empty", payment_journal_id=journal.id)

    def test_rule_that_nothing_fits(self):
        """row 9.16: states that lie in none of a rule's countries or groups"""
        usa, canada = self.env.ref("base.us"), self.env.ref("base.ca")
        new_york = self.env.ref("base.state_us_27")
        group = self.env["res.country.group"].create(
            {"name": "North", "country_ids": [Command.set(canada.ids)]}
        )
        rule = self.rule(self.east, state_ids=new_york.ids)
        words = "New York.* lies in none of its countries"
        self.refused(words, rule, country_ids=canada.ids)
        self.refused(words, rule, country_group_ids=group.ids)
        rule.write({"country_ids": usa.ids, "country_group_ids": group.ids})
        self.refused(words, rule, country_ids=[Command.clear()])

    def test_last_carrier_of_the_default_delivery_method(self):
        """rows 5.24, 8.6: the mapping that names its carrier can't be deleted"""
        mapping = self.env["amazon.carrier.mapping"].create(
            {
                "store_id": self.store.id,
                "delivery_carrier_id": self.ups.id,
                "carrier_id": self.store.default_carrier_id.id,
            }
        )
        self.store.default_carrier_id = False
        self.store.free_shipping_carrier_id = self.ups
        words = "Choose a default Amazon carrier, or map UPS Ground"
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            mapping.unlink()
        delete = [Command.delete(mapping.id)]
        self.store.write(
            {"carrier_mapping_ids": delete, "free_shipping_carrier_id": False}
        )
        self.assertFalse(mapping.exists())

    def test_daily_sales_are_confirmed_by_nothing(self):
        """rows 4.22, 8.11: with one sale a day, how shipments are confirmed is neither
        shown nor asked for"""
        for mode, hidden in (("single", False), ("daily", True)):
            self.store.order_mode = mode
            with Form(self.store) as form:
                for name in ("confirm_mode", "default_carrier_id"):
                    self.assertIs(bool(form._get_modifier(name, "invisible")), hidden)
        self.store.default_carrier_id = False
        self.store.free_shipping_carrier_id = self.ups
        self.refused("no Amazon carrier is known", order_mode="single")

    def test_fba_location_of_another_store(self):
        """row 9.17: a warehouse can't hold what another store has at Amazon"""
        account, _seller = self.connect("US-contra-other", ["US"])
        other = account.store_ids
        other.warehouse_id = self.warehouse
        other.fba_location_id = self.env["stock.location"].create(
            {
                "name": "At Amazon",
                "usage": "internal",
                "location_id": self.east.view_location_id.id,
            }
        )
        other.active = False  # its stock at Amazon is still there
        words = "Choose an FBA location outside, or another warehouse"
        self.refused(words, warehouse_id=self.east.id)
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            self.rule(self.east)
        other.fba_location_id = self.store.fba_location_id
        self.rule(self.east)
        self.refused(words, other, fba_location_id=self.east.lot_stock_id.id)

    def test_fba_location_that_holds_no_stock(self):
        """row 9.17: stock at Amazon lies at an internal location"""
        customers = self.env.ref("stock.stock_location_customers")
        self.refused("of type Internal", fba_location_id=customers.id)


@tagged("post_install", "-at_install")
class TestShippersCount(RefusedMixin, StockCase):
    """Stock out is on: Amazon is told the stock of the store's warehouse."""

    WORDS = "Count it too .page Stock., choose another"

    def setUp(self):
        super().setUp()
        self.store = self.stores
        self.east = self.second_warehouse("EAS")

    def both(self):
        return [Command.set((self.warehouse | self.east).ids)]

    def test_shipped_from_a_warehouse_that_does_not_count(self):
        """rows 9.2, 9.16: what is told is not sold again and again"""
        for make in (self.rule, self.place):
            with self.assertRaisesRegex(ValidationError, self.WORDS):
                with self.cr.savepoint():
                    make(self.east)
        self.rule(self.warehouse)
        rule = self.rule(self.east, require_stock=True)
        self.refused(self.WORDS, rule, require_stock=False)
        self.refused(
            self.WORDS,
            stock_source="chosen",
            stock_warehouse_ids=[Command.set(self.east.ids)],
        )
        self.store.stock_source = "all"
        rule.require_stock = False
        self.place(self.east)
        self.refused(self.WORDS, stock_source="store")

    def test_saved_together(self):
        """rows 9.2, 9.16: a rule may come with the warehouse it makes count"""
        rules = [
            Command.create({"warehouse_id": warehouse.id})
            for warehouse in (self.east, self.warehouse)
        ]
        self.store.write(
            {
                "routing_rule_ids": rules,
                "stock_source": "chosen",
                "stock_warehouse_ids": self.both(),
            }
        )
        own = [Command.set(self.warehouse.ids)]
        self.refused(self.WORDS, stock_warehouse_ids=own)
        gone = self.store.routing_rule_ids.filtered(
            lambda rule: rule.warehouse_id == self.east
        )
        self.store.write(
            {
                "stock_warehouse_ids": own,
                "routing_rule_ids": [Command.delete(gone.id)],
            }
        )

    def test_while_stock_out_is_off(self):
        """rows 9.1, 9.2: nobody is asked before; Stock out can't be switched on"""
        self.account.sync_stock = False
        self.rule(self.east)
        with self.assertRaisesRegex(ValidationError, self.WORDS), self.cr.savepoint():
            self.switch_on()
        self.store.write({"stock_source": "chosen", "stock_warehouse_ids": self.both()})
        self.switch_on()
