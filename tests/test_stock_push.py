"""Quantities ► Amazon, one by one: what is sent, refused, proven and sent again."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sync import stock_proof, stock_push, stock_seen
from . import openapi
from .stock_case import LampCase


@tagged("post_install", "-at_install")
class TestStockPush(LampCase):
    def test_sent_then_in_effect(self):
        """rows 9.1, 9.8: accepted is not in effect; the read-back is the proof"""
        self.push()
        row = self.row("LAMP")
        self.assertEqual((row.state, row.sent_quantity), ("sent", 8))
        self.assertEqual(self.at_amazon("LAMP"), 0)
        self.assertGreater(row.next_try, fields.Datetime.now())
        self.prove()
        self.assertEqual((row.state, row.effective_quantity), ("confirmed", 8))
        self.assertEqual(row.difference, 0)
        run = self.run_of(self.account, "stock")
        self.assertEqual(run.state, "done")

    def test_only_what_changed(self):
        """row 9.8: an unchanged quantity is never sent again, an idle job asks nothing"""
        self.listing("OTHER", self._product("OTHER", 3))
        self.in_effect()
        calls, runs = len(self.sandbox.calls), self.run_of(self.account, "stock")
        self.push()
        self.account.stock_checked = False  # everything is computed
        self.push()
        self.assertEqual(len(self.sandbox.calls), calls)
        self.assertEqual(self.run_of(self.account, "stock"), runs)
        self.stock(self.product, -1)
        self.push()
        self.assertEqual(self.sent()[2:], [("LAMP", 7)])

    def test_calls_are_as_amazon_models_them(self):
        """row 9.1: every request of a push is valid by Amazon's own model"""
        if openapi.missing():
            self.skipTest("Amazon's models are not here")
        self.sandbox.calls.clear()
        self.in_effect()
        names = {call["operation"] for call in self.sandbox.calls}
        self.assertLessEqual({"patchListingsItem", "searchListingsItems"}, names)
        for call in self.sandbox.calls:
            openapi.validate_call(call)

    def test_skus_of_any_spelling(self):
        """row 2.33: / # + %, spaces, commas, dots and unicode reach the right SKU"""
        skus = ["A/B#C+D%E", "with space", "a,b", "Größe-ü", "..", "lamp"]
        for sku in skus:
            self.listing(sku, self._product(f"P {sku}", 4))
        self.push()
        self.assertEqual(set(self.rows().mapped("state")), {"sent"})
        self.take_effect()
        self.later()  # the feed is done: no address can name ".."
        self.push()
        self.prove()
        for sku in skus:
            self.assertEqual(self.at_amazon(sku), 4, sku)
            self.assertEqual(self.row(sku).state, "confirmed", sku)

    def test_product_type_of_the_listing(self):
        """row 9.1: the listing's own product type where it is known"""
        self.rows().listing_ids.product_type = False
        listing = self.env["amazon.listing"].search([("sku", "=", "LAMP")])
        self.push()
        (call,) = self.calls("patchListingsItem")
        self.assertEqual(call["request_body"]["productType"], "PRODUCT")
        listing.product_type = "LAMP_TYPE"
        self.stock(self.product, -1)
        self.push()
        call = self.calls("patchListingsItem")[-1]
        self.assertEqual(call["request_body"]["productType"], "LAMP_TYPE")

    def test_refusal_is_shown_and_others_go_on(self):
        """row 9.1: INVALID is a refusal in Amazon's words; one activity, not one each"""
        for sku in ("BAD-1", "BAD-2"):
            self.listing(sku, self._product(sku, 1))
            self.sandbox.faults.add(kind="invalid_patch", sku=sku)
        self.push()
        for sku in ("BAD-1", "BAD-2"):
            row = self.row(sku)
            self.assertEqual((row.state, row.reason_code), ("refused", "refused"))
            self.assertIn("batteries_required", row.reason)
        self.assertEqual(self.row("LAMP").state, "sent")
        self.assertEqual(len(self.alarms()), 1)
        self.assertEqual(self.account.mismatch_count, 2)
        run = self.run_of(self.account, "stock")
        self.assertEqual((run.processed, run.blocked), (1, 2))
        # the same number is not tried again by itself, a new one is
        patches = len(self.patches())
        self.account.stock_checked = False
        self.push()
        self.assertEqual(len(self.patches()), patches)
        (self.row("BAD-1") | self.row("BAD-2")).action_retry()
        self.push()
        self.assertEqual(len(self.patches()), patches + 2)
        self.assertEqual(self.row("BAD-1").state, "sent")
        self.assertFalse(self.alarms())

    def test_new_quantity_after_a_refusal(self):
        """row 9.8: a SKU that was refused is tried again when its stock changes"""
        self.sandbox.faults.add(kind="invalid_patch", sku="LAMP")
        self.push()
        self.assertEqual(self.row("LAMP").state, "refused")
        self.stock(self.product, 2)
        self.push()
        self.assertEqual((self.row("LAMP").state, self.sent()[-1][1]), ("sent", 10))

    def test_accepted_without_effect(self):
        """row 9.1: read again, sent once more, then a mismatch with an activity"""
        self.sandbox.faults.add(kind="silent_quantity", times=2)
        self.push()
        row = self.row("LAMP")
        for wait in stock_proof.WAITS:
            self.prove()
            self.assertEqual(row.state, "sent")
            rest = row.next_try - fields.Datetime.now()
            self.assertAlmostEqual(rest, wait, delta=timedelta(seconds=30))
        self.assertEqual(len(self.patches()), 1)
        self.prove()  # queued again
        self.push()
        self.assertEqual(len(self.patches()), 2)
        for _look in range(len(stock_proof.WAITS) + 1):
            self.assertEqual(row.state, "sent")
            self.prove()
        self.assertEqual((row.state, row.reason_code), ("mismatch", "mismatch"))
        self.assertIn("8", row.reason)
        self.assertEqual(row.difference, 8)
        self.assertEqual(len(self.alarms()), 1)
        row.action_retry()
        self.push()
        self.prove()
        self.assertEqual((row.state, self.at_amazon("LAMP")), ("confirmed", 8))
        self.assertFalse(self.alarms())

    def test_late_effect_is_no_mismatch(self):
        """row 9.1: a quantity that takes effect late is waited for, not sent again"""
        self.sandbox.faults.add(kind="late_quantity", seconds=200)
        self.push()
        self.prove()
        self.assertEqual(self.row("LAMP").state, "sent")
        self.sandbox.clock.advance(200)
        self.prove()
        self.assertEqual(self.row("LAMP").state, "confirmed")
        self.assertEqual(len(self.patches()), 1)

    def test_busy_amazon(self):
        """row 9.1: a 503 is tried again later, a rate limit stops nothing for good"""
        self.sandbox.faults.add("patchListingsItem", status=503, times=3)
        self.push()
        row = self.row("LAMP")
        self.assertEqual(row.state, "queued")
        self.assertGreater(row.next_try, fields.Datetime.now())
        self.later()
        self.push()
        self.assertEqual(row.state, "sent")
        self.sandbox.faults.add("patchListingsItem", status=429, times=9)
        self.stock(self.product, -1)
        self.push()
        self.assertEqual(row.state, "queued")
        self.assertEqual(self.run_of(self.account, "stock").state, "waiting")
        self.assertEqual(self.account.state, "connected")
        self.sandbox.faults.clear()
        self.env["amazon.rate.limit"].search([]).tokens = 5
        self.later()
        self.push()
        self.assertEqual((row.state, row.sent_quantity), ("sent", 7))

    def test_missing_role(self):
        """row 9.1: without the role only quantities wait; orders go on"""
        self.seller.roles.discard("product_listing")
        self.push()
        self.assertEqual(self.row("LAMP").state, "queued")
        run = self.run_of(self.account, "stock")
        self.assertEqual(run.state, "failed")
        self.assertIn("Product Listing", run.message)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(len(self.alarms()), 1)
        calls = len(self.calls("patchListingsItem"))
        self.push()  # not asked again at once
        self.assertEqual(len(self.calls("patchListingsItem")), calls)
        self.seller.roles.add("product_listing")
        self.later()
        self.push()
        self.assertEqual(self.row("LAMP").state, "sent")
        self.assertFalse(self.alarms())

    def test_revoked_token_stops_the_account(self):
        """row 9.1: who is let in no longer is told so, and nothing is lost"""
        self.seller.revoked = True
        self.push()
        self.assertEqual(self.account.state, "attention")
        self.assertEqual(self.row("LAMP").state, "queued")

    def test_killed_after_the_call(self):
        """row 9.8: a push that died after its call sends the same number once more"""
        self.push()
        row = self.row("LAMP")
        # as if the outcome had never been committed
        row.write(
            {
                "state": "queued",
                "sent_date": False,
                "sent_quantity": 0,
                "next_try": fields.Datetime.now() + timedelta(minutes=10),
            }
        )
        self.push()
        self.assertEqual(len(self.patches()), 1, "leased")
        self.later()
        self.push()
        self.assertEqual(self.sent(), [("LAMP", 8), ("LAMP", 8)])
        self.prove()
        self.assertEqual((row.state, self.at_amazon("LAMP")), ("confirmed", 8))

    def test_two_pushes_at_once(self):
        """row 9.8: what one push has leased, another one leaves alone"""
        send, nested = stock_push._patch, []

        def while_another_runs(account, *args):
            if not nested:
                nested.append(True)
                stock_push.push(account)
            send(account, *args)

        with patch.object(stock_push, "_patch", while_another_runs):
            self.push()
        self.assertTrue(nested)
        self.assertEqual(self.sent(), [("LAMP", 8)])
        self.assertEqual(self.row("LAMP").state, "sent")

    def test_off_means_off(self):
        """row 9.1: a switched-off direction computes nothing and calls nobody"""
        self.in_effect()
        self.account.sync_stock = False
        self.stock(self.product, -3)
        self.settle()
        self.assertFalse(self.env["amazon.stock.change"].search_count([]))
        calls = len(self.sandbox.calls)
        self.push()
        self.assertEqual(len(self.sandbox.calls), calls)
        with self.assertRaisesRegex(UserError, "Stock out"):
            self.row("LAMP").action_send_now()

    def test_send_now(self):
        """row 9.11: a person can send at once, also what Amazon has already"""
        self.in_effect()
        self.row("LAMP").action_send_now()
        self.push()
        self.assertEqual(self.sent(), [("LAMP", 8), ("LAMP", 8)])

    def test_paused_at_zero(self):
        """rows 9.12, 9.1: a SKU that is paused is told as 0 once, then left alone"""
        self.in_effect()
        row = self.row("LAMP")
        row.action_zero()
        self.assertFalse(row.active_sync)
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 0))
        self.stock(self.product, 5)
        self.push()
        self.prove()
        self.assertEqual(self.at_amazon("LAMP"), 0)
        self.assertEqual((row.state, row.quantity), ("confirmed", 0))
        self.assertIn("Paused", row.reason)
        patches = len(self.patches())
        self.stock(self.product, 5)
        self.push()
        self.assertEqual(len(self.patches()), patches)
        row.active_sync = True
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 18))

    def test_fba_is_not_paused_at_zero(self):
        """row 9.1: pausing never turns an FBA listing into the merchant's"""
        self.listing("FBA", self.product, at_amazon=None, channel="fba")
        self.push()
        with self.assertRaisesRegex(UserError, "Amazon"):
            self.row("FBA").action_zero()

    def test_fewest_units_first(self):
        """row 9.8: what is sold out must not be sold once more: it goes first"""
        for sku, units in (("MANY", 50), ("NONE", 0), ("ONE", 1)):
            self.listing(sku, self._product(sku, units), at_amazon=9)
        self.push()
        self.assertEqual(
            [sku for sku, _quantity in self.sent()], ["NONE", "ONE", "LAMP", "MANY"]
        )

    def test_drift_is_corrected(self):
        """row 9.1: a quantity changed in Seller Central is Odoo's again after a load"""
        self.in_effect()
        moment = fields.Datetime.now() + timedelta(minutes=1)
        self.sandbox.listings.stock(self.seller, "LAMP").quantity = 30
        stock_seen.note(self.account, {"LAMP": (30, moment)})
        self.assertEqual(self.row("LAMP").difference, -22)
        self.account.stock_checked = False
        self.push()
        self.assertEqual(self.sent()[-1], ("LAMP", 8))

    def test_older_sight_changes_nothing(self):
        """row 9.1: what a report says of an earlier time overwrites nothing"""
        self.in_effect()
        past = fields.Datetime.now() - timedelta(hours=1)
        stock_seen.note(self.account, {"LAMP": (3, past), "NEW": (4, past)})
        self.assertEqual(self.row("LAMP").effective_quantity, 8)
        self.assertEqual(self.row("NEW").effective_quantity, 4)
