from odoo import models

from ..sync import settlement_payout


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        """A payout that is taken off its bank line is in transit again."""
        lines = self.sudo().line_ids
        matched = (
            lines.matched_debit_ids.debit_move_id
            | lines.matched_credit_ids.credit_move_id
        )
        settlements = matched.move_id.amazon_settlement_id
        result = super().action_undo_reconciliation()
        settlement_payout.refresh(settlements)
        return result
