from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import (
    settlement_booking,
    settlement_classify,
    settlement_payout,
    settlement_reclassify,
    settlement_reset,
)

STATES = [
    ("imported", "Imported"),
    ("error", "Does Not Add Up"),
    ("to_map", "To Map"),
    ("ready", "Ready"),
    ("draft", "Draft Entry"),
    ("booked", "Posted"),
    ("paid", "Paid Out"),
]
# above this many orders the work belongs to the scheduler, not to the web page
INLINE_ORDERS = 2000


class AmazonSettlement(models.Model):
    """A settlement: Amazon's account of a period, and the journal entries made of it."""

    _name = "amazon.settlement"
    _description = "Amazon Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "end desc, id desc"
    _rec_name = "settlement_ref"
    _check_company_auto = True

    settlement_ref = fields.Char("Settlement", required=True, readonly=True)
    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    marketplace_name = fields.Char(
        "Marketplace",
        readonly=True,
        help="The one marketplace most rows name; rows without any belong to it.",
    )
    start = fields.Datetime(readonly=True)
    end = fields.Datetime(readonly=True)
    deposit_date = fields.Datetime(readonly=True)
    total_amount = fields.Monetary(
        "Total",
        readonly=True,
        tracking=True,
        help="What Amazon transfers; negative: what you owe.",
    )
    row_count = fields.Integer(readonly=True)
    digest = fields.Char(
        readonly=True, help="Fingerprint of the content: the same for the same rows."
    )
    version = fields.Char(readonly=True)
    report_id = fields.Many2one("amazon.report", readonly=True, ondelete="set null")
    attachment_id = fields.Many2one(
        "ir.attachment", "File", readonly=True, ondelete="set null"
    )

    state = fields.Selection(
        STATES,
        default="imported",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    reason = fields.Text("What To Do", readonly=True)
    book_requested = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted")],
        readonly=True,
        copy=False,
        help="Booking that waits for the scheduled job.",
    )
    allow_suspense = fields.Boolean(
        "Post With Suspense",
        readonly=True,
        copy=False,
        tracking=True,
        help="An accountant decided to post although some rows have no rule yet.",
    )

    line_ids = fields.One2many(
        "amazon.settlement.line", "settlement_id", "Rows", readonly=True
    )
    total_ids = fields.One2many(
        "amazon.settlement.total", "settlement_id", "Summary", readonly=True
    )
    unmapped_ids = fields.One2many(
        "amazon.settlement.total",
        "settlement_id",
        "To Map",
        domain=[("category", "=", "unmapped")],
        readonly=True,
    )
    proof_ids = fields.One2many(
        "amazon.settlement.proof", "settlement_id", "Proofs", readonly=True
    )
    issue_ids = fields.One2many(
        "amazon.settlement.issue", "settlement_id", "Mismatches"
    )
    move_ids = fields.One2many(
        "account.move", "amazon_settlement_id", "Entries", readonly=True
    )
    payout_line_id = fields.Many2one(
        "account.move.line",
        "Payout Item",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    payout_residual = fields.Monetary(
        "In Transit", related="payout_line_id.amount_residual_currency"
    )
    finances_total = fields.Monetary(
        "Total by Finances",
        readonly=True,
        help="Net proceeds as Amazon's Finances API states them for this settlement.",
    )
    finances_checked = fields.Datetime(
        readonly=True, help="When Finances stated it; empty: not yet."
    )
    finances_asked = fields.Datetime(readonly=True)

    rows_amount = fields.Monetary("Sum of Rows", readonly=True)
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="Rows less total: 0, always."
    )
    order_count = fields.Integer("Orders", readonly=True)
    unmapped_count = fields.Integer(compute="_compute_counts")
    issue_count = fields.Integer("Open Mismatches", compute="_compute_counts")
    move_count = fields.Integer("Entry Count", compute="_compute_counts")
    failed_proofs = fields.Char(compute="_compute_failed_proofs")
    date_warning = fields.Text(compute="_compute_date_warning")

    _settlement_uniq = models.Constraint(
        "UNIQUE (account_id, settlement_ref)",
        "This settlement of the account is there already.",
    )

    @api.depends("settlement_ref", "marketplace_name", "start", "end")
    def _compute_display_name(self):
        for settlement in self:
            name = settlement.settlement_ref
            if settlement.marketplace_name:
                name = f"{settlement.marketplace_name} {name}"
            settlement.display_name = name

    @api.depends("rows_amount", "total_amount")
    def _compute_difference(self):
        for settlement in self:
            settlement.difference = settlement.rows_amount - settlement.total_amount

    @api.depends("issue_ids.state", "move_ids", "total_ids.category")
    def _compute_counts(self):
        issues = dict(
            self.env["amazon.settlement.issue"]._read_group(
                [("settlement_id", "in", self.ids), ("state", "=", "open")],
                ["settlement_id"],
                ["__count"],
            )
        )
        for settlement in self:
            settlement.unmapped_count = len(settlement.unmapped_ids)
            settlement.issue_count = issues.get(settlement, 0)
            settlement.move_count = len(settlement.sudo().move_ids)

    @api.depends("proof_ids.state")
    def _compute_failed_proofs(self):
        for settlement in self:
            settlement.failed_proofs = ", ".join(
                settlement.proof_ids.filtered(lambda p: p.state == "failed").mapped(
                    "code"
                )
            )

    @api.depends("state", "end", "company_id", "account_id.settlement_journal_id")
    def _compute_date_warning(self):
        for settlement in self:
            settlement.date_warning = settlement.state in (
                "ready",
                "draft",
                "to_map",
            ) and settlement_booking.date_warning(settlement)

    # -- buttons, in the order of work ----------------------------------------------

    def action_classify(self):
        """Ask the rules again, as they are now."""
        for settlement in self._lock():
            if settlement.state in ("draft", "booked", "paid"):
                self._check_accountant()
            if settlement.state in ("booked", "paid"):
                settlement_reclassify.reclassify(settlement)
            else:
                if settlement.move_ids:
                    settlement_reset.reset(settlement)
                settlement_classify.classify(settlement)
        return True

    def action_book(self):
        """Make the entries as drafts, to be looked at."""
        return self._book("draft")

    def action_post(self):
        """Make the entries anew, post them, and reconcile the orders."""
        return self._book("posted")

    def action_post_with_suspense(self):
        self._check_accountant()
        self.allow_suspense = True
        return self._book("posted")

    def _book(self, policy):
        self._check_accountant()
        large = self.filtered(lambda s: s.order_count > INLINE_ORDERS)
        (self - large)._book_now(policy)
        if large:
            large.book_requested = policy
            large.account_id._enqueue("settlements")
            return large.account_id[:1]._notify(
                "info",
                self.env._(
                    "This settlement is large: it is booked in the background, in a "
                    "minute or two."
                ),
            )
        return True

    def _book_now(self, policy):
        for settlement in self._lock():
            settlement_booking.book(settlement, post=policy == "posted")

    def action_receive_payout(self):
        """Say which bank line the payout is."""
        self.ensure_one()
        self._check_accountant()
        return self.env["amazon.settlement.payout"]._open(self)

    def action_undo_payout(self):
        """The bank lines wait for the payout again."""
        self._check_accountant()
        for settlement in self._lock():
            settlement_payout.give_back(settlement)
        return True

    def action_reset(self):
        """Back to booked-never: unreconcile, then delete the drafts or reverse."""
        self._check_accountant()
        for settlement in self._lock():
            settlement_reset.reset(settlement)
        return True

    def action_print(self):
        return self.env.ref(
            "amazon_connector.action_report_settlement_statement"
        ).report_action(self)

    def _lock(self):
        """The settlements, nobody else's for the time being.

        :raises UserError: another worker or colleague is at one of them
        """
        locked = self.try_lock_for_update()
        if busy := self - locked:
            raise UserError(
                self.env._(
                    "Settlement %s is being worked on at this moment. Try again in a "
                    "minute.",
                    busy[0].display_name,
                )
            )
        return locked

    def _check_accountant(self):
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(
                self.env._(
                    "Booking a settlement needs the right Invoicing. Ask your "
                    "administrator for it."
                )
            )
        self.check_access("read")

    # -- where to look ------------------------------------------------------------------

    def action_view_rows(self):
        return self._open("amazon_settlement_line_action")

    def action_view_issues(self):
        action = self._open("amazon_settlement_issue_action")
        action["context"] = {"search_default_open": 1}
        return action

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("amazon_settlement_id", "=", self.id)],
        }

    def action_view_journal_items(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "views": [
                (
                    self.env.ref(
                        "amazon_connector.amazon_settlement_item_view_list"
                    ).id,
                    "list",
                ),
                (False, "pivot"),
            ],
            "domain": [("move_id.amazon_settlement_id", "=", self.id)],
        }

    def _open(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"amazon_connector.{xmlid}"
        )
        action["domain"] = [("settlement_id", "=", self.id)]
        action["context"] = {}
        return action

    # -- what flows do to a settlement ----------------------------------------------

    def _transit(self):
        """The journal items that a bank line closes: the payout, and charges to a card."""
        rows = self.env["amazon.settlement.line"].search(
            [
                ("settlement_id", "in", self.ids),
                ("role", "=", "payout"),
                ("move_line_id", "!=", False),
            ]
        )
        items = self.sudo().payout_line_id | rows.sudo().move_line_id
        return items.filtered(lambda item: item.parent_state == "posted")

    def _open_transit(self):
        return self._transit().filtered(lambda item: not item.reconciled)

    def _set_state(self, state, reason=False):
        self.sudo().write({"state": state, "reason": reason})

    def _tell_accountant(self, summary, note):
        """One open activity of a kind per settlement, for who books them."""
        self.ensure_one()
        account = self.account_id
        user = account.settlement_user_id or account.user_id or self.env.user
        known = self.activity_ids.filtered(lambda a: a.summary == summary)
        if not known:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=note,
                user_id=user.id,
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if booked := self.filtered("move_ids"):
            raise UserError(
                self.env._(
                    "Settlement %s has journal entries. Reset it first.",
                    booked[0].display_name,
                )
            )
