"""Booked rows on suspense that have a rule by now: moved by an entry of their own.

What is booked stays as it is: the entry takes the amounts off suspense and puts them
where the rules say.
"""

from decimal import Decimal

from odoo.exceptions import UserError

from . import (
    settlement_booking,
    settlement_classify,
    settlement_issues,
    settlement_parts,
    settlement_payout,
    settlement_proofs,
)
from .settlement_entry import Entry, book_value
from .settlement_lines import LineBuilder
from .settlement_open_items import open_item
from .settlement_reconcile import reconcile, run_plan


def reclassify(settlement):
    """:raises UserError: nothing on suspense has a rule"""
    env = settlement.env
    settlement = settlement.sudo().with_company(settlement.company_id)
    unknown = settlement.line_ids.filtered_domain(
        [("mapping_id", "=", False), ("move_line_id", "!=", False)]
    )
    suspense = {line.id: line.move_line_id for line in unknown}
    env.flush_all()
    settlement_classify.match(settlement, only_unknown=True)
    settlement_classify.book_withheld_with_order(settlement)
    settlement.line_ids.invalidate_recordset()
    mapped = unknown.filtered("mapping_id")
    if not mapped:
        raise UserError(
            env._("No row of settlement %s waits for a rule.", settlement.display_name)
        )
    with env.cr.savepoint():
        _book(settlement, mapped, suspense)
    settlement_classify.summarize(settlement)
    if not settlement.unmapped_ids:
        settlement.activity_unlink(["mail.mail_activity_data_warning"])


def _book(settlement, mapped, suspense):
    env = settlement.env
    builder = LineBuilder(settlement)
    found = settlement_parts.groups(settlement, mapped.ids)
    day = settlement_parts.first_open(
        settlement, settlement_classify.end_date(settlement), True
    )
    entry = Entry(settlement, day)
    sets, balances = builder.build(entry, found)
    back = env["account.move.line"].union(*(suspense[line.id] for line in mapped))
    pairs = []
    for item in back:
        amount = sum(
            Decimal(str(line.amount)) for line in mapped if suspense[line.id] == item
        )
        index = entry.add(
            item.account_id.id,
            -amount,
            item.name,
            value=book_value(entry, -amount, [_open(item)]),
            partner_id=item.partner_id.id,
        )
        pairs.append((index, item.id))
    entry.close(builder.partner)
    part = settlement_parts.Part(day, prior=False)
    prepared = {move.id: len(move.line_ids) for move in settlement.move_ids}
    move = settlement_booking.create(settlement, entry, part, False)
    settlement_booking.post_entry(move, part)
    settlement_booking.link_rows(settlement)
    reconcile(move, sets, balances)
    ids = sorted(move.line_ids.ids)
    run_plan(env, [[[ids[index], line]] for index, line in pairs], quick=True)
    settlement_issues.note(settlement, builder, sets, entry, move)
    prepared[move.id] = len(entry.lines)
    settlement_proofs.prove_entries(settlement, prepared)
    settlement_payout.refresh(settlement)


def _open(item):
    """A journal item as open_item knows them."""
    return open_item(
        item.id,
        item.account_id.id,
        item.partner_id.id,
        item.currency_id.id,
        str(item.amount_residual_currency),
        str(item.amount_residual),
        item.date,
        "settlement",
        False,
    )
