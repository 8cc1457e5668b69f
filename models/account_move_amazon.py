from odoo import api, fields, models


class AccountMove(models.Model):
    """An Amazon invoice: of which store, of which day, and whether Amazon has its money."""

    _inherit = "account.move"

    # the store of an invoice over many orders, too
    amazon_store_id = fields.Many2one(
        "amazon.store",
        "Amazon Store",
        compute="_compute_amazon_store_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
    )
    amazon_invoice_date = fields.Date(
        copy=False,
        readonly=True,
        help="The day this invoice gets when it is posted in batch.",
    )
    amazon_to_pay = fields.Boolean(copy=False, readonly=True)

    _amazon_to_pay_idx = models.Index("(amazon_store_id, id) WHERE amazon_to_pay")

    @api.depends("amazon_order_id")
    def _compute_amazon_store_id(self):
        for move in self:
            move.amazon_store_id = move.amazon_order_id.store_id or move.amazon_store_id

    def _post(self, soft=True):
        self.filtered(
            lambda move: move.move_type == "out_invoice" and move.sudo().amazon_store_id
        )._amazon_before_post()
        return super()._post(soft)

    def _amazon_before_post(self):
        undated = self.filtered(
            lambda move: not move.invoice_date and move.amazon_invoice_date
        )
        for day, moves in undated.grouped("amazon_invoice_date").items():
            moves.invoice_date = day
        stores = self.sudo().amazon_store_id.filtered("payment_journal_id")
        to_pay = self.filtered(
            lambda move: move.sudo().amazon_store_id in stores and move.amount_total > 0
        )
        if to_pay:
            to_pay.amazon_to_pay = True
            accounts = to_pay.sudo().amazon_store_id.account_id
            running = self.env.context.get("cron_id")  # pays when it has posted
            accounts.filtered(
                lambda account: account.process_cron_id.id != running
            )._enqueue("process")
