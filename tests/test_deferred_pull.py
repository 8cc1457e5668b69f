"""Amazon's ledger ► transactions: bounded calls, nothing twice, nothing lost."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import AmazonCase
from .money_case import DAY

OTHER = ("ServiceFee", "other-transaction", "Subscription Fee")


class PullCase(AmazonCase):
    """An account whose settlements job is run as the scheduler runs it."""

    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.addCleanup(self.sandbox.faults.clear)
        self.sandbox.calls.clear()

    def shipped(self, **values):
        """A sale the merchant has sent: Amazon holds its money for seven days."""
        return self.sandbox.add_order(self.seller, status="SHIPPED", **values)

    def advance(self, seconds):
        self.sandbox.clock.advance(seconds)

    def fee(self, amount):
        self.sandbox.charge(self.seller, *OTHER, amount)

    def read(self):
        self.env.flush_all()
        self._run(self.account.settlements_cron_id)

    def next_day(self):
        """The daily reading has not been today."""
        self.account.transactions_daily_date -= timedelta(days=1)

    def calls(self):
        """Requests of listTransactions since the last look."""
        calls = [
            call
            for call in self.sandbox.calls_of("listTransactions")
            if call["seller"] == self.seller.key
        ]
        self.sandbox.calls.clear()
        return calls

    def stored(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["amazon.transaction"].search(
            [("account_id", "=", self.account.id), *domain]
        )


@tagged("post_install", "-at_install")
class TestDeferredPull(PullCase):
    def test_a_sale_is_held_then_released(self):
        """row 11.8: held for seven days, then another transaction pays it"""
        order = self.shipped(items=[{"unit_price": "100.00"}])
        self.advance(180)
        self.read()
        held = self.stored()
        self.assertEqual((held.status, held.order_ref), ("DEFERRED", order.order_id))
        self.assertEqual((held.kind, held.deferral_reason), ("Shipment", "DD7"))
        self.assertMoney(held.amount, "85.00")
        self.assertMoney(held.fees, "-15.00")
        self.assertEqual(held.currency_id.name, "USD")
        self.assertEqual(held.marketplace_name, "Amazon.com")
        self.assertEqual(held.maturity_date - held.posted, timedelta(days=7))
        self.assertEqual(held.company_id, self.account.company_id)
        self.advance(8 * DAY)
        self.read()
        self.assertEqual(held.status, "DEFERRED_RELEASED")
        release = self.stored(status="RELEASED")
        self.assertEqual(release.deferred_ref, held.transaction_ref)
        self.assertEqual(held.released, release.posted)
        self.assertEqual(len(self.stored()), 2)

    def test_the_inbox_order_is_linked(self):
        order = self.shipped()
        self.advance(180)
        self.read()
        self.assertFalse(self.stored().amazon_order_id)
        self.pull(self.account)
        self.read()
        self.assertEqual(self.stored().amazon_order_id, self.inbox(order))

    def test_pages(self):
        for number in range(205):
            self.fee(-1 - number)
        self.advance(180)
        self.read()
        self.assertEqual(len(self.stored()), 205)
        self.assertEqual(sum(self.stored().mapped("amount")), -205 * 206 / 2)
        run = self.run_of(self.account, "transactions")
        # three pages of the list, and one of what is held: nothing
        self.assertEqual((run.state, run.captured), ("done", 205))
        self.assertEqual((run.pages, run.calls, len(self.calls())), (4, 4, 4))

    def test_an_idle_hour_costs_one_call(self):
        self.shipped()
        self.advance(180)
        self.read()
        self.assertEqual(
            len(self.calls()), 2
        )  # the first one asks for all that is held
        cursor = self.account.transactions_cursor
        self.read()
        (call,) = self.calls()
        self.assertNotIn("transactionStatus", call["query"])
        since = fields.Datetime.to_string(cursor - timedelta(hours=1))
        asked = call["query"]["postedAfter"].replace("T", " ")
        self.assertTrue(asked.startswith(since))
        self.assertNotIn("marketplaceId", call["query"])
        run = self.run_of(self.account, "transactions")
        self.assertEqual((run.captured, run.updated), (0, 1))

    def test_once_a_day_all_that_is_held(self):
        self.read()
        self.next_day()
        self.calls()
        self.read()
        recent, held = self.calls()
        self.assertNotIn("transactionStatus", recent["query"])
        self.assertEqual(held["query"]["transactionStatus"], "DEFERRED")
        self.assertEqual(
            self.account.transactions_daily_date,
            fields.Date.context_today(self.account),
        )

    def test_not_twice_in_half_an_hour(self):
        """the job may be started by other work; the real Amazon is asked once"""
        self.account.is_sandbox = False
        self.read()
        self.calls()
        self.read()
        self.assertFalse(self.calls())
        self.account.transactions_cursor -= timedelta(minutes=31)
        self.read()
        self.assertEqual(len(self.calls()), 1)

    def test_read_again_changes_nothing(self):
        for _number in range(3):
            self.shipped()
        self.advance(8 * DAY)
        self.read()
        before = {row.transaction_ref: row.status for row in self.stored()}
        self.account.transactions_cursor = False
        self.next_day()
        self.read()
        self.assertEqual(
            {row.transaction_ref: row.status for row in self.stored()}, before
        )
        self.assertEqual(len(before), 6)

    def test_off_means_off(self):
        self.account.sync_settlements = False
        self.read()
        self.account.sync_settlements = True
        self.account.action_deactivate()
        self.read()
        self.assertFalse(self.calls())

    # -- what Amazon tells only by no longer telling ---------------------------------

    def test_released_without_a_word(self):
        """what is missing among the held is looked for among the released"""
        order = self.shipped()
        self.advance(180)
        self.read()
        held = self.stored()
        self.advance(30 * DAY)
        # the transaction that pays was posted before the next reading begins
        self.account.transactions_cursor = held.maturity_date + timedelta(days=10)
        held.seen -= timedelta(hours=1)
        self.next_day()
        self.calls()
        self.read()
        self.assertEqual(len(self.calls()), 3)
        self.assertEqual(self.stored(order_ref=order.order_id), held)
        self.assertEqual(held.status, "DEFERRED_RELEASED")
        self.assertTrue(held.released)

    def test_void(self):
        """what Amazon tells of no more for days is forgotten, not counted for ever"""
        self.read()
        now = fields.Datetime.now()
        common = {"account_id": self.account.id, "status": "DEFERRED", "amount": 5}
        rows = self.env["amazon.transaction"].create(
            [
                {**common, "transaction_ref": name, "posted": posted, "seen": seen}
                for name, posted, seen in (
                    ("gone", now - timedelta(days=9), now - timedelta(days=4)),
                    ("late", now - timedelta(days=9), now - timedelta(days=1)),
                )
            ]
        )
        self.next_day()
        self.read()
        self.assertEqual(rows.exists().mapped("transaction_ref"), ["late"])

    # -- trouble ------------------------------------------------------------------------

    def test_goes_on_from_its_page(self):
        for number in range(150):
            self.fee(-1 - number)
        self.advance(180)
        self.sandbox.faults.add("listTransactions", status=503, times=3, after=1)
        self.read()
        self.assertEqual(len(self.stored()), 100)
        self.assertFalse(self.account.transactions_cursor)
        run = self.run_of(self.account, "transactions")
        self.assertEqual(run.state, "waiting")
        self.assertIn("Amazon could not be asked", run.message)
        first = self.calls()[0]["response_body"]["payload"]["nextToken"]
        self.read()
        self.assertEqual(self.calls()[0]["query"]["nextToken"], first)
        self.assertEqual(len(self.stored()), 150)
        self.assertTrue(self.account.transactions_cursor)
        self.assertFalse(self.account.transactions_pull)

    def test_token_refused(self):
        for number in range(150):
            self.fee(-1 - number)
        self.advance(180)
        self.sandbox.faults.add("listTransactions", status=503, times=3, after=1)
        self.read()
        self.account.transactions_pull = self.account.transactions_pull | {
            "token": "bm90aGluZw=="
        }
        self.read()
        self.assertEqual(len(self.stored()), 150)
        self.assertEqual(self.run_of(self.account, "transactions").state, "done")

    def test_token_too_old(self):
        for number in range(150):
            self.fee(-1 - number)
        self.advance(180)
        self.sandbox.faults.add("listTransactions", status=503, times=3, after=1)
        self.read()
        old = fields.Datetime.now() - timedelta(days=2)
        self.account.transactions_pull = self.account.transactions_pull | {
            "started": fields.Datetime.to_string(old)
        }
        self.calls()
        self.read()
        self.assertNotIn("nextToken", self.calls()[0]["query"])
        self.assertEqual(len(self.stored()), 150)

    def test_storm_of_429(self):
        self.fee(-1)
        self.advance(180)
        self.sandbox.faults.add("listTransactions", status=429, probability=1)
        self.read()
        self.assertEqual(self.run_of(self.account, "transactions").state, "waiting")
        self.assertEqual(self.account.state, "connected")
        self.sandbox.faults.clear()
        self.read()
        self.assertEqual(len(self.stored()), 1)

    def test_missing_role(self):
        """row 1.12: told once, asked once a day; orders and the account go on"""
        refusal = {"errors": [{"code": "Unauthorized", "message": "Access denied"}]}
        self.sandbox.faults.add(
            "listTransactions", status=403, body=refusal, probability=1
        )
        self.read()
        self.assertEqual(len(self.calls()), 2)  # once more with a fresh token
        message = self.account.finances_message
        self.assertIn("Finance and Accounting", message)
        self.assertEqual(self.account.state, "connected")
        (activity,) = self.account.activity_ids
        self.assertIn("Finance and Accounting", activity.note)
        run = self.run_of(self.account, "transactions")
        self.assertEqual((run.state, run.message), ("failed", message))
        self.read()
        self.assertFalse(self.calls())
        # the next day
        self.account.finances_refused_date -= timedelta(days=1)
        self.read()
        self.assertTrue(self.calls())
        self.assertEqual(self.account.activity_ids, activity)
        # the role has been added, and the account connected anew
        self.sandbox.faults.clear()
        self.press(self.account.action_test)
        self.assertFalse(self.account.finances_message)
        self.assertFalse(self.account.activity_ids)
        self.read()
        self.assertEqual(self.run_of(self.account, "transactions").state, "done")

    def test_revoked_token_stops_the_account(self):
        """row 1.12: without a valid token nothing works, and a person is told"""
        self.account._settlements_refused("The reports are not asked for today.")
        self.seller.revoked = True
        self.read()
        self.assertEqual(self.account.state, "attention")
        self.assertIn("refresh token", self.account.health_message)
        self.assertFalse(self.account.finances_message)
