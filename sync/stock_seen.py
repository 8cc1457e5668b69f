"""What Amazon shows: quantities that pass by in reports and listings are kept.

Rows of ``amazon.quantity`` are made and linked to their listings here, in bulk.
"""

from odoo.tools import SQL


def note(account, seen):
    """Keep what buyers meet at Amazon; in the caller's transaction.

    :param seen: {sku: (quantity, moment)}; moments are naive UTC. What is older than
        what is known changes nothing.
    """
    rows = [
        (account.id, account.company_id.id, sku, quantity, moment)
        for sku, (quantity, moment) in seen.items()
        if quantity is not None
    ]
    if not rows:
        return
    env = account.env
    env["amazon.quantity"].flush_model()
    env.cr.execute_values(
        """
        INSERT INTO amazon_quantity AS known
               (account_id, company_id, sku, active_sync, state, effective_quantity,
                effective_date, create_uid, create_date, write_uid, write_date)
        SELECT seen.account, seen.company, seen.sku, TRUE, 'off', seen.quantity,
               seen.moment, 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
          FROM (VALUES %s) AS seen (account, company, sku, quantity, moment)
        ON CONFLICT (account_id, sku) DO UPDATE
           SET effective_quantity = EXCLUDED.effective_quantity,
               effective_date = EXCLUDED.effective_date,
               difference = CASE WHEN known.state = 'off' THEN 0
                   ELSE COALESCE(known.quantity, 0) - EXCLUDED.effective_quantity END
         WHERE known.effective_date IS NULL
            OR known.effective_date < EXCLUDED.effective_date
        """,
        rows,
        template="(%s, %s, %s, %s, %s::timestamp)",
        page_size=5000,
    )
    env["amazon.quantity"].invalidate_model()


def attach(listings):
    """Give the listings their SKU's quantity, made where it is missing."""
    if listings:
        listings.flush_model()
        _attach(listings.env, SQL("listing.id = ANY(%s)", listings.ids))
        listings.invalidate_model(["quantity_id"])


def attach_all(account, skus=None):
    """The same for all listings of an account, or those with these SKUs."""
    account.env["amazon.listing"].flush_model()
    chosen = SQL("listing.account_id = %s", account.id)
    if skus is not None:
        chosen = SQL("%s AND listing.sku = ANY(%s)", chosen, list(skus))
    _attach(account.env, chosen)
    account.env["amazon.listing"].invalidate_model(["quantity_id"])


def _attach(env, chosen):
    env["amazon.quantity"].flush_model()
    env.cr.execute(
        SQL(
            """
            INSERT INTO amazon_quantity
                   (account_id, company_id, sku, active_sync, state,
                    create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT listing.account_id, listing.company_id, listing.sku, TRUE,
                   'off', 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM amazon_listing listing
         LEFT JOIN amazon_quantity known
                ON known.account_id = listing.account_id AND known.sku = listing.sku
             WHERE known.id IS NULL AND listing.is_parent IS NOT TRUE AND %s
            ON CONFLICT (account_id, sku) DO NOTHING
            """,
            chosen,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE amazon_listing listing
               SET quantity_id = quantity.id
              FROM amazon_quantity quantity
             WHERE quantity.account_id = listing.account_id
               AND quantity.sku = listing.sku
               AND listing.quantity_id IS DISTINCT FROM quantity.id
               AND %s
            """,
            chosen,
        )
    )
    env["amazon.quantity"].invalidate_model()
