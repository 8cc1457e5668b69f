"""Where a settlement and Odoo's documents don't say the same: listed, never forced."""

from decimal import Decimal

from .settlement_entry import ZERO
from .settlement_open_items import Known


def note(settlement, builder, sets, entry, move):
    """Compare each order of an entry with what is open for it in Odoo."""
    ids = sorted(move.line_ids.ids)
    values = []
    for refs, indexes, items in sets:
        settled = -sum((_amount(entry, index) for index in indexes), ZERO)
        residual = sum((item.residual for item in items), ZERO)
        if settled != residual:
            lines = [ids[index] for index in indexes]
            values.append(
                _issue(settlement, builder, refs, lines, items, settled, residual)
            )
    values += _nameless(settlement, entry, ids)
    values += _balances(settlement, builder, entry, ids)
    settlement.env["amazon.settlement.issue"].create(values)


def _amount(entry, index):
    return Decimal(str(entry.lines[index]["amount_currency"]))


def _issue(settlement, builder, refs, lines, items, settled, residual):
    ref = refs[0]
    known = builder.known.get(ref)
    kind, detail = _why(settlement.env, builder, ref, known, items, settled, residual)
    open_line = lines[0]
    if kind == "amount" and abs(settled) < abs(residual):
        # Amazon paid less: what stays open is the invoice
        open_line = items[0].line_id
    return {
        "settlement_id": settlement.id,
        "kind": kind,
        "order_ref": ", ".join(dict.fromkeys(refs)),
        "amazon_order_id": known.order_id if known else False,
        "settled_amount": float(settled),
        "document_amount": float(residual),
        "difference": float(settled - residual),
        "detail": detail,
        "move_line_id": open_line,
    }


def _why(env, builder, ref, known, items, settled, residual):
    """(kind, sentence): what is missing, and what to do."""
    documents = [item for item in items if item.source != "settlement"]
    if documents:
        if settled < residual:
            return "amount", env._(
                "Amazon paid less than is open: the rest stays open on the invoice. A "
                "later settlement may bring it."
            )
        return "amount", env._(
            "Amazon paid more than is open: the rest stays open on the buyer's account."
        )
    if any(
        item.currency_id != builder.settlement.currency_id.id
        for item in builder.items.get(ref, ())
    ):
        return "currency", env._(
            "The invoice is in another currency than the settlement: match them by hand."
        )
    if known is None:
        return "unknown_order", env._(
            "The order is not in Odoo (from before the connection, or not imported "
            "yet). Load the order, or write the amount off with a reason."
        )
    return _why_without_document(env, known, settled)


def _why_without_document(env, known: Known, settled):
    if known.sale_state == "cancel":
        return "canceled", env._(
            "The order is canceled in Odoo, but Amazon settled it. Reload the order or "
            "write the amount off."
        )
    if settled < 0 and not known.credits:
        return "no_credit_note", env._(
            "Amazon refunded the buyer, Odoo has no credit note for it. Create it from "
            "here."
        )
    if known.drafts:
        return "draft_invoice", env._(
            "The invoice is still a draft. Post it: it is matched at once."
        )
    if known.posted:
        return "already_paid", env._(
            "The invoice was paid otherwise already. Undo that payment, or write the "
            "amount off."
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
        reserve = line["account_id"] == builder.ledger("reserve")
        yield {
            "settlement_id": settlement.id,
            "kind": "reserve" if reserve else "balance",
            "settled_amount": -line["amount_currency"],
            "difference": -line["amount_currency"],
            "detail": env._(
                "The amount it closes is not in Odoo: the settlement before is missing. "
                "Upload it, or book the opening balance."
            ),
            "move_line_id": ids[index],
        }


def drop_solved(settlement):
    """Differences between two entries of one settlement cancel out."""
    settlement.issue_ids.invalidate_recordset()
    settlement.issue_ids.filtered(lambda issue: issue.state == "solved").unlink()
