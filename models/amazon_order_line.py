from odoo import fields, models


class AmazonOrderLine(models.Model):
    """One order item as Amazon states it. Two items may have the same SKU."""

    _name = "amazon.order.line"
    _description = "Amazon Order Item"
    _order = "order_id, id"

    order_id = fields.Many2one(
        "amazon.order", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    item_ref = fields.Char("Order Item ID", required=True)
    sku = fields.Char("Seller SKU")
    asin = fields.Char("ASIN")
    name = fields.Char("Amazon Title")
    quantity = fields.Integer()
    quantity_fulfilled = fields.Integer(
        "Shipped at Amazon", help="Units Amazon has as shipped."
    )
    quantity_outside = fields.Integer(
        "Shipped Outside Odoo",
        help="Units that had left before the order was imported.",
    )
    amount_total = fields.Monetary("Amount", help="Amazon's total for this item.")
    listing_id = fields.Many2one(
        "amazon.listing", ondelete="set null", index="btree_not_null"
    )
    product_id = fields.Many2one(related="listing_id.product_id")
    sale_line_ids = fields.One2many("sale.order.line", "amazon_order_line_id")

    _order_item_uniq = models.Constraint(
        "UNIQUE (order_id, item_ref)", "An order item is stored once."
    )
