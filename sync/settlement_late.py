"""An invoice posted after its settlement: matched at once, by the order's number."""

from decimal import Decimal

from .settlement_parts import adjustment_of
from .settlement_reconcile import Line, run_plan, steps


def match(moves):
    """Reconcile newly posted invoices and credit notes with what settlements left."""
    documents = moves.filtered(
        lambda move: move.move_type in ("out_invoice", "out_refund")
        and move.state == "posted"
    )
    orders = {move: move.sudo()._amazon_orders() for move in documents}
    orders = {move: found for move, found in orders.items() if found}
    if orders:
        match_orders(orders)


def match_orders(orders):
    """Reconcile documents with the open settlement lines of their orders.

    :param orders: {invoice or credit note: its Amazon orders}
    """
    env = next(iter(orders)).env
    # who posts an invoice need not know Amazon
    waiting = _waiting(env["amazon.order"].sudo().union(*orders.values()))
    if not waiting:
        return
    sets = []
    for move, found in orders.items():
        refs = set(found.mapped("amazon_order_ref"))
        own = waiting.filtered(
            lambda line, move=move, refs=refs: line.amazon_order_ref in refs
            and line.company_id == move.company_id
        )
        for lines in own.grouped(lambda x: (x.account_id, x.currency_id)).values():
            sets.append({*lines.ids, *_documents(move, lines[0]).ids})
    every = [env["account.move.line"].browse(sorted(ids)) for ids in _merged(sets)]
    run_plan(env, [steps(_sides(lines)) for lines in every], quick=False)


def _waiting(orders):
    """What settlements of the orders' accounts left open."""
    return orders.env["account.move.line"].search(
        [
            ("amazon_order_ref", "in", orders.mapped("amazon_order_ref")),
            ("move_id.amazon_settlement_id.account_id", "in", orders.account_id.ids),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ]
    )


def _documents(move, line):
    """The document's items that a settlement's line can be matched with."""
    return move.line_ids.filtered(
        lambda item: item.account_id == line.account_id
        and item.display_type == "payment_term"
        and item.currency_id == line.currency_id
        and not item.reconciled
    )


def _sides(lines):
    credited = bool(_credit_notes(lines))
    return [
        Line(
            line.id,
            Decimal(str(line.amount_residual_currency)),
            line.amazon_order_ref or "",
            line.move_id.amazon_adjustment_ref or adjustment_of(line.amazon_key),
            credited,
            "settlement" if line.move_id.amazon_settlement_id else "document",
        )
        for line in lines
    ]


def _credit_notes(lines):
    """Whether the lines' orders have credit notes, matched or not."""
    refs = set(filter(None, lines.mapped("amazon_order_ref")))
    return (
        lines.env["account.move"]
        .sudo()
        .search_count(
            [
                ("amazon_order_id.amazon_order_ref", "in", list(refs)),
                ("company_id", "in", lines.company_id.ids),
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
    )


def _merged(sets):
    """Sets that share an item become one."""
    result = []
    for new in sets:
        touching = [known for known in result if known & new]
        for known in touching:
            result.remove(known)
            new = new | known
        result.append(new)
    return result
