"""Amazon orders that Odoo's stock does not know yet, and those Amazon has counted.

A pending order takes its units at Amazon at once, but has no transfer in Odoo: what is
to sell is less by them. And after a quantity was sent, Amazon lowers it by itself with
every order: what it shows then is no mismatch.
"""

from odoo.tools import SQL


def awaiting(env, company):
    """[(warehouse or None, product, units)] in merchant orders without transfers."""
    env["amazon.order.line"].flush_model()
    env["amazon.order"].flush_model()
    env["amazon.listing"].flush_model()
    return env.execute_query(
        SQL(
            """
            SELECT store.warehouse_id, listing.product_id,
                   SUM((line.quantity - COALESCE(line.quantity_fulfilled, 0))
                       * listing.quantity_factor)
              FROM amazon_order_line line
              JOIN amazon_order sale ON sale.id = line.order_id
              JOIN amazon_listing listing ON listing.id = line.listing_id
         LEFT JOIN amazon_store store ON store.id = sale.store_id
             WHERE sale.state IN ('pending', 'blocked')
               AND sale.fulfilled_by = 'MERCHANT'
               AND sale.sale_order_id IS NULL
               AND sale.company_id = %s
               AND listing.product_id IS NOT NULL
               AND line.quantity > COALESCE(line.quantity_fulfilled, 0)
          GROUP BY store.warehouse_id, listing.product_id
            """,
            company.id,
        )
    )


def ordered_since(account, moments):
    """{sku: units} bought since the moment given for it, in orders that Odoo knows.

    By Amazon's time of the purchase, not by when Odoo got to know: what was bought
    before a quantity was shown or sent had its units taken off the number before.

    :param moments: {sku: naive UTC}
    """
    if not moments:
        return {}
    env = account.env
    env["amazon.order.line"].flush_model()
    env["amazon.order"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT line.sku, sale.purchase_date, sale.create_date, line.quantity
              FROM amazon_order sale
              JOIN amazon_order_line line ON line.order_id = sale.id
             WHERE sale.account_id = %s
               AND sale.fulfilled_by = 'MERCHANT'
               AND sale.state != 'ignored'
               AND sale.create_date > %s
               AND line.sku = ANY(%s)
            """,
            account.id,
            min(moments.values()),
            list(moments),
        )
    )
    ordered = {}
    for sku, purchased, created, units in rows:
        # a clock that was moved makes Amazon's time of an order no proof by itself
        if min(purchased or created, created) > moments[sku]:
            ordered[sku] = ordered.get(sku, 0) + (units or 0)
    return ordered
