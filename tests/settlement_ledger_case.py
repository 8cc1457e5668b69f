"""Settlements that follow each other, and the bank that receives their payouts."""

from decimal import Decimal

from odoo.tests import Form

from .settlement_case import SettlementCase

# two settlements of a chain; Amazon transfers two days after the end
SECOND = {
    "start": "2026-10-12 00:00:00 UTC",
    "end": "2026-10-26 00:00:00 UTC",
    "deposit": "2026-10-28 00:00:00 UTC",
}
THIRD = {
    "start": "2026-10-26 00:00:00 UTC",
    "end": "2026-11-09 00:00:00 UTC",
    "deposit": "2026-11-11 00:00:00 UTC",
}
IN_SECOND = "2026-10-20 10:00:00 UTC"
IN_THIRD = "2026-11-02 10:00:00 UTC"


class SettlementLedgerCase(SettlementCase):
    def second(self, triple, amount, order="", **values):
        """A row of the second settlement."""
        return self.row(triple, amount, order, posted=IN_SECOND, **values)

    def third(self, triple, amount, order="", **values):
        return self.row(triple, amount, order, posted=IN_THIRD, **values)

    # -- the bank ---------------------------------------------------------------------

    def bank(self, code="BNKA", kind="bank", currency=None):
        return self.env["account.journal"].create(
            {
                "name": f"Bank {code}",
                "code": code,
                "type": kind,
                "currency_id": currency and self.currency(currency).id,
            }
        )

    def currency(self, name):
        Currency = self.env["res.currency"].with_context(active_test=False)
        return Currency.search([("name", "=", name)])

    def bank_line(self, journal, amount, date="2026-10-15", ref="AMAZON", **values):
        """A line of the bank, as a statement import leaves it."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": date,
                "amount": float(amount),
                "payment_ref": ref,
                **values,
            }
        )

    def receiving(self, settlement):
        """The wizard behind Receive Payout, as the web client opens it."""
        action = settlement.action_receive_payout()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def receive(self, settlement, **values):
        wizard = self.receiving(settlement)
        for name, value in values.items():
            setattr(wizard, name, value)
        wizard.save().action_receive()

    def hour(self, account):
        """The scheduled job."""
        self._run(account.settlements_cron_id)
        self.env.invalidate_all()

    # -- what came of it ----------------------------------------------------------------

    def items(self, settlement, kind):
        """[(amount, still open)] of a kind's items, in the settlement's currency."""
        ledger = self.ledger(settlement, kind)
        lines = settlement.move_ids.line_ids.filtered(
            lambda line: line.account_id == ledger
        )
        return [
            (
                self.money(line.amount_currency),
                self.money(line.amount_residual_currency),
            )
            for line in lines.sorted("id")
        ]

    def money(self, number):
        return Decimal(str(number)).quantize(Decimal("0.01"))

    def issues(self, settlement, state="open"):
        """The kinds of the mismatches in a state."""
        issues = settlement.issue_ids
        issues.invalidate_recordset()
        return sorted(issues.filtered(lambda x: x.state == state).mapped("kind"))

    def content(self, settlement):
        """What the entries say, in an order of its own: same content, same booking."""
        return sorted(
            (
                line.move_id.date,
                line.account_id.id,
                line.partner_id.id,
                line.name or "",
                self.money(line.amount_currency),
                self.money(line.balance),
            )
            for line in settlement.move_ids.line_ids
        )
