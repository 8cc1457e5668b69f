from odoo import api, fields, models
from odoo.exceptions import UserError


class AmazonActivateStock(models.TransientModel):
    """The last look before Odoo's quantities overwrite Amazon's (rows 9.1, 9.14)."""

    _name = "amazon.activate.stock"
    _description = "Switch Stock Out On"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    stock_checked = fields.Datetime(related="account_id.stock_checked")
    is_compared = fields.Boolean(compute="_compute_is_compared")
    stock_shared_warning = fields.Char(related="account_id.stock_shared_warning")
    same = fields.Integer("Unchanged", compute="_compute_counts")
    lower = fields.Integer("Lowered", compute="_compute_counts")
    higher = fields.Integer("Raised", compute="_compute_counts")
    zero = fields.Integer("Set to Zero", compute="_compute_counts")
    held = fields.Integer("Not Sent", compute="_compute_counts")
    unknown = fields.Integer("Not Compared", compute="_compute_counts")
    confirmed = fields.Boolean("I have looked at the differences")

    @api.depends("account_id")
    def _compute_is_compared(self):
        for wizard in self:
            wizard.is_compared = wizard.account_id._is_compared()

    @api.depends("account_id")
    def _compute_counts(self):
        for wizard in self:
            rows = self.env["amazon.quantity"].search(
                [("account_id", "=", wizard.account_id.id)]
            )
            sent = rows.filtered(lambda row: row.state != "off")
            wizard.held = len(rows - sent)
            wizard.lower = len(sent.filtered(lambda row: row.difference < 0))
            wizard.higher = len(sent.filtered(lambda row: row.difference > 0))
            wizard.unknown = len(sent.filtered(lambda row: not row.effective_date))
            wizard.same = len(sent) - wizard.lower - wizard.higher - wizard.unknown
            wizard.zero = len(
                sent.filtered(lambda row: row.difference and not row.quantity)
            )

    def action_show(self):
        self.ensure_one()
        return self.account_id.action_compare_stock()

    def action_activate(self):
        self.ensure_one()
        if not self.confirmed:
            raise UserError(
                self.env._(
                    "Look at the differences and tick that you have: Amazon's quantities "
                    "are overwritten."
                )
            )
        return self.account_id.action_activate_stock()
