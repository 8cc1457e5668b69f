from odoo import fields, models

STATUSES = [
    ("DEFERRED", "Held by Amazon"),
    ("RELEASED", "Released"),
    ("DEFERRED_RELEASED", "Was Held"),
]


class AmazonTransaction(models.Model):
    """What Amazon booked for the seller, long before a settlement pays it.

    A sale whose money was held has two of them once it is released: the one that was
    held, and the one that pays. Only the latter is money; see ``spapi.finances``.
    """

    _name = "amazon.transaction"
    _description = "Amazon Transaction"
    _order = "posted desc, id desc"
    _rec_name = "transaction_ref"

    transaction_ref = fields.Char("Transaction", required=True, readonly=True)
    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Char("Type", readonly=True)
    description = fields.Char(readonly=True)
    status = fields.Selection(STATUSES, required=True, readonly=True)
    posted = fields.Datetime(required=True, readonly=True)
    released = fields.Datetime(
        readonly=True, help="When Amazon let go of what it had held."
    )
    maturity_date = fields.Datetime(
        "Held Until", readonly=True, help="When Amazon means to release it."
    )
    deferral_reason = fields.Char(
        "Held Because",
        readonly=True,
        help="DD7: until seven days after delivery. B2B: until the buyer pays the "
        "invoice.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="Net of Amazon's fees.")
    fees = fields.Monetary(
        readonly=True, help="Amazon's fees within the amount; negative."
    )
    order_ref = fields.Char("Amazon Order Number", readonly=True)
    amazon_order_id = fields.Many2one(
        "amazon.order",
        "Amazon Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    settlement_ref = fields.Char("Settlement", readonly=True)
    deferred_ref = fields.Char("Releases", readonly=True)
    marketplace_name = fields.Char("Marketplace", readonly=True)
    seen = fields.Datetime(
        "Last Reported", readonly=True, help="When Amazon told of it last."
    )

    _transaction_uniq = models.Constraint(
        "UNIQUE (account_id, transaction_ref)",
        "A transaction of Amazon's is stored once.",
    )
    _order_idx = models.Index("(account_id, order_ref)")
    _held_idx = models.Index("(account_id, posted) WHERE status = 'DEFERRED'")
