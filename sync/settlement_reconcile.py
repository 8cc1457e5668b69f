"""Journal items ► reconciled, in one plan per entry.

What makes it quick: one plan, one prefetch over all its items, no re-computation of
invoices that don't change, and one chatter message a sale written in one batch. What
needs Odoo's own way (cash-basis taxes, early-payment discounts, payments) goes without
the shortcuts. Source: settlement.md §3.4
"""


def reconcile(move, sets, balances):
    """The orders' lines of `move` with what is open for them, and its balances."""
    ids = sorted(move.line_ids.ids)
    quick, plain = [], []
    for _refs, indexes, items in sets:
        new = [ids[index] for index in indexes]
        if not items and len(new) == 1:
            continue
        target = plain if any(item.plain for item in items) else quick
        target.append(_node(move, new, items))
    for index, line_id in balances:
        quick.append([[ids[index], line_id]])
    run_plan(move.env, quick, quick=True)
    run_plan(move.env, plain, quick=False)


def _node(move, new, items):
    """The items of one order; in a foreign currency sales first, then refunds.

    Each of our lines has left at the book value of the items it clears: they meet
    first, and no exchange entry is needed.
    """
    every = [*new, *(item.line_id for item in items)]
    company_currency = move.company_id.currency_id
    lines = move.line_ids.browse(new)
    if all(line.currency_id == company_currency for line in lines):
        return [every]
    sales = [line.id for line in lines if line.amount_currency < 0]
    refunds = [line.id for line in lines if line.amount_currency > 0]
    sales += [item.line_id for item in items if item.residual > 0]
    refunds += [item.line_id for item in items if item.residual < 0]
    return [part for part in (sales, refunds) if len(part) > 1] + [every]


def run_plan(env, nodes, quick):
    """Reconcile each node: lists of line ids, one after the other.

    :param quick: leave out what does not change for these items
    """
    if not nodes:
        return
    messages = {}
    context = {"tracking_disable": True, "amazon_paid_messages": messages}
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
