from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import settlement_late

# how many open items an invoice offers for matching by hand
OUTSTANDING = 80


class AccountMove(models.Model):
    _inherit = "account.move"

    # copied to credit notes: they belong to the same Amazon order
    amazon_order_id = fields.Many2one(
        "amazon.order",
        "Amazon Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amazon_order_ref = fields.Char(
        "Amazon Order Number", related="amazon_order_id.amazon_order_ref"
    )
    amazon_settlement_id = fields.Many2one(
        "amazon.settlement",
        "Amazon Settlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    amazon_undone_settlement_id = fields.Many2one(
        "amazon.settlement",
        "Amazon Settlement Undone",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The entry of a settlement that was reset, or the entry that undoes it.",
    )
    amazon_adjustment_ref = fields.Char(
        "Amazon Refund",
        readonly=True,
        copy=False,
        help="Amazon's number of the refund a credit note was made for.",
    )

    _amazon_adjustment_uniq = models.UniqueIndex(
        "(amazon_order_id, amazon_adjustment_ref) "
        "WHERE amazon_adjustment_ref IS NOT NULL AND state != 'cancel'",
        "This refund of the Amazon order has its credit note already.",
    )

    amazon_net_proceeds = fields.Monetary(
        "Net Proceeds",
        compute="_compute_amazon_proceeds",
        help="What is left of the invoice's Amazon orders after Amazon's fees, in all "
        "settlements so far.",
    )
    amazon_settled_count = fields.Integer(compute="_compute_amazon_proceeds")

    def _compute_amazon_proceeds(self):
        orders = {move: move.sudo()._amazon_orders() for move in self}
        totals = self.env["amazon.settlement.order"]._totals(
            "amazon_order_id", self.env["amazon.order"].union(*orders.values())
        )
        for move in self:
            for name in ("amazon_net_proceeds", "amazon_settled_count"):
                move[name] = sum(totals[order.id][name] for order in orders[move])

    def _amazon_orders(self):
        """The Amazon orders an invoice or credit note is about."""
        if not self.is_invoice():
            return self.env["amazon.order"]
        # an invoice of several sales carries the number of the first
        lines = self.line_ids.sale_line_ids
        orders = lines.order_id.amazon_order_id | lines.amazon_order_id
        return self.amazon_order_id | orders

    def action_view_amazon_settlements(self):
        """What each settlement says of the invoice's orders."""
        return self.env["amazon.settlement.order"]._open(
            [("amazon_order_id", "in", self.sudo()._amazon_orders().ids)]
        )

    def action_view_amazon_items(self):
        """The entry's items, which Odoo's own form hides from Invoicing alone."""
        action = self.amazon_settlement_id.action_view_journal_items()
        action["domain"] = [("move_id", "in", self.ids)]
        return action

    def action_view_amazon_rows(self):
        """The settlement's rows behind an entry."""
        action = self.amazon_settlement_id.action_view_rows()
        action["domain"] += [("move_line_id.move_id", "in", self.ids)]
        return action

    def action_view_amazon_order(self):
        self.ensure_one()
        return self.amazon_order_id.get_formview_action()

    def action_view_amazon_settlement(self):
        self.ensure_one()
        return self.amazon_settlement_id.get_formview_action()

    def _post(self, soft=True):
        self._check_amazon_journal()
        posted = super()._post(soft)
        settlement_late.match(posted)
        return posted

    def button_draft(self):
        self._refuse_by_hand()
        return super().button_draft()

    def button_cancel(self):
        self._refuse_by_hand()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._refuse_by_hand()
        return super()._reverse_moves(default_values_list, cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settlement(self):
        self._refuse_by_hand()

    def _refuse_by_hand(self):
        """Odoo would leave the invoices paid by an entry that is no longer posted."""
        if self.env.context.get("amazon_settlement_reset"):
            return
        if moves := self.filtered("amazon_settlement_id"):
            raise UserError(
                self.env._(
                    "Entry %(entry)s belongs to Amazon settlement %(settlement)s. Open "
                    "the settlement and press Reset: its invoices become unpaid again.",
                    entry=moves[0].display_name,
                    settlement=moves[0].amazon_settlement_id.display_name,
                )
            )

    def _check_amazon_journal(self):
        """The settlement journal holds what settlements made, and nothing else."""
        if self.env.context.get("amazon_settlement_post"):
            return
        own = self.filtered("amazon_settlement_id")
        if own:
            raise UserError(
                self.env._(
                    "Post Amazon settlement %s on the settlement itself: only there its "
                    "invoices are reconciled and its proofs computed.",
                    own[0].amazon_settlement_id.display_name,
                )
            )
        journals = self.journal_id.filtered(lambda j: j.type == "general")
        if not journals:
            return
        taken = (
            self.env["amazon.account"]
            .sudo()
            .search_fetch(
                [("settlement_journal_id", "in", journals.ids)],
                ["settlement_journal_id"],
            )
            .settlement_journal_id
        )
        if taken:
            raise UserError(
                self.env._(
                    "Journal %s is for Amazon settlements alone. Choose another journal "
                    "for this entry.",
                    taken[0].name,
                )
            )

    def _compute_payments_widget_to_reconcile_info(self):
        """All buyers of a store may be one partner, with thousands of open items.

        An invoice is offered those of its own order, and what no settlement has left.
        """
        amazon = self.filtered("amazon_order_id")
        others = super(AccountMove, self - amazon)
        result = others._compute_payments_widget_to_reconcile_info()
        for move in amazon:
            move.invoice_outstanding_credits_debits_widget = (
                move.state in ("draft", "posted")
                and move.payment_state in ("not_paid", "partial")
                and move._amazon_outstanding()
            )
        return result

    def _amazon_outstanding(self):
        """What may be matched with the invoice by hand, in the form the widget takes."""
        terms = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        inbound = self.is_inbound()
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "in", terms.account_id.ids),
                ("partner_id", "=", self.commercial_partner_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", "<" if inbound else ">", 0.0),
                "|",
                ("amazon_order_ref", "=", self.amazon_order_ref),
                ("move_id.amazon_settlement_id", "=", False),
                "|",
                ("move_id.amazon_order_id", "=", False),
                ("move_id.amazon_order_id", "=", self.amazon_order_id.id),
            ],
            limit=OUTSTANDING,
        )
        return bool(lines) and {
            "outstanding": True,
            "title": self.env._("Outstanding credits")
            if inbound
            else self.env._("Outstanding debits"),
            "move_id": self.id,
            "content": [self._amazon_outstanding_line(line) for line in lines],
        }

    def _amazon_outstanding_line(self, line):
        same = line.currency_id == self.currency_id
        amount = line.amount_residual_currency if same else line.amount_residual
        if not same:
            amount = line.company_currency_id._convert(
                amount, self.currency_id, self.company_id, line.date
            )
        return {
            "id": line.id,
            "move_id": line.move_id.id,
            "journal_name": line.ref or line.move_id.name,
            "move_ref": line.ref or "",
            "amount": abs(amount),
            "currency_id": self.currency_id.id,
            "date": fields.Date.to_string(line.date),
            "account_payment_id": line.payment_id.id,
        }
