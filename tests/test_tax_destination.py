"""One sale a day: the taxes are those of where each order goes, not of its customer."""

from odoo.fields import Command
from odoo.tests import tagged

from .consolidation_case import DailyMixin
from .tax_case import TaxCase
from .test_tax_mapping import TAXED, UsCase


class DestinationMixin(DailyMixin):
    def day(self, *addresses, **item):
        """The day's sale of an order to each address, and the orders."""
        orders = [
            self.sandbox.add_order(self.seller, items=[item], address=address)
            for address in addresses
        ]
        self.take_in(self.account)
        self.end_day(self.account)
        return self.env["amazon.order"].union(*map(self.inbox, orders))

    def taxes(self, records):
        for record in records:
            self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(len(records.sale_order_id), 1)
        lines = records.sale_order_id.order_line
        return [
            lines.filtered(lambda x, r=record: x.amazon_order_id == r).tax_ids
            for record in records
        ]


@tagged("post_install", "-at_install")
class TestStates(DestinationMixin, UsCase):
    def test_state_rows(self):
        """rows 4.22, 6.2: a row for a state is taken for orders to that state"""
        texas, rest = self.tax("Texas", 8.25), self.tax("Rest", 5)
        self.map(texas, country="us", states=("TX",))
        self.map(rest)
        self.daily(self.account)
        places = ({"stateOrRegion": "TX"}, {"stateOrRegion": "IL"})
        self.assertEqual(self.taxes(self.day(*places, **TAXED)), [texas, rest])

    def test_required(self):
        """rows 4.22, 6.7: with the state's row alone the order comes in"""
        texas = self.tax("Texas", 8.25)
        self.map(texas, country="us", states=("TX",))
        self.store.require_tax_mapping = True
        self.daily(self.account)
        records = self.day({"stateOrRegion": "TX"}, **TAXED)
        self.assertEqual(self.taxes(records), [texas])


@tagged("post_install", "-at_install")
class TestExports(DestinationMixin, TaxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("DE", ["DE"])
        cls.rate(cls, "EUR", 0.9)
        cls.store = cls.account.store_ids
        cls.store._create_defaults()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.orders.clear)
        self.vat = self.tax("19 %", 19, included=True)
        self.mug.taxes_id = self.vat
        self.daily(self.account)

    def to(self, *countries):
        addresses = ({"countryCode": country} for country in countries)
        return self.day(*addresses, sku="MUG-BLUE-350", total="11.90")

    def test_mapping(self):
        """rows 4.22, 6.4: what leaves Europe gets the mapping's tax, not the one at
        home"""
        export = self.tax("Export", 0, included=True)
        self.map(export)
        found = self.taxes(self.to("DE", "CH", "FR"))
        self.assertEqual(found, [self.vat, export, self.vat])

    def test_fiscal_position(self):
        """rows 4.22, 6.4: the fiscal position is the destination's, also where the
        customer for all has no address"""
        french = self.tax("20 %", 20, included=True)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "France",
                "auto_apply": True,
                "country_id": self.env.ref("base.fr").id,
            }
        )
        french.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.vat.id)],
            }
        )
        self.store.default_customer_id.country_id = False
        records = self.to("DE", "FR")
        self.assertEqual(self.taxes(records), [self.vat, french])
        sale = records.sale_order_id
        self.assertEqual(sale.partner_shipping_id, self.store.default_customer_id)
        partners = self.env["res.partner"].search_count(
            [("country_id.code", "=", "FR")]
        )
        self.assertFalse(partners, "the place is not stored")


@tagged("post_install", "-at_install")
class TestMixedRemittance(UsCase):
    """Amazon remits the tax of one item, the seller that of the other."""

    def mixed(self):
        common = {"total": "10.00", "tax_rate": "0.10", "shipping": "5.00"}
        return (
            TAXED | common | {"facilitator": True},
            TAXED | common | {"sku": "BACKPACK-20L"},
        )

    def test_own_rule(self):
        """rows 6.1, 6.4: the seller's part of the shipping has the seller's tax"""
        own = self.tax("Ten", 10, included=True)
        self.store.write({"tax_mode": "inclusive", "tax_id": own.id})
        sale = self.sell(*self.mixed())
        self.assertMoney(sale.amount_total, "31.50")
        self.assertMoney(sale.amount_tax, "1.50")
        shipping = self.charge(sale, "SHIPPING")
        self.assertCountEqual(
            [line.tax_ids for line in shipping], [own, self.store._marketplace_taxes()]
        )

    def test_recalculated(self):
        """rows 6.1, 6.5: only the seller's part is recalculated, on its own base"""
        self.map(self.tax("Twelve", 12))
        self.store.recalculate_tax = True
        sale = self.sell(*self.mixed())
        self.assertMoney(sale.amount_untaxed, "30.00")
        self.assertMoney(sale.amount_tax, "1.80")  # 12 % of 15.00
        self.assertMoney(sale.amazon_remitted_tax, "1.50")
