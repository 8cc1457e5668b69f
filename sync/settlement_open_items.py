"""What is open in Odoo for Amazon orders: the other side of a settlement.

One statement for any number of orders. An order's open items are those of its invoices
and credit notes (the order's own and those of a consolidated sale), the payments
registered for them on the Amazon clearing account, what was written off, and what
earlier settlements left.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_DOCUMENTS = """
    wanted AS (SELECT unnest(%(refs)s::text[]) AS ref),
    orders AS (
        SELECT w.ref, o.id, o.sale_order_id FROM wanted w
          JOIN amazon_order o ON o.amazon_order_ref = w.ref
                             AND o.account_id = %(account)s),
    documents AS (
        SELECT o.ref, m.id AS move_id FROM orders o
          JOIN account_move m ON m.amazon_order_id = o.id
         UNION
        SELECT o.ref, i.move_id FROM orders o
          JOIN sale_order_line sl ON sl.order_id = o.sale_order_id
                                 AND COALESCE(sl.amazon_order_id, o.id) = o.id
          JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
          JOIN account_move_line i ON i.id = r.invoice_line_id)
"""
# an order that another company has in this database is none of ours
_OURS = "m.company_id = %(company)s AND m.move_type IN ('out_invoice', 'out_refund')"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A journal item not yet reconciled. residual: + the buyer still owes it, in the
    item's currency; value: the same in the company's."""

    line_id: int
    account_id: int
    partner_id: int | None
    currency_id: int
    residual: Decimal
    value: Decimal
    date: date  # when it is due: Odoo matches the oldest first
    source: str  # "document", "payment" or "settlement"
    plain: bool  # needs Odoo's own, slower way
    adjustment: str = ""  # the refund a credit note was made for


# what open_item takes; Odoo's cursor would give numbers as floats
COLUMNS = """l.id, l.account_id, l.partner_id, l.currency_id,
             l.amount_residual_currency::text, l.amount_residual::text,
             COALESCE(l.date_maturity, l.date)"""


def open_item(line, account, partner, currency, residual, value, *rest):
    """The OpenItem of a row of COLUMNS and what else it has."""
    return OpenItem(
        line, account, partner, currency, Decimal(residual), Decimal(value), *rest
    )


def open_items(settlement, refs, clearing_ids):
    """{order number: [OpenItem, oldest first]}.

    :param clearing_ids: ledger accounts on which payments of Amazon orders wait
    """
    found = defaultdict(list)
    if not refs:
        return found
    settlement.env.flush_all()
    settlement.env.cr.execute(
        f"""WITH {_DOCUMENTS},
        items AS (
            SELECT d.ref, l.id, 'document' AS source,
                   l.discount_date IS NOT NULL OR NOT m.always_tax_exigible AS plain,
                   COALESCE(m.amazon_adjustment_ref, '') AS adjustment
              FROM documents d
              JOIN account_move m ON m.id = d.move_id
              JOIN account_move_line l ON l.move_id = m.id
             WHERE {_OURS} AND m.state = 'posted'
               AND l.display_type = 'payment_term' AND NOT l.reconciled
             UNION
            SELECT d.ref, l.id, 'payment', TRUE, ''
              FROM documents d
              JOIN account_move__account_payment r ON r.invoice_id = d.move_id
              JOIN account_payment p ON p.id = r.payment_id
              JOIN account_move_line l ON l.move_id = p.move_id
             WHERE l.account_id = ANY(%(clearing)s) AND l.parent_state = 'posted'
               AND l.company_id = %(company)s AND NOT l.reconciled
             UNION
            SELECT w.ref, l.id,
                   CASE WHEN s.id IS NULL THEN 'document' ELSE 'settlement' END,
                   FALSE, ''
              FROM wanted w
              JOIN account_move_line l ON l.amazon_order_ref = w.ref
              JOIN account_move m ON m.id = l.move_id
         LEFT JOIN amazon_settlement s ON s.id = m.amazon_settlement_id
             WHERE (s.id IS NULL OR s.account_id = %(account)s)
               AND l.parent_state = 'posted' AND l.company_id = %(company)s
               AND NOT l.reconciled)
        SELECT i.ref, {COLUMNS}, i.source, i.plain, i.adjustment
          FROM items i JOIN account_move_line l ON l.id = i.id
      ORDER BY i.ref, COALESCE(l.date_maturity, l.date), l.id""",
        {
            "refs": list(refs),
            "account": settlement.account_id.id,
            "company": settlement.company_id.id,
            "clearing": list(clearing_ids),
        },
    )
    for ref, *values in settlement.env.cr.fetchall():
        found[ref].append(open_item(*values))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What Odoo knows of an order that has nothing open."""

    order_id: int | None = None
    store_id: int | None = None
    state: str | None = None
    sale_state: str | None = None
    partner_id: int | None = None
    drafts: int = 0
    # the refunds that draft credit notes are for, "" where they don't say
    draft_credits: tuple = ()
    posted: int = 0
    credits: int = 0


def known_orders(settlement, refs):
    """{order number: Known} of those in the inbox."""
    if not refs:
        return {}
    settlement.env.cr.execute(
        f"""WITH {_DOCUMENTS}
        SELECT o.ref, o.id, a.store_id, a.state, s.state, s.partner_invoice_id,
               count(m.id) FILTER (WHERE m.state = 'draft'
                                     AND m.move_type = 'out_invoice'),
               COALESCE(array_agg(COALESCE(m.amazon_adjustment_ref, ''))
                        FILTER (WHERE m.state = 'draft'
                                  AND m.move_type = 'out_refund'), '{{}}'),
               count(m.id) FILTER (WHERE m.state = 'posted'
                                     AND m.move_type = 'out_invoice'),
               count(m.id) FILTER (WHERE m.state = 'posted'
                                     AND m.move_type = 'out_refund')
          FROM orders o
          JOIN amazon_order a ON a.id = o.id
     LEFT JOIN sale_order s ON s.id = o.sale_order_id
     LEFT JOIN documents d ON d.ref = o.ref
     LEFT JOIN account_move m ON m.id = d.move_id AND {_OURS}
      GROUP BY o.ref, o.id, a.store_id, a.state, s.state, s.partner_invoice_id""",
        {
            "refs": list(refs),
            "account": settlement.account_id.id,
            "company": settlement.company_id.id,
        },
    )
    return {ref: Known(*values) for ref, *values in settlement.env.cr.fetchall()}
