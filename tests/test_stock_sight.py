"""What Amazon shows, and for how long it is believed: before and after a quantity."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sync import stock_push, stock_seen
from .stock_case import LampCase

SOON = timedelta(seconds=5)


@tagged("post_install", "-at_install")
class TestStockSight(LampCase):
    def buy(self, units, sku="LAMP"):
        self.sandbox.buy("US", sku, units, seller=self.seller.key)

    def pull_orders(self, bought, known):
        """Orders of these moments: what a test does at once takes minutes at Amazon."""
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.env.cr.execute(
            "UPDATE amazon_order SET purchase_date = %s, create_date = %s "
            "WHERE account_id = %s",
            [bought, known, self.account.id],
        )
        self.env.invalidate_all()

    def become_fba(self, *skus):
        for sku in skus:
            stock = self.sandbox.listings.stock(self.seller, sku)
            stock.channel, stock.quantity = "AMAZON_NA", 50

    def assertStaysFba(self, *skus):
        for sku in skus:
            row = self.row(sku)
            self.assertEqual((row.state, row.reason_code), ("off", "fba"), sku)
            self.assertEqual(row.listing_ids.mapped("channel"), ["fba"], sku)
            stock = self.sandbox.listings.stock(self.seller, sku)
            self.assertEqual((stock.channel, stock.pending), ("AMAZON_NA", []), sku)

    def test_became_fba_before_it_was_read_back(self):
        """row 9.1: what Amazon ships by now is not sent again, and not converted back"""
        listing = self.env["amazon.listing"].search([("sku", "=", "LAMP")])
        self.push()
        said = len(listing.message_ids)
        self.take_effect()
        self.become_fba("LAMP")
        self.prove()
        self.assertStaysFba("LAMP")
        self.account.stock_checked = False
        self.push()
        self.assertEqual(len(self.patches()), 1)
        self.assertEqual(len(listing.message_ids), said)

    def test_became_fba_before_it_is_sent(self):
        """row 9.1: looked at before every patch, also one that says 0"""
        other = self._product("OTHER", 3)
        self.listing("OTHER", other)
        self.in_effect()
        sent = len(self.patches())
        self.become_fba("LAMP", "OTHER")
        self.stock(self.product, 2)
        self.stock(other, -3)
        self.push()
        self.assertEqual(len(self.patches()), sent)
        self.assertStaysFba("LAMP", "OTHER")

    def test_two_sales_between_two_looks(self):
        """rows 2.15, 9.8: a sale that was in what Amazon showed hides no later one"""
        self.in_effect()
        self.buy(1)
        moment = fields.Datetime.now() + timedelta(minutes=1)
        stock_seen.note(self.account, {"LAMP": (7, moment)})
        self.pull_orders(moment - SOON, moment + SOON)
        self.buy(1)  # nobody knows of this one
        self.stock(self.product, 2)
        self.push()
        self.assertEqual(self.row("LAMP").quantity, 9)
        self.assertEqual(self.sent()[-1], ("LAMP", 8))

    def test_the_same_number_is_not_sent_over_a_sale(self):
        """rows 2.15, 9.8: sold down to what was there before; nobody has read it back"""
        self.listing("ONE", self._product("ONE", 1))
        self.push()
        self.take_effect()
        self.buy(1, "ONE")
        row = self.row("ONE")
        row.action_send_now()
        self.push()
        self.take_effect()
        self.assertEqual(self.at_amazon("ONE"), 0)
        self.assertEqual(row.state, "queued")
        self.assertGreater(row.next_try, fields.Datetime.now())

    def test_a_receipt_is_sent_at_once(self):
        """rows 9.8, 9.11: more than before, and what was sold meanwhile is known"""
        self.in_effect()
        self.stock(self.product, 4)
        self.push()
        row = self.row("LAMP")
        self.assertEqual((self.sent()[-1], row.state), (("LAMP", 12), "sent"))
        self.prove()
        self.buy(3)
        seen = row.effective_date
        self.pull_orders(seen + SOON, seen + SOON)
        self.stock(self.product, 1)
        self.push()
        self.assertEqual((self.sent()[-1], row.state), (("LAMP", 10), "sent"))

    def test_what_is_held_stays_held(self):
        """row 9.8: a rate limit gives back what was leased, not what waits for orders"""
        self.in_effect()
        self.buy(1)
        self.stock(self.product, 1)
        self.push()
        row = self.row("LAMP")
        self.assertEqual((row.state, self.sent()[-1]), ("queued", ("LAMP", 8)))
        held = row.next_try
        self.assertGreater(held, fields.Datetime.now() + stock_push.HOLD / 2)
        self.listing("OTHER", self._product("OTHER", 30))
        self.sandbox.faults.add("patchListingsItem", status=429, times=9)
        self.push()
        self.assertEqual(self.run_of(self.account, "stock").state, "waiting")
        self.assertEqual(row.next_try, held)
        other = self.row("OTHER")
        self.assertEqual(other.state, "queued")
        self.assertLessEqual(other.next_try, fields.Datetime.now())

    def test_an_older_sight_is_not_believed(self):
        """row 9.8: off and on again: what was sent last counts, not what was before"""
        self.in_effect()
        row = self.row("LAMP")
        row.effective_date -= timedelta(minutes=1)
        self.stock(self.product, -3)
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 5))
        row.listing_ids.product_id = False
        self.push()
        self.assertEqual((row.state, row.reason_code), ("off", "unlinked"))
        self.take_effect()
        self.stock(self.product, 3)
        row.listing_ids.product_id = self.product
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 8))

    def test_too_high_is_corrected_at_once(self):
        """row 9.8: in effect, but Amazon has not counted an order that Odoo knows"""
        self.push()
        self.take_effect()
        self.buy(2)
        moment = fields.Datetime.now() + SOON
        self.pull_orders(moment, moment)
        self.sandbox.listings.stock(self.seller, "LAMP").quantity = 7
        self.prove()
        row = self.row("LAMP")
        self.assertEqual((row.quantity, row.effective_quantity), (6, 7))
        self.assertEqual((row.state, row.tries), ("queued", 0))
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 6))

    def test_busy_for_half_a_day(self):
        """row 9.1: what Amazon never takes is refused in the end, and a person told"""
        self.sandbox.faults.add("patchListingsItem", status=503, times=99)
        self.push()
        row = self.row("LAMP")
        self.assertEqual(row.state, "queued")
        row.tries = 41
        self.later()
        self.push()
        self.assertEqual(row.state, "refused")
        self.assertIn("503", row.reason)
        self.assertEqual(self.account.mismatch_count, 1)
        self.assertEqual(len(self.alarms()), 1)
        patches = len(self.calls("patchListingsItem"))
        self.account.stock_checked = False
        self.push()
        self.assertEqual(len(self.calls("patchListingsItem")), patches)
