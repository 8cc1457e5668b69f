from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import report_file, settlement_import
from ..sync.report_fetch import LISTINGS

STATES = [
    ("requested", "Being Made by Amazon"),
    ("waiting", "To Download"),
    ("downloaded", "To Read"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("canceled", "Canceled by Amazon"),
]


class AmazonReport(models.Model):
    """One report's life, from Amazon's list (or a user's upload) to its rows."""

    _name = "amazon.report"
    _description = "Amazon Report"
    _order = "created desc, id desc"
    _rec_name = "report_ref"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    run_id = fields.Many2one(
        "amazon.sync.run", "Listed By", readonly=True, ondelete="set null"
    )
    marketplace_id = fields.Many2one(
        "amazon.marketplace", readonly=True, help="Empty when it is about several."
    )
    report_type = fields.Char(required=True, readonly=True)
    report_ref = fields.Char(
        "Report",
        required=True,
        readonly=True,
        help="Amazon's report id; of a file uploaded by hand, its fingerprint.",
    )
    document_ref = fields.Char("Document", readonly=True)
    processing_status = fields.Char("Status at Amazon", readonly=True)
    source = fields.Selection(
        [("amazon", "Amazon"), ("upload", "Uploaded")],
        required=True,
        default="amazon",
        readonly=True,
    )
    created = fields.Datetime(readonly=True, default=fields.Datetime.now)
    data_start = fields.Datetime("From", readonly=True)
    data_end = fields.Datetime("To", readonly=True)

    state = fields.Selection(
        STATES, required=True, default="waiting", readonly=True, index=True
    )
    reason = fields.Text("Why", readonly=True, help="What happened and what to do.")
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)

    attachment_id = fields.Many2one(
        "ir.attachment",
        "File",
        readonly=True,
        ondelete="set null",
        help="The file as it came, also when it was refused.",
    )
    sha256 = fields.Char(
        "SHA-256", readonly=True, help="Fingerprint of the file's content, unpacked."
    )
    size = fields.Integer("Bytes", readonly=True, help="Of the content, unpacked.")
    charset = fields.Char(readonly=True, help="What its sender calls its encoding.")

    question = fields.Selection(
        [("decimal", "Decimal sign"), ("date_order", "Order of day and month")],
        readonly=True,
        help="What the file alone leaves open: Retry asks you.",
    )
    decimal = fields.Selection([(".", "1,234.56"), (",", "1.234,56")], readonly=True)
    date_order = fields.Selection(
        [("dmy", "Day / month / year"), ("mdy", "Month / day / year")], readonly=True
    )
    settlement_id = fields.Many2one(
        "amazon.settlement", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _report_uniq = models.Constraint(
        "UNIQUE (account_id, report_ref)", "This report of the account is here already."
    )
    _todo_idx = models.Index(
        "(account_id, state) WHERE state IN ('waiting', 'downloaded')"
    )

    @api.depends("report_ref", "source", "attachment_id.name")
    def _compute_display_name(self):
        for report in self:
            name = report.source == "upload" and report.sudo().attachment_id.name
            report.display_name = name or report.report_ref

    # -- what flows do to a report ----------------------------------------------------

    @api.model
    def _from_upload(self, account, attachment):
        """The report of a file uploaded by hand; of a file known already, the known one.

        :param attachment: taken over, or thrown away when the file is known
        """
        with report_file.raw(attachment) as file:
            sha256, size = report_file.fingerprint(file)
        reference = f"upload:{sha256}"
        known = self.search(
            [("account_id", "=", account.id), ("report_ref", "=", reference)]
        )
        if known.attachment_id:
            attachment.unlink()
            return known
        report = known or self.create(
            {
                "account_id": account.id,
                "report_type": settlement_import.SETTLEMENT,
                "report_ref": reference,
                "source": "upload",
            }
        )
        attachment.write({"res_model": self._name, "res_id": report.id})
        report.write(
            {
                "state": "downloaded",
                "attachment_id": attachment.id,
                "sha256": sha256,
                "size": size,
            }
        )
        return report

    def _done(self, settlement, reason=False):
        self.write(
            {
                "state": "done",
                "settlement_id": settlement.id,
                "reason": reason,
                "question": False,
                "next_try": False,
            }
        )

    def _fail(self, reason, question=False, settlement=None):
        """Nothing is booked from it; the file stays, a person decides."""
        values = {
            "state": "failed",
            "reason": reason,
            "question": question,
            "next_try": False,
        }
        if settlement is not None:
            values["settlement_id"] = settlement.id
        self.write(values)

    # -- buttons ------------------------------------------------------------------

    def action_retry(self):
        """Read the kept file again, or let the scheduled job fetch it once more."""
        self.check_access("read")
        todo = self.sudo().filtered(lambda report: report.state == "failed")
        if listings := todo.filtered(lambda r: r.report_type == LISTINGS):
            return listings._retry_loads()
        if asking := todo.filtered("question"):
            return asking._open_questions()
        kept = todo.filtered("attachment_id")
        lost = todo - kept
        if hopeless := lost.filtered(lambda report: not report.document_ref):
            raise UserError(
                self.env._(
                    "Amazon has no file for report %s. Download the settlement in "
                    "Seller Central (Payments > Reports Repository) and upload it.",
                    hopeless[0].display_name,
                )
            )
        for report in kept:
            settlement_import.read_now(report)
        if lost:
            lost.write(
                {
                    "state": "waiting",
                    "tries": 0,
                    "next_try": fields.Datetime.now(),
                    "reason": False,
                }
            )
            lost.account_id._enqueue("settlements")
        return True

    def _retry_loads(self):
        """Amazon makes a new list of listings for the loads that were left without."""
        loads = self.env["amazon.catalog.load"].search(
            [("report_id", "in", self.ids), ("state", "=", "failed")]
        )
        if not loads:
            raise UserError(
                self.env._("Press Load Products: Amazon makes a new list of listings.")
            )
        return loads.action_resume()

    def _open_questions(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("How Is the File Written?"),
            "res_model": "amazon.settlement.upload",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_account_id": self.account_id[:1].id,
                "default_report_ids": self.ids,
            },
        }

    def action_download(self):
        self.ensure_one()
        self.check_access("read")
        if not self.sudo().attachment_id:
            raise UserError(self.env._("Nothing of this report was kept."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.sudo().attachment_id.id}?download=true",
            "target": "download",
        }

    def action_view_settlement(self):
        self.ensure_one()
        return self.settlement_id.get_formview_action()
