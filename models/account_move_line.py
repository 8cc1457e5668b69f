from odoo import api, fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    amazon_order_ref = fields.Char(
        "Amazon Order Number",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The order a line of a settlement's entry is about.",
    )
    # which rows of the settlement an item carries, and whose tax a tax item is
    amazon_key = fields.Char(copy=False, readonly=True)
    amazon_base_key = fields.Char(copy=False, readonly=True)
    amazon_row_count = fields.Integer(
        "Settlement Rows", compute="_compute_amazon_row_count"
    )

    @api.depends("move_id.amazon_settlement_id")
    def _compute_amazon_row_count(self):
        counts = {}
        if self.move_id.amazon_settlement_id:
            counts = dict(
                self.env["amazon.settlement.line"]._read_group(
                    [("move_line_id", "in", self.ids)], ["move_line_id"], ["__count"]
                )
            )
        for line in self:
            line.amazon_row_count = counts.get(line, 0)

    def action_view_amazon_rows(self):
        """The settlement's rows behind a journal item."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_settlement_line_action"
        )
        action["domain"] = [("move_line_id", "in", self.ids)]
        action["context"] = {}
        return action
