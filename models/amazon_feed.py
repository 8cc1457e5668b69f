from odoo import fields, models


class AmazonFeed(models.Model):
    """Many messages in one file at Amazon, and what became of them."""

    _name = "amazon.feed"
    _description = "Amazon Feed"
    _order = "id desc"
    _rec_name = "feed_ref"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("quantity", "Quantities"),
            ("acknowledgement", "Order Acknowledgements"),
        ],
        "About",
        required=True,
        default="quantity",
        readonly=True,
    )
    feed_ref = fields.Char("Feed", required=True, readonly=True)
    state = fields.Selection(
        [
            ("processing", "At Amazon"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="processing",
        readonly=True,
        index=True,
    )
    processing_status = fields.Char("Status at Amazon", readonly=True)
    reason = fields.Text("Why", readonly=True)
    messages = fields.Json(
        readonly=True, prefetch=False, help="Message number to what it is about."
    )
    quantity_ids = fields.One2many("amazon.quantity", "feed_id")
    total = fields.Integer("Number", readonly=True, help="How many messages it holds.")
    accepted = fields.Integer(readonly=True)
    refused = fields.Integer(readonly=True)
    created = fields.Datetime(
        default=fields.Datetime.now, readonly=True, help="When it was handed over."
    )
    end = fields.Datetime(readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "Processing Report", readonly=True, ondelete="set null"
    )
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)

    _feed_uniq = models.Constraint(
        "UNIQUE (account_id, feed_ref)", "This feed of the account is here already."
    )
