"""Booked rows on suspense that have a rule by now: moved by an entry of their own.

What is booked stays as it is: the entry takes the amounts off suspense and puts them
where the rules say.
"""

from decimal import Decimal

from odoo.exceptions import UserError

from . import settlement_booking, settlement_classify, settlement_parts
from .settlement_entry import Entry
from .settlement_lines import LineBuilder
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
            item.account_id.id, -amount, item.name, partner_id=item.partner_id.id
        )
        pairs.append((index, item.id))
    entry.close(builder.partner)
    part = settlement_parts.Part(day, prior=False)
    move = settlement_booking.create(settlement, entry, part, False)
    settlement_booking.post_entry(move, part)
    settlement_booking.link_rows(settlement)
    reconcile(move, sets, balances)
    ids = sorted(move.line_ids.ids)
    run_plan(env, [[[ids[index], line]] for index, line in pairs], quick=True)
