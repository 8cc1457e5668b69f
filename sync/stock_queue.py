"""The queue of quantities: what is due, who has it, and what of it was sent."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

from ..spapi.quantities import QuantityChange

LEASE = timedelta(minutes=10)


def due(account):
    """Queued rows whose time has come and that are in no unfinished feed."""
    return (
        Domain("account_id", "=", account.id)
        & Domain("state", "=", "queued")
        & Domain("next_try", "<=", fields.Datetime.now())
        & (Domain("feed_id", "=", False) | Domain("feed_id.state", "!=", "processing"))
    )


def lease(account, ids):
    """Take rows for this worker: ids of those that nobody else has."""
    rows = (
        account.env["amazon.quantity"]
        .search(due(account) & Domain("id", "in", ids))
        .try_lock_for_update()
        .filtered_domain(due(account))
    )
    if rows:
        rows.write({"next_try": fields.Datetime.now() + LEASE})
        # should this worker die, another looks again when the lease has ended
        account._enqueue("stock", LEASE)
    return rows.ids


def release(account, ids, wait=timedelta(0)):
    """Give back what this worker has leased and not sent; what is held stays held.

    :param wait: so long nothing goes, also nothing else that is due
    """
    theirs = Domain("id", "in", list(ids)) & Domain("state", "=", "queued")
    account.env["amazon.quantity"].search(
        theirs | due(account) if wait else theirs
    ).write({"next_try": fields.Datetime.now() + wait})


def change_of(row, quantity=None, product_type="PRODUCT"):
    return QuantityChange(
        row.sku,
        row.quantity if quantity is None else quantity,
        lead_time=row.lead_time or None,
        product_type=product_type,
    )


def sent_values(change):
    """What was sent last; a lead time that was left out stays as it was."""
    values = {
        "sent_quantity": change.quantity,
        # not before: what Amazon sold until then was overwritten
        "sent_date": fields.Datetime.now(),
    }
    if change.lead_time:
        values["sent_lead_time"] = change.lead_time
    return values
