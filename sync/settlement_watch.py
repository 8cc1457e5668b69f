"""Once an hour: what became of the payouts.

Other tools may match bank lines, or undo that: a settlement's state follows. What has
not arrived in time, and what has arrived twice, is listed. Cost grows with what is open.
"""

from datetime import timedelta

from odoo import fields

from . import settlement_payout

PAYOUT = timedelta(days=7)
# a debt is charged, or set off against the next settlement
DEBT = timedelta(days=21)
TWICE = timedelta(days=60)


def watch(account):
    items = _in_transit(account)
    follow(account, items.move_id.amazon_settlement_id)
    list_late(items)
    list_twice(account)


def _in_transit(account):
    """The open items of the account's settlements on the transit account."""
    accounts = account.env["amazon.settlement.account"].search(
        [("kind", "=", "transit"), ("company_id", "=", account.company_id.id)]
    )
    return account.env["account.move.line"].search(
        [
            ("account_id", "in", accounts.ledger_account_id.ids),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("move_id.amazon_settlement_id.account_id", "=", account.id),
        ]
    )


def follow(account, waiting):
    """The state by what is in transit, where the two disagree."""
    booked = account.env["amazon.settlement"].search(
        [("account_id", "=", account.id), ("state", "=", "booked")]
    )
    back = waiting.filtered(lambda settlement: settlement.state == "paid")
    settlement_payout.refresh(back | (booked - waiting))


def list_late(items):
    """Payouts that are not in the bank a week after Amazon's deposit date."""
    env, now = items.env, fields.Datetime.now()
    Issue = env["amazon.settlement.issue"]
    listed = Issue.search([("move_line_id", "in", items.ids)]).move_line_id
    for item in items - listed:
        settlement = item.move_id.amazon_settlement_id
        amount = item.amount_residual_currency
        wait = PAYOUT if amount > 0 else DEBT
        if (settlement.deposit_date or settlement.end) >= now - wait:
            continue
        Issue.create(
            {
                "settlement_id": settlement.id,
                "kind": "payout",
                "settled_amount": amount,
                "difference": amount,
                "detail": _late(env, settlement, amount),
                "move_line_id": item.id,
            }
        )


def _late(env, settlement, amount):
    day = (settlement.deposit_date or settlement.end).date()
    if amount > 0:
        return env._(
            "Amazon's payout of %s is not in the bank. Press Receive Payout when it is "
            "there, or ask Amazon.",
            day,
        )
    return env._(
        "What you owed Amazon on %s was neither charged nor set off. Press Receive "
        "Payout when your card was charged.",
        day,
    )


def list_twice(account):
    """Bank lines that repeat one by which a payout has arrived."""
    env = account.env
    env["amazon.settlement.issue"].search(
        [
            ("account_id", "=", account.id),
            ("kind", "=", "duplicate"),
            ("move_line_id", "=", False),
        ]
    ).unlink()  # the bank line is gone, or matched
    env.flush_all()
    env.cr.execute(
        """
        SELECT DISTINCT s.id, rest.id, twin.amount::text
          FROM amazon_settlement s
          JOIN account_move_line payout ON payout.id = s.payout_line_id
          JOIN account_partial_reconcile r
            ON payout.id IN (r.debit_move_id, r.credit_move_id)
          JOIN account_move_line other
            ON other.id IN (r.debit_move_id, r.credit_move_id) AND other.id != payout.id
          JOIN account_bank_statement_line bank ON bank.move_id = other.move_id
          JOIN account_move bank_move ON bank_move.id = bank.move_id
          JOIN account_bank_statement_line twin
            ON twin.journal_id = bank.journal_id AND twin.amount = bank.amount
           AND twin.id != bank.id AND twin.is_reconciled IS NOT TRUE
          JOIN account_move twin_move ON twin_move.id = twin.move_id
           AND abs(twin_move.date - bank_move.date) <= %(days)s
          JOIN account_journal journal ON journal.id = twin.journal_id
          JOIN account_move_line rest ON rest.move_id = twin.move_id
           AND rest.account_id = journal.suspense_account_id
         WHERE s.account_id = %(account)s AND s.state = 'paid'
           AND s.deposit_date > %(since)s
           AND NOT EXISTS (
               SELECT FROM amazon_settlement_issue i WHERE i.move_line_id = rest.id)
           AND NOT EXISTS (
               SELECT FROM amazon_settlement waits
                WHERE waits.company_id = s.company_id AND waits.state = 'booked'
                  AND waits.total_amount = twin.amount)
        """,
        {
            "account": account.id,
            "days": settlement_payout.SAME.days,
            "since": fields.Datetime.now() - TWICE,
        },
    )
    env["amazon.settlement.issue"].create(
        [
            {
                "settlement_id": settlement,
                "kind": "duplicate",
                "settled_amount": amount,
                "difference": amount,
                "detail": env._(
                    "The payout has arrived, and a second bank line says the same. "
                    "Delete one of them if the bank has it once."
                ),
                "move_line_id": line,
            }
            for settlement, line, amount in env.cr.fetchall()
        ]
    )
