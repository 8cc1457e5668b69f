from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..sync import stock_watch

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
    ("family", "Family of variations"),
    ("remote", "Remote Fulfilment"),
    ("unlinked", "SKU without product"),
    ("not_stored", "No storable product"),
    ("warehouse", "Store without warehouse"),
    ("conflict", "Stores disagree"),
    ("gone", "Not listed"),
    ("refused", "Refused by Amazon"),
    ("mismatch", "Accepted, but without effect"),
]
# Nothing more is sent for these reasons, and Amazon sells the last number on.
STRANDED = ("unlinked", "not_stored", "warehouse", "conflict")
# What needs a person; the filter of the same name in the list says it again.
MISMATCHES = Domain("state", "in", ("refused", "mismatch")) | (
    Domain("state", "=", "off")
    & Domain("reason_code", "in", STRANDED)
    & Domain("sent_date", "!=", False)
)


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
    detail = fields.Char("Stores Concerned", readonly=True)
    is_negative = fields.Boolean(
        "Stock Is Negative", readonly=True, help="In Odoo: Amazon is told 0."
    )
    is_zeroed = fields.Boolean(
        "Paused at Zero",
        readonly=True,
        help="A person has stopped selling: Amazon is told 0 once, and nothing more.",
    )
    is_resent = fields.Boolean(
        "Sent Twice", readonly=True, help="The first time it had no effect."
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

    @api.depends("reason_code", "answer", "detail", "is_negative", "is_zeroed", "state")
    def _compute_reason(self):
        for record in self:
            if record.reason_code:
                record.reason = record._explain()
            elif record.is_negative:
                record.reason = self.env._(
                    "Odoo's stock is below zero: Amazon is told 0. Count the product."
                )
            else:
                record.reason = record.answer

    def _explain(self):
        """One sentence for the reason code: what, why, what to do."""
        code, detail, answer = self.reason_code, self.detail or "", self.answer or ""
        if code == "inactive" and self.is_zeroed:
            return self.env._("Paused: Amazon is told 0. Tick Send to sell it again.")
        if code == "inactive":
            return self.env._("Switched off: Amazon's quantity is left alone.")
        if code == "fba":
            return self.env._(
                "Fulfilled by Amazon: a quantity of yours would turn the listing into "
                "one you ship yourself."
            )
        if code == "family":
            return self.env._(
                "A family: nobody can buy it, its variations have quantities."
            )
        if code == "remote":
            return self.env._(
                "Remote Fulfilment: Amazon ships it from another country."
            )
        if code == "unlinked":
            return self.env._("No product is linked: link the SKU in the catalog.")
        if code == "not_stored":
            return self.env._(
                "%s is not stored in Odoo, so there is no quantity. Tick Track "
                "Inventory on the product, or link another one.",
                self.product_id.display_name,
            )
        if code == "warehouse":
            return self.env._(
                "%s: no warehouse to sell from. Choose one in the store.", detail
            )
        if code == "conflict":
            return self.env._(
                "%s share this SKU, and Amazon keeps one quantity for all of them, but "
                "their products or stock settings differ. Make them the same.",
                detail,
            )
        if code == "gone":
            return self.env._("Not listed at Amazon: load products when it is.")
        if code == "refused":
            return self.env._("Amazon refused the quantity: %s", answer)
        return self.env._("Accepted by Amazon, but without effect. %s", answer)

    def write(self, vals):
        """A SKU that is switched on or off is computed again."""
        if "active_sync" not in vals or self.env.context.get("amazon_zero"):
            return super().write(vals)
        result = super().write(vals | {"is_zeroed": False})
        stock_watch.mark(self.env, (self.product_id | self.listing_ids.product_id).ids)
        if not vals["active_sync"]:
            # nothing more is sent, also not what was queued
            self.filtered(lambda row: row.state in ("queued", "sent")).write(
                {"state": "off", "reason_code": "inactive", "next_try": False}
            )
        return result

    # -- what the flows say ----------------------------------------------------------

    def _queue(self):
        """To be sent with the next push."""
        self.write(
            {
                "state": "queued",
                "next_try": fields.Datetime.now(),
                "tries": 0,
                "answer": False,
                "reason_code": False,
                "is_resent": False,
            }
        )
        self.filtered("is_zeroed").reason_code = "inactive"
        self.account_id._enqueue("stock")

    def _confirm(self):
        self.write(
            {
                "state": "confirmed",
                "next_try": False,
                "tries": 0,
                "answer": False,
                "is_resent": False,
            }
        )

    def _refuse(self, code, words):
        """Held until the quantity changes or a person retries; others go on."""
        self.write(
            {
                "state": "mismatch" if code == "mismatch" else "refused",
                "reason_code": code,
                "answer": words,
                "next_try": False,
                "tries": 0,
                "is_resent": False,
            }
        )

    # -- buttons ---------------------------------------------------------------------

    def action_retry(self):
        """Send again what was refused or had no effect."""
        self._send_again(lambda row: row.state in ("refused", "mismatch"))

    def action_send_now(self):
        """Send at once, also when Amazon has the number already."""
        self._send_again(lambda row: row.state != "off")

    def _send_again(self, is_meant):
        self._check_stock_out()
        rows = self.filtered(is_meant)
        if not rows:
            reasons = dict.fromkeys(filter(None, self.mapped("reason")))
            raise UserError(
                "\n".join(reasons) or self.env._("There is nothing to send again.")
            )
        # what is queued already may be held for a reason, and goes by itself
        rows.filtered(
            lambda row: row.state != "queued" and not row._in_feed()
        ).sudo()._queue()
        rows.account_id._enqueue("stock")

    def _in_feed(self):
        """Amazon is at work on it: an older number must not come after a newer one."""
        return self.state == "sent" and self.feed_id.state == "processing"

    def _check_stock_out(self):
        for account in self.account_id:
            if not (account._is_live() and account.sync_stock):
                raise UserError(
                    self.env._(
                        "Nothing can be sent for %s: connect the account and switch "
                        "Stock out on first.",
                        account.name,
                    )
                )

    def action_zero(self):
        """Tell Amazon 0 now, and nothing more until Send is ticked again."""
        self._check_stock_out()
        rows = self.filtered(
            lambda row: row.reason_code not in ("fba", "remote", "gone")
        )
        if not rows:
            raise UserError("\n".join(dict.fromkeys(self.mapped("reason"))))
        rows = rows.sudo()
        rows.with_context(amazon_zero=True).write(
            {"active_sync": False, "is_zeroed": True, "quantity": 0}
        )
        rows._queue()

    def action_view_feed(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Feed"),
            "res_model": "amazon.feed",
            "view_mode": "form",
            "res_id": self.feed_id.id,
        }
