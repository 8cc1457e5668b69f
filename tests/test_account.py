import logging
import os
from datetime import timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_open

from .test_connect import BASE, AccountCase


@tagged("post_install", "-at_install")
class TestHealth(AccountCase):
    def stopped(self, seller, account, word):
        """The account's next pull stops it with one sentence; the others go on."""
        other_seller = self.seller()
        other = self.connected(other_seller)
        order = self.sandbox.add_order(other_seller)
        self.pull(account)
        self.assertEqual(account.state, "attention")
        self.assertIn(word, account.health_message)
        self.assertNotIn("\n", account.health_message)
        self.assertEqual(self.run_of(account).state, "failed")
        self.assertEqual(self.run_of(account).message, account.health_message)
        self.assertEqual(account.activity_ids.user_id, account.user_id)
        self.take_in(other)
        self.assertEqual(other.state, "connected")
        self.assertEqual(self.inbox(order).state, "imported")

    def test_rotated_secret(self):
        """row 1.12: a secret that Amazon no longer takes stops the account"""
        seller = self.seller()
        account = self.connected(seller)
        account.client_secret = "an old one"
        self.stopped(seller, account, "client ID or secret")

    def test_revoked(self):
        """row 1.12: a revoked authorization stops the account"""
        seller = self.seller()
        account = self.connected(seller)
        seller.revoked = True
        self.stopped(seller, account, "refresh token")

    def test_role_taken_away(self):
        """row 1.12: a role that was taken away is named"""
        seller = self.seller()
        account = self.connected(seller)
        seller.roles.discard(BASE)
        self.stopped(seller, account, "Inventory and Order Tracking")

    def test_told_once(self):
        """row 1.12: an account that stays broken raises one activity, not one an hour"""
        seller = self.seller()
        account = self.connected(seller)
        seller.revoked = True
        for _time in range(2):
            self.press(account.action_test)
        self.assertEqual(len(account.activity_ids), 1)

    def test_processing_goes_on(self):
        """row 1.12: what was captured before is processed while Amazon is shut"""
        seller = self.seller()
        account = self.connected(seller)
        order = self.sandbox.add_order(seller)
        self.pull(account)
        seller.revoked = True
        self.press(account.action_test)
        self.assertTrue(account.process_cron_id.active)
        self.process(account)
        self.assertEqual(self.inbox(order).state, "imported")

    def test_rotation_warning(self):
        """row 1.12: the client secret's end is told 30 days before"""
        account = self.connected(self.seller())
        account.sandbox_url = False
        today = fields.Date.today()
        account.secret_date = today - timedelta(days=149)
        self.assertFalse(account.secret_warning)
        account.secret_date = today - timedelta(days=150)
        due = fields.Date.to_string(today + timedelta(days=30))
        self.assertIn(due, account.secret_warning)
        self.assertIn("Rotate", account.secret_warning)


@tagged("post_install", "-at_install")
class TestSecrets(AccountCase):
    def test_encrypted_at_rest(self):
        """row 1.14: the database holds no secret in plain text"""
        seller = self.seller()
        account = self.connected(seller)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(a)::text FROM amazon_account a WHERE id = %s", [account.id]
        )
        (row,) = self.env.cr.fetchone()
        self.assertIn(seller.client_id, row)
        self.assertNotIn(seller.client_secret, row)
        self.assertNotIn(seller.refresh_token, row)

    def test_never_shown(self):
        """row 1.14: even an administrator sees only that something is stored"""
        account = self.connected(self.seller())
        self.assertEqual(account.client_secret, "********")
        values = account.read()[0]
        self.assertEqual(values["refresh_token"], "********")

    def test_saving_the_form_keeps_the_secret(self):
        """row 1.14: the stars that stand for a secret are not taken for a new one"""
        account = self.connected(self.seller())
        account.write({"client_secret": "********", "refresh_token": "********"})
        self.press(account.action_test)
        self.assertEqual(account.state, "connected", account.health_message)

    def test_not_copied(self):
        """row 1.14: a copy of an account has no secrets"""
        account = self.connected(self.seller())
        copy = account.copy({"seller_id": "A0COPY"})
        self.assertFalse(copy.client_id)
        self.assertFalse(copy.client_secret)
        self.assertEqual(copy.state, "draft")

    def test_never_logged(self):
        """row 1.14: neither secrets nor tokens nor buyers get into the log"""
        seller = self.seller()
        order = self.sandbox.add_order(seller, buyer={"buyerName": "Zacharias Quill"})
        loggers = ("odoo.addons.amazon_connector", "urllib3", "sp_api")
        with self.assertLogs(level="DEBUG") as logs:
            for name in loggers:
                logging.getLogger(name).setLevel(logging.DEBUG)
                self.addCleanup(logging.getLogger(name).setLevel, logging.NOTSET)
            account = self.connected(seller)
            self.take_in(account)
            seller.revoked = True
            self.pull(account)
        self.assertEqual(self.inbox(order).state, "imported")
        records = [r for r in logs.records if r.name.startswith(loggers)]
        self.assertTrue(records)
        text = "\n".join(record.getMessage() for record in records)
        for secret in (seller.client_secret, seller.refresh_token, "Atza|", "Quill"):
            self.assertNotIn(secret, text)

    def test_key_lost(self):
        """row 1.14: with another key the account says to paste the secrets again"""
        account = self.connected(self.seller())
        self.sandbox.calls.clear()
        key = Fernet.generate_key().decode()
        with patch.dict(os.environ, {"AMAZON_CONNECTOR_KEY": key}):
            self.pull(account)
        self.assertEqual(account.state, "attention")
        self.assertIn("encrypted with another key", account.health_message)
        self.assertIn("Paste", account.health_message)
        self.assertEqual(self.sandbox.calls, [])

    def test_secret_missing(self):
        """row 1.2: an account without a refresh token says what to fill in"""
        account = self.connected(self.seller())
        account.refresh_token = False
        self.press(account.action_test)
        self.assertEqual(account.health_message, "Fill in first: Refresh Token.")


@tagged("post_install", "-at_install")
class TestSchedule(AccountCase):
    def test_own_jobs(self):
        """row 4.2: every account owns its jobs; they are active while it is connected"""
        account, other = self.connected(self.seller()), self.connected(self.seller())
        self.assertEqual(len(account._crons()), 6)
        self.assertFalse(account._crons() & other._crons())
        # quantities are switched on by a person
        self.assertEqual(
            account._crons() - account._crons().filtered("active"),
            account.stock_cron_id,
        )
        self.assertEqual(account.orders_cron_id.interval_number, 60)
        self.assertEqual(account.orders_cron_id.interval_type, "minutes")

    def test_jobs_follow_the_state(self):
        """row 1.11: inactive or archived: no job; needs attention: processing only"""
        account = self.connected(self.seller())
        account.action_deactivate()
        self.assertFalse(account._crons().filtered("active"))
        account._mark_attention("Something is wrong.")
        self.assertEqual(
            account._crons().filtered("active"),
            account.process_cron_id | account.settlements_cron_id,
        )
        account._mark_connected()
        self.assertEqual(len(account._crons().filtered("active")), 5)
        account.active = False
        self.assertFalse(account._crons().filtered("active"))

    def test_interval(self):
        """row 4.2: the interval of the pull is chosen per account"""
        account = self.connected(self.seller())
        account.orders_interval = 15
        self.assertEqual(account.orders_cron_id.interval_number, 15)

    def test_interval_too_short(self):
        """row 4.2: more often than Amazon's quota allows is refused"""
        account = self.connected(self.seller())
        with self.assertRaisesRegex(ValidationError, "every 5 minutes"):
            account.orders_interval = 4

    def test_deleted_account(self):
        """row 1.4: with the account its jobs go"""
        account = self.connected(self.seller())
        crons = account._crons()
        account.unlink()
        self.assertFalse(crons.with_context(active_test=False).exists())

    def test_neutralized_database(self):
        """row 1.9: a neutralized copy can't call Amazon, whatever is pressed"""
        seller = self.seller()
        account = self.connected(seller)
        self.env.flush_all()
        with file_open("amazon_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.sandbox.calls.clear()
        self.assertEqual(account.state, "inactive")
        self.assertIn("neutralized", account.health_message)
        self.assertFalse(account._crons().filtered("active"))
        self.assertFalse(account.client_id or account.client_secret)
        self._run(account.settlements_cron_id)
        with self.enter_registry_test_mode():
            account._cron_pull_orders()
            account._cron_send_shipments()
            account.action_activate()
        self.assertEqual(self.sandbox.calls, [])
        self.assertNotEqual(account.state, "connected")
        with self.assertRaises(UserError):
            account.action_pull_now()
