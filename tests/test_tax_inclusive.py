"""Prices that contain tax: the product's rule in Europe and at home, else the mapping."""

from odoo.fields import Command
from odoo.tests import tagged

from .tax_case import TaxCase

MUG = {"sku": "MUG-BLUE-350", "total": "11.90"}
COMPANY = {
    "programs": ["AMAZON_BUSINESS"],
    "buyer": {"buyerCompanyName": "Beispiel GmbH"},
    "tax_registration": {
        "taxRegistrationType": "VAT",
        "taxRegistrationNumber": "ATU12345675",
    },
}


class GermanCase(TaxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("DE", ["DE", "GB"])
        for name, rate in (("EUR", 0.9), ("GBP", 0.8)):
            cls.rate(cls, name, rate)
        cls.account.store_ids._create_defaults()
        cls.store = cls.account.store_ids.filtered(
            lambda store: store.currency_id.name == "EUR"
        )
        cls.british = cls.account.store_ids - cls.store

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.orders.clear)
        self.vat = self.tax("19 %", 19, included=True)
        self.mug.taxes_id = self.vat

    def to(self, country, *items, **order):
        return self.sell(*(items or (MUG,)), address={"countryCode": country}, **order)

    def reverse_charge(self):
        """What the company sells to businesses of other member states is free of tax."""
        free = self.tax("Reverse charge", 0)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Intra-community",
                "auto_apply": True,
                "vat_required": True,
                "country_group_id": self.env.ref("base.europe").id,
            }
        )
        free.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.vat.id)],
            }
        )
        return free


@tagged("post_install", "-at_install")
class TestInclusiveByDestination(GermanCase):
    def test_europe_and_beyond(self):
        """row 6.4: in Europe the product's tax, beyond it the destination's mapping"""
        swiss, world = self.tax("Swiss", 8.1, True), self.tax("Export", 0, True)
        self.map(swiss, country="ch")
        self.map(world)
        self.map(self.tax("Not in Europe", 20, True), country="fr")
        for country, tax, amount in (
            ("DE", self.vat, "1.90"),
            ("FR", self.vat, "1.90"),
            ("CH", swiss, "0.89"),
            ("GB", world, "0.00"),
        ):
            sale = self.to(country)
            self.assertEqual(sale.order_line.tax_ids, tax, country)
            self.assertMoney(sale.amount_total, "11.90")
            self.assertMoney(sale.amount_tax, amount)

    def test_beyond_europe_without_mapping(self):
        """row 6.4: without a row the product's tax stays, or the order is held"""
        self.assertEqual(self.to("CH").order_line.tax_ids, self.vat)
        self.store.require_tax_mapping = True
        self.assertEqual(self.to("FR").order_line.tax_ids, self.vat)
        record = self.held(MUG, address={"countryCode": "CH"})
        self.assertIn("'Goods' to Switzerland", record.reason)
        self.map(self.tax("Swiss", 8.1, True), country="ch")
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_product_without_tax(self):
        """row 6.4: in Europe the mapping stands in for a product without tax"""
        self.mug.taxes_id = False
        record = self.held(MUG, address={"stateOrRegion": "Bayern"})
        self.assertIn("'Goods' to Bayern, Germany", record.reason)
        german = self.tax("German", 7, True)
        self.map(german, country="de")
        self.process(self.account)
        sale = record.sale_order_id
        self.assertEqual(sale.order_line.tax_ids, german)
        self.assertMoney(sale.amount_total, "11.90")
        self.assertMoney(sale.amount_tax, "0.78")

    def test_store_tax_wins(self):
        """row 6.4: the store's own tax, when set, is used for everything"""
        self.map(self.tax("Swiss", 8.1, True))
        self.store.tax_id = self.tax("Store", 10, True)
        sale = self.to("CH", MUG | {"shipping": "5.50"})
        self.assertEqual(sale.order_line.tax_ids, self.store.tax_id)
        self.assertMoney(sale.amount_tax, "1.58")  # 1.08 + 0.50

    def test_charges(self):
        """row 6.3: shipping by its own row, other charges follow the goods"""
        shipping = self.tax("Shipping 7 %", 7)  # on top, and yet within the total
        self.map(shipping, "shipping", country="de")
        item = MUG | {"shipping": "5.35", "gift_wrap": "2.38", "discount": "1.19"}
        sale = self.to("DE", item)
        self.assertEqual(self.charge(sale, "SHIPPING").tax_ids, shipping)
        self.assertMoney(self.charge(sale, "SHIPPING").price_tax, "0.35")
        self.assertMoney(self.charge(sale, "SHIPPING").price_subtotal, "5.00")
        for kind in ("GIFT_WRAP", "DISCOUNT"):
            self.assertEqual(self.charge(sale, kind).tax_ids, self.vat)
        self.assertMoney(sale.amount_total, "18.44")
        sale = self.to("FR", item)
        self.assertEqual(sale.order_line.tax_ids, self.vat)

    def test_british_store(self):
        """row 6.4: a store outside the Union is at home in its own country"""
        export = self.tax("Export", 0, True)
        self.map(export, store=self.british)
        for country, tax in (("GB", self.vat), ("US", self.vat), ("CH", export)):
            _order, sale = self.take(
                self.account,
                self.seller,
                MUG,
                marketplace="GB",
                address={"countryCode": country},
            )
            self.assertEqual(sale.amazon_store_id, self.british)
            self.assertEqual(sale.order_line.tax_ids, tax, country)

    def test_several_rates(self):
        """row 6.4: products at several rates, quantities and both roundings come to
        Amazon's total in all parts"""
        reduced = self.tax("7 %", 7, included=True)
        self.bag.taxes_id = reduced
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            sale = self.to(
                "DE",
                {"sku": "MUG-BLUE-350", "quantity": 3, "total": "9.99"},
                {"sku": "BACKPACK-20L", "quantity": 7, "total": "100.01"},
            )
            self.assertMoney(sale.amount_total, "110.00")
            self.assertMoney(self.line(sale, self.mug).price_tax, "1.60")
            self.assertMoney(self.line(sale, self.bag).price_tax, "6.54")
            invoices, notes = self.invoice_in_parts(
                sale, **{"MUG-BLUE-350": 1, "BACKPACK-20L": 2}
            )
            self.assertSame(sale, invoices, notes)


@tagged("post_install", "-at_install")
class TestReverseCharge(GermanCase):
    def test_business_in_another_member_state(self):
        """row 6.4: a business buyer's tax number makes it a reverse charge; the total
        is Amazon's"""
        free = self.reverse_charge()
        sale = self.to(
            "AT", MUG | {"total": "10.00", "tax_rate": 0, "shipping": "4"}, **COMPANY
        )
        self.assertEqual(sale.partner_id.vat, "ATU12345675")
        self.assertEqual(sale.order_line.tax_ids, free)
        self.assertMoney(sale.amount_total, "14.00")
        self.assertMoney(sale.amount_tax, "0.00")
        person = self.to("AT")
        self.assertEqual(person.order_line.tax_ids, self.vat)

    def test_amazon_charged_the_tax(self):
        """row 6.4: where Amazon states a tax, a tax number makes no reverse charge"""
        self.reverse_charge()
        item = {"total": "11.90", "tax_rate": "0.19", "shipping": "5.95"}
        sale = self.to("AT", MUG | item, **COMPANY)
        self.assertEqual(sale.partner_id.vat, "ATU12345675")
        self.assertEqual(sale.order_line.tax_ids, self.vat)
        self.assertMoney(sale.amount_tax, "2.85")
        self.assertMoney(sale.amount_total, "17.85")

    def test_position_that_takes_taxes_away(self):
        """row 6.4: a fiscal position without any tax is a decision, not a gap"""
        self.env["account.fiscal.position"].create(
            {
                "name": "Free",
                "auto_apply": True,
                "country_id": self.env.ref("base.ch").id,
            }
        )
        sale = self.to("CH", MUG | {"shipping": "4.00"})
        self.assertFalse(sale.order_line.tax_ids)
        self.assertMoney(sale.amount_total, "15.90")

    def test_tax_that_nets_to_zero(self):
        """row 6.4: a reverse charge that books tax in and out leaves the total alone"""
        free = self.reverse_charge()
        lines = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "factor_percent": 100}),
            Command.create({"repartition_type": "tax", "factor_percent": -100}),
        ]
        free.write(
            {
                "amount": 20,
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
        item = MUG | {"quantity": 3, "total": "10.00", "tax_rate": 0}
        sale = self.to("AT", item, **COMPANY)
        self.assertEqual(sale.order_line.tax_ids, free)
        self.assertMoney(sale.amount_total, "10.00")
        invoices, notes = self.invoice_in_parts(sale, **{"MUG-BLUE-350": 1})
        self.assertSame(sale, invoices, notes)
