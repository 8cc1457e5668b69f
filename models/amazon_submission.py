from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync.tracking_warning import warning

STATES = [
    ("waiting", "Waiting"),
    ("queued", "To Send"),
    ("sent", "Sent"),
    ("confirmed", "Confirmed"),
    ("refused", "Refused"),
]


class AmazonSubmission(models.Model):
    """The outbox: one message to Amazon, and the proof that it took effect."""

    _name = "amazon.submission"
    _description = "Amazon Outbox Message"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "reference"

    kind = fields.Selection(
        [("shipment", "Shipment Confirmation")], required=True, readonly=True
    )
    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    store_id = fields.Many2one("amazon.store", ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    order_id = fields.Many2one(
        "amazon.order", ondelete="cascade", index="btree_not_null", readonly=True
    )
    picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="Stable: sending it again edits the same thing at Amazon.",
    )
    package_reference = fields.Char("Package No.", readonly=True)
    payload = fields.Json(readonly=True)
    tracking = fields.Char(compute="_compute_package")
    carrier = fields.Char("Amazon Carrier", compute="_compute_package")
    tracking_warning = fields.Char(
        "Doubtful Tracking Number", compute="_compute_package"
    )
    without_tracking = fields.Boolean(
        readonly=True,
        help="Somebody decided to send it without: it doesn't wait for a number.",
    )

    state = fields.Selection(
        STATES, required=True, default="queued", readonly=True, index=True
    )
    reason_code = fields.Selection(
        [
            ("tracking", "Tracking number missing"),
            ("carrier_code", "Carrier missing"),
            ("refused", "Refused by Amazon"),
            ("shipped", "Already shipped at Amazon"),
            ("unproven", "Accepted, but without effect"),
            ("account", "Account not connected"),
            ("manual", "Waits for Update Dispatched Orders"),
        ],
        "Why",
        readonly=True,
    )
    answer = fields.Text("Amazon's Words", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    request_ref = fields.Char("Amazon's Request ID", readonly=True)
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    sent_date = fields.Datetime("Sent", readonly=True)
    confirmed_date = fields.Datetime("Confirmed", readonly=True)
    ship_by = fields.Datetime(related="order_id.ship_by", store=True)

    _reference_uniq = models.Constraint(
        "UNIQUE (account_id, kind, reference)", "This message is in the outbox already."
    )
    _due_idx = models.Index("(account_id, state, next_try) WHERE next_try IS NOT NULL")

    @api.depends("payload")
    def _compute_package(self):
        for submission in self:
            payload = submission.payload or {}
            submission.tracking = payload.get("tracking")
            submission.carrier = payload.get("carrier_name") or payload.get(
                "carrier_code"
            )
            submission.tracking_warning = warning(self.env, payload)

    @api.depends("reason_code", "answer", "state")
    def _compute_reason(self):
        for submission in self:
            answer = submission.answer or ""
            submission.reason = {
                "tracking": self.env._(
                    "The transfer has no tracking number. Enter it on the transfer: it "
                    "is sent at once."
                ),
                "carrier_code": self.env._(
                    "Amazon needs a carrier. Press Correct and Resend to choose it, or set "
                    "a default carrier in the store."
                ),
                "refused": self.env._(
                    "Amazon refused: %s. Press Correct and Resend.", answer.rstrip(". ")
                ),
                "shipped": self.env._(
                    "Amazon has these units as shipped already, in another package: %s. "
                    "Compare with Seller Central.",
                    answer.rstrip(". "),
                ),
                "unproven": self.env._(
                    "Amazon accepted the message, but the package does not appear on the "
                    "order. Usually the carrier is not one of Amazon's: press Correct "
                    "and Resend."
                ),
                "account": answer,
                "manual": self.env._(
                    "The store confirms by button only: press Update Dispatched Orders on "
                    "the account or the store."
                ),
            }.get(submission.reason_code) or (answer or False)

    # -- states -------------------------------------------------------------------

    def _refuse(self, code, answer):
        """Final until a person corrects it; the transfer gets an activity."""
        for submission in self:
            submission.write(
                {
                    "state": "refused",
                    "reason_code": code,
                    "answer": answer,
                    "next_try": False,
                }
            )
            picking = submission.picking_id
            picking.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Amazon has not taken the shipment"),
                note=submission.reason,
                user_id=(
                    picking.user_id or submission.account_id.user_id or self.env.user
                ).id,
            )

    def _confirm(self):
        self.write(
            {
                "state": "confirmed",
                "confirmed_date": fields.Datetime.now(),
                "reason_code": False,
                "answer": False,
                "next_try": False,
            }
        )
        self.activity_unlink_on_picking()

    def activity_unlink_on_picking(self):
        self.picking_id.activity_unlink(["mail.mail_activity_data_warning"])

    def _resend(self):
        self.write(
            {
                "state": "queued",
                "reason_code": False,
                "tries": 0,
                "next_try": fields.Datetime.now(),
            }
        )
        self.activity_unlink_on_picking()
        self.account_id._enqueue("shipments")

    # -- buttons ------------------------------------------------------------------

    def action_resend(self):
        todo = self.filtered(lambda s: s.state in ("refused", "queued", "sent"))
        if not todo:
            raise UserError(
                self.env._(
                    "Nothing to send: messages that wait need a tracking number or a "
                    "carrier on their transfer first."
                )
            )
        todo._resend()

    def action_correct(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct and Resend"),
            "res_model": "amazon.correct.shipment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_submission_id": self.id},
        }

    def action_view_picking(self):
        self.ensure_one()
        return self.picking_id.get_formview_action()
