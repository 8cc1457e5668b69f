"""An invoice posted after its settlement: matched at once, by the order's number."""

from .settlement_reconcile import run_plan


def match(moves):
    """Reconcile newly posted invoices and credit notes with what settlements left."""
    documents = moves.filtered(
        lambda move: move.move_type in ("out_invoice", "out_refund")
        and move.state == "posted"
        and (
            move.amazon_order_id or move.line_ids.sale_line_ids.order_id.amazon_order_id
        )
    )
    if not documents:
        return
    refs = {}
    for move in documents:
        orders = (
            move.amazon_order_id or move.line_ids.sale_line_ids.order_id.amazon_order_id
        )
        for order in orders:
            refs.setdefault(order.amazon_order_ref, []).append(move)
    waiting = (
        documents.env["account.move.line"]
        .sudo()
        .search(
            [
                ("amazon_order_ref", "in", list(refs)),
                ("move_id.amazon_settlement_id", "!=", False),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("company_id", "in", documents.company_id.ids),
            ]
        )
    )
    if not waiting:
        return
    nodes = []
    for line in waiting:
        for move in refs[line.amazon_order_ref]:
            nodes += _pairs(line, move)
    run_plan(documents.env, _merged(nodes), quick=False)


def _pairs(line, move):
    own = move.line_ids.filtered(
        lambda item: item.account_id == line.account_id
        and item.display_type == "payment_term"
        and item.currency_id == line.currency_id
        and not item.reconciled
    )
    if own and move.company_id == line.company_id:
        yield {line.id, *own.ids}


def _merged(sets):
    """Sets that share an item become one."""
    result = []
    for new in sets:
        touching = [known for known in result if known & new]
        for known in touching:
            result.remove(known)
            new = new | known
        result.append(new)
    return [[sorted(ids)] for ids in result]
