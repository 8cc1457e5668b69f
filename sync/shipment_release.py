"""Outbox rows that wait, looked at again: by a button, or because a setting changed.

Nothing here talks to Amazon: what may go is queued for the job that sends.
"""

from collections import defaultdict

from . import shipment_outbox


def release(stores):
    """Queue everything that was dispatched and not sent, with tracking or without.

    :return: (rows queued, rows that can't go because Amazon demands a carrier)
    """
    rows = shipment_outbox.unsent(stores.env, stores)
    going = rows.browse()
    for row in rows:
        package = _update(row)
        if package["carrier_code"]:
            going |= row
    going.filtered(lambda row: not row.tracking).without_tracking = True
    _settle({tuple(shipment_outbox.SEND.items()): going})
    return going, rows - going


def reconsider(stores, states=("waiting",)):
    """A setting changed: what waits goes, and what must not go waits, by the new one."""
    groups = defaultdict(stores.env["amazon.submission"].sudo().browse)
    for row in shipment_outbox.unsent(stores.env, stores, states):
        _update(row)
        position = shipment_outbox.position(row.picking_id, row.without_tracking)
        if any(row[name] != value for name, value in position.items()):
            groups[tuple(position.items())] |= row
    _settle(groups)


def _update(row):
    """The parcel as the transfer has it now."""
    package = shipment_outbox.package(row.picking_id)
    payload = row.payload | package
    if payload != row.payload:
        row.payload = payload
    return package


def _settle(groups):
    for position, rows in groups.items():
        shipment_outbox.settle(rows, dict(position))
