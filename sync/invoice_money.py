"""Amazon's money for an order pays each invoice of it once, and no more than there is.

An accountant may reverse an invoice and make another of the same order: the payment of
the first one is free then, and is the second one's.
"""

LIVE = ("state", "not in", ("canceled", "rejected"))


def orders_of(moves):
    """{invoice: its Amazon orders}, also those of a sale that stands for many."""
    result = {}
    for move in moves.sudo():
        lines = move.invoice_line_ids.filtered(lambda x: x.display_type == "product")
        sold = lines.sale_line_ids
        orders = move.amazon_order_id | sold.amazon_order_id
        result[move] = orders | sold.order_id.amazon_order_id
    return result


def open_lines(payment):
    """The payment's items that still wait for an invoice."""
    return payment.move_id.line_ids.filtered(
        lambda line: line.account_id == payment.destination_account_id
        and line.parent_state == "posted"
        and not line.reconciled
    )


class AmazonMoney:
    """What Amazon's payments of some invoices' orders were, and what is left."""

    def __init__(self, moves):
        self.env = moves.sudo().env
        # all orders of a sale, whose invoices may each have some of them
        self.orders = {
            move: found | found.sale_order_id.amazon_order_ids
            for move, found in orders_of(moves).items()
        }
        every = self.env["amazon.order"].union(*self.orders.values())
        invoices = moves.sudo() | self._invoices(every)
        self.payments = self.env["account.payment"].search(
            [("amazon_invoice_id", "in", invoices.ids), LIVE]
        )
        paid = self.payments.amazon_invoice_id
        self.paid_for = {
            move: set(found.ids) for move, found in orders_of(paid).items()
        }
        self.taken = {}  # {order ids: what was taken just now}

    def _invoices(self, orders):
        own = self.env["account.move"].search(
            [("amazon_order_id", "in", orders.ids), ("move_type", "=", "out_invoice")]
        )
        lines = self.env["sale.order.line"].search(
            [("amazon_order_id", "in", orders.ids)]
        )
        return own | lines.invoice_lines.move_id

    def known(self, move):
        """The payments of Amazon's money for the invoice's orders, and its own."""
        orders = set(self.orders[move].ids)
        return self.payments.filtered(
            lambda payment: payment.amazon_invoice_id == move
            or orders & self.paid_for[payment.amazon_invoice_id]
        )

    def freed(self, move):
        """Items of earlier payments that can be matched with the invoice."""
        terms = move.line_ids.filtered(lambda x: x.display_type == "payment_term")
        lines = self.env["account.move.line"].union(*map(open_lines, self.known(move)))
        return lines.filtered(lambda line: line.account_id in terms.account_id)

    def take(self, move, amount):
        """As much of the amount as Amazon's money for the orders allows."""
        orders = self.orders[move]
        if not orders:
            return amount
        key = frozenset(orders.ids)
        left = self._total(move, orders) - self.taken.get(key, 0.0)
        for payment in self.known(move):
            left -= self._in_currency_of(move, payment, payment.amount)
        taken = move.currency_id.round(min(amount, left))
        if taken > 0:
            self.taken[key] = self.taken.get(key, 0.0) + taken
        return taken

    def _total(self, move, orders):
        """What Amazon took in, less the tax that it keeps to itself."""
        sums = [self._in_currency_of(move, o, o.amount_total) for o in orders]
        totals = [sum(sums)]
        if all(order.sale_order_id for order in orders):
            sales = orders.sale_order_id
            sold = [self._in_currency_of(move, s, s.amount_total) for s in sales]
            totals.append(sum(sold))
        return min(totals)

    def _in_currency_of(self, move, record, amount):
        return record.currency_id._convert(
            amount, move.currency_id, move.company_id, move.invoice_date or move.date
        )
