from odoo import fields, models


class AmazonStockChange(models.Model):
    """A product whose stock has changed since an account's quantities were computed.

    Rows are only ever added by those who move stock and removed by the job that computes
    quantities, so nobody in the warehouse waits for a record that the job holds.
    """

    _name = "amazon.stock.change"
    _description = "Changed Stock"
    _log_access = False

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
