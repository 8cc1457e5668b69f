"""Amazon's tax amounts under the company's own taxes, row by row of the mapping."""

from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..spapi.amounts import Charge
from ..sync.order_tax_mapping import Mappings, place_of_address
from .tax_case import TaxCase

TAXED = {"sku": "MUG-BLUE-350", "tax_rate": "0.0825", "facilitator": False}
UNTAXED = {"sku": "BACKPACK-20L", "total": "20.00", "tax_rate": 0}


class UsCase(TaxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids

    def setUp(self):
        super().setUp()
        # the database forgets after a test, so must Amazon
        self.addCleanup(self.sandbox.orders.clear)


@tagged("post_install", "-at_install")
class TestTaxMapping(UsCase):
    def test_untaxed_lines(self):
        """row 6.2: untaxed lines get the tax of their own row, without one none"""
        sale = self.sell(TAXED, UNTAXED)
        self.assertFalse(self.line(sale, self.bag).tax_ids)
        free = self.tax("Tax free", 0)
        self.map(free, "tax_free")
        self.map(self.tax("Everything taxed", 8.25))
        sale = self.sell(TAXED, UNTAXED)
        line = self.line(sale, self.bag)
        self.assertEqual(line.tax_ids, free)
        self.assertMoney(line.price_tax, "0.00")
        self.assertMoney(line.price_total, "20.00")
        self.assertNotIn(free, self.line(sale, self.mug).tax_ids)
        facilitated = self.sell(TAXED | {"facilitator": True}, UNTAXED)
        self.assertEqual(
            self.line(facilitated, self.mug).tax_ids, self.store._marketplace_taxes()
        )

    def test_untaxed_lines_keep_their_tax(self):
        """row 6.2: the tax of untaxed lines is on invoices and credit notes as well"""
        free = self.tax("Tax free", 0)
        self.map(free, "tax_free")
        sale = self.sell(UNTAXED | {"quantity": 3, "total": "10.00"})
        invoices, notes = self.invoice_in_parts(sale, **{"BACKPACK-20L": 1})
        self.assertSame(sale, invoices, notes)
        self.assertEqual(invoices.invoice_line_ids.tax_ids, free)
        self.assertMoney(invoices[0].amount_total, "3.33")
        self.assertEqual(notes.invoice_line_ids.tax_ids, free)

    def test_charges(self):
        """row 6.3: shipping, gift wrap and discount have rules of their own"""
        goods, charges = self.tax("Goods", 8.25), self.tax("Charges", 5)
        wrap, shipping = self.tax("Wrap", 4), self.tax("Shipping", 3)
        self.map(goods, "goods")
        self.map(charges, "charges")
        self.map(wrap, "gift_wrap")
        self.map(shipping, "shipping")
        order, sale = self.take(
            self.account,
            self.seller,
            TAXED
            | {
                "quantity": 2,
                "total": "25.98",
                "shipping": "5.99",
                "gift_wrap": "3.49",
                "discount": "2.60",
            },
        )
        self.assertEqual(self.line(sale, self.mug).tax_ids, goods)
        self.assertEqual(self.charge(sale, "SHIPPING").tax_ids, shipping)
        self.assertEqual(self.charge(sale, "GIFT_WRAP").tax_ids, wrap)
        self.assertEqual(self.charge(sale, "DISCOUNT").tax_ids, charges)
        self.assertMoney(sale.amount_total, order.grand_total)
        # 2.14 + 0.49 + 0.29 - 0.21: 8.25 % each, as Amazon says
        self.assertMoney(sale.amount_tax, "2.71")
        self.assertMoney(self.charge(sale, "SHIPPING").price_tax, "0.49")

    def test_mapped_rate_does_not_matter(self):
        """rows 5.28, 6.1: sale, partial invoices and credit notes keep Amazon's
        amounts under a tax with a rate, however Odoo rounds"""
        self.map(self.tax("Texas 8.25 %", 8.25))
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            sale = self.sell(
                TAXED
                | {
                    "quantity": 7,
                    "total": "90.93",
                    "tax_by_unit": True,  # 7 × 1.07, not 7.50
                    "shipping": "5.99",
                    "discount": "9.10",
                }
            )
            self.assertMoney(self.line(sale, self.mug).price_tax, "7.49")
            self.assertMoney(sale.amount_untaxed, "87.82")
            self.assertMoney(sale.amount_tax, "7.23")  # 7.49 + 0.49 - 0.75
            invoices, notes = self.invoice_in_parts(sale, **{"MUG-BLUE-350": 2})
            self.assertSame(sale, invoices, notes)

    def test_price_included_tax(self):
        """row 6.1: a mapped tax that is part of its price leaves Amazon's total alone"""
        included = self.tax("In the price", 8.25, included=True)
        self.map(included)
        sale = self.sell(TAXED | {"quantity": 3, "total": "10.00", "shipping": "4.00"})
        self.assertEqual(sale.order_line.tax_ids, included)
        self.assertMoney(sale.amount_total, "15.16")  # 14.00 + 0.83 + 0.33
        self.assertMoney(sale.amount_tax, "1.16")
        self.assertMoney(self.charge(sale, "SHIPPING").price_unit, "4.33")
        invoices, notes = self.invoice_in_parts(sale, **{"MUG-BLUE-350": 1})
        self.assertSame(sale, invoices, notes)

    def test_group_of_taxes(self):
        """row 6.1: the taxes of a group share Amazon's amount by their rates"""
        gst, qst = self.tax("GST", 5), self.tax("QST", 9.975)
        group = self.group("GST and QST", gst, qst)
        self.map(group)
        sale = self.sell(TAXED | {"quantity": 3, "total": "10.00", "tax_rate": "0.15"})
        self.assertEqual(sale.order_line.tax_ids, group)
        self.assertMoney(sale.amount_tax, "1.50")
        invoices, notes = self.invoice_in_parts(sale, **{"MUG-BLUE-350": 1})
        self.assertSame(sale, invoices, notes)
        by_tax = {
            tax: sum(
                -line.balance for line in invoices.line_ids if line.tax_line_id == tax
            )
            for tax in (gst, qst)
        }
        self.assertMoney(by_tax[gst], "0.50")
        self.assertMoney(by_tax[qst], "1.00")

    def test_which_row(self):
        """rows 6.2, 6.3: the row that says most is taken: destination, then what is
        taxed, then the upper one"""
        america = self.env["res.country.group"].create(
            {"name": "America", "country_ids": [(4, self.env.ref("base.us").id)]}
        )
        taxes = {
            name: self.tax(name, 1)
            for name in ("all", "goods", "group", "country", "texas", "west", "last")
        }
        self.map(taxes["all"])
        self.map(taxes["goods"], "goods")
        self.map(taxes["group"], country_group_id=america.id)
        self.map(taxes["country"], country="us")
        self.map(taxes["texas"], country="us", states=("TX",))
        self.map(taxes["last"], country="us", states=("CA", "WA"), sequence=9)
        self.map(taxes["west"], country="us", states=("WA",), sequence=8)
        expected = {
            ("US", "TX"): "texas",
            ("US", "Texas"): "texas",
            ("US", "WA"): "west",
            ("US", "CA"): "last",
            ("US", "IL"): "country",
            ("MX", "TX"): "goods",
        }
        orders = {
            place: self.sandbox.add_order(
                self.seller,
                items=[TAXED],
                address={"countryCode": place[0], "stateOrRegion": place[1]},
            )
            for place in expected
        }
        self.take_in(self.account)
        found = {
            place: self.inbox(order).sale_order_id.order_line.tax_ids.name
            for place, order in orders.items()
        }
        self.assertEqual(found, expected)
        self.store.tax_mapping_ids.filtered(lambda row: row.country_id).unlink()
        sale = self.sell(TAXED | {"shipping": 5})
        self.assertEqual(sale.order_line.tax_ids, taxes["group"])

    def test_several_rates(self):
        """row 6.1: rows can tell Amazon's rates apart, also when it rounds by unit"""
        high, low = self.tax("High", 13), self.tax("Low", 5)
        other = self.tax("Other", 1)
        self.map(high, amazon_rate=13)
        self.map(low, amazon_rate=5)
        self.map(other)
        line = {"quantity": 7, "total": "90.93", "tax_by_unit": True}
        sale = self.sell(
            TAXED | line | {"tax_rate": "0.05"},
            TAXED | line | {"sku": "BACKPACK-20L", "tax_rate": "0.13", "shipping": 4},
        )
        self.assertEqual(self.line(sale, self.mug).tax_ids, low)
        self.assertEqual(self.line(sale, self.bag).tax_ids, high)
        self.assertEqual(self.charge(sale, "SHIPPING").tax_ids, high)
        sale = self.sell(TAXED | line | {"tax_rate": "0.09"})
        self.assertEqual(sale.order_line.tax_ids, other)

    def test_rate_of_round_amounts(self):
        """row 6.1: Amazon writes 5 for 5.00; a rate must fit to the cent all the same"""
        row = self.map(self.tax("4.5 %", 4.5), amazon_rate=4.5)
        charge = Charge("ITEM", "1", 1, *map(Decimal, ("105", "100", "5", "0")))
        place = place_of_address(None)
        self.assertFalse(Mappings(self.store).find(("any",), place, charge))
        row.amazon_rate = 5
        self.assertEqual(Mappings(self.store).find(("any",), place, charge), row.tax_id)

    def test_reverse_charge_tax(self):
        """row 6.7: a mapped tax that nets to zero can't carry what Amazon charged"""
        lines = [
            (0, 0, {"repartition_type": "base"}),
            (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
            (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
        ]
        row = self.map(
            self.tax(
                "Reverse",
                8.25,
                invoice_repartition_line_ids=lines,
                refund_repartition_line_ids=lines,
            )
        )
        record = self.held(TAXED)
        self.assertIn("Tax Mapping", record.reason)
        row.tax_id = self.tax("Plain", 8.25)
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_queries(self):
        """row 6.1: 40 rows cost no more queries than 4 in an import of 10 orders"""
        self.map(self.tax("Everywhere", 8.25))
        self.map(self.tax("Free", 0), "tax_free")
        america = self.env.ref("base.us")
        states = america.state_ids[:40]
        tax = self.tax("State", 8.25)

        def add(chosen):
            for state in chosen:
                self.map(tax, country="us", states=(state.code,))

        add(states[:2])
        self.cost()  # what is read only once
        few = self.cost()
        add(states[2:38])
        self.assertEqual(len(self.store.tax_mapping_ids), 40)
        self.assertLessEqual(self.cost(), few)

    def cost(self):
        """Queries that processing ten orders takes, nothing being read yet."""
        for _number in range(10):
            self.sandbox.add_order(
                self.seller,
                items=[TAXED, UNTAXED],
                address={"stateOrRegion": "TX"},
                buyer={"buyerEmail": None},
            )
        self.pull(self.account)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.process(self.account)
        self.assertEqual(self.run_of(self.account, "process").processed, 10)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestTaxMappingRefused(UsCase):
    def assertRefused(self, words, *arguments, **values):
        with self.assertRaises(ValidationError) as caught:
            self.map(*arguments, **values)
        self.assertIn(words, str(caught.exception))

    def test_contradictions(self):
        """rows 6.2, 6.3: rows that can't hold are refused with what to change"""
        tax = self.tax("Some", 5)
        self.assertRefused("need a tax of 0 %", tax, "tax_free")
        fixed = self.tax("Fixed", 1, amount_type="fixed")
        self.assertRefused("no sales tax with a rate", fixed)
        buying = self.tax("Buying", 5, type_tax_use="purchase")
        self.assertRefused("no sales tax", buying)
        self.assertRefused("between 0 and 100", tax, amazon_rate=825)
        europe = self.env.ref("base.europe").id
        self.assertRefused(
            "empty one of them", tax, country="us", country_group_id=europe
        )
        quebec = self.env.ref("base.state_ca_qc").ids
        self.assertRefused("choose Canada", tax, country="us", state_ids=quebec)
        germany = self.env.ref("base.de").id
        abroad = self.env["account.tax.group"].create(
            {"name": "Abroad", "country_id": germany}
        )
        foreign = self.tax("Foreign", 19, country_id=germany, tax_group_id=abroad.id)
        self.assertRefused("choose a tax of", foreign)
        self.map(tax, "goods", country="us", states=("TX",))
        self.assertRefused("for the same", tax, "goods", country="us", states=("TX",))
