"""Inbox ► one sale a day, for stores that keep their books that way (row 4.22).

All orders of a store that are ready when its day ends become one sale of the default
customer: one for those Amazon ships, one for those shipped from each warehouse, one per
currency. All of a store's orders go in one transaction: a sale has all of its orders, or
there is none. Whoever can't be sold is left out, and the others go.
"""

import logging
from collections import defaultdict, namedtuple
from contextlib import closing
from decimal import Decimal
from functools import partial

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from . import (
    consolidation_time,
    customer_delivery,
    order_import,
    order_wait,
    order_warehouse,
    unlinked_items,
)
from .order_tax import TaxRules
from .problem import Problem
from .sale_builder import SaleBuilder
from .transaction import retried

_logger = logging.getLogger(__name__)

# an order of the sale; the values of the sale it would be alone; its (total, tax)
Part = namedtuple("Part", "plan values expected")


def consolidate_due(account, run):
    """Make the sales of the account's stores whose day has ended; commits each store's.

    :return: how many orders were looked at
    """
    count = 0
    for store in order_wait.stores(account):
        done = retried(account.env, partial(_consolidate, store, run))
        account.env["ir.cron"]._commit_progress(done)
        count += done
    return count


def drop_requests(account):
    """What a request was for is gone, canceled maybe: what comes later waits again."""
    now = fields.Datetime.now()
    for store in order_wait.stores(account).filtered("consolidate_requested"):
        if not _due(store, now):
            store.consolidate_requested = False


def _consolidate(store, run):
    now = fields.Datetime.now()
    requested = store.consolidate_requested
    store = store.with_company(store.company_id)
    orders = _due(store, now)
    order_wait.park(orders)
    ready = orders.filtered(lambda order: order.next_try <= now)
    if ready:
        ready.process_run_id = run
        # the job may come late: what two days have brought are two sales
        by_end = ready.grouped(lambda x: requested or order_wait.end_of(store, x))
        for end, of_day in sorted(by_end.items()):
            for key, parts in _groups(store, of_day).items():
                _sell(store, parts, end, is_fba=key[0])
        run._add(
            processed=len(ready.filtered(lambda order: order.state == "imported")),
            blocked=len(ready.filtered(lambda order: order.state == "blocked")),
        )
    if requested:
        store.consolidate_requested = False
    return len(ready)


def _due(store, now):
    """The store's orders that nobody else has in his hands.

    Waits for whoever has: what was left out would be a second sale of the day. What
    the other one changed makes this transaction start again.
    """
    domain = order_wait.waiting(store) & Domain("next_try", "<=", now)
    orders = store.env["amazon.order"].search(domain, order="purchase_date, id")
    if orders:
        store.env.execute_query(
            SQL(
                "SELECT id FROM amazon_order WHERE id = ANY(%s) "
                "ORDER BY id FOR NO KEY UPDATE",
                orders.ids,
            )
        )
    return orders


def _groups(store, records):
    """{(by Amazon, currency, warehouse): [Part]}; what can't be read is blocked.

    All in one savepoint, or one by one when something unforeseen is wrong with one.
    """
    try:
        with store.env.cr.savepoint():
            return _read(store, records)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if len(records) == 1:
            _block(records, exc)
            return {}
        _logger.info("Amazon orders of a day one by one after: %s", exc)
    groups = defaultdict(list)
    for record in records:
        for key, parts in _groups(store, record).items():
            groups[key] += parts
    return groups


def _read(store, records):
    plans = order_import.plan_all(records)
    partner = store.default_customer_id
    address = partner.address_get(["delivery"])["delivery"]
    customer = customer_delivery.Customer(partner, partner.browse(address))
    buyers = {plan.order.order_id: customer for plan in plans}
    warehouses = order_warehouse.choose(store, [p for p in plans if not p.order.is_fba])
    taxed_at = customer_delivery.destinations(customer, [p.order for p in plans])
    builder = SaleBuilder(store, TaxRules(store), buyers, warehouses, taxed_at)
    groups = defaultdict(list)
    for plan in plans:
        try:
            values = builder.values(plan)
        except Problem as exc:
            plan.record._block(exc.code, str(exc))
            continue
        key = plan.order.is_fba, plan.record.currency_id, values["warehouse_id"]
        groups[key].append(Part(plan, values, builder.expected[-1]))
    return groups


def _sell(store, parts, end, is_fba):
    """Make the sale; an order that can't be part of it is blocked, the others go."""
    while parts and (error := _attempt(store, parts, end, is_fba)):
        culprits = list(_culprits(store, parts, end, is_fba, error))
        # each could go alone, but not together: nobody knows whose fault it is
        for part, exc in culprits or [(part, error) for part in parts]:
            _block(part.plan.record, exc)
        parts = [part for part in parts if part.plan.record.state == "pending"]


def _attempt(store, parts, end, is_fba, keep=True):
    """Make the sale of these orders; what went wrong, and then nothing is made.

    :param keep: False undoes the sale in any case
    """
    try:
        with closing(store.env.cr.savepoint()) as savepoint:
            _make(store, parts, end, is_fba)
            if keep:
                savepoint.close(rollback=False)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if not isinstance(exc, Problem | UserError):
            _logger.info("Amazon orders of a day in parts after: %s", exc)
        return exc
    return None


def _culprits(store, parts, end, is_fba, error):
    """(part, exception) of those that fail alone, found by halving; nothing is made."""
    if len(parts) == 1:
        yield parts[0], error
        return
    middle = len(parts) // 2
    for half in (parts[:middle], parts[middle:]):
        if error := _attempt(store, half, end, is_fba, keep=False):
            yield from _culprits(store, half, end, is_fba, error)


def _block(record, exc):
    if isinstance(exc, Problem):
        record._block(exc.code, str(exc))
    elif isinstance(exc, UserError):
        record._block("refused", str(exc))
    else:
        _logger.error(
            "Amazon order %s can't be part of the day's sale",
            record.amazon_order_ref,
            exc_info=exc,
        )
        record._block("refused", f"{type(exc).__name__}: {exc}.")


def _make(store, parts, end, is_fba):
    records = store.env["amazon.order"].union(*(part.plan.record for part in parts))
    values = _sale_values(store, parts, end)
    Sale = store.env["sale.order"]
    sale = Sale.create(Sale._prepare_amazon_consolidated(values, records))
    _verify(sale, parts)
    order_import.confirm(store, sale, is_fba)
    records.sale_order_id = sale
    order_import.mark_imported(records)
    left = is_fba or any(records.line_ids.mapped("quantity_fulfilled"))
    if left or unlinked_items.has_left(sale):
        to_invoice(sale)


def _sale_values(store, parts, end):
    """The sale is what all of its orders would be alone, where they agree."""
    first = parts[0].values
    values = {
        name: all(part.values.get(name) == value for part in parts) and value
        for name, value in first.items()
    }
    partner = store.default_customer_id
    addresses = partner.address_get(["invoice", "delivery"])
    day = consolidation_time.day_of(end, store.tz)
    title = store.env._("Amazon Sales for %s", f"{day:%d/%m/%Y}")
    ship_by = [x for part in parts if (x := part.values.get("commitment_date"))]
    lines = []
    for part in parts:
        reference = part.plan.record.amazon_order_ref
        for _create, _id, line in [
            _heading(part.plan.record),
            *part.values["order_line"],
        ]:
            lines.append(Command.create(line | {"amazon_order_ref": reference}))
    return values | {
        "partner_id": partner.id,
        "partner_invoice_id": addresses["invoice"],
        "partner_shipping_id": addresses["delivery"],
        "client_order_ref": title,
        "origin": title,
        "date_order": end,
        "commitment_date": min(ship_by, default=False),
        "amazon_order_id": False,
        "amazon_gift_message": False,
        "order_line": lines,
    }


def _heading(record):
    """Stands above the order's lines, on the sale as on its invoices."""
    return Command.create(
        {
            "display_type": "line_section",
            "name": record.env._("Amazon order %s", record.amazon_order_ref),
            "amazon_order_id": record.id,
        }
    )


def _verify(sale, parts):
    """Each order's lines come to Amazon's figures, and so does the sale."""
    by_order = sale.order_line.grouped("amazon_order_id")
    total, tax = Decimal(0), Decimal(0)
    for part in parts:
        lines = by_order[part.plan.record]
        amounts = sum(lines.mapped("price_total")), sum(lines.mapped("price_tax"))
        order_import.compare(sale, *amounts, part.expected)
        total += part.expected[0]
        tax = None if None in (tax, part.expected[1]) else tax + part.expected[1]
    order_import.compare(sale, sale.amount_total, sale.amount_tax, (total, tax))


# -- afterwards ---------------------------------------------------------------------


def is_consolidated(sale):
    """Whether the sale stands for a day's orders, be it a single one."""
    return bool(sale.amazon_store_id and not sale.amazon_order_id)


def shipped(pickings):
    """Goods have left the house: those of consolidated sales are to be invoiced."""
    pickings = pickings.filtered(
        lambda x: x.state == "done"
        and x.picking_type_code == "outgoing"
        and is_consolidated(x.sale_id)
    )
    unlinked_items.deliver_with(
        pickings.filtered(lambda x: not x.amazon_shipped_outside)
    )
    for sale in pickings.sale_id:
        to_invoice(sale)


def delivered(sales):
    """A person may have entered what has left without a transfer."""
    for sale in sales.filtered(is_consolidated):
        if sale.state == "sale" and unlinked_items.all_left(sale):
            to_invoice(sale)


def to_invoice(sale):
    """One of its orders stands for all: there is one invoice."""
    if sale.amazon_store_id.invoice_policy != "none":
        sale.amazon_order_ids[:1].to_invoice = True
        sale.amazon_order_ids.account_id._enqueue("process")


def forgotten(records, stores):
    """{Amazon's number: sale} of orders on a day's sale that the log has forgotten."""
    lines = records.env["sale.order.line"].search(
        [
            ("amazon_order_ref", "in", records.mapped("amazon_order_ref")),
            ("amazon_order_id", "=", False),
            ("order_id.amazon_store_id", "in", stores.ids),
            ("state", "!=", "cancel"),
        ],
        order="id",
    )
    return {line.amazon_order_ref: line.order_id for line in lines}


def remember(record, sale):
    """Give an order of a day's sale its lines back; whether the sale is one."""
    lines = sale.order_line.filtered(
        lambda line: line.amazon_order_ref == record.amazon_order_ref
    )
    lines.amazon_order_id = record
    return bool(lines)


def tell_canceled(order):
    """What Amazon canceled after the day's sale was made; the sale stays as it is."""
    lines = order.sale_order_id.order_line.filtered(
        lambda line: line.amazon_order_id == order and not line.display_type
    )
    return order.env._(
        "Amazon canceled order %(order)s after it became part of this sale. Nothing was "
        "changed in Odoo: take its lines out if they have not been shipped or invoiced. "
        "They are: %(lines)s.",
        order=order.amazon_order_ref,
        lines="; ".join(
            f"{line.product_uom_qty:g} × {line.product_id.display_name} "
            f"({line.price_total:.2f} {line.currency_id.name})"
            for line in lines
        ),
    )
