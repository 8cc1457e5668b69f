"""Undone: a settlement back to booked-never, its invoices unpaid again.

Drafts are deleted. Posted entries are canceled; where Odoo does not allow that any more
(a locked period, a hashed journal) a mirror entry takes them back on the first open
day, matched line by line, so that nothing else hangs together.
"""

from odoo.exceptions import UserError
from odoo.fields import Command

from . import settlement_payout
from .settlement_parts import first_open

UNDO = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "skip_invoice_sync": True,
    "amazon_settlement_reset": True,
    "amazon_settlement_post": True,
}


def reset(settlement):
    """:raises UserError: a later settlement builds on this one"""
    settlement = settlement.sudo().with_context(**UNDO)
    moves = settlement.move_ids
    if not moves and settlement.state not in ("draft", "booked", "paid"):
        raise UserError(
            settlement.env._(
                "Settlement %s has no journal entries: there is nothing to reset.",
                settlement.display_name,
            )
        )
    posted = moves.filtered(lambda move: move.state == "posted")
    if posted:
        others = _matched(posted.line_ids).amazon_settlement_id - settlement
        _check_later(settlement, posted)
        _release_bank(posted)
        posted.line_ids.remove_move_reconcile()
        _undo(settlement, posted)
        settlement.allow_suspense = False
        settlement_payout.refresh(others)
    (moves - posted).with_context(force_delete=True).unlink()
    _forget(settlement)


def _check_later(settlement, moves):
    """A reserve or a debt that the next settlement has taken over stays."""
    lines = moves.line_ids.filtered(lambda line: not line.amazon_order_ref)
    later = _matched(lines).amazon_settlement_id.filtered(
        lambda other: other != settlement and other.end > settlement.end
    )
    if later and not settlement.env.context.get("amazon_force_reset"):
        raise UserError(
            settlement.env._(
                "Settlement %(later)s closes balances of this one. Reset %(later)s "
                "first.",
                later=later[0].display_name,
            )
        )


def _matched(lines):
    """The entries whose items are reconciled with these."""
    items = (
        lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
    )
    return items.move_id


def _release_bank(moves):
    """Bank lines matched with the payout wait for it again.

    One of a locked period stays on the transit account: there it waits as well.
    """
    lines = _matched(moves.line_ids).statement_line_id
    for line in lines:
        journal = line.journal_id
        if not line.company_id._get_violated_lock_dates(line.date, False, journal):
            line.action_undo_reconciliation()


def _undo(settlement, moves):
    mirrored = moves.filtered(lambda move: not _can_cancel(settlement, move))
    canceled = moves - mirrored
    for move in mirrored:
        _mirror(settlement, move)
    canceled.button_draft()
    canceled.button_cancel()
    moves.write(
        {
            "amazon_settlement_id": False,
            "amazon_undone_settlement_id": settlement.id,
        }
    )


def _can_cancel(settlement, move):
    taxed = bool(move.line_ids.tax_ids)
    locked = first_open(settlement, move.date, taxed) != move.date
    return not (locked or move.inalterable_hash or move.restrict_mode_hash_table)


def _mirror(settlement, move):
    taxed = bool(move.line_ids.tax_ids)
    day = first_open(settlement, move.date, taxed)
    lines = move.line_ids.sorted("id")
    mirror = settlement.env["account.move"].create(
        {
            "move_type": "entry",
            "journal_id": move.journal_id.id,
            "date": day,
            "ref": settlement.env._("Undoes %s", move.name),
            "amazon_undone_settlement_id": settlement.id,
            "line_ids": [Command.create(_mirrored(line)) for line in lines],
        }
    )
    mirror.action_post()
    if mirror.date != day:
        raise UserError(
            settlement.env._(
                "Odoo would post the undoing entry on %(date)s instead of %(wanted)s. "
                "Nothing was changed.",
                date=mirror.date,
                wanted=day,
            )
        )
    pairs = zip(lines, mirror.line_ids.sorted("id"), strict=True)
    settlement.env["account.move.line"]._reconcile_plan(
        [
            line | other
            for line, other in pairs
            if line.account_id.reconcile and (line.balance or line.amount_currency)
        ]
    )
    # only now: Odoo would have glued all lines into one matching at posting
    mirror.reversed_entry_id = move


def _mirrored(line):
    return {
        "account_id": line.account_id.id,
        "partner_id": line.partner_id.id,
        "name": line.name,
        "currency_id": line.currency_id.id,
        "amount_currency": -line.amount_currency,
        "balance": -line.balance,
        "tax_ids": [Command.set(line.tax_ids.ids)],
        "tax_tag_ids": [Command.set(line.tax_tag_ids.ids)],
        "tax_repartition_line_id": line.tax_repartition_line_id.id,
        "display_type": line.display_type,
        "analytic_distribution": line.analytic_distribution,
    }


def _forget(settlement):
    env = settlement.env
    env.flush_all()
    env.cr.execute(
        """UPDATE amazon_settlement_line SET move_line_id = NULL, booking_key = NULL
            WHERE settlement_id = %s""",
        [settlement.id],
    )
    env["amazon.settlement.line"].invalidate_model()
    settlement.proof_ids.filtered(
        lambda proof: proof.code in ("P3", "P4", "P5", "P6", "P7")
    ).unlink()
    settlement.issue_ids.filtered(
        lambda issue: not issue.ignored and issue.kind != "revision"
    ).unlink()
    settlement.write(
        {
            "payout_line_id": False,
            "book_requested": False,
            "state": "to_map" if settlement.unmapped_ids else "ready",
            "reason": env._("Reset: press Book when it shall be booked again."),
        }
    )
