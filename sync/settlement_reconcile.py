"""Journal items ► reconciled, in one plan per entry.

What makes it quick: one plan, one prefetch over all its items, no re-computation of
invoices that don't change, and one chatter message a sale written in one batch. What
needs Odoo's own way (cash-basis taxes, early-payment discounts, payments) goes without
the shortcuts. Source: settlement.md §3.4
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A journal item of a settlement in a matching, beside OpenItems."""

    line_id: int
    residual: Decimal
    ref: str = ""
    adjustment: str = ""
    credited: bool = False  # the order has credit notes
    source: str = "settlement"
    plain: bool = False


def sides(move, sets):
    """(orders, our lines, what is open for them) of each set, once `move` exists."""
    ids = sorted(move.line_ids.ids)
    for refs, ours, items in sets:
        lines = [
            Line(ids[own.index], -own.amount, own.ref, own.adjustment, own.credited)
            for own in ours
        ]
        yield refs, lines, items


def reconcile(move, sets, balances):
    """The orders' lines of `move` with what is open for them, and its balances."""
    ids = sorted(move.line_ids.ids)
    quick, plain = [], []
    for _refs, lines, items in sides(move, sets):
        every = [*lines, *items]
        target = plain if any(side.plain for side in every) else quick
        target.append(steps(every))
    for index, line_id in balances:
        quick.append([[ids[index], line_id]])
    run_plan(move.env, quick, quick=True)
    run_plan(move.env, plain, quick=False)


def is_sale(side):
    """Whether it is about the sale: what the buyer owes, or Amazon paid for it.

    Else it is about a refund: what the buyer is owed, or Amazon paid back.
    """
    return (side.residual > 0) == (side.source != "settlement")


def steps(every):
    """What belongs to one order, as lists of line ids in the order of matching."""
    sales = [side for side in every if is_sale(side)]
    refunds = [side for side in every if not is_sale(side)]
    parts = [sales, *refund_groups(refunds)]
    if nets(every):
        parts.append([side for side in every if side.source == "settlement"])
    return [[side.line_id for side in part] for part in parts if len(part) > 1]


def nets(every):
    """Whether what Amazon paid for the sale and what it took back meet each other.

    They do where Odoo has matched a credit note with its invoice: both are less then
    than what Amazon says.
    """
    return any(isinstance(side, Line) and side.credited for side in every)


def refund_groups(refunds):
    """Each refund with the credit note made for it; what is left comes together.

    A credit note that names no refund of Amazon's belongs to one of its amount.
    """
    groups, notes = [], [side for side in refunds if side.source != "settlement"]
    ours = [side for side in refunds if side.source == "settlement"]
    for fits in (_same_adjustment, _same_amount):
        for line in list(ours):
            if note := next((note for note in notes if fits(line, note)), None):
                groups.append([line, note])
                ours.remove(line)
                notes.remove(note)
    if ours and notes:
        return [*groups, ours + notes]
    return groups + [[side] for side in ours + notes]


def _same_adjustment(line, note):
    return line.adjustment and line.adjustment == note.adjustment


def _same_amount(line, note):
    return not note.adjustment and not line.residual + note.residual


def run_plan(env, nodes, quick):
    """Reconcile each node: lists of line ids, one after the other.

    :param quick: leave out what does not change for these items
    """
    if not any(nodes):
        return
    messages = {}
    context = {
        "tracking_disable": True,
        "amazon_paid_messages": messages,
        "reduced_line_sorting": True,  # what is due on one day stays as we have it
    }
    if quick:
        context["skip_invoice_sync"] = True
    Line = env["account.move.line"].with_context(**context)
    every = tuple({id_ for node in nodes for part in node for id_ in part})
    plan = []
    for node in nodes:
        parts = [Line.browse(part).with_prefetch(every) for part in node]
        plan += parts
    Line._reconcile_plan(plan)
    if messages:
        env["sale.order"].browse(list(messages))._message_log_batch(bodies=messages)


def reconcile_carried(settlement):
    """What one entry carried out is what the next one carried in."""
    lines = settlement.env["account.move.line"].search(
        [
            ("move_id.amazon_settlement_id", "=", settlement.id),
            ("amazon_key", "=like", "carried|%"),
        ],
        order="date, id",
    )
    pairs = []
    waiting = None
    for line in lines.sorted(lambda item: _place(item.amazon_key)):
        if line.amazon_key.endswith("|out"):
            waiting = line
        elif waiting:
            pairs.append([[waiting.id, line.id]])
            waiting = None
    run_plan(settlement.env, pairs, quick=True)


def _place(key):
    _carried, part, way = key.split("|")
    return int(part), way == "out"
