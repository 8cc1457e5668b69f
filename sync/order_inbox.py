"""The inbox of orders: what Amazon sent, once per order, whatever it means."""

from odoo import fields

from . import (
    listing_link,
    order_address,
    order_buyer,
    order_change,
    order_choice,
    order_wait,
    stock_watch,
)
from .order_snapshot import classify, item_values, snapshot

SEEN_STATES = ("imported", "ignored", "canceled")


def store(account, payloads, run=None):
    """Create or refresh the inbox records of raw order payloads, in one batch.

    :return: counts {"captured", "updated", "skipped", "canceled", "blocked"}
    """
    snapshots = _latest({}, map(snapshot, payloads))
    Order = account.env["amazon.order"]
    known = {
        order.amazon_order_ref: order
        for order in Order.with_context(active_test=False).search(
            [
                ("account_id", "=", account.id),
                ("amazon_order_ref", "in", list(snapshots)),
            ]
        )
    }
    context = _Context(account, snapshots.values())
    counts = dict.fromkeys(("captured", "updated", "skipped", "canceled", "blocked"), 0)
    to_create, changed = [], []
    touched = Order
    for reference, snap in snapshots.items():
        order = known.get(reference)
        if order is None:
            values = context.new_values(snap, run)
            to_create.append(values)
            changed.append(snap)
            counts["captured"] += 1
            if values["state"] in ("canceled", "blocked"):
                counts[values["state"]] += 1
        elif order.payload_digest == snap.digest or _is_older(snap, order):
            counts["skipped"] += 1
        else:
            before = order.state
            _refresh(context, order, snap)
            changed.append(snap)
            touched += order
            counts["updated"] += 1
            if order.state != before and order.state in ("canceled", "blocked"):
                counts[order.state] += 1
    if to_create:
        # the log of an order is its run: a chatter line "created" says nothing more
        touched += Order.with_context(mail_create_nolog=True).create(to_create)
    order_wait.park(touched)
    stock_watch.mark(account.env, context.products(changed))
    return counts


def _latest(by_reference, snapshots):
    """One snapshot an order: a page may repeat a row, the last change counts."""
    for snap in snapshots:
        other = by_reference.get(snap.reference)
        if other and other.order and snap.order:
            if other.order.last_updated_time > snap.order.last_updated_time:
                continue
        by_reference[snap.reference] = snap
    return by_reference


def _is_older(snap, order):
    if not (snap.order and order.last_updated):
        return False
    return snap.values["last_updated"] < order.last_updated


class _Context:
    """What a page needs from the database, read once."""

    def __init__(self, account, snapshots):
        self.account = account
        env = account.env
        self.stores = {s.marketplace_id.api_id: s for s in account.store_ids}
        self.choices = order_choice.of(account.store_ids)
        self.currencies = {
            c.name: c.id
            for c in env["res.currency"].with_context(active_test=False).search([])
        }
        self.listings = listing_link.ensure(
            env,
            [
                (self.store_of(snap), values["sku"], values, snap.order.is_fba)
                for snap in snapshots
                if snap.order
                for values in map(item_values, snap.order.items)
                if values["sku"] and self.store_of(snap)
            ],
        )

    def store_of(self, snap):
        channel = snap.order.sales_channel
        return self.stores.get(channel.marketplace_id) if channel else None

    def values(self, snap):
        values = {"payload": snap.payload, "payload_digest": snap.digest}
        if snap.order:
            store = self.store_of(snap)
            values |= snap.values
            values["store_id"] = store.id if store else False
            code = values["currency_code"]
            # a replacement may come without a single amount
            values["currency_id"] = (
                self.currencies.get(code)
                if code
                else store.currency_id.id
                if store
                else False
            )
        return values

    def new_values(self, snap, run):
        values = self.values(snap) | {
            "account_id": self.account.id,
            "amazon_order_ref": snap.reference,
            "run_id": run.id if run else False,
            "line_ids": [(0, 0, v) for v in self.line_values(snap)],
        }
        return values | self.position(snap)

    def line_values(self, snap):
        if not snap.order:
            return []
        store = self.store_of(snap)
        lines = []
        for item in snap.order.items:
            values = item_values(item)
            listing = self.listings.get((store, values["sku"])) if store else None
            lines.append(values | {"listing_id": listing.id if listing else False})
        return lines

    def products(self, snapshots):
        """Ids of the products that merchant orders take from the shelf."""
        return {
            listing.product_id.id
            for snap in snapshots
            if snap.order and not snap.order.is_fba
            for item in snap.order.items
            if (listing := self.listings.get(self.key(snap, item)))
        }

    def key(self, snap, item):
        return self.store_of(snap), item_values(item)["sku"]

    def position(self, snap):
        """State, reason and whether the importer should look at it."""
        if not snap.order:
            return _held("malformed", snap.problem)
        if not self.store_of(snap):
            channel = snap.order.sales_channel
            if not channel or channel.channel_name != "NON_AMAZON":
                return _held("marketplace", (channel and channel.marketplace_id) or "?")
        choice = self.choices.get(self.store_of(snap), order_choice.TO_SHIP)
        state, code, due = classify(snap.order, choice)
        return {
            "state": state,
            "reason_code": code,
            "reason_detail": snap.order.status if code == "unknown_status" else False,
            "next_try": fields.Datetime.now() if due else False,
        }


def _held(code, detail):
    return {
        "state": "blocked",
        "reason_code": code,
        "reason_detail": detail,
        "next_try": False,
    }


def _refresh(context, order, snap):
    """A second sight: status and data follow Amazon, documents are not touched here."""
    if not snap.order:
        # what was understood before stays; the raw answer is kept with the problem
        order.write(
            {"payload": snap.payload, "payload_digest": snap.digest}
            | (
                _held("malformed", snap.problem)
                if order.state not in SEEN_STATES
                else order_change.seen(order, None)
            )
        )
        return
    values = context.values(snap)
    if order.state in ("pending", "blocked"):
        position = context.position(snap)
        if order_choice.stays(order, position):
            position = {"next_try": fields.Datetime.now()}
            if order.state == "blocked":
                position |= {"state": "pending", "reason_code": False}
        if order.next_try and position["next_try"]:
            # what is due stays so since then
            position["next_try"] = min(order.next_try, position["next_try"])
        values |= position
    elif order.state == "imported":
        values |= _news_of_a_sale(order, snap.order)
    order.write(values)
    _refresh_lines(context, order, snap)


def _news_of_a_sale(order, parsed):
    """What the importer is to do about it, or a person to decide."""
    values = order_change.seen(order, parsed)
    redirected = order_address.changed(order.payload, parsed) or order_buyer.arrived(
        order.payload, parsed
    )
    if redirected:
        values["to_redirect"] = True
    if redirected or parsed.status == "CANCELLED":
        values["next_try"] = fields.Datetime.now()
    return values


def _refresh_lines(context, order, snap):
    known = {line.item_ref: line for line in order.line_ids}
    for values in context.line_values(snap):
        line = known.pop(values["item_ref"], None)
        if line is None:
            order.line_ids.create(values | {"order_id": order.id})
        elif order.state == "imported":
            line.quantity_fulfilled = values["quantity_fulfilled"]
        else:
            line.write(values)
    if order.state != "imported":  # what Amazon no longer lists is not asked for
        order.line_ids.browse(line.id for line in known.values()).unlink()
