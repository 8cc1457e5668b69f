"""Inbox ► sale: one batch of Amazon orders becomes confirmed sales with exact totals.

Understood first (pure), then created, compared with Amazon's figures, and only then
confirmed. Merchant orders get Odoo's own transfers; orders Amazon shipped (FBA) are
delivered from the FBA location without one.
"""

from collections import namedtuple
from decimal import Decimal

from odoo.fields import Command
from odoo.tools.float_utils import float_repr

from ..spapi.amounts import order_amounts
from ..spapi.errors import AmountMismatch, MalformedOrder
from ..spapi.orders import parse_order
from . import fba_delivery, outside_shipment
from .customers import customers
from .order_tax import TaxRules, extra_tax_data
from .problem import Problem

Plan = namedtuple("Plan", "record order amounts")


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


def plan(record):
    """What the record asks for, checked; None when it is settled without a sale."""
    try:
        order = parse_order(record.payload)
    except MalformedOrder as exc:
        raise Problem("malformed", str(exc)) from exc
    if not record.store_id:
        raise Problem("marketplace", order.sales_channel.marketplace_id)
    if order.is_fba and record.store_id.fba_policy == "ignore":
        record._ignore("fba_off")
        return None
    if not any(item.quantity_ordered for item in order.items):
        raise Problem("no_items", "")
    unlinked = record.line_ids.filtered(lambda x: x.quantity and not x.product_id)
    if unlinked:
        raise Problem(
            "unlinked", ", ".join(dict.fromkeys(x.sku or "?" for x in unlinked))
        )
    try:
        amounts = order_amounts(
            order, fallback=record.store_id.marketplace_id.prices_include_tax
        )
    except AmountMismatch as exc:
        raise Problem("amounts", str(exc)) from exc
    _check_currency(record, amounts.currency)
    _check_settings(record.store_id, order)
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


def _import_batch(store, plans, is_fba):
    store = store.with_company(store.company_id)
    buyers = customers(store, [p.order for p in plans])
    rules = TaxRules(store)
    builder = _SaleBuilder(store, rules, buyers)
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


def gift_message(order):
    """All gift messages of the order's items, one paragraph each."""
    options = (
        item.fulfillment and item.fulfillment.gift_option for item in order.items
    )
    messages = (option.message for option in options if option and option.message)
    return "\n\n".join(dict.fromkeys(messages)) or False


class _SaleBuilder:
    """Values of the sales of one store's batch."""

    def __init__(self, store, rules, buyers):
        self.store = store
        self.rules = rules
        self.buyers = buyers
        self.expected = []
        self.rates = {}

    def values(self, plan):
        record, order, store = plan.record, plan.order, self.store
        customer = self.buyers[order.order_id]
        values = {
            "partner_id": customer.partner.id,
            "partner_invoice_id": customer.partner.id,
            "partner_shipping_id": customer.shipping.id,
            "client_order_ref": order.order_id,
            "origin": order.order_id,
            "date_order": record.purchase_date,
            "commitment_date": record.ship_by,
            "company_id": store.company_id.id,
            "warehouse_id": store.warehouse_id.id,
            "pricelist_id": store._pricelist(record.currency_id).id,
            "fiscal_position_id": False,
            "payment_term_id": store.payment_term_id.id,
            "team_id": store.team_id.id,
            "user_id": store.user_id.id,
            "sale_order_template_id": False,
            "require_signature": False,
            "require_payment": False,
            "note": False,
            "amazon_order_id": record.id,
            "amazon_store_id": store.id,
            "amazon_gift_message": gift_message(order),
            "order_line": self._lines(plan, customer),
        }
        self.expected.append(self._expected(plan))
        return record._prepare_sale_order(values, order)

    def _expected(self, plan):
        """(total, tax) from Amazon's totals alone; tax None where our rule decides."""
        amounts, mode = plan.amounts, self.store.tax_mode
        due = amounts.total_gross - amounts.total_facilitated
        if mode == "ignore":
            inclusive = amounts.inclusive and not amounts.total_facilitated
            return (due if inclusive else amounts.total_net), Decimal(0)
        if mode == "amazon":
            return due, amounts.total_tax - amounts.total_facilitated
        return due, None

    def _rate(self, record):
        company = self.store.company_id
        key = (record.currency_id, record.purchase_date.date())
        if key not in self.rates:
            self.rates[key] = record.env["res.currency"]._get_conversion_rate(
                company.currency_id, record.currency_id, company, key[1]
            )
        return self.rates[key]

    def _lines(self, plan, customer):
        lines = {line.item_ref: line for line in plan.record.line_ids}
        fallback = self.rules.none
        commands = []
        # items first: their tax is the fallback for shipping and discount
        for charge in sorted(plan.amounts.charges, key=lambda c: c.kind != "ITEM"):
            line = lines[charge.order_item_id] if charge.kind == "ITEM" else None
            product, quantity, values = self._charge(charge, line)
            tax = self.rules.line_tax(
                charge,
                product,
                customer,
                plan.record.currency_id,
                fallback,
                plan.amounts.inclusive,
            )
            if line and not fallback:
                fallback = tax.taxes - self.store._marketplace_taxes()
            price_unit = float(tax.unit_basis) / quantity
            values |= {
                "product_id": product.id,
                "product_uom_id": product.uom_id.id,
                "product_uom_qty": quantity,
                "price_unit": price_unit,
                "discount": 0.0,
                "tax_ids": [Command.set(tax.taxes.ids)],
                "extra_tax_data": extra_tax_data(
                    tax,
                    price_unit,
                    quantity,
                    plan.record.currency_id,
                    self._rate(plan.record),
                ),
            }
            commands.append(Command.create(values))
        return commands

    def _charge(self, charge, line):
        """(product, quantity, own values) of a charge's sale line."""
        if line:
            return (
                line.product_id,
                charge.quantity * line.listing_id.quantity_factor,
                {"amazon_order_line_id": line.id},
            )
        product, label = self.store._charge_product(charge.kind)
        return product, 1, {"name": label, "is_delivery": charge.kind == "SHIPPING"}
