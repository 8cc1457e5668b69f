from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..sync import settlement_payout


class AmazonSettlementPayout(models.TransientModel):
    """Say which bank line a payout is: one that is there already, or a new one."""

    _name = "amazon.settlement.payout"
    _description = "Receive Amazon Payout"
    _check_company_auto = True

    settlement_id = fields.Many2one("amazon.settlement", required=True, readonly=True)
    company_id = fields.Many2one(related="settlement_id.company_id")
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    item_ids = fields.Many2many("account.move.line", compute="_compute_item_ids")
    item_id = fields.Many2one(
        "account.move.line",
        "In Transit",
        required=True,
        domain="[('id', 'in', item_ids)]",
        help="The payout, or what was charged to your card.",
    )
    in_transit = fields.Monetary(
        string="Amount in Transit", related="item_id.amount_residual_currency"
    )

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        compute="_compute_statement_line_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), "
        "'|', ('is_reconciled', '=', False), ('id', 'in', left_line_ids)]",
        help="The line of your bank that fits best, if there is one. Empty: a new bank "
        "line is made.",
    )
    left_line_ids = fields.Many2many(
        "account.bank.statement.line", compute="_compute_left_line_ids"
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Bank or Card",
        check_company=True,
        compute="_compute_bank",
        store=True,
        readonly=False,
        domain="[('type', 'in', ('bank', 'credit', 'cash'))]",
    )
    date = fields.Date(compute="_compute_bank", store=True, readonly=False)
    bank_currency_id = fields.Many2one(
        "res.currency", compute="_compute_bank_currency_id"
    )
    amount = fields.Monetary(
        "Amount of the Bank",
        currency_field="bank_currency_id",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Negative: charged to your card.",
    )
    is_converted = fields.Boolean(compute="_compute_bank_currency_id")
    difference = fields.Monetary(compute="_compute_difference")
    ledger_account_id = fields.Many2one(
        "account.account",
        "Difference To",
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', "
        "'asset_cash', 'liability_credit_card', 'off_balance'))]",
        help="The account of a bank's fee. Empty: the difference stays in transit.",
    )
    reason = fields.Char()
    warning = fields.Text(compute="_compute_warning")
    is_another = fields.Boolean(
        "It Is Another Payment", help="The bank has both: make a new bank line."
    )

    @api.model
    def _open(self, settlement):
        """The action that shows the wizard.

        :raises UserError: nothing of the settlement is in transit
        """
        items = settlement._open_transit()
        if not items:
            raise UserError(
                self.env._(
                    "Nothing of settlement %s is in transit: it is not posted, has no "
                    "payout, or the payout has arrived.",
                    settlement.display_name,
                )
            )
        payout = items & settlement.sudo().payout_line_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive Payout"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_settlement_id": settlement.id,
                "default_item_id": (payout or items)[0].id,
            },
        }

    @api.depends("settlement_id")
    def _compute_item_ids(self):
        for wizard in self:
            wizard.item_ids = wizard.settlement_id._open_transit()

    @api.depends("item_id")
    def _compute_statement_line_id(self):
        for wizard in self:
            found = wizard.item_id and settlement_payout.candidates(
                wizard.item_id, wizard._deposit_day()
            )
            wizard.statement_line_id = found[:1] if found else False

    @api.depends("item_id")
    def _compute_left_line_ids(self):
        for wizard in self:
            wizard.left_line_ids = (
                settlement_payout.left(wizard.item_id) if wizard.item_id else False
            )

    def _deposit_day(self):
        return (self.settlement_id.deposit_date or self.settlement_id.end).date()

    @api.depends("statement_line_id")
    def _compute_bank(self):
        for wizard in self:
            line = wizard.statement_line_id
            wizard.journal_id = line.journal_id or wizard._default_journal()
            wizard.date = line.date or wizard._deposit_day()

    def _default_journal(self):
        """The bank or card used before; else one of the settlement's currency."""
        Journal = self.env["account.journal"]
        journals = Journal.search(
            Domain(Journal._check_company_domain(self.company_id))
            & Domain("type", "in", ("bank", "credit", "cash"))
        )
        wanted = "bank" if self.in_transit > 0 else "credit"
        return journals.sorted(
            lambda journal: (
                self._currency_of(journal) != self.currency_id,
                journal.type != wanted,
                journal.type != "bank",
                journal.sequence,
                journal.id,
            )
        )[:1]

    def _currency_of(self, journal):
        return journal.currency_id or journal.company_id.currency_id

    @api.depends("journal_id", "currency_id")
    def _compute_bank_currency_id(self):
        for wizard in self:
            currency = self._currency_of(wizard.journal_id) or wizard.currency_id
            wizard.bank_currency_id = currency
            wizard.is_converted = currency != wizard.currency_id

    @api.depends("statement_line_id", "journal_id", "item_id")
    def _compute_amount(self):
        for wizard in self:
            line = wizard.statement_line_id
            if line:
                wizard.amount = line.amount
            else:
                wizard.amount = 0.0 if wizard.is_converted else wizard.in_transit

    @api.depends("amount", "item_id", "journal_id", "statement_line_id")
    def _compute_difference(self):
        """What the bank keeps; unknown where it converts, there it is exchange."""
        for wizard in self:
            received = wizard.amount
            if wizard.is_converted:
                line = wizard.statement_line_id
                known = line.foreign_currency_id == wizard.currency_id
                received = line.amount_currency if known else wizard.in_transit
            wizard.difference = wizard.in_transit - received

    @api.depends("statement_line_id", "journal_id", "amount", "date", "item_id")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = False
            if wizard.statement_line_id or not (wizard.journal_id and wizard.date):
                continue
            twins = settlement_payout.twins(
                wizard.item_id, wizard.journal_id, wizard.amount, wizard.date
            )
            if twins:
                wizard.warning = self.env._(
                    "%(journal)s has a line of the same amount on %(date)s already "
                    "(%(name)s). Choose it as bank line, or tick that it is another "
                    "payment.",
                    journal=wizard.journal_id.name,
                    date=twins[0].date,
                    name=twins[0].payment_ref,
                )

    def action_receive(self):
        self.ensure_one()
        settlement = self.settlement_id
        settlement._check_accountant()
        settlement._lock()
        if self.ledger_account_id and not self.reason:
            raise UserError(self.env._("Write the reason of the difference."))
        item = self.item_id.sudo() & settlement._open_transit()
        if not item:
            raise UserError(self.env._("This payout has arrived already."))
        line = self.sudo().statement_line_id or self._new_line(item)
        settlement_payout.receive(
            item,
            line,
            item.amount_residual_currency,
            self.sudo().ledger_account_id if self.difference else None,
            self.reason,
        )
        settlement_payout.refresh(settlement)
        return {"type": "ir.actions.act_window_close"}

    def _new_line(self, item):
        if not self.amount or not self.journal_id or not self.date:
            raise UserError(
                self.env._("Enter the bank or card, the day and the bank's amount.")
            )
        if self.warning and not self.is_another:
            raise UserError(self.warning)
        return settlement_payout.new_line(
            item,
            self.sudo().journal_id,
            self.date,
            self.amount,
            item.amount_residual_currency,
            self.env._("Amazon payout %s", self.settlement_id.settlement_ref),
        )
