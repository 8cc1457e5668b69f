"""Which merchant orders a store takes in, by their status at Amazon (rows 4.7 to 4.10).

The decision is pure; the settings it needs are read once for all stores. What Amazon
itself excludes (unpaid, canceled) is decided before, whatever a store has chosen.
"""

import re
from collections import Counter, namedtuple

from odoo import fields

READY = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED"})
# they never become sales, also when they are chosen (row 4.11)
NEVER = frozenset({"PENDING", "PENDING_AVAILABILITY", "CANCELLED", "UNFULFILLABLE"})
# what an order waits for, or is left out for, because of the store's choice
REASONS = ("shipped_outside", "unknown_status", "merchant_unshipped", "not_chosen")

# option: the store's capture_option; chosen: plain() of its statuses
Choice = namedtuple("Choice", "option chosen", defaults=("unshipped", frozenset()))

TO_SHIP = Choice()


def plain(text):
    """A status without what differs between people, and between Amazon's APIs:
    'Partially shipped', 'PartiallyShipped' and PARTIALLY_SHIPPED are one."""
    word = re.sub(r"[^a-z0-9]", "", (text or "").casefold())
    return "cancelled" if word == "canceled" else word


_NEVER = {plain(status) for status in NEVER}


def can_be_sold(status):
    """Whether orders of this status can become sales at all."""
    return plain(status) not in _NEVER


def of(stores):
    """{store: Choice}"""
    return {
        store: Choice(
            store.capture_option, frozenset(map(plain, store.status_ids.mapped("name")))
        )
        for store in stores
    }


def position(status, choice):
    """Where a merchant order stands that Amazon lets go on.

    :return: (state, reason code, due), as ``order_snapshot.classify``
    """
    if choice.option == "chosen":
        if plain(status) in choice.chosen:
            return "pending", False, True
        if status == "SHIPPED":  # it does not change any more
            return "ignored", "not_chosen", False
        return "pending", "not_chosen", False
    if status == "SHIPPED":
        if choice.option == "unshipped":
            return "ignored", "shipped_outside", False
        return "pending", False, True
    if status not in READY:
        return "pending", "unknown_status", False
    if choice.option == "shipped":
        return "pending", "merchant_unshipped", False
    return "pending", False, True


def stays(order, found):
    """Whether an order that waits here goes on, though its new status is not one the
    store takes in: shipped elsewhere meanwhile, it belongs in the books all the same.

    :param found: values of its new position
    """
    if found["reason_code"] == "shipped_outside":
        return True
    return found["reason_code"] == "not_chosen" and bool(
        order.next_try
        # it was let in, and is held for something else
        or (
            order.state == "blocked"
            and order.reason_code not in ("malformed", "marketplace")
        )
    )


def reconsider(stores):
    """Decide anew about the orders that waited, or were left out, for the choice.

    A statement for each status, not for each order; the stores say what came of it.
    """
    groups = stores.env["amazon.order"]._read_group(
        [
            ("store_id", "in", stores.ids),
            ("state", "in", ("pending", "ignored")),
            ("reason_code", "in", REASONS),
            ("next_try", "=", False),
        ],
        ["store_id", "fulfillment_status", "reason_code"],
        ["id:recordset"],
    )
    choices, let_in = of(stores), Counter()
    for store, status, code, orders in groups:
        state, reason, due = position(status or "", choices[store])
        if reason == code:
            continue
        orders.write(
            {
                "state": state,
                "reason_code": reason,
                "reason_detail": status if reason == "unknown_status" else False,
                "next_try": fields.Datetime.now() if due else False,
            }
        )
        if due:
            let_in[store] += len(orders)
    for store, count in let_in.items():
        store.account_id._enqueue("process")
        store.message_post(
            body=store.env._(
                "%s orders that had waited or were left out come in now, by the new "
                "choice of orders.",
                count,
            )
        )
