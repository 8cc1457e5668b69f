"""The last look before Odoo's quantities overwrite Amazon's: nothing is sent."""

from odoo import fields
from odoo.tools import SQL

from . import stock_look, stock_refresh, stock_seen

# More SKUs than these calls can read are known from a load of the products.
CALLS = 50


def compare(account):
    """Compute all quantities of an account, beside those that Amazon shows.

    Amazon is asked before anything is written, and first for SKUs it never showed.
    """
    seen, fba = {}, []
    skus = _not_seen_lately(account)
    if skus:
        with account._client() as api:
            for start in range(0, len(skus), stock_look.PAGE):
                page = skus[start : start + stock_look.PAGE]
                found = stock_look.look(account, api, page)
                now = fields.Datetime.now()
                for sku, item in found.items():
                    if item and item.quantity is not None:
                        seen[sku] = item.quantity, now
                    if item and item.is_fba:
                        fba.append(sku)
    stock_seen.note(account, seen)
    if fba:
        stock_refresh.became_fba(account, fba)
    stock_refresh.refresh(account, full=True)


def _not_seen_lately(account):
    """The SKUs whose quantity Amazon has not told within the last hour."""
    account.env["amazon.quantity"].flush_model()
    account.env["amazon.listing"].flush_model()
    return [
        row[0]
        for row in account.env.execute_query(
            SQL(
                """
                SELECT listing.sku
                  FROM amazon_listing listing
             LEFT JOIN amazon_quantity known
                    ON known.account_id = listing.account_id
                   AND known.sku = listing.sku
                 WHERE listing.account_id = %s
                   AND listing.active
                   AND listing.channel = 'merchant'
                   AND listing.status = 'listed'
                   AND listing.is_parent IS NOT TRUE
                   AND listing.is_remote IS NOT TRUE
                   AND (known.effective_date IS NULL OR known.effective_date < %s)
              GROUP BY listing.sku
              ORDER BY MIN(known.effective_date) NULLS FIRST, listing.sku
                 LIMIT %s
                """,
                account.id,
                fields.Datetime.now() - stock_refresh.FRESH,
                CALLS * stock_look.PAGE,
            )
        )
    ]
