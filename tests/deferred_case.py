"""The list of deferred funds beside the journal items it is made of."""

from decimal import Decimal

from .settlement_case import SettlementCase


class DeferredCase(SettlementCase):
    def lines(self, account, at=None):
        """The list's lines of an account, as the client reads them."""
        self.env.invalidate_all()
        found = self.env["amazon.deferred"].with_context(at_date=at)
        return found.search([("account_id", "=", account.id)])

    def line(self, account, ref, at=None):
        found = self.lines(account, at).filtered(lambda line: line.order_ref == ref)
        self.assertLessEqual(len(found), 1)
        return found

    def total(self, account, at=None, field="amount_open_company"):
        """What the list's footer shows."""
        model = self.env["amazon.deferred"].with_context(at_date=at)
        domain = [("account_id", "=", account.id)]
        (row,) = model.formatted_read_group(domain, [], [f"{field}:sum"])
        return Decimal(str(row[f"{field}:sum"] or 0)).quantize(Decimal("0.01"))

    def ledger_open(self, account, at=None):
        """The same figure from the journal items themselves, one by one."""
        clearing = self.env["amazon.settlement.account"].search(
            [("company_id", "=", account.company_id.id), ("kind", "=", "clearing")]
        )
        items = self.env["account.move.line"].search(
            [
                ("parent_state", "=", "posted"),
                ("company_id", "=", account.company_id.id),
                "|",
                ("account_type", "=", "asset_receivable"),
                ("account_id", "in", clearing.ledger_account_id.ids),
            ]
        )
        return sum(
            (
                self.residual(item, at)
                for item in items
                if self.account_of(item) == account
            ),
            Decimal(0),
        )

    def account_of(self, item):
        move = item.move_id
        if move.amazon_order_id:
            return move.amazon_order_id.account_id
        if item.amazon_order_ref:
            undone = move.amazon_undone_settlement_id
            return (move.amazon_settlement_id or undone).account_id
        if item.account_type != "asset_receivable":
            invoices = move.origin_payment_id.invoice_ids
            return invoices.amazon_order_id.account_id
        return self.env["amazon.account"]

    def residual(self, item, at):
        if at is None:
            return exact(item.amount_residual)
        if item.date > at:
            return Decimal(0)

        def matched(partials):
            return sum(exact(p.amount) for p in partials if p.max_date <= at)

        return (
            exact(item.balance)
            - matched(item.matched_credit_ids)
            + matched(item.matched_debit_ids)
        )

    def assertLedger(self, account, *dates):
        """The list is the ledger, now and at each date; returns the figure of now."""
        self.env.flush_all()
        for at in (None, *dates):
            with self.subTest(at=at):
                self.assertEqual(self.total(account, at), self.ledger_open(account, at))
        return self.total(account)


def exact(value):
    return Decimal(str(value)).quantize(Decimal("0.01"))
