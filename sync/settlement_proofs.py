"""What has to hold: every figure is computed again from what is stored.

P1 and P2 stand before a settlement may be booked; P3 to P6 are computed in the very
transaction that books, and undo it when one fails. Source: settlement.md §2.4
"""

from decimal import Decimal

from odoo.exceptions import UserError


def prove_rows(settlement):
    """P1: rows = total; P2: no row is missing."""
    env = settlement.env
    env.cr.execute(
        """SELECT count(*), COALESCE(sum(l.amount), 0)::text,
                  COALESCE(max(l.number), 0), s.row_count, s.total_amount::text
             FROM amazon_settlement s
        LEFT JOIN amazon_settlement_line l ON l.settlement_id = s.id
            WHERE s.id = %s GROUP BY s.id""",
        [settlement.id],
    )
    count, rows, last, expected, total = env.cr.fetchone()
    rows, total = Decimal(rows), Decimal(total)
    count = count if last else 0
    settlement.sudo().rows_amount = float(rows)
    _store(
        settlement,
        "P1",
        rows == total,
        env._(
            "The rows add up to %(rows)s, the total is %(total)s.",
            rows=rows,
            total=total,
        ),
    )
    _store(
        settlement,
        "P2",
        count == last == expected,
        env._(
            "%(count)s rows are here, the file has %(expected)s.",
            count=count,
            expected=expected,
        ),
    )


def prove_entries(settlement, prepared):
    """P3 to P6 of the entries just made.

    :param prepared: {move id: number of lines that were prepared}
    :raises UserError: one fails; the caller's savepoint takes everything back
    """
    settlement.env.flush_all()
    _prove_items(settlement)
    _prove_balance(settlement, prepared)
    _prove_payout(settlement)
    _prove_tax(settlement)
    failed = settlement.proof_ids.filtered(lambda proof: proof.state == "failed")
    if failed:
        raise UserError("\n".join(failed.mapped("detail")))


def _prove_items(settlement):
    """Every amount is in one journal item, and no item says anything else."""
    env = settlement.env
    env.cr.execute(
        """SELECT count(*) FROM amazon_settlement_line l
        LEFT JOIN account_move_line i ON i.id = l.move_line_id
        LEFT JOIN account_move m ON m.id = i.move_id
            WHERE l.settlement_id = %s AND l.amount != 0
              AND m.amazon_settlement_id IS DISTINCT FROM l.settlement_id""",
        [settlement.id],
    )
    (homeless,) = env.cr.fetchone()
    env.cr.execute(
        """WITH taxes AS (
               SELECT t.move_id, t.amazon_base_key, sum(t.amount_currency) AS amount
                 FROM account_move_line t JOIN account_move m ON m.id = t.move_id
                WHERE m.amazon_settlement_id = %(id)s AND t.amazon_base_key IS NOT NULL
             GROUP BY t.move_id, t.amazon_base_key)
           SELECT count(*), count(*) FILTER (WHERE rows + item != 0) FROM (
               SELECT i.id, sum(l.amount) AS rows,
                      i.amount_currency + COALESCE(max(t.amount), 0) AS item
                 FROM amazon_settlement_line l
                 JOIN account_move_line i ON i.id = l.move_line_id
            LEFT JOIN taxes t ON t.move_id = i.move_id
                             AND t.amazon_base_key = i.amazon_key
                WHERE l.settlement_id = %(id)s
             GROUP BY i.id) x""",
        {"id": settlement.id},
    )
    items, wrong = env.cr.fetchone()
    _store(
        settlement,
        "P3",
        not homeless and not wrong,
        env._(
            "%(items)s journal items carry the rows; %(homeless)s amounts are in none, "
            "%(wrong)s items differ from their rows.",
            items=items,
            homeless=homeless,
            wrong=wrong,
        ),
    )


def _prove_balance(settlement, prepared):
    env = settlement.env
    env.cr.execute(
        """SELECT m.id, sum(l.balance) != 0
                  OR sum(l.amount_currency) FILTER (WHERE l.currency_id = s.currency_id
                                                    AND l.amazon_key IS DISTINCT FROM
                                                        'exchange') != 0,
                  count(*)
             FROM account_move m
             JOIN amazon_settlement s ON s.id = m.amazon_settlement_id
             JOIN account_move_line l ON l.move_id = m.id
            WHERE m.id = ANY(%s) GROUP BY m.id""",
        [list(prepared)],
    )
    wrong = [
        move_id
        for move_id, unbalanced, count in env.cr.fetchall()
        if unbalanced or count != prepared[move_id]
    ]
    _store(
        settlement,
        "P4",
        not wrong,
        env._("Entries in balance: %s.", len(prepared))
        if not wrong
        else env._("Entry %s is out of balance, or Odoo added lines to it.", wrong[0]),
    )


def _prove_payout(settlement):
    env = settlement.env
    env.cr.execute(
        """SELECT COALESCE(sum(amount_currency)
                           FILTER (WHERE amazon_key = 'payout'), 0)::text,
                  COALESCE(sum(amount_currency)
                           FILTER (WHERE amazon_key LIKE 'carried%%'), 0)::text
             FROM account_move_line l JOIN account_move m ON m.id = l.move_id
            WHERE m.amazon_settlement_id = %s""",
        [settlement.id],
    )
    payout, carried = map(Decimal, env.cr.fetchone())
    env.cr.execute(
        "SELECT total_amount::text FROM amazon_settlement WHERE id = %s",
        [settlement.id],
    )
    total = Decimal(env.cr.fetchone()[0])
    _store(
        settlement,
        "P5",
        payout == total and not carried,
        env._(
            "Payout %(payout)s, total %(total)s, carried between the entries %(carried)s.",
            payout=payout,
            total=total,
            carried=carried,
        ),
    )


def _prove_tax(settlement):
    """What Amazon withheld is what the buyer was charged; exceptions are listed."""
    env = settlement.env
    env.cr.execute(
        """SELECT order_ref, sum(amount)::text, COALESCE(sum(amount) FILTER (
                  WHERE role = 'pass_through' OR amount_description ~* 'tax'), 0)::text
             FROM amazon_settlement_line
            WHERE settlement_id = %s AND order_ref IS NOT NULL
              AND role IN ('order', 'refund', 'pass_through')
         GROUP BY order_ref, transaction_type
           HAVING sum(amount) FILTER (WHERE role = 'pass_through') != 0""",
        [settlement.id],
    )
    rows = env.cr.fetchall()
    odd = [(ref, rest) for ref, _sum, rest in rows if Decimal(rest)]
    _store(
        settlement,
        "P6",
        True,
        env._(
            "%(count)s orders with tax that Amazon remits; it does not net to zero for "
            "%(odd)s of them.",
            count=len(rows),
            odd=len(odd),
        ),
        warning=bool(odd),
    )
    issues = settlement.issue_ids
    issues.filtered(lambda issue: issue.kind == "tax").sudo().unlink()
    issues.sudo().create(
        [
            {
                "settlement_id": settlement.id,
                "kind": "tax",
                "order_ref": ref,
                "difference": float(rest),
                "detail": env._(
                    "The tax charged and the tax Amazon withheld differ; the difference is "
                    "part of the order's amount."
                ),
            }
            for ref, rest in odd
        ]
    )


def prove_chain(settlement):
    """P8: starts where the last one ended, and agrees with Amazon's second source."""
    env = settlement.env
    before = env["amazon.settlement"].search(
        [
            ("account_id", "=", settlement.account_id.id),
            ("currency_id", "=", settlement.currency_id.id),
            ("marketplace_name", "=", settlement.marketplace_name),
            ("start", "<", settlement.start),
            ("id", "!=", settlement.id),
        ],
        # settlements of invoiced orders lie across the others
        order="end desc",
        limit=1,
    )
    notes = []
    if before and before.end < settlement.start:
        notes.append(
            env._(
                "Between %(end)s and %(start)s there is no settlement: upload the "
                "missing one.",
                end=before.end.date(),
                start=settlement.start.date(),
            )
        )
    elif not before:
        notes.append(env._("The first settlement of its kind here."))
    failed = False
    if settlement.finances_checked and settlement.currency_id.compare_amounts(
        settlement.finances_total, settlement.total_amount
    ):
        failed = True
        notes.append(
            env._(
                "Amazon's Finances API states %(other)s for it, the file %(total)s.",
                other=settlement.finances_total,
                total=settlement.total_amount,
            )
        )
    gap = bool(before) and before.end < settlement.start
    torn = settlement.issue_ids.filtered(
        lambda issue: issue.kind in ("reserve", "balance") and issue.state == "open"
    )
    if torn:
        notes.append(
            env._("A balance brought forward is not the one that was kept before.")
        )
    _store(
        settlement,
        "P8",
        True,
        " ".join(notes) or env._("Follows settlement %s.", before.settlement_ref),
        warning=failed or gap or bool(torn),
    )


def prove_follower(settlement):
    """P8 of the settlement that starts after this one, which it may have missed."""
    after = settlement.search(
        [
            ("account_id", "=", settlement.account_id.id),
            ("currency_id", "=", settlement.currency_id.id),
            ("marketplace_name", "=", settlement.marketplace_name),
            ("start", ">", settlement.start),
        ],
        order="start",
        limit=1,
    )
    if after.proof_ids.filtered(lambda proof: proof.code == "P8"):
        prove_chain(after)


def prove_transit(settlement):
    """P7: the bank has what Amazon sent, and what it took; payments that were
    registered for its orders are matched."""
    env = settlement.env
    waiting = settlement._open_transit().mapped("amount_residual_currency")
    clearing = env["amazon.settlement.account"].search(
        [("company_id", "=", settlement.company_id.id), ("kind", "=", "clearing")]
    )
    torn = settlement.issue_ids.filtered(
        lambda issue: issue.state == "open"
        and issue.move_line_id.account_id in clearing.ledger_account_id
    )
    notes = []
    if waiting:
        amounts = "; ".join(map(settlement.currency_id.format, waiting))
        notes.append(env._("In transit, not in the bank yet: %s.", amounts))
    if torn:
        amount = settlement.currency_id.format(sum(torn.mapped("residual")))
        notes.append(env._("Open on the clearing account: %s.", amount))
    _store(
        settlement,
        "P7",
        True,
        " ".join(notes) or env._("Nothing is in transit any more."),
        warning=bool(notes),
    )


def _store(settlement, code, holds, detail, warning=False):
    state = "failed" if not holds else "warning" if warning else "ok"
    values = {"state": state, "detail": detail}
    proof = settlement.sudo().proof_ids.filtered(lambda p: p.code == code)[:1]
    if proof:
        proof.write(values)
    else:
        proof.create({"settlement_id": settlement.id, "code": code, **values})
