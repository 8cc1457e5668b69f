"""Whose stock has moved: noted once a transaction, for all accounts that sell it.

Whoever moves stock only adds rows, at the end of the transaction and in one statement;
the job that computes quantities removes them. So nobody in the warehouse ever waits for
that job, and where no account has Stock out on, it costs one empty statement.
"""

from odoo.tools import SQL

_KEY = "amazon_connector.stock_watch"


def mark(env, product_ids):
    """These products have more or less to sell, or are sold in another way."""
    product_ids = {product_id for product_id in product_ids if product_id}
    if not product_ids:
        return
    precommit = env.cr.precommit
    marked = precommit.data.get(_KEY)
    if marked is None:
        marked = precommit.data[_KEY] = set()
        precommit.add(lambda: _write(env, precommit.data.pop(_KEY, ())))
    marked |= product_ids


def mark_all(accounts):
    """All quantities of these accounts are to be computed again."""
    known = accounts.sudo().filtered("stock_checked")
    if known:
        known.write({"stock_checked": False})
    for account in accounts.sudo().filtered("sync_stock"):
        account._enqueue("stock")


def _write(env, product_ids):
    """Add the rows of one transaction, and wake the jobs of the accounts."""
    if not product_ids:
        return
    rows = env.execute_query(
        SQL(
            """
            WITH added AS (
                INSERT INTO amazon_stock_change (account_id, company_id, product_id)
                SELECT account.id, account.company_id, product.id
                  FROM amazon_account account
                  JOIN product_product product ON product.id = ANY(%s)
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE account.active AND account.sync_stock
                   AND (template.company_id IS NULL
                        OR template.company_id = account.company_id)
             RETURNING account_id
            )
            SELECT DISTINCT account_id FROM added
            """,
            sorted(product_ids),
        )
    )
    for account in env["amazon.account"].browse(row[0] for row in rows):
        account._enqueue("stock")
    if rows:
        env.flush_all()  # the transaction is about to end
