"""One line for every Amazon order whose money is not in yet, from the ledger itself.

The lines start from open journal items, not from orders: what is settled costs nothing,
however long the history. An item's residual at an earlier date is today's with the later
reconciliations undone.
"""

from odoo.tools import SQL

OPEN_ORDERS = """
WITH
-- accounts that hold the buyers' money: receivables, and the clearing account where
-- payments of Amazon's invoices wait for their settlement
clearing AS (
    SELECT ledger_account_id AS id FROM amazon_settlement_account WHERE kind = 'clearing'
),
ledger AS (
    SELECT id FROM account_account WHERE account_type = 'asset_receivable'
    UNION
    SELECT id FROM clearing
),
-- what was reconciled after the date; nothing without a date
later AS (
    SELECT line_id, SUM(amount) AS amount, SUM(amount_currency) AS amount_currency
      FROM (
        SELECT debit_move_id AS line_id, amount, debit_amount_currency AS amount_currency
          FROM account_partial_reconcile
         WHERE %(at)s IS NOT NULL AND max_date > %(at)s
        UNION ALL
        SELECT credit_move_id, -amount, -credit_amount_currency
          FROM account_partial_reconcile
         WHERE %(at)s IS NOT NULL AND max_date > %(at)s
      ) AS matched
     GROUP BY line_id
),
open_item AS (
    SELECT line.id, line.move_id, line.account_id, line.amazon_order_ref
      FROM account_move_line line
     WHERE line.reconciled IS NOT TRUE
       AND line.account_id IN (SELECT id FROM ledger)
       AND line.parent_state = 'posted'
       AND line.date <= COALESCE(%(at)s, 'infinity')
    UNION
    SELECT line.id, line.move_id, line.account_id, line.amazon_order_ref
      FROM later
      JOIN account_move_line line ON line.id = later.line_id
     WHERE line.account_id IN (SELECT id FROM ledger)
       AND line.parent_state = 'posted'
       AND line.date <= %(at)s
),
order_key AS (
    SELECT DISTINCT move.company_id,
           COALESCE(o.amazon_order_ref, line.amazon_order_ref, paid.order_ref)
               AS order_ref
      FROM open_item line
      JOIN account_move move ON move.id = line.move_id
      LEFT JOIN amazon_order o ON o.id = move.amazon_order_id
      LEFT JOIN LATERAL (
        SELECT po.amazon_order_ref AS order_ref
          FROM account_move__account_payment rel
          JOIN account_move invoice ON invoice.id = rel.invoice_id
          JOIN amazon_order po ON po.id = invoice.amazon_order_id
         WHERE rel.payment_id = move.origin_payment_id
           AND line.account_id IN (SELECT id FROM clearing)
         ORDER BY invoice.id LIMIT 1
      ) paid ON TRUE
     WHERE COALESCE(o.amazon_order_ref, line.amazon_order_ref, paid.order_ref)
           IS NOT NULL
),
-- all journal items of these orders; IS NOT DISTINCT FROM compares the company without
-- being a way to look rows up: nearly all rows are of the same
item AS (
    SELECT line.*, key.order_ref, o.account_id AS amazon_account_id,
           CASE WHEN move.move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                WHEN move.move_type = 'out_refund' THEN 'refund' END AS source
      FROM order_key key
      JOIN amazon_order o ON o.amazon_order_ref = key.order_ref
       AND o.company_id IS NOT DISTINCT FROM key.company_id
      JOIN account_move move ON move.amazon_order_id = o.id
      JOIN account_move_line line ON line.move_id = move.id
    UNION ALL
    SELECT line.*, key.order_ref, settlement.account_id,
           CASE WHEN move.amazon_settlement_id IS NOT NULL THEN 'settlement' END
      FROM order_key key
      JOIN account_move_line line ON line.amazon_order_ref = key.order_ref
       AND line.company_id IS NOT DISTINCT FROM key.company_id
      JOIN account_move move ON move.id = line.move_id AND move.amazon_order_id IS NULL
      LEFT JOIN amazon_settlement settlement ON settlement.id
          = COALESCE(move.amazon_settlement_id, move.amazon_undone_settlement_id)
    UNION ALL
    SELECT line.*, key.order_ref, o.account_id, NULL
      FROM order_key key
      JOIN amazon_order o ON o.amazon_order_ref = key.order_ref
       AND o.company_id IS NOT DISTINCT FROM key.company_id
      JOIN account_move invoice ON invoice.amazon_order_id = o.id
      JOIN account_move__account_payment rel ON rel.invoice_id = invoice.id
      JOIN account_payment payment ON payment.id = rel.payment_id
      JOIN account_move_line line ON line.move_id = payment.move_id
     WHERE line.account_id IN (SELECT id FROM clearing)
       AND line.amazon_order_ref IS NULL
       -- a payment of several orders belongs to the first of them
       AND invoice.id = (
            SELECT MIN(first.id) FROM account_move__account_payment other
              JOIN account_move first ON first.id = other.invoice_id
             WHERE other.payment_id = payment.id AND first.amazon_order_id IS NOT NULL
           )
),
booked AS (
    SELECT item.order_ref, item.company_id, item.currency_id,
           MIN(item.id) AS id,
           MAX(item.amazon_account_id) AS account_id,
           MIN(item.partner_id) AS partner_id,
           MIN(item.date) AS first_date,
           MAX(item.date) FILTER (WHERE source IN ('invoice', 'refund')) AS last_document,
           MAX(item.date) FILTER (WHERE source = 'settlement') AS last_settled,
           SUM(item.amount_currency) FILTER (WHERE source = 'invoice') AS invoiced,
           SUM(item.amount_currency) FILTER (WHERE source = 'refund') AS refunded,
           -SUM(item.amount_currency) FILTER (WHERE source = 'settlement') AS settled,
           SUM(item.amount_residual_currency + COALESCE(later.amount_currency, 0))
               AS amount_open,
           SUM(item.balance) FILTER (WHERE source = 'invoice') AS invoiced_company,
           SUM(item.balance) FILTER (WHERE source = 'refund') AS refunded_company,
           -SUM(item.balance) FILTER (WHERE source = 'settlement') AS settled_company,
           SUM(item.amount_residual + COALESCE(later.amount, 0)) AS amount_open_company
      FROM item
      LEFT JOIN later ON later.line_id = item.id
     WHERE item.account_id IN (SELECT id FROM ledger)
       AND item.parent_state = 'posted'
       AND item.date <= COALESCE(%(at)s, 'infinity')
     GROUP BY item.order_ref, item.company_id, item.currency_id
),
held AS (
    SELECT order_ref, company_id, currency_id,
           MIN(id) AS id,
           MAX(account_id) AS account_id,
           SUM(amount) AS amount,
           SUM(fees) AS fees,
           MIN(posted)::date AS first_date,
           MAX(maturity_date)::date AS until,
           MAX(deferral_reason) AS reason
      FROM amazon_transaction
     WHERE order_ref IS NOT NULL
       AND (status = 'DEFERRED' OR (%(at)s IS NOT NULL AND released::date > %(at)s))
       AND posted::date <= COALESCE(%(at)s, 'infinity')
     GROUP BY order_ref, company_id, currency_id
),
line AS (
    SELECT COALESCE(booked.id * 2, held.id * 2 + 1) AS id,
           COALESCE(booked.order_ref, held.order_ref) AS order_ref,
           COALESCE(booked.company_id, held.company_id) AS company_id,
           COALESCE(booked.currency_id, held.currency_id) AS currency_id,
           COALESCE(booked.account_id, held.account_id) AS account_id,
           LEAST(booked.first_date, held.first_date) AS shipped,
           booked.partner_id, booked.last_document, booked.last_settled,
           booked.invoiced, booked.refunded, booked.settled, booked.amount_open,
           booked.invoiced_company, booked.refunded_company, booked.settled_company,
           booked.amount_open_company,
           held.amount AS held, held.fees, held.until, held.reason
      FROM booked
      FULL JOIN held ON held.order_ref = booked.order_ref
       AND held.company_id = booked.company_id
       AND held.currency_id = booked.currency_id
)
SELECT line.id, line.order_ref, line.company_id, line.currency_id, line.partner_id,
       company.currency_id AS company_currency_id,
       COALESCE(line.account_id, o.account_id) AS account_id,
       o.id AS amazon_order_id, o.store_id, line.shipped,
       %(day)s - line.shipped AS age,
       COALESCE(line.invoiced, 0) AS invoiced,
       COALESCE(line.refunded, 0) AS refunded,
       COALESCE(line.settled, 0) AS settled,
       COALESCE(line.amount_open, 0) AS amount_open,
       COALESCE(line.amount_open, 0) - COALESCE(line.invoiced, 0)
           - COALESCE(line.refunded, 0) + COALESCE(line.settled, 0) AS other,
       COALESCE(line.invoiced_company, 0) AS invoiced_company,
       COALESCE(line.refunded_company, 0) AS refunded_company,
       COALESCE(line.settled_company, 0) AS settled_company,
       COALESCE(line.amount_open_company, 0) AS amount_open_company,
       COALESCE(line.held, 0) AS held,
       COALESCE(line.fees, 0) AS fees,
       line.until AS held_until,
       line.reason AS deferral_reason,
       COALESCE(reported.is_b2b, FALSE) AS is_b2b,
       CASE
           WHEN line.last_settled IS NOT NULL AND line.last_document IS NULL
               THEN 'not_invoiced'
           WHEN line.held IS NOT NULL THEN 'held'
           WHEN reported.is_released THEN 'released'
           WHEN line.last_settled >= line.last_document THEN 'difference'
           ELSE 'waiting'
       END AS state
  FROM line
  JOIN res_company company ON company.id = line.company_id
  LEFT JOIN LATERAL (
    SELECT o.id, o.account_id, o.store_id FROM amazon_order o
     WHERE o.amazon_order_ref = line.order_ref AND o.company_id = line.company_id
     ORDER BY (o.account_id = line.account_id) DESC NULLS LAST, o.id LIMIT 1
  ) o ON TRUE
  LEFT JOIN LATERAL (
    SELECT bool_or(
               t.status = 'RELEASED'
               AND (line.last_settled IS NULL OR t.posted::date > line.last_settled)
           ) AS is_released,
           bool_or(t.deferral_reason = 'B2B') AS is_b2b
      FROM amazon_transaction t
     WHERE t.account_id = COALESCE(line.account_id, o.account_id)
       AND t.order_ref = line.order_ref
       AND t.posted::date <= COALESCE(%(at)s, 'infinity')
  ) reported ON TRUE
"""


def open_orders(at, today):
    """The lines as SQL.

    :param at: the date as of which the ledger is read, or None for now
    :param today: what ages are counted to when there is no such date
    """
    return SQL(
        OPEN_ORDERS,
        at=SQL("%s::date", at or None),
        day=SQL("%s::date", at or today),
    )
