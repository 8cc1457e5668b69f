from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..sync import settlement_payout


class AmazonSettlementWriteOff(models.TransientModel):
    """Take what a mismatch leaves open to an account of one's choice, for a reason."""

    _name = "amazon.settlement.write.off"
    _description = "Write Off Settlement Mismatches"
    _check_company_auto = True

    issue_ids = fields.Many2many("amazon.settlement.issue", required=True)
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount",
        help="What the entry takes to the account; negative: a gain.",
    )
    ledger_account_id = fields.Many2one(
        "account.account",
        "Account",
        required=True,
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', "
        "'asset_cash', 'liability_credit_card', 'off_balance'))]",
    )
    journal_id = fields.Many2one(
        "account.journal",
        compute="_compute_journal_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(required=True)

    @api.model
    def _open(self, issues):
        """The action that shows the wizard for some mismatches.

        :raises UserError: one of them has nothing that can be written off
        """
        for issue in issues:
            issue._check_open_item()
        if len(issues.company_id) > 1:
            raise UserError(
                self.env._(
                    "These mismatches are of several companies. Write them off company "
                    "by company."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write Off"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_issue_ids": [Command.set(issues.ids)],
                "default_company_id": issues.company_id.id,
            },
        }

    @api.depends("issue_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = sum(wizard.issue_ids.move_line_id.mapped("amount_residual"))

    @api.depends("company_id")
    def _compute_journal_id(self):
        """The company's journal for miscellaneous entries."""
        Journal = self.env["account.journal"]
        accounts = self.env["amazon.account"].sudo()
        accounts = accounts.search([("company_id", "in", self.company_id.ids)])
        own = accounts.settlement_journal_id
        for wizard in self:
            company = wizard.company_id
            other = own | company.currency_exchange_journal_id
            other |= company.tax_cash_basis_journal_id
            wizard.journal_id = Journal.search(
                Domain(Journal._check_company_domain(company))
                & Domain("type", "=", "general")
                & Domain("id", "not in", other.ids),
                limit=1,
            )

    def action_write_off(self):
        self.ensure_one()
        for issue in self.issue_ids:
            issue._check_open_item()
        self._check_date()
        items = self.issue_ids.move_line_id
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "journal_id": self.journal_id.id,
                    "date": self.date,
                    "ref": self.env._("Amazon settlement write-off: %s", self.reason),
                    "line_ids": [
                        Command.create(values)
                        for item in items
                        for values in (self._back(item), self._away(item))
                    ],
                }
            )
        )
        move.action_post()
        backs = move.line_ids.sorted("id")[::2]
        for item, back in zip(items, backs, strict=True):
            (item | back).reconcile()
        self.issue_ids.note = self.reason
        settlement_payout.refresh(self.issue_ids.settlement_id)
        return {"type": "ir.actions.act_window_close"}

    def _back(self, item):
        return {
            "account_id": item.account_id.id,
            # a settlement booked anew finds it by the order
            "amazon_order_ref": item.amazon_order_ref or self._order_ref(item),
            **self._values(item, -1),
        }

    def _away(self, item):
        return {"account_id": self.ledger_account_id.id, **self._values(item, 1)}

    def _values(self, item, sign):
        return {
            "name": " ".join(filter(None, (self.reason, self._order_ref(item)))),
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": sign * item.amount_residual_currency,
            "balance": sign * item.amount_residual,
            "tax_ids": [Command.clear()],
        }

    def _order_ref(self, item):
        issue = self.issue_ids.filtered(lambda x: x.move_line_id == item)[:1]
        return issue.amazon_order_id.amazon_order_ref or issue.order_ref

    def _check_date(self):
        """Odoo would post on another day, and silently."""
        locks = self.company_id._get_violated_lock_dates(
            self.date, False, self.journal_id
        )
        if locks:
            raise UserError(
                self.env._(
                    "%(date)s is locked: choose a date after %(lock)s.",
                    date=self.date,
                    lock=max(lock[0] for lock in locks),
                )
            )
