from odoo import fields, models

from .amazon_settlement_line import CATEGORIES, ROLES


class AmazonSettlementTotal(models.Model):
    """What a settlement's rows of one wording come to: the lines of its summary."""

    _name = "amazon.settlement.total"
    _description = "Amazon Settlement Total"
    _order = "settlement_id desc, sequence, amount_type, amount_description, id"
    _rec_name = "amount_description"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    sequence = fields.Integer()
    category = fields.Selection(CATEGORIES, required=True)
    transaction_type = fields.Char()
    amount_type = fields.Char()
    amount_description = fields.Char()
    marketplace_name = fields.Char("Marketplace")
    role = fields.Selection(ROLES)
    kind = fields.Char()
    mapping_id = fields.Many2one(
        "amazon.settlement.mapping", "Rule", ondelete="set null"
    )
    amount = fields.Monetary()
    row_count = fields.Integer("Rows")
    sign_warning = fields.Boolean(
        help="The rule expects the other sign: look at it before posting."
    )

    def _statement_line(self):
        """The line as the statement shows it; see amazon.settlement._statement."""
        self.ensure_one()
        parts = [self.transaction_type, self.amount_type]
        shown = self.amount_description or self.env._("(no wording)")
        return {
            "id": self.id,
            "name": shown,
            "context": " / ".join(dict.fromkeys(filter(None, parts))),
            "marketplace": self.marketplace_name or "",
            "amount": self.amount,
            "rows": self.row_count,
            "warning": self.sign_warning,
        }

    def action_view_rows(self):
        self.ensure_one()
        action = self.settlement_id.action_view_rows()
        action["domain"] += [
            ("transaction_type", "=", self.transaction_type or False),
            ("amount_type", "=", self.amount_type or False),
            ("amount_description", "=", self.amount_description or False),
            ("marketplace_name", "=", self.marketplace_name or False),
        ]
        return action
