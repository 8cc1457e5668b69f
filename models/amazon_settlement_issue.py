from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..sync import refund_booking

KINDS = [
    ("unknown_order", "Order not in Odoo"),
    ("no_invoice", "Order without invoice"),
    ("draft_invoice", "Invoice is a draft"),
    ("canceled", "Order canceled in Odoo"),
    ("already_paid", "Invoice paid already"),
    ("currency", "Invoice in another currency"),
    ("amount", "Amounts differ"),
    ("no_credit_note", "Refund without credit note"),
    ("tax", "Marketplace tax does not net"),
    ("reserve", "Reserve without its counterpart"),
    ("balance", "Balance without its counterpart"),
    ("payout", "Payout not in the bank"),
    ("duplicate", "Bank line twice"),
    ("sign", "Unexpected sign"),
    ("revision", "Amazon changed the settlement"),
]


class AmazonSettlementIssue(models.Model):
    """Something a settlement says that Odoo's documents don't: shown, never forced."""

    _name = "amazon.settlement.issue"
    _description = "Amazon Settlement Mismatch"
    _order = "settlement_id desc, kind, id"
    _rec_name = "order_ref"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one(related="settlement_id.account_id", store=True)
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    order_ref = fields.Char("Order Number", readonly=True)
    amazon_order_id = fields.Many2one("amazon.order", readonly=True)
    settled_amount = fields.Monetary("Settled", readonly=True)
    document_amount = fields.Monetary("Open in Odoo", readonly=True)
    difference = fields.Monetary(readonly=True)
    detail = fields.Char("Why", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        "Journal Item",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="What stays open: the settlement's own, or the invoice's where Amazon "
        "paid less.",
    )
    residual = fields.Monetary(
        "Still Open",
        related="move_line_id.amount_residual_currency",
        help="What is left of the journal item; 0 once it is reconciled.",
    )
    ignored = fields.Boolean(readonly=True)
    note = fields.Char("Reason", help="Why it is left as it is.")
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved"), ("ignored", "Ignored")],
        compute="_compute_state",
        search="_search_state",
        compute_sudo=True,
        help="Solved: its journal item is reconciled.",
    )

    @api.depends("ignored", "move_line_id.reconciled", "move_line_id.parent_state")
    def _compute_state(self):
        for issue in self:
            line = issue.move_line_id
            if issue.ignored:
                issue.state = "ignored"
            elif line.reconciled and line.parent_state == "posted":
                issue.state = "solved"
            else:
                issue.state = "open"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        ignored = Domain("ignored", "=", True)
        # whoever may see the mismatch may know that it is solved
        reconciled = Domain(
            "move_line_id",
            "any!",
            [("reconciled", "=", True), ("parent_state", "=", "posted")],
        )
        domains = {
            "ignored": ignored,
            "solved": ~ignored & reconciled,
            "open": ~ignored & ~reconciled,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def action_ignore(self):
        for issue in self:
            if not issue.note:
                raise UserError(
                    self.env._(
                        "Write the reason first (column Reason): it stays on record."
                    )
                )
        self.ignored = True

    def action_reopen(self):
        self.ignored = False

    # -- what can be done about it -------------------------------------------------------

    def action_create_credit_note(self):
        """Draft credit notes for refunds that have none; opens them."""
        self.settlement_id._check_accountant()
        notes = refund_booking.create(self)
        return notes._get_records_action(name=self.env._("Credit Notes"))

    def action_match(self):
        """Choose what the open item is reconciled with."""
        self.ensure_one()
        self.settlement_id._check_accountant()
        return self.env["amazon.settlement.match"]._open(self)

    def action_write_off(self):
        """Take what is open to an account, for a reason."""
        self.settlement_id._check_accountant()
        return self.env["amazon.settlement.write.off"]._open(self)

    def _check_open_item(self):
        """:raises UserError: there is no posted journal item, or it is reconciled"""
        self.ensure_one()
        item = self.move_line_id
        if item and item.parent_state == "draft":
            raise UserError(
                self.env._(
                    "The entry of settlement %s is a draft. Post it first.",
                    self.settlement_id.display_name,
                )
            )
        if self.state != "open" or not item:
            raise UserError(
                self.env._(
                    "Nothing is open on mismatch %s: no journal item of it is left to "
                    "reconcile.",
                    self.order_ref or self.settlement_id.display_name,
                )
            )

    def action_view_order(self):
        self.ensure_one()
        order = self.amazon_order_id
        return (order.sale_order_id or order).get_formview_action()
