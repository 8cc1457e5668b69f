"""Orders of stores with one sale a day wait in the inbox for the end of the store's day.

An order that could be imported is given the end of the day in which it could: until
then it is not due, and the account's job is woken then, and not before.
"""

from odoo import fields
from odoo.fields import Domain

from . import consolidation_time, unlinked_items

REASON = "consolidation"


def stores(account):
    """The account's stores with one sale a day; a disabled one has its last orders."""
    every = account.with_context(active_test=False).store_ids
    return every.filtered(lambda store: store.order_mode == "daily")


def waiting(stores):
    """What could be imported into the stores' next sales, due or not."""
    return (
        Domain("store_id", "in", stores.ids)
        & Domain("state", "=", "pending")
        & Domain("next_try", "!=", False)
    )


def park(orders):
    """Let those of the orders that could be imported wait for the end of their day."""
    now = fields.Datetime.now()
    chosen = orders.filtered(
        lambda order: order.state == "pending"
        and order.next_try
        and order.store_id.order_mode == "daily"
        and not order.store_id.consolidate_requested
    )
    for store, own in chosen.grouped("store_id").items():
        by_end = own.grouped(lambda order, store=store: end_of(store, order))
        for end, of_day in by_end.items():
            if end > now:
                _wait(store, of_day, end)


def end_of(store, order):
    """When the day ends in which the order could be imported."""
    return consolidation_time.next_time(
        order.next_try, store.consolidation_time, store.tz
    )


def _wait(store, orders, end):
    moved = orders.filtered(
        lambda order: order.next_try != end or order.reason_code != REASON
    )
    if moved:
        moved.write(
            {
                "next_try": end,
                "reason_code": REASON,
                "reason_detail": consolidation_time.local_text(end, store.tz),
            }
        )
        _wake(store.account_id, end)
        # a product that has to be looked up is there by then
        unlinked_items.ask(moved.filtered(_lacks_product))


def _lacks_product(order):
    items = order.line_ids.filtered(lambda x: x.quantity and not x.product_id)
    return unlinked_items.WAIT in map(unlinked_items.decide, items)


def _wake(account, moment):
    """Once: a day's orders come in many pages."""
    cron = account.sudo().process_cron_id
    known = cron.env["ir.cron.trigger"].search_count(
        [("cron_id", "=", cron.id), ("call_at", "=", moment)], limit=1
    )
    if not known:
        cron._trigger(moment)


def retime(stores):
    """The stores' settings changed: what waits does so for the new time, or no more."""
    now = fields.Datetime.now()
    stores = stores.sudo()
    stores.consolidate_requested = False
    orders = stores.env["amazon.order"].search(waiting(stores))
    orders.write({"next_try": now, "reason_code": False, "reason_detail": False})
    park(orders)
    orders.filtered(lambda order: order.next_try <= now).account_id._enqueue("process")
