from odoo import api, fields, models


class AmazonDeferredDate(models.TransientModel):
    """Deferred funds as they were at the end of a day, as a figure and as a list."""

    _name = "amazon.deferred.date"
    _description = "Deferred Funds at a Date"

    date = fields.Date(
        "At the End of", required=True, default=fields.Date.context_today
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_open = fields.Monetary(
        "Not Yet Received",
        compute="_compute_amounts",
        help="Open journal items of Amazon orders at that date: invoices less credit "
        "notes and settlements.",
    )
    amount_not_invoiced = fields.Monetary(
        "Of It Settled, Not Invoiced", compute="_compute_amounts"
    )
    order_count = fields.Integer("Orders", compute="_compute_amounts")

    @api.depends("date", "company_id")
    def _compute_amounts(self):
        for wizard in self:
            lines = self.env["amazon.deferred"].with_context(at_date=wizard.date)
            rows = lines._read_group(
                [("company_id", "=", wizard.company_id.id)],
                ["state"],
                ["amount_open_company:sum", "order_ref:count_distinct"],
            )
            amounts = {state: amount for state, amount, _count in rows}
            wizard.amount_open = sum(amounts.values())
            wizard.amount_not_invoiced = amounts.get("not_invoiced", 0)
            wizard.order_count = sum(count for _state, _amount, count in rows)

    def action_open(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_deferred_action"
        )
        name = self.env._("Deferred Funds at %s", self.date)
        return action | {
            "name": name,
            "display_name": name,  # what the client shows
            "domain": [("company_id", "=", self.company_id.id)],
            "context": {"at_date": fields.Date.to_string(self.date)},
            "target": "main",
        }
