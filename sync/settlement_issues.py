"""Where a settlement and Odoo's documents don't say the same: listed, never forced."""

from .settlement_entry import ZERO
from .settlement_open_items import Known
from .settlement_reconcile import Line, is_sale, nets, refund_groups, sides


def clear(settlement):
    """Take back what an earlier booking has found; {key: reason} of what was left so."""
    issues = settlement.issue_ids.filtered(lambda issue: issue.kind != "revision")
    reasons = {_key(issue): issue.note for issue in issues if issue.ignored}
    issues.unlink()
    return reasons


def ignore_again(settlement, reasons):
    """What somebody has decided holds as long as the amounts are the same."""
    for issue in settlement.issue_ids:
        if reason := reasons.get(_key(issue)):
            issue.write({"ignored": True, "note": reason})


def _key(issue):
    return issue.kind, issue.order_ref, issue.settled_amount, issue.difference


def note(settlement, builder, sets, entry, move):
    """Compare each order of an entry with what was open for it in Odoo."""
    ids = sorted(move.line_ids.ids)
    values = []
    for refs, lines, items in sides(move, sets):
        for group, netted in _unequal([*lines, *items]):
            values.append(_issue(settlement, builder, refs, group, netted))
    values += _nameless(settlement, entry, ids)
    values += _balances(settlement, builder, entry, ids)
    settlement.env["amazon.settlement.issue"].create(values)


def _unequal(every):
    """(sides, netted) of each group of an order that does not come to zero.

    Sales and refunds are compared apart, unless what is too much of one makes up for
    the other.
    """
    sales = [side for side in every if is_sale(side)]
    refunds = [side for side in every if not is_sale(side)]
    netted = nets(every) and _rest(sales) < 0 < _rest(refunds)
    for group in [every] if netted else [sales, *refund_groups(refunds)]:
        # what only documents say is none of this settlement's business
        if _rest(group) and any(_ours(side) for side in group):
            yield group, netted


def _rest(group):
    return sum((side.residual for side in group), ZERO)


def _ours(side):
    return isinstance(side, Line)


def _issue(settlement, builder, refs, group, netted):
    ours = [side for side in group if _ours(side)]
    theirs = [side for side in group if not _ours(side)]
    if not theirs:
        refs = list(dict.fromkeys(side.ref for side in ours))
    known = builder.known.get(refs[0])
    settled, open_before = -_rest(ours), _rest(theirs)
    if netted or any(side.source != "settlement" for side in theirs):
        kind, detail = "amount", _amount_sentence(settlement.env, group)
    else:
        refund = ours[0].adjustment or settlement.settlement_ref
        kind, detail = _why(builder, refs[0], known, settled, refund)
    return {
        "settlement_id": settlement.id,
        "kind": kind,
        "order_ref": ", ".join(dict.fromkeys(refs)),
        "amazon_order_id": known.order_id if known else False,
        "settled_amount": float(settled),
        "document_amount": float(open_before),
        "difference": float(settled - open_before),
        "detail": detail,
        "move_line_id": _open_line(settlement.env, group),
    }


def _open_line(env, group):
    """The journal item that stays open: on the side that is more than the other."""
    rest = _rest(group)
    sides_ = [side for side in group if (side.residual > 0) == (rest > 0)]
    # the oldest is matched first, so the newest is what is left
    lines = env["account.move.line"].browse([side.line_id for side in reversed(sides_)])
    return (lines.filtered(lambda line: not line.reconciled) or lines)[:1].id


def _amount_sentence(env, group):
    more = _rest(group) < 0
    if more and any(is_sale(side) for side in group):
        return env._(
            "Amazon paid more than is open: the rest stays open on the buyer's account."
        )
    if more:
        return env._(
            "Amazon refunded less than the credit note says: the rest stays open on the "
            "credit note. A later settlement may bring it."
        )
    if any(not is_sale(side) for side in group):
        return env._(
            "Amazon refunded more than the credit note says: the rest stays open. Make a "
            "credit note for it, or write it off."
        )
    return env._(
        "Amazon paid less than is open: the rest stays open on the invoice. A later "
        "settlement may bring it."
    )


def _why(builder, ref, known, settled, refund):
    """(kind, sentence): which document is missing, and what to do.

    :param refund: Amazon's number of it, as a credit note made for it would have
    """
    env = builder.env
    if other := _other_currencies(builder, ref):
        return "currency", env._(
            "The invoice is in %(other)s, the settlement in %(own)s: they are not "
            "matched. Make the invoice anew in %(own)s, or write the amount off.",
            other=other,
            own=builder.settlement.currency_id.name,
        )
    if known is None:
        return "unknown_order", env._(
            "The order is not in Odoo (from before the connection, or not imported "
            "yet). Load the order, or write the amount off with a reason."
        )
    return _why_without_document(env, known, settled, refund)


def _other_currencies(builder, ref):
    own = builder.settlement.currency_id.id
    ids = {item.currency_id for item in builder.items.get(ref, ())} - {own}
    return ", ".join(builder.env["res.currency"].browse(ids).mapped("name"))


def _why_without_document(env, known: Known, settled, refund):
    if known.sale_state == "cancel" or known.state == "canceled":
        return "canceled", env._(
            "The order is canceled in Odoo, but Amazon settled it. Reload the order or "
            "write the amount off."
        )
    if settled < 0:
        if {"", refund} & {*known.draft_credits}:
            return "draft_invoice", env._(
                "The credit note is still a draft. Post it: it is matched at once."
            )
        return "no_credit_note", env._(
            "Amazon refunded the buyer, Odoo has no credit note for it. Press Create "
            "Credit Note."
        )
    if known.drafts:
        return "draft_invoice", env._(
            "The invoice is still a draft. Post it: it is matched at once."
        )
    if known.posted:
        return "already_paid", env._(
            "The invoice was paid otherwise already. Undo that payment and press Match, "
            "or write the amount off."
        )
    if known.state != "imported":
        return "no_invoice", env._(
            "The order waits in Amazon > Orders: no sale has been made of it yet. Open "
            "it there; it is matched when its invoice is posted."
        )
    return "no_invoice", env._(
        "The order has no invoice yet. Invoice it: it is matched when it is posted."
    )


def _nameless(settlement, entry, ids):
    """Order money that names no order."""
    receivable = {"asset_receivable"}
    Account = settlement.env["account.account"]
    for index, line in enumerate(entry.lines):
        if line.get("amazon_order_ref") or not line.get("amazon_key"):
            continue
        if Account.browse(line["account_id"]).account_type in receivable:
            yield {
                "settlement_id": settlement.id,
                "kind": "unknown_order",
                "settled_amount": -line["amount_currency"],
                "difference": -line["amount_currency"],
                "detail": settlement.env._("Amazon names no order for this amount."),
                "move_line_id": ids[index],
            }


def _balances(settlement, builder, entry, ids):
    """Releases whose counterpart is not here: a settlement is missing, or the first."""
    env = settlement.env
    for index in builder.unmatched:
        line = entry.lines[index]
        reserve = (
            line["account_id"] == builder.accounts.find("reserve").ledger_account_id.id
        )
        yield {
            "settlement_id": settlement.id,
            "kind": "reserve" if reserve else "balance",
            "settled_amount": -line["amount_currency"],
            "difference": -line["amount_currency"],
            "detail": env._(
                "The amount it closes is not in Odoo: the settlement before is missing. "
                "Upload it. If it is older than your books, write the amount off to the "
                "account of your opening balances."
            ),
            "move_line_id": ids[index],
        }


def drop_solved(settlement):
    """Differences between two entries of one settlement cancel out."""
    settlement.issue_ids.invalidate_recordset()
    settlement.issue_ids.filtered(lambda issue: issue.state == "solved").unlink()
