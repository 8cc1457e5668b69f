"""Amazon's tax recalculated or ignored, and orders that wait for their tax mapping."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_tax_mapping import TAXED, UNTAXED, UsCase


@tagged("post_install", "-at_install")
class TestRecalculatedTax(UsCase):
    def setUp(self):
        super().setUp()
        self.store.recalculate_tax = True

    def test_own_rate_replaces_amazons_amount(self):
        """row 6.5: the net is Amazon's, the tax ours, and the order says both"""
        self.map(self.tax("Own 10 %", 10))
        order, sale = self.take(
            self.account,
            self.seller,
            TAXED | {"quantity": 3, "total": "10.00", "shipping": "4.00"},
        )
        self.assertMoney(order.grand_total, "15.16")
        self.assertMoney(sale.amount_untaxed, "14.00")
        self.assertMoney(sale.amount_tax, "1.40")
        self.assertMoney(sale.amount_total, "15.40")
        note = self.inbox(order).tax_note
        for figure in ("1.40", "1.16", "15.40", "15.16"):
            self.assertIn(figure, note)
        self.assertEqual(sale.amazon_tax_note, note)
        invoices, notes = self.invoice_in_parts(sale, **{"MUG-BLUE-350": 1})
        self.assertSame(sale, invoices, notes)

    def test_only_what_is_mapped(self):
        """row 6.5: unmapped and untaxed lines, and what Amazon remits, stay Amazon's"""
        self.map(self.tax("Own shipping", 10), "shipping")
        sale = self.sell(
            TAXED | {"total": "10.00", "shipping": "4.00", "shipping_discount": "1.00"},
            UNTAXED,
        )
        self.assertMoney(self.line(sale, self.mug).price_tax, "0.83")
        self.assertMoney(self.charge(sale, "SHIPPING").price_tax, "0.40")
        self.assertMoney(self.charge(sale, "DISCOUNT").price_tax, "-0.08")
        self.assertMoney(self.line(sale, self.bag).price_tax, "0.00")
        remitted = self.sell(TAXED | {"facilitator": True, "shipping": "4.00"})
        self.assertMoney(remitted.amount_tax, "0.00")
        self.assertFalse(remitted.amazon_tax_note)

    def test_a_price_that_contains_the_tax(self):
        """row 6.5: a mapped tax in the price is added to Amazon's net all the same"""
        self.map(self.tax("Own 10 % included", 10, included=True))
        sale = self.sell(TAXED | {"total": "10.00"})
        self.assertMoney(sale.amount_untaxed, "10.00")
        self.assertMoney(sale.amount_total, "11.00")

    def test_nothing_to_say(self):
        """row 6.5: where both come to the same, there is no note"""
        self.map(self.tax("Own 8.25 %", 8.25))
        sale = self.sell(TAXED | {"total": "10.00"})
        self.assertMoney(sale.amount_tax, "0.83")
        self.assertFalse(sale.amazon_tax_note)


@tagged("post_install", "-at_install")
class TestIgnoredTax(UsCase):
    def setUp(self):
        super().setUp()
        self.store.tax_mode = "ignore"
        self.map(self.tax("Ignored as well", 8.25))

    def test_prices_without_tax(self):
        """row 6.6: where prices are without tax, Amazon's tax is left out"""
        for facilitator in (True, False):
            sale = self.sell(
                TAXED
                | {"total": "10.00", "shipping": "4.00", "facilitator": facilitator}
            )
            self.assertFalse(sale.order_line.tax_ids)
            self.assertMoney(sale.amount_total, "14.00")
            self.assertMoney(sale.amount_tax, "0.00")

    def test_prices_with_tax(self):
        """row 6.6: where prices contain tax, the whole price is sold without any; what
        Amazon remits is not ours"""
        account, seller = self.de()
        account.store_ids.tax_mode = "ignore"
        mug = {"sku": "MUG-BLUE-350", "total": "11.90", "shipping": "5.95"}
        bag = {"sku": "BACKPACK-20L", "total": "23.80", "facilitator": True}
        order, sale = self.take(account, seller, mug)
        self.assertFalse(sale.order_line.tax_ids)
        self.assertMoney(sale.amount_total, order.grand_total)
        self.assertMoney(sale.amount_total, "17.85")
        _order, sale = self.take(account, seller, mug, bag)
        self.assertMoney(self.line(sale, self.bag).price_total, "20.00")
        self.assertMoney(sale.amount_total, "37.85")


@tagged("post_install", "-at_install")
class TestHeldForMapping(UsCase):
    def test_held_until_complete(self):
        """row 6.7: an order waits with the words what is missing, and comes in by
        itself once the row is there"""
        self.store.require_tax_mapping = True
        self.map(self.tax("Illinois", 6.25), country="us", states=("IL",))
        address = {"stateOrRegion": "TX"}
        record = self.held(TAXED | {"shipping": 4}, address=address)
        self.assertIn("'Goods' to Texas, United States", record.reason)
        action = record.action_open_tax_settings()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("amazon.store", self.store.id)
        )
        tax = self.tax("Texas", 8.25)
        row = self.map(tax, "goods", country="us", states=("TX",))
        self.process(self.account)
        self.assertEqual(record.state, "blocked")
        self.assertIn("'Shipping' to Texas", record.reason)
        row.kind = "any"
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.order_line.tax_ids, tax)

    def test_untaxed_lines_are_mapped_too(self):
        """row 6.7: complete means the untaxed lines as well, where there are any"""
        self.store.require_tax_mapping = True
        self.map(self.tax("All", 8.25))
        sale = self.sell(TAXED)
        self.assertTrue(sale)
        record = self.held(TAXED, UNTAXED)
        self.assertIn("'Untaxed lines'", record.reason)
        self.store.require_tax_mapping = False
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_what_amazon_remits_needs_no_row(self):
        """row 6.7: tax that Amazon remits itself and replacements for nothing wait for
        no mapping"""
        self.store.require_tax_mapping = True
        sale = self.sell(TAXED | {"facilitator": True})
        self.assertEqual(sale.order_line.tax_ids, self.store._marketplace_taxes())
        replacement = self.sell(
            {"sku": "MUG-BLUE-350", "total": 0}, replaces="111-1234567-1234567"
        )
        self.assertFalse(replacement.order_line.tax_ids)

    def test_store_without_taxes(self):
        """row 6.7: a store's tax that is entered brings its held orders in"""
        tax = self.store.amazon_tax_id
        self.store.amazon_tax_id = False
        record = self.held(TAXED)
        self.assertIn("Create Defaults", record.reason)
        other = self.sandbox.add_order(self.seller)
        other.payload["proceeds"]["grandTotal"]["amount"] = "1.00"
        self.pull(self.account)
        self.process(self.account)
        self.assertEqual(self.inbox(other).state, "blocked")
        self.store.amazon_tax_id = tax
        self.assertEqual(record.state, "pending")
        self.assertEqual(self.inbox(other).state, "blocked", "held for something else")
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_row_taken_away(self):
        """row 6.7: an order held for a wrong row comes in when the row is deleted"""
        lines = [
            (0, 0, {"repartition_type": "base"}),
            (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
            (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
        ]
        reverse = self.tax(
            "Reverse",
            8.25,
            invoice_repartition_line_ids=lines,
            refund_repartition_line_ids=lines,
        )
        row = self.map(reverse)
        record = self.held(TAXED)
        row.unlink()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_recalculated_instead(self):
        """row 6.7: switching to recalculated tax tries again what is held"""
        self.store.amazon_tax_id = False
        record = self.held(TAXED)
        self.store.recalculate_tax = True
        self.assertEqual(record.state, "pending")

    def test_product_without_tax(self):
        """row 6.7: an order that waits for its product's customer tax, as it says,
        comes in with it; others are left alone"""
        self.store.tax_mode = "inclusive"
        self.mug.taxes_id = self.bag.taxes_id = False
        record, other = self.held(TAXED), self.held(UNTAXED)
        self.assertIn("no customer tax", record.reason)
        self.mug.taxes_id = self.tax("Own", 10, included=True)
        self.assertEqual((record.state, other.state), ("pending", "blocked"))
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_order_without_address(self):
        """row 6.7: where Amazon gives no destination, the customer's is asked for"""
        self.store.require_tax_mapping = True
        nowhere = dict.fromkeys(
            ("addressLine1", "city", "stateOrRegion", "postalCode", "countryCode")
        )
        record = self.held(TAXED, address=nowhere)
        self.assertIn("'Goods'", record.reason)
        self.map(self.tax("Anywhere", 5))
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_rights(self):
        """row 6.7: users read the mapping, administrators change it"""
        row = self.map(self.tax("Some", 5))
        user, manager = (
            new_test_user(
                self.env, name, groups=f"amazon_connector.group_amazon_{name}"
            )
            for name in ("user", "manager")
        )
        self.assertEqual(row.with_user(user).kind, "any")
        with self.assertRaises(AccessError):
            row.with_user(user).kind = "goods"
        self.open_screens(manager, self.store)
        row.with_user(manager).kind = "goods"
        self.assertEqual(row.kind, "goods")
