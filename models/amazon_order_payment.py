from odoo import api, fields, models

# from here on Amazon has confirmed the payment
PAID = ("UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED")
# ways to pay that bring the money after the goods
LATER = ("cashondelivery", "cod", "invoice")


class AmazonOrder(models.Model):
    """What the buyer has paid: kept from capture on, whatever becomes of the order."""

    _inherit = "amazon.order"

    paid_on = fields.Datetime(
        compute="_compute_paid",
        store=True,
        precompute=True,
        help="When Amazon had the buyer's money: at the purchase, or, where the payment "
        "was pending first, when Amazon confirmed it.",
    )
    paid_amount = fields.Monetary(
        compute="_compute_paid",
        store=True,
        precompute=True,
        help="With the tax that Amazon remits itself.",
    )
    payment_state = fields.Selection(
        [
            ("open", "Not paid yet"),
            ("amazon", "Paid at Amazon"),
            ("partial", "Invoice partly paid"),
            ("done", "Invoice paid"),
        ],
        "Payment",
        compute="_compute_payment_state",
        compute_sudo=True,
    )

    @api.depends("fulfillment_status", "amount_total")
    def _compute_paid(self):
        for order in self:
            moment, amount = order.paid_on, order.paid_amount
            if order.fulfillment_status == "CANCELLED":
                moment, amount = False, 0.0
            elif order.fulfillment_status in PAID and order._is_prepaid():
                # an order seen before was pending until now
                seen = order.last_updated if order._origin else order.purchase_date
                moment = moment or seen or order.purchase_date
                amount = order.amount_total
            order.paid_on, order.paid_amount = moment, amount

    def _is_prepaid(self):
        """Whether Amazon has money, and not only a promise of it."""
        payload = self.payload if isinstance(self.payload, dict) else {}
        executions = (payload.get("payment") or {}).get("paymentExecutions") or []
        methods = (str(paid.get("paymentMethod") or "") for paid in executions)
        return self.amount_total > 0 and not any(
            method.replace("_", "").lower() in LATER for method in methods
        )

    def _is_owed(self):
        """Whether it costs anything: what is given away needs no payment."""
        return bool(self.paid_on or not self.currency_id.is_zero(self.amount_total))

    def _is_never_paid(self):
        """Canceled, or paid to somebody else: on delivery, or by invoice."""
        return not self.paid_on and self.fulfillment_status in ("CANCELLED", *PAID)

    @api.depends("paid_on", "sale_order_id")
    def _compute_payment_state(self):
        own = self.env["account.move"].search(
            [
                ("amazon_order_id", "in", self.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
            ]
        )
        own = own.grouped("amazon_order_id")
        for order in self:
            sale = order.sale_order_id
            invoices = own.get(order._origin, self.env["account.move"])
            invoices |= sale.invoice_ids.filtered(
                lambda move: move.move_type == "out_invoice" and move.state == "posted"
            )
            order.payment_state = order._payment_state_of(
                [
                    move.payment_state in ("paid", "in_payment", "reversed")
                    for move in invoices
                ],
                not sale or sale.invoice_status == "invoiced",
            )

    def _payment_state_of(self, paid, is_all):
        """:param paid: of each posted invoice, whether it is
        :param is_all: whether they are all there will be"""
        if any(paid):
            return "done" if all(paid) and is_all else "partial"
        if self.paid_on:
            return "amazon"
        return False if self.state in ("canceled", "ignored") else "open"
