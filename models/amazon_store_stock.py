from odoo import fields, models


class AmazonStore(models.Model):
    """Which stock a store sells, and how much of it Amazon is told."""

    _inherit = "amazon.store"

    stock_source = fields.Selection(
        [
            ("store", "The store's warehouse"),
            ("chosen", "Chosen warehouses"),
            ("all", "All warehouses of the company"),
        ],
        "Stock From",
        default="store",
        required=True,
        tracking=True,
        help="The sum of these warehouses is what Amazon is told. Amazon keeps one "
        "quantity per SKU for all stores of the account: stores that share a SKU need "
        "the same source.",
    )
    stock_warehouse_ids = fields.Many2many(
        "stock.warehouse",
        "amazon_store_stock_warehouse_rel",
        string="Warehouses",
        check_company=True,
    )
    stock_basis = fields.Selection(
        [
            ("available", "Available: on hand less open orders"),
            ("on_hand", "On hand, whatever is ordered"),
            ("due", "On hand less orders due soon"),
        ],
        "Quantity Basis",
        default="available",
        required=True,
        tracking=True,
    )
    stock_due_days = fields.Integer(
        "Due Within (days)",
        default=7,
        help="Orders that leave later than this don't lower the quantity. It goes by the "
        "scheduled date of the transfers: orders without a delivery date count as due.",
    )
    stock_buffer = fields.Integer(
        "Buffer Stock",
        help="Units that Amazon is never told of. A listing may have its own buffer; "
        "where stores share a SKU, the largest counts.",
    )
    stock_lead_time = fields.Integer(
        "Lead Time (days)",
        help="Days until an order is shipped, 1 to 30: Amazon promises buyers a date "
        "with it. 2 is the least that is practical, 3 is safe. 0 leaves Amazon's own. "
        "It goes with the next quantity that is sent.",
    )

    _check_due_days = models.Constraint(
        "CHECK (stock_due_days > 0)", "Orders are due within one day at least."
    )
    _check_buffer = models.Constraint(
        "CHECK (stock_buffer >= 0)", "A buffer is zero or more units."
    )
    _check_lead_time = models.Constraint(
        "CHECK (stock_lead_time BETWEEN 0 AND 30)",
        "Amazon takes lead times from 1 to 30 days.",
    )

    def _stock_warehouses(self):
        """The warehouses whose sum is sold in this store."""
        self.ensure_one()
        if self.stock_source == "chosen":
            return self.stock_warehouse_ids
        if self.stock_source == "all":
            return self.env["stock.warehouse"].search(
                [("company_id", "=", self.company_id.id)]
            )
        return self.warehouse_id
