from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import settlement_late


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
    amazon_store_id = fields.Many2one(related="amazon_order_id.store_id")
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
