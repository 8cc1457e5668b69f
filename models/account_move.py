from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # copied to credit notes: they belong to the same Amazon order
    amazon_order_id = fields.Many2one(
        "amazon.order",
        "Amazon Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amazon_store_id = fields.Many2one(related="amazon_order_id.store_id")
    amazon_order_ref = fields.Char(
        "Amazon Order Number", related="amazon_order_id.amazon_order_ref"
    )

    def action_view_amazon_order(self):
        self.ensure_one()
        return self.amazon_order_id.get_formview_action()
