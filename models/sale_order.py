from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_order_id = fields.Many2one(
        "amazon.order", "Amazon Order", copy=False, readonly=True, ondelete="set null"
    )
    amazon_store_id = fields.Many2one(
        "amazon.store",
        "Amazon Store",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    amazon_order_ref = fields.Char(
        "Amazon Order Number", related="amazon_order_id.amazon_order_ref"
    )
    amazon_status = fields.Char(related="amazon_order_id.status_text")
    amazon_fulfilled_by = fields.Selection(related="amazon_order_id.fulfilled_by")
    amazon_purchase_date = fields.Datetime(related="amazon_order_id.purchase_date")
    amazon_ship_by = fields.Datetime(related="amazon_order_id.ship_by")
    amazon_deliver_by = fields.Datetime(related="amazon_order_id.deliver_by")
    amazon_amount_total = fields.Monetary(
        related="amazon_order_id.amount_total", string="Amazon's Total"
    )
    amazon_gift_message = fields.Text("Gift Message", copy=False, readonly=True)
    amazon_remitted_tax = fields.Monetary(
        "Tax Kept by Amazon",
        compute="_compute_amazon_remitted_tax",
        help="Collected from the buyer and remitted by Amazon itself: part of Amazon's "
        "total, not of this sale.",
    )
    amazon_settled = fields.Monetary(
        "Paid by Amazon",
        compute="_compute_amazon_proceeds",
        help="What settlements paid for the order, less what they took for refunds.",
    )
    amazon_fees = fields.Monetary("Amazon's Fees", compute="_compute_amazon_proceeds")
    amazon_net_proceeds = fields.Monetary(
        "Net Proceeds",
        compute="_compute_amazon_proceeds",
        help="What is left of the order after Amazon's fees, in all settlements so far.",
    )
    amazon_settled_count = fields.Integer(compute="_compute_amazon_proceeds")
    amazon_attention = fields.Text(related="amazon_order_id.attention")
    amazon_submission_ids = fields.One2many(related="amazon_order_id.submission_ids")

    # the database's own guard against a second sale for one Amazon order; a canceled
    # sale must not stand in the way of importing the order again
    _amazon_order_uniq = models.UniqueIndex(
        "(amazon_order_id) WHERE amazon_order_id IS NOT NULL AND state != 'cancel'",
        "This Amazon order has its sale already.",
    )

    @api.depends("order_line.extra_tax_data", "amazon_store_id")
    def _compute_amazon_remitted_tax(self):
        for sale in self:
            tax = sale.sudo().amazon_store_id.collected_tax_id
            sale.amazon_remitted_tax = sum(
                data["manual_tax_amounts"][str(tax.id)]["tax_amount_currency"]
                for data in sale.order_line.mapped("extra_tax_data")
                if str(tax.id) in ((data or {}).get("manual_tax_amounts") or {})
            )

    def _compute_amazon_proceeds(self):
        totals = self.env["amazon.settlement.order"]._totals("sale_order_id", self)
        for sale in self:
            sale.update(totals[sale.id])

    def _prepare_confirmation_values(self):
        values = super()._prepare_confirmation_values()
        if self.env.context.get("amz_keep_date_order"):
            values.pop("date_order", None)  # the buyer's purchase date stays
        return values

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        if self.amazon_order_id:
            values["amazon_order_id"] = self.amazon_order_id.id
        return values

    def message_post(self, **kwargs):
        """A settlement pays thousands of invoices: their messages go in one batch."""
        messages = self.env.context.get("amazon_paid_messages")
        if messages is None or len(self) != 1:
            return super().message_post(**kwargs)
        messages[self.id] = kwargs.get("body")
        return self.env["mail.message"]

    def action_view_amazon_order(self):
        self.ensure_one()
        return self.amazon_order_id.get_formview_action()

    def action_view_amazon_settlements(self):
        """What each settlement says of the order."""
        return self.env["amazon.settlement.order"]._open(
            [("sale_order_id", "in", self.ids)]
        )

    def action_view_amazon_settlement_rows(self):
        """The order's rows in all settlements, by SKU."""
        return self.env["amazon.settlement.order"]._open_rows(
            self.env["amazon.order"].search([("sale_order_id", "in", self.ids)])
        )
