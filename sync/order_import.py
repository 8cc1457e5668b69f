"""Inbox ► sale: one batch of Amazon orders becomes confirmed sales with exact totals.

Understood first (order_plan), then created (sale_builder), compared with Amazon's
figures, and only then confirmed. Merchant orders get Odoo's own transfers; orders
Amazon shipped (FBA) are delivered from the FBA location without one.
"""

from decimal import Decimal

from odoo.tools.float_utils import float_repr

from . import fba_delivery, outside_shipment
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
    records.line_ids.product_id.fetch(["taxes_id", "type"])
    plans = list(filter(None, map(_plan_or_block, records)))
    for store in records.store_id:
        for is_fba in (False, True):
            chosen = [
                p
                for p in plans
                if p.record.store_id == store and p.order.is_fba == is_fba
            ]
            if chosen:
                _import_batch(store, chosen, is_fba)


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
    builder = SaleBuilder(store, rules, buyers)
    sales = store.env["sale.order"].create([builder.values(p) for p in plans])
    for sale, p, expected in zip(sales, plans, builder.expected, strict=True):
        verify(sale, p, expected)
    sales = sales.with_context(amz_keep_date_order=True)
    if is_fba:
        sales.with_context(skip_procurement=True).action_confirm()
        if store.fba_policy == "deliver":
            fba_delivery.deliver(sales, store.fba_location_id)
        sales.action_lock()
    else:
        sales.action_confirm()
        outside_shipment.apply(sales)
    for sale, p in zip(sales, plans, strict=True):
        p.record.sale_order_id = sale
        left = is_fba or any(p.record.line_ids.mapped("quantity_fulfilled"))
        p.record.to_invoice = left and store.invoice_policy != "none"
    store.env["amazon.order"].union(*(p.record for p in plans)).write(
        {
            "state": "imported",
            "reason_code": False,
            "reason_detail": False,
            "next_try": False,
        }
    )


def verify(sale, plan, expected):
    """Compare the sale with Amazon's figures, in Decimal, before it is confirmed.

    :param expected: (total, tax) that Amazon's amounts come to under the store's rules
    """
    currency = sale.currency_id
    digits = currency.decimal_places

    def exact(value):
        return Decimal(float_repr(value, digits))

    total, tax = expected
    if exact(sale.amount_total) != total:
        raise Problem(
            "amounts",
            sale.env._(
                "Odoo comes to %(odoo)s %(currency)s, Amazon to %(amazon)s",
                odoo=exact(sale.amount_total),
                amazon=total,
                currency=currency.name,
            ),
        )
    if tax is not None and exact(sale.amount_tax) != tax:
        raise Problem(
            "amounts",
            sale.env._(
                "Odoo's tax comes to %(odoo)s %(currency)s, Amazon's to %(amazon)s",
                odoo=exact(sale.amount_tax),
                amazon=tax,
                currency=currency.name,
            ),
        )
