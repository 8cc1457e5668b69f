"""The values of a batch's sales, exactly as Amazon states them."""

from decimal import Decimal

from odoo.fields import Command

from . import order_tax_note, unlinked_items
from .delivery_method import DeliveryMethods
from .delivery_note import delivery_note
from .order_tax import extra_tax_data


def gift_message(order):
    """All gift messages of the order's items, one paragraph each."""
    options = (
        item.fulfillment and item.fulfillment.gift_option for item in order.items
    )
    messages = (option.message for option in options if option and option.message)
    return "\n\n".join(dict.fromkeys(messages)) or False


class SaleBuilder:
    """Values of the sales of one store's batch.

    :param buyers: {order id: Customer}
    :param taxed_at: the same of those whose goods go elsewhere than the sale says
    """

    def __init__(self, store, rules, buyers, warehouses=None, taxed_at=None):
        self.store = store
        self.rules = rules
        self.buyers = buyers
        self.taxed_at = buyers | (taxed_at or {})
        self.warehouses = warehouses or {}  # by order id; else the store's
        self.expected = []
        self.rates = {}
        self.delivery = DeliveryMethods(store)

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
            "carrier_id": self.delivery.of(order).id,
            "company_id": store.company_id.id,
            "warehouse_id": self.warehouses.get(order.order_id, store.warehouse_id).id,
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
            **store._sale_labels(order.order_id),
            "amazon_delivery_note": delivery_note(store.env, order),
            "order_line": self._lines(plan, self.taxed_at[order.order_id]),
        }
        self.expected.append(self._expected(plan, values["order_line"]))
        return record._prepare_sale_order(values, order)

    def _expected(self, plan, lines):
        """(total, tax) from Amazon's totals alone; tax None where our rule decides."""
        amounts, mode = plan.amounts, self.store.tax_mode
        due = amounts.total_gross - amounts.total_facilitated
        if mode == "ignore":
            return (due if amounts.inclusive else amounts.total_net), Decimal(0)
        if mode == "amazon" and self.store.recalculate_tax:
            figures = order_tax_note.expected(plan, lines)
            order_tax_note.tell(plan, figures)
            return figures
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
                "amazon_order_id": plan.record.id,
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
            return unlinked_items.sale_values(line, charge.quantity)
        product, label = self.store._charge_product(charge.kind)
        return product, 1, {"name": label, "is_delivery": charge.kind == "SHIPPING"}
