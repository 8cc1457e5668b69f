from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..sync import settlement_reconcile


class AmazonSettlementMatch(models.TransientModel):
    """Reconcile what a mismatch leaves open with items somebody has chosen."""

    _name = "amazon.settlement.match"
    _description = "Match a Settlement Mismatch"

    issue_id = fields.Many2one("amazon.settlement.issue", required=True)
    item_id = fields.Many2one(related="issue_id.move_line_id", string="Open Item")
    ledger_account_id = fields.Many2one(related="item_id.account_id", string="Account")
    item_currency_id = fields.Many2one(related="item_id.currency_id")
    residual = fields.Monetary(
        related="issue_id.residual", currency_field="item_currency_id"
    )
    company_id = fields.Many2one(related="issue_id.company_id")
    line_ids = fields.Many2many(
        "account.move.line",
        string="Match With",
        domain="[('account_id', '=', ledger_account_id), "
        "('currency_id', '=', item_currency_id), ('company_id', '=', company_id), "
        "('parent_state', '=', 'posted'), ('reconciled', '=', False), "
        "('id', '!=', item_id)]",
    )

    @api.model
    def _open(self, issue):
        """The action that shows the wizard, with what is open for the same order."""
        issue._check_open_item()
        item = issue.move_line_id
        lines = item.search(
            [
                ("account_id", "=", item.account_id.id),
                ("currency_id", "=", item.currency_id.id),
                ("company_id", "=", item.company_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", "<" if item.balance > 0 else ">", 0),
                "|",
                ("move_id.amazon_order_id.amazon_order_ref", "=", issue.order_ref),
                ("amazon_order_ref", "=", issue.order_ref),
            ]
        )
        wizard = self.create(
            {"issue_id": issue.id, "line_ids": [Command.set(lines.ids)]}
        )
        return wizard._get_records_action(target="new", name=self.env._("Match"))

    def action_match(self):
        self.ensure_one()
        self.issue_id._check_open_item()
        item, lines = self.item_id, self.line_ids
        if not lines or any(line.balance * item.balance > 0 for line in lines):
            raise UserError(
                self.env._(
                    "Choose items of the other side: %(open)s is open, so take %(side)s.",
                    open=item.display_name,
                    side=self.env._("credits")
                    if item.balance > 0
                    else self.env._("debits"),
                )
            )
        settlement_reconcile.run_plan(self.env, [[[item.id, *lines.ids]]], quick=False)
        return {"type": "ir.actions.act_window_close"}
