"""A settlement ► its journal entries, reconciled and proved, in one transaction.

The story, from top to bottom: rows are grouped, groups are laid into parts (months),
each part becomes one entry with a receivable line per order, everything else in one
line per rule, and the balance carried to the next part; the last part has the payout.
Posted, each order's line is reconciled with its invoices. Any proof that fails takes
all of it back. Source: settlement.md §2
"""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from . import (
    settlement_classify,
    settlement_issues,
    settlement_parts,
    settlement_payout,
    settlement_proofs,
    settlement_reconcile,
    settlement_reset,
)
from .settlement_entry import ZERO, Entry
from .settlement_lines import LineBuilder

# what Odoo would do per line and is not needed: the lines come complete
QUICK = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "skip_invoice_sync": True,
    "skip_analytic_sync": True,
    "amazon_settlement_reset": True,
    "amazon_settlement_post": True,
}


def book(settlement, post=False):
    """Entries as drafts, or posted and reconciled; all of it or nothing.

    :raises UserError: one sentence; nothing has changed
    """
    env = settlement.env
    if settlement.state in ("booked", "paid"):
        raise UserError(
            env._(
                "Settlement %s is booked already. Reset it first to book it again.",
                settlement.display_name,
            )
        )
    settlement = settlement.sudo().with_company(settlement.company_id)
    with env.cr.savepoint():
        if settlement.move_ids:
            settlement_reset.reset(settlement)
        settlement_classify.classify(settlement)
        _check(settlement, post)
        reasons = settlement_issues.clear(settlement)
        moved, closed = _book_parts(settlement, post)
        settlement_issues.ignore_again(settlement, reasons)
        settlement_proofs.prove_chain(settlement)
        _tell(settlement, post, moved)
        if post:
            settlement_proofs.prove_transit(settlement)
            settlement_payout.refresh(closed)


def _check(settlement, post):
    env = settlement.env
    if settlement.state == "error":
        raise UserError(settlement.reason)
    if post and settlement.unmapped_ids and not settlement.allow_suspense:
        raise UserError(
            env._("%s Nothing is posted to suspense by itself.", settlement.reason)
        )
    kinds = [kind for kind in settlement.total_ids.mapped("kind") if kind]
    env["amazon.settlement.account"]._check_complete(settlement.account_id, kinds)
    settlement.total_ids.mapping_id._check_usable()


def check_rate(settlement, day):
    """Odoo takes a currency without rates for one worth as much as the company's."""
    env, currency = settlement.env, settlement.currency_id
    company = settlement.company_id
    if currency == company.currency_id:
        return
    rates = currency.rate_ids.filtered(
        lambda rate: rate.name <= day
        and rate.company_id in (company.root_id, env["res.company"])
    )
    if not currency.active or not rates:
        raise UserError(
            env._(
                "There is no exchange rate for %(currency)s on %(date)s. Activate the "
                "currency and enter a rate (Invoicing > Configuration > Currencies), "
                "then book the settlement.",
                currency=currency.name,
                date=day,
            )
        )


def _book_parts(settlement, post):
    """Make the entries.

    :return: the days of those moved out of a locked period, and the settlements whose
        balances they close
    """
    builder = LineBuilder(settlement)
    found = settlement_parts.groups(settlement)
    parts = settlement_parts.plan(settlement, found, builder.is_taxed)
    carried_amount, carried_value = ZERO, None
    prepared, moved, last = {}, [], len(parts) - 1
    partner = builder.partner
    for k, part in enumerate(parts):
        check_rate(settlement, part.date)
        entry = Entry(settlement, part.date)
        if carried_amount:
            entry.add(
                builder.ledger("carried"),
                carried_amount,
                settlement.env._("Balance of the entry before"),
                value=carried_value,
                partner_id=partner.id,
                amazon_key=f"carried|{k}|in",
            )
        sets, balances = builder.build(entry, part.groups)
        if part.payout:
            balances += builder.payout_line(entry)
        carried_amount = -entry.amount
        if k < last and carried_amount:
            index = entry.add(
                builder.ledger("carried"),
                -carried_amount,
                settlement.env._("Balance carried to the next entry"),
                partner_id=partner.id,
                amazon_key=f"carried|{k}|out",
            )
            carried_value = Decimal(str(entry.lines[index]["balance"]))
        entry.close(partner)
        if not entry.lines:
            continue
        move = create(settlement, entry, part, len(parts) > 1 and (k + 1, len(parts)))
        prepared[move.id] = len(entry.lines)
        if part.prior:
            moved.append(part.date)
        if post:
            post_entry(move, part)
            settlement_reconcile.reconcile(move, sets, balances)
        settlement_issues.note(settlement, builder, sets, entry, move)
        settlement.env.flush_all()
        settlement.env.invalidate_all()
    link_rows(settlement)
    if post:
        settlement_reconcile.reconcile_carried(settlement)
    settlement_proofs.prove_entries(settlement, prepared)
    settlement.payout_line_id = settlement.env["account.move.line"].search(
        [
            ("move_id.amazon_settlement_id", "=", settlement.id),
            ("amazon_key", "=", "payout"),
        ],
        limit=1,
    )
    if post:
        settlement_issues.drop_solved(settlement)
    closed = settlement.env["account.move.line"].browse(builder.taken[1:])
    return moved, closed.move_id.amazon_settlement_id


def create(settlement, entry, part, place):
    env = settlement.env
    ref = env._("Amazon settlement %s", settlement.display_name)
    if place:
        ref = env._(
            "%(ref)s (%(part)s of %(parts)s)", ref=ref, part=place[0], parts=place[1]
        )
    if part.prior:
        ref = env._("%s, prior period", ref)
    move = (
        env["account.move"]
        .with_context(**QUICK)
        .create(
            {
                "move_type": "entry",
                "journal_id": settlement.account_id.settlement_journal_id.id,
                "date": part.date,
                "ref": ref,
                "amazon_settlement_id": settlement.id,
                "line_ids": [Command.create(line) for line in entry.lines],
            }
        )
    )
    if len(move.line_ids) != len(entry.lines):
        raise UserError(
            env._("Odoo added lines to the entry of %s. Nothing was booked.", part.date)
        )
    return move


def post_entry(move, part):
    # action_post, not _post: that one leaves an entry dated tomorrow as a draft
    move.with_context(**QUICK).action_post()
    if move.date != part.date or move.state != "posted":
        raise UserError(
            move.env._(
                "Odoo would post on %(date)s instead of %(wanted)s (a lock date). "
                "Nothing was booked.",
                date=move.date,
                wanted=part.date,
            )
        )


def link_rows(settlement):
    """Every row to its journal item, in one statement."""
    settlement.env.flush_all()
    settlement.env.cr.execute(
        """UPDATE amazon_settlement_line l SET move_line_id = i.id
             FROM account_move_line i JOIN account_move m ON m.id = i.move_id
            WHERE m.amazon_settlement_id = %(id)s AND l.settlement_id = %(id)s
              AND i.amazon_key = l.booking_key""",
        {"id": settlement.id},
    )
    settlement.env["amazon.settlement.line"].invalidate_model(["move_line_id"])


def _tell(settlement, post, moved):
    env = settlement.env
    if not post:
        state = "to_map" if settlement.unmapped_ids else "draft"
        reason = settlement.reason if settlement.unmapped_ids else False
        settlement._set_state(state, reason)
        return
    settlement._set_state("booked" if settlement._open_transit() else "paid")
    settlement.activity_unlink(["mail.mail_activity_data_warning"])
    if moved:
        note = env._(
            "Rows of a locked period were booked on %s.",
            ", ".join(sorted({str(day) for day in moved})),
        )
        settlement._tell_accountant(env._("Booked outside a locked period"), note)


def date_warning(settlement):
    """Before posting: which rows would go to another day, or False."""
    if not (settlement.account_id.settlement_journal_id and settlement.end):
        return False
    env, settlement = settlement.env, settlement.sudo()
    opened, sentences = {}, []
    for month, taxed in _months(settlement):
        wanted, day = settlement_parts.dates(settlement, month, taxed)
        if day in (wanted, opened.get(month)):
            continue
        opened[month] = day
        values = {"month": month.strftime("%Y-%m"), "date": day}
        if taxed:
            text = env._(
                "%(month)s is locked for taxes: its fees with tax are booked on "
                "%(date)s.",
                **values,
            )
        else:
            text = env._(
                "%(month)s is locked: its rows are booked on %(date)s.", **values
            )
        sentences.append(text)
    return "\n".join(sentences) or False


def _months(settlement):
    """[(month, whether rows with taxes are meant)] in which something is booked."""
    settlement.env.flush_all()
    settlement.env.cr.execute(
        """SELECT DISTINCT date_trunc('month', accounting_date)::date, booked_role, kind,
                  mapping_id, COALESCE(marketplace_name, '')
             FROM amazon_settlement_line
            WHERE settlement_id = %s AND accounting_date IS NOT NULL""",
        [settlement.id],
    )
    rows = settlement.env.cr.fetchall()
    builder = LineBuilder(settlement)
    whole = settlement_classify.end_date(settlement).replace(day=1)
    found = set()
    for month, *what in rows:
        if settlement.account_id.settlement_split != "month":
            month = whole
        found.add((month, False))
        if builder.is_taxed(settlement_parts.RowKind(*what)):
            found.add((month, True))
    return sorted(found)
