"""What an inbox record asks for, checked against its own data and the store's settings.

Nothing is created here: the importer acts on the plan, the order trace explains it.
"""

from collections import namedtuple

from ..spapi.amounts import order_amounts
from ..spapi.errors import AmountMismatch, MalformedOrder
from ..spapi.orders import parse_order
from . import order_tax, unlinked_items
from .problem import Problem

# the inbox record, its parsed order, and the order's charges
Plan = namedtuple("Plan", "record order amounts")


def plan(record):
    """What the record asks for, checked; None when it is settled without a sale."""
    try:
        order = parse_order(record.payload)
    except MalformedOrder as exc:
        raise Problem("malformed", str(exc)) from exc
    if order.status == "CANCELLED":
        record.write({"state": "canceled", "reason_code": False, "next_try": False})
        return None
    if not record.store_id:
        raise Problem("marketplace", order.sales_channel.marketplace_id)
    if order.is_fba and record.store_id.fba_policy == "ignore":
        record._ignore("fba_off")
        return None
    if not any(item.quantity_ordered for item in order.items):
        raise Problem("no_items", "")
    unlinked_items.check(record)
    try:
        amounts = order_amounts(
            order, fallback=record.store_id.marketplace_id.prices_include_tax
        )
    except AmountMismatch as exc:
        raise Problem("amounts", str(exc)) from exc
    _check_currency(record, amounts.currency)
    _check_settings(record.store_id, order)
    order_tax.check(record.store_id, order, amounts)
    return Plan(record, order, amounts)


def _check_currency(record, code):
    currency = record.currency_id
    if not currency or not currency.active:
        raise Problem(
            "currency",
            record.env._(
                "The order is in %s, which is not active in Odoo. Activate the currency "
                "(Invoicing > Configuration > Currencies).",
                code,
            ),
        )
    company = record.company_id
    if currency != company.currency_id and not currency.rate_ids.filtered(
        lambda rate: rate.company_id.id in (False, company.root_id.id)
    ):
        raise Problem(
            "currency",
            record.env._(
                "Odoo has no exchange rate for %s. Enter one (Invoicing > Configuration "
                "> Currencies).",
                currency.name,
            ),
        )


def _check_settings(store, order):
    missing = store._missing_settings(order.is_fba)
    if missing:
        raise Problem(
            "settings",
            store.env._(
                "Store %(store)s lacks: %(settings)s. Fill it in.",
                store=store.name,
                settings=", ".join(missing),
            ),
        )
