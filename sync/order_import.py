"""Inbox ► sale: one batch of Amazon orders becomes confirmed sales with exact totals.

Understood first (order_plan), then created (sale_builder), compared with Amazon's
figures, and only then confirmed. Merchant orders get Odoo's own transfers; orders
Amazon shipped (FBA) are delivered from the FBA location without one.
"""

from decimal import Decimal

from odoo.tools.float_utils import float_repr

from . import (
    fba_delivery,
    order_acknowledge,
    order_again,
    order_automation,
    order_warehouse,
    unlinked_items,
)
from .customers import customers
from .order_plan import plan
from .order_tax import TaxRules
from .problem import Problem
from .sale_builder import SaleBuilder


def import_orders(records):
    """Make confirmed sales of inbox records of one company.

    A record whose own data or settings don't allow it is blocked; for the others it is
    all or nothing.

    :raises Problem: what showed only in Odoo's document, for the record's screen
    """
    plans = plan_all(records)
    for store in records.store_id:
        for is_fba in (False, True):
            chosen = [
                p
                for p in plans
                if p.record.store_id == store and p.order.is_fba == is_fba
            ]
            if chosen:
                _import_batch(store, chosen, is_fba)


def plan_all(records):
    """Plans of the records that can be imported; the others are blocked."""
    records = order_again.hold(records)
    records.line_ids.product_id.fetch(["taxes_id", "type"])
    return list(filter(None, map(_plan_or_block, records)))


def _plan_or_block(record):
    try:
        return plan(record)
    except Problem as exc:
        record._block(exc.code, str(exc))
        return None


def _import_batch(store, plans, is_fba):
    store = store.with_company(store.company_id)
    buyers = customers(store, [p.order for p in plans])
    rules = TaxRules(store)
    warehouses = {} if is_fba else order_warehouse.choose(store, plans)
    builder = SaleBuilder(store, rules, buyers, warehouses)
    sales = store.env["sale.order"].create([builder.values(p) for p in plans])
    for sale, p, expected in zip(sales, plans, builder.expected, strict=True):
        verify(sale, p, expected)
    confirm(store, sales, is_fba)
    for sale, p in zip(sales, plans, strict=True):
        p.record.sale_order_id = sale
        left = (
            is_fba
            or unlinked_items.has_left(sale)
            or any(p.record.line_ids.mapped("quantity_fulfilled"))
        )
        p.record.to_invoice = left and store.invoice_policy != "none"
    mark_imported(store.env["amazon.order"].union(*(p.record for p in plans)))


def confirm(store, sales, is_fba):
    """Goods leave: Odoo's own transfers, or what Amazon has shipped already."""
    sales = sales.with_context(amz_keep_date_order=True)
    if is_fba:
        sales.with_context(skip_procurement=True).action_confirm()
        unlinked_items.deliver(unlinked_items.service_lines(sales))
        if store.fba_policy == "deliver":
            fba_delivery.deliver(sales, store.fba_location_id)
        sales.action_lock()
    else:
        sales.action_confirm()
        order_automation.start(store, sales)
        unlinked_items.announce(unlinked_items.service_lines(sales))


def mark_imported(records):
    records.write(
        {
            "state": "imported",
            "reason_code": False,
            "reason_detail": False,
            "next_try": False,
        }
    )
    order_acknowledge.mark(records)


def verify(sale, plan, expected):
    """Compare the sale with Amazon's figures, in Decimal, before it is confirmed.

    :param expected: (total, tax) that Amazon's amounts come to under the store's rules
    """
    compare(sale, sale.amount_total, sale.amount_tax, expected)


def compare(sale, amount_total, amount_tax, expected):
    """The same of some of a sale's lines."""
    currency = sale.currency_id
    digits = currency.decimal_places

    def exact(value):
        return Decimal(float_repr(value, digits))

    total, tax = expected
    if exact(amount_total) != total:
        raise Problem(
            "amounts",
            sale.env._(
                "Odoo comes to %(odoo)s %(currency)s, Amazon to %(amazon)s",
                odoo=exact(amount_total),
                amazon=total,
                currency=currency.name,
            ),
        )
    if tax is not None and exact(amount_tax) != tax:
        raise Problem(
            "amounts",
            sale.env._(
                "Odoo's tax comes to %(odoo)s %(currency)s, Amazon's to %(amazon)s",
                odoo=exact(amount_tax),
                amazon=tax,
                currency=currency.name,
            ),
        )
