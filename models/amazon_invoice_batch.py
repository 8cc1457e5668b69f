from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..sync import invoice_batch

# so many are posted while the user waits, more in the background
AT_ONCE = 20


class AmazonInvoiceBatch(models.Model):
    """Draft invoices of one account that a user wants posted, and how far that is."""

    _name = "amazon.invoice.batch"
    _description = "Amazon Invoice Batch"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    user_id = fields.Many2one("res.users", "Asked By", readonly=True)
    invoice_date = fields.Date(
        readonly=True, help="Empty: each invoice's own day, as its store decides."
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Paid In",
        readonly=True,
        check_company=True,
        help="Empty: what the store's payment journal says.",
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done")], default="running", readonly=True
    )
    total = fields.Integer(readonly=True)
    posted = fields.Integer(readonly=True)
    # each invoice is in one of these two until it is posted
    waiting_ids = fields.Many2many(
        "account.move", "amazon_invoice_batch_waiting_rel", readonly=True
    )
    failed_ids = fields.Many2many(
        "account.move",
        "amazon_invoice_batch_failed_rel",
        string="Failed",
        readonly=True,
    )
    problems = fields.Text("Not Posted", readonly=True)
    progress = fields.Float(compute="_compute_progress", compute_sudo=True)

    @api.depends("total", "account_id.name")
    def _compute_display_name(self):
        for batch in self:
            batch.display_name = self.env._(
                "%(count)s invoices of %(account)s",
                count=batch.total,
                account=batch.account_id.name,
            )

    @api.depends("total", "waiting_ids")
    def _compute_progress(self):
        for batch in self:
            done = batch.total - len(batch.waiting_ids)
            batch.progress = 100 * done / batch.total if batch.total else 100

    def _start(self, moves, invoice_date, journal, user):
        """A batch for each account of the invoices; small ones are posted right away."""
        self._check_accountant()
        batches = self.sudo().browse()
        for account, chosen in (
            moves.sudo().grouped(lambda move: move.amazon_store_id.account_id).items()
        ):
            batch = batches.create(
                {
                    "account_id": account.id,
                    "user_id": user.id,
                    "invoice_date": invoice_date,
                    "journal_id": journal.id,
                    "total": len(chosen),
                    "waiting_ids": chosen.ids,
                }
            )
            batches += batch
            batch._work()
        return batches

    def _work(self):
        """Post a few right away, more in the background."""
        if len(self.waiting_ids) <= AT_ONCE:
            invoice_batch.post_some(self)
        if self.state == "done":
            return
        account = self.account_id
        if not account.process_cron_id.active:
            raise UserError(
                self.env._(
                    "Amazon account %(account)s is not connected, so nothing is posted "
                    "in the background for it. Select at most %(count)s of its invoices "
                    "at a time, or connect it first.",
                    account=account.name,
                    count=AT_ONCE,
                )
            )
        account._enqueue("process")

    def action_retry(self):
        """The invoices that failed, once more."""
        self.ensure_one()
        self._check_accountant()
        if not self.sudo().failed_ids:
            raise UserError(self.env._("All invoices of this batch are posted."))
        batch = self.sudo()
        batch.write(
            {
                "waiting_ids": batch.failed_ids.ids,
                "failed_ids": [fields.Command.clear()],
                "problems": False,
                "state": "running",
                "user_id": self.env.user.id,
            }
        )
        batch.activity_unlink(["mail.mail_activity_data_warning"])
        batch._work()

    def _check_accountant(self):
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._(
                    "Invoices are posted by accountants. Ask for the right 'Invoicing'."
                )
            )

    def action_view_failed(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {**action, "domain": [("id", "in", self.failed_ids.ids)], "context": {}}
