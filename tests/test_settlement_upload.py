"""Settlement files by hand, as an accountant uploads them."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .settlement_file_case import SettlementFileCase
from .test_spapi_settlement import sale, text

USER = "amazon_connector.group_amazon_user"


@tagged("post_install", "-at_install")
class TestUpload(SettlementFileCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "accountant", groups=USER)

    def test_upload_opens_the_settlement(self):
        """row 11.1, case 82: a settlement of long ago comes in by hand"""
        old = {
            "settlement_start_date": "2024-09-28 00:00:00 UTC",
            "settlement_end_date": "2024-10-12 00:00:00 UTC",
            "deposit_date": "2024-10-14 00:00:00 UTC",
        }
        rows = [sale("74.20", posted_date_time="2024-10-07 10:11:12 UTC")]
        content = text(rows, **old)
        wizard, action = self.upload(content, user=self.user)
        settlement = self.settlement("26000000001")
        self.assertEqual(action["res_model"], "amazon.settlement")
        self.assertEqual(action["res_id"], settlement.id)
        self.assertRowsOf(settlement, content.encode())
        report = settlement.report_id
        self.assertEqual((report.source, report.state), ("upload", "done"))
        self.assertEqual(report.display_name, "settlement-0.txt")
        self.assertEqual(wizard.report_ids, report)
        self.assertEqual(self.calls(), [])
        self.assertNotIn(settlement.state, ("imported", "error"))
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.account.settlements_cron_id.id)]
        )
        self.assertTrue(trigger)  # what the account's policy wants is done at once

    def test_several_files(self):
        """row 11.1: each of several files has its own outcome"""
        second = text().replace("26000000001", "26000000002")
        _wizard, action = self.upload(text(), second)
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(
            sorted(found.mapped("settlement_ref")), ["26000000001", "26000000002"]
        )
        third = text().replace("26000000001", "26000000003")
        wizard, action = self.upload("nonsense", third)
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(sorted(wizard.report_ids.mapped("state")), ["done", "failed"])
        self.assertTrue(self.settlement("26000000003"))

    def test_file_stays_after_the_wizard(self):
        """row 11.1: the file belongs to the report, and its reader may download it"""
        wizard, _action = self.upload("nonsense", user=self.user)
        report = wizard.report_ids.with_user(self.user)
        wizard.sudo().unlink()
        form = Form(report)
        self.assertEqual((form.state, form.size), ("failed", 8))
        self.assertEqual(report.attachment_id.raw, b"nonsense")
        self.assertIn(
            f"/web/content/{report.attachment_id.id}", report.action_download()["url"]
        )

    def test_nothing_chosen(self):
        """row 11.1: an empty upload asks for a file"""
        wizard = self.env["amazon.settlement.upload"].create(
            {"account_id": self.account.id}
        )
        with self.assertRaisesRegex(UserError, "at least one file"):
            wizard.action_upload()

    def test_retry_of_nothing(self):
        """row 11.1: without a file, Retry says where to get one"""
        self.sandbox.faults.add("createReport", kind="cancelled_report")
        self.sandbox.close_settlement(self.seller)
        self.fetch()
        report = self.report()
        report.state = "failed"
        with self.assertRaisesRegex(UserError, "Seller Central"):
            report.with_user(self.user).action_retry()
        with self.assertRaisesRegex(UserError, "Nothing of this report"):
            report.with_user(self.user).action_download()

    def test_user_retries(self):
        """row 1.7: a user retries, but does not write reports"""
        wizard, _action = self.upload(text(currency="XXQ"))
        report = wizard.report_ids.with_user(self.user)
        with self.assertRaises(AccessError):
            report.state = "done"
        report.action_retry()
        self.assertEqual(report.state, "failed")

    def test_other_company(self):
        """row 1.4: nobody uploads for, or retries in, a company that is not theirs"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups=USER,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        wizard, _action = self.upload("nonsense")
        with self.assertRaises(AccessError):
            wizard.report_ids.with_user(stranger).action_retry()
        with self.assertRaises(AccessError):
            self.upload(text(), user=stranger)
        self.assertFalse(self.account.settlement_ids)

    def test_file_of_another_document(self):
        """row 1.7: a file that hangs on something else is copied, not taken away"""
        partner = self.env["res.partner"].create({"name": "Owner of a file"})
        file = self.env["ir.attachment"].create(
            {
                "name": "settlement.txt",
                "raw": text().encode(),
                "res_model": "res.partner",
                "res_id": partner.id,
            }
        )
        wizard = self.env["amazon.settlement.upload"].create(
            {
                "account_id": self.account.id,
                "attachment_ids": [Command.set(file.ids)],
            }
        )
        wizard.action_upload()
        self.assertEqual((file.res_model, file.res_id), ("res.partner", partner.id))
        self.assertEqual(wizard.report_ids.attachment_id.raw, file.raw)
        self.assertNotEqual(wizard.report_ids.attachment_id, file)
