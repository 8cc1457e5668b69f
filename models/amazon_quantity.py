from odoo import api, fields, models

STATES = [
    ("off", "Not Sent"),
    ("queued", "To Send"),
    ("sent", "Sent"),
    ("confirmed", "In Effect"),
    ("refused", "Refused"),
    ("mismatch", "Without Effect"),
]
REASONS = [
    ("inactive", "Switched off"),
    ("fba", "Fulfilled by Amazon"),
    ("remote", "Remote Fulfilment"),
    ("unlinked", "SKU without product"),
    ("not_stored", "No storable product"),
    ("warehouse", "Store without warehouse"),
    ("conflict", "Stores disagree"),
    ("gone", "Not listed"),
    ("refused", "Refused by Amazon"),
    ("mismatch", "Accepted, but without effect"),
]


class AmazonQuantity(models.Model):
    """What a seller has to sell of one SKU: one number, whatever the number of stores.

    It is the outbox of quantities as well: the last number wins, so one record a SKU
    holds what Odoo has (``quantity``), what was sent, and what Amazon shows to buyers.
    """

    _name = "amazon.quantity"
    _description = "Amazon Quantity"
    _order = "account_id, sku"
    _rec_name = "sku"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sku = fields.Char("Seller SKU", required=True, readonly=True)
    listing_ids = fields.One2many("amazon.listing", "quantity_id")
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="set null"
    )
    active_sync = fields.Boolean(
        "Send", default=True, help="Off: Amazon's quantity of this SKU is left alone."
    )
    quantity = fields.Integer(
        "To Sell", readonly=True, help="What Odoo has to sell, less buffers."
    )
    lead_time = fields.Integer("Lead Time (days)", readonly=True)
    reserved = fields.Integer(
        "Ordered",
        readonly=True,
        help="In Amazon orders that are not in Odoo's stock yet: payment pending, or "
        "blocked. They are taken off what is to sell.",
    )
    sent_quantity = fields.Integer("Last Sent", readonly=True)
    sent_lead_time = fields.Integer("Lead Time Sent", readonly=True)
    sent_date = fields.Datetime("Sent On", readonly=True)
    effective_quantity = fields.Integer(
        "At Amazon", readonly=True, help="What buyers meet, as Amazon told it last."
    )
    effective_date = fields.Datetime("As Of", readonly=True)
    difference = fields.Integer(
        compute="_compute_difference",
        store=True,
        help="To sell, less what Amazon shows.",
    )

    state = fields.Selection(
        STATES, required=True, default="off", readonly=True, index=True
    )
    reason_code = fields.Selection(REASONS, "Why", readonly=True)
    answer = fields.Text("Amazon's Words", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    feed_id = fields.Many2one(
        "amazon.feed", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _account_sku_uniq = models.Constraint(
        "UNIQUE (account_id, sku)", "Amazon has one quantity per account and SKU."
    )
    _due_idx = models.Index("(account_id, state, next_try) WHERE next_try IS NOT NULL")

    @api.depends("quantity", "effective_quantity", "effective_date", "state")
    def _compute_difference(self):
        for record in self:
            record.difference = (
                record.quantity - record.effective_quantity
                if record.effective_date and record.state != "off"
                else 0
            )

    @api.depends("reason_code", "answer")
    def _compute_reason(self):
        for record in self:
            record.reason = record.answer or False
