from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import settlement_import


class AmazonSettlementUpload(models.TransientModel):
    """Settlement files by hand: older than 90 days, or saved from Seller Central.

    A file that can't be taken is kept with its reason, so nothing is raised for it: the
    reason is shown here, and on the report.
    """

    _name = "amazon.settlement.upload"
    _description = "Upload Settlement Files"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        default=lambda self: self._default_account(),
        domain="[('company_id', 'in', allowed_company_ids)]",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    report_ids = fields.Many2many("amazon.report", string="Results")
    asks_decimal = fields.Boolean(compute="_compute_asks")
    asks_date_order = fields.Boolean(compute="_compute_asks")
    decimal = fields.Selection(
        [(".", "1,234.56"), (",", "1.234,56")],
        "Amounts",
        help="How the file writes one thousand two hundred thirty-four and a half.",
    )
    date_order = fields.Selection(
        [("dmy", "Day / month / year"), ("mdy", "Month / day / year")], "Dates"
    )

    @api.model
    def _default_account(self):
        accounts = self.env["amazon.account"].search(
            [("company_id", "in", self.env.companies.ids)], limit=2
        )
        return accounts if len(accounts) == 1 else False

    @api.depends("report_ids.question", "report_ids.state")
    def _compute_asks(self):
        for wizard in self:
            failed = wizard.report_ids.filtered(lambda report: report.state == "failed")
            questions = failed.mapped("question")
            wizard.asks_decimal = "decimal" in questions
            wizard.asks_date_order = "date_order" in questions

    def action_upload(self):
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one file."))
        self.account_id.check_access("read")
        Report = self.env["amazon.report"].sudo()
        account = self.account_id.sudo()
        reports = Report.browse()
        for attachment in self._own(self.attachment_ids):
            report = Report._from_upload(account, attachment)
            settlement_import.read_now(report)
            reports |= report
        self.write({"attachment_ids": False, "report_ids": reports.ids})
        return self._outcome()

    def action_answer(self):
        """Read those files again that could be read in two ways."""
        self.ensure_one()
        asking = self.report_ids.filtered("question")
        asking.check_access("read")
        for report in asking.sudo():
            answer = self[report.question]
            if not answer:
                raise UserError(self.env._("Say first how the file is written."))
            report[report.question] = answer
            settlement_import.read_now(report)
        return self._outcome()

    def _own(self, attachments):
        """The uploaded files, ours to keep; one of another document is copied."""
        attachments.check_access("read")
        for attachment in attachments.sudo():
            if attachment.res_model == self._name and not attachment.res_id:
                yield attachment
            else:
                yield attachment.copy({"res_model": self._name, "res_id": 0})

    def _outcome(self):
        """The settlement where all went well, else what became of each file."""
        settlements = self.report_ids.settlement_id
        if any(report.state != "done" or report.reason for report in self.report_ids):
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Upload Settlement Files"),
                "res_model": self._name,
                "res_id": self.id,
                "view_mode": "form",
                "target": "new",
            }
        if len(settlements) == 1:
            return settlements.get_formview_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settlements"),
            "res_model": "amazon.settlement",
            "view_mode": "list,form",
            "domain": [("id", "in", settlements.ids)],
        }
