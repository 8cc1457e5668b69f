"""Payouts: from transit to the bank.

What Amazon transfers, or takes from a card, waits on the transit account. A bank line
closes it: one that is there already, or a new one. Nothing is matched by itself, and
Odoo's own way to undo a bank line's reconciliation undoes it. Source: settlement.md §2.3 (g)
"""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from . import settlement_proofs

# a bank fee taken off, and the days a transfer takes
TOLERANCE = 0.05
BEFORE = timedelta(days=3)
AFTER = timedelta(days=21)
SAME = timedelta(days=7)


def refresh(settlements):
    """State, P7 and P8, by what is open now."""
    for settlement in settlements.sudo():
        if settlement.state in ("booked", "paid"):
            state = "booked" if settlement._open_transit() else "paid"
            if state != settlement.state:
                settlement._set_state(state)
            settlement_proofs.prove_transit(settlement)
            settlement_proofs.prove_chain(settlement)


# -- which bank line? ------------------------------------------------------------------


def candidates(item, deposit):
    """Bank lines that may be the payout `item`, the best one first.

    :param deposit: the day Amazon transfers
    """
    residual, currency = item.amount_residual_currency, item.currency_id
    low, high = sorted((residual * (1 - TOLERANCE), residual * (1 + TOLERANCE)))
    exact = Domain("amount", ">=", low) & Domain("amount", "<=", high)
    foreign = Domain("amount_currency", ">=", low)
    foreign &= Domain("amount_currency", "<=", high)
    found = _waiting_lines(item).search(
        Domain("company_id", "=", item.company_id.id)
        & Domain("is_reconciled", "=", False)
        & Domain("date", ">=", deposit - BEFORE)
        & Domain("date", "<=", deposit + AFTER)
        & (
            (Domain("currency_id", "=", currency.id) & exact)
            | (Domain("foreign_currency_id", "=", currency.id) & foreign)
        )
    )
    # those that a reset has left on the transit account wait there
    found |= left(item).filtered(
        lambda line: low <= _in_currency(line, currency) <= high
    )
    return found.sorted(
        lambda line: (
            abs(_in_currency(line, currency) - residual),
            abs(line.date - deposit),
            line.id,
        )
    )


def left(item):
    """Bank lines that wait on the transit account already."""
    return _waiting_lines(item).search(
        [
            ("company_id", "=", item.company_id.id),
            ("move_id.line_ids", "any", _waiting_items(item)),
        ]
    )


def _waiting_items(item):
    return [
        ("account_id", "=", item.account_id.id),
        ("currency_id", "=", item.currency_id.id),
        ("reconciled", "=", False),
        ("parent_state", "=", "posted"),
    ]


def twins(item, journal, amount, date):
    """Bank lines that say the same as a new one of this amount and date would."""
    return _waiting_lines(item).search(
        [
            ("journal_id", "=", journal.id),
            ("amount", "=", amount),
            ("is_reconciled", "=", False),
            ("date", ">=", date - SAME),
            ("date", "<=", date + SAME),
        ]
    )


def _waiting_lines(item):
    return item.env["account.bank.statement.line"].sudo()


def _in_currency(line, currency):
    return line.amount_currency if line.foreign_currency_id == currency else line.amount


# -- received --------------------------------------------------------------------------


def new_line(item, journal, date, amount, settled, name):
    """The payout as a line of the bank, to be matched.

    :param amount: what the bank says, in the journal's currency
    :param settled: the part of `item` it pays, in the item's
    """
    values = {
        "journal_id": journal.id,
        "date": date,
        "amount": amount,
        "payment_ref": name,
        "partner_id": item.partner_id.id,
    }
    if item.currency_id != (journal.currency_id or journal.company_id.currency_id):
        values |= {"foreign_currency_id": item.currency_id.id}
        values |= {"amount_currency": settled}
    line = _waiting_lines(item).create(values)
    if line.date != date:
        raise UserError(
            item.env._(
                "%(date)s is locked: Odoo would post the bank line on %(other)s. Choose "
                "an open day.",
                date=date,
                other=line.date,
            )
        )
    return line


def receive(item, line, settled, ledger=None, reason=""):
    """Close `item` by the bank line `line`.

    :param ledger: where a difference (a bank's fee) goes; without, it stays in transit
    :raises UserError: it does not fit; nothing has changed
    """
    env = item.env
    if item.reconciled:
        raise UserError(env._("This payout has arrived already."))
    waiting = line.line_ids.filtered(
        lambda other: other.account_id == item.account_id and not other.reconciled
    )
    if not waiting:
        waiting = _retarget(item, line, settled, ledger, reason)
    (waiting | item).reconcile()


def _retarget(item, line, settled, ledger, reason):
    """Move the bank line from the bank's suspense to transit; its transit item."""
    env, currency = item.env, item.currency_id
    if line.is_reconciled:
        raise UserError(
            env._(
                "Bank line %s is reconciled already. Choose another one, or undo its "
                "reconciliation first.",
                line.payment_ref or line.display_name,
            )
        )
    if currency not in (line.currency_id, line.foreign_currency_id):
        line.write({"foreign_currency_id": currency.id, "amount_currency": settled})
    _liquidity, suspense, _other = line._seek_for_lines()
    if len(suspense) != 1 or suspense.currency_id != currency:
        raise UserError(
            env._(
                "Bank line %(line)s is not one amount in %(currency)s. Choose another "
                "one.",
                line=line.payment_ref or line.display_name,
                currency=currency.name,
            )
        )
    amount, rest = _parts(item, suspense, ledger)
    rate = suspense.balance / suspense.amount_currency
    rest_value = item.company_currency_id.round(rest * rate)
    lines = [_line(item, item.account_id, amount, suspense.balance - rest_value, line)]
    if rest:
        lines.append(_line(item, ledger, rest, rest_value, line, reason))
    line.with_context(force_delete=True, skip_readonly_check=True).write(
        {"line_ids": [Command.delete(suspense.id), *map(Command.create, lines)]}
    )
    return line.line_ids.filtered(lambda other: other.account_id == item.account_id)


def _parts(item, suspense, ledger):
    """(on the transit account, on `ledger`), as amounts of the bank's entry."""
    env, currency = item.env, item.currency_id
    waiting, received = item.amount_residual_currency, -suspense.amount_currency
    if (waiting > 0) != (received > 0):
        raise UserError(
            env._(
                "%(waiting)s is in transit, the bank says %(received)s: one goes in, the "
                "other out. Choose another bank line.",
                waiting=currency.format(waiting),
                received=currency.format(received),
            )
        )
    difference = currency.round(waiting - received)
    if ledger:
        return -waiting, difference
    if currency.compare_amounts(abs(received), abs(waiting)) > 0:
        raise UserError(
            env._(
                "The bank says %(received)s, only %(waiting)s is in transit. Choose "
                "another bank line, or an account for the difference.",
                waiting=currency.format(waiting),
                received=currency.format(received),
            )
        )
    return -received, 0.0


def _line(item, ledger, amount, value, line, reason=""):
    return {
        "account_id": ledger.id,
        "partner_id": item.partner_id.id,
        "name": reason or line.payment_ref,
        "currency_id": item.currency_id.id,
        "amount_currency": amount,
        "balance": value,
    }


def give_back(settlement):
    """Undo: the bank lines of a settlement wait for it again, as Odoo undoes them."""
    lines = settlement._transit().sudo()
    matched = (
        lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
    )
    bank = matched.move_id.statement_line_id
    if not bank:
        raise UserError(
            settlement.env._(
                "No bank line is matched with settlement %s.", settlement.display_name
            )
        )
    bank.action_undo_reconciliation()
    refresh(settlement)
