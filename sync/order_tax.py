"""Tax of a charge, by the store's tax mode (design: money and tax, per store).

All modes end the same way: taxes for the line, and for each of them Amazon's or the
rule's exact amount, which Odoo carries as ``extra_tax_data`` to invoice and credit note.
"""

from collections import namedtuple
from decimal import Decimal

from .problem import Problem

# amounts: {tax id: (tax amount, base amount)} in the order's currency, Decimal
LineTax = namedtuple("LineTax", "taxes net amounts unit_basis")

ZERO = Decimal(0)


class TaxRules:
    """Decides line taxes for the orders of one store; caches what repeats."""

    def __init__(self, store):
        self.store = store
        self.none = store.env["account.tax"]
        self.mapped = {}
        self.splits = {}

    def line_tax(self, charge, product, customer, currency, fallback, inclusive):
        """:class:`LineTax` of one charge.

        :param fallback: taxes of the order's first item, used for charges whose product
            has none: shipping and discount follow what is sold
        :param inclusive: whether Amazon's amounts contain tax
        """
        withheld = charge.facilitated
        if self.store.tax_mode == "ignore":
            net = charge.net if withheld or not inclusive else charge.gross
            return LineTax(self.none, net, {}, net)
        amounts = {}
        if withheld:
            amounts[self.store.collected_tax_id] = (withheld, charge.net)
            amounts[self.store.remitted_tax_id] = (-withheld, charge.net)
        own = charge.tax - withheld
        if self.store.tax_mode == "amazon":
            if own:
                amounts[self.store.amazon_tax_id] = (own, charge.net)
            return self._from_amounts(charge.net, amounts)
        if withheld:  # Amazon is the one who owes the tax
            return self._from_amounts(charge.net, amounts)
        return self._own_rule(charge, product, customer, currency, fallback)

    def _from_amounts(self, net, amounts):
        taxes = self.none.union(*amounts)
        if len(taxes) < len(amounts) or not all(amounts):
            raise Problem(
                "tax",
                self.store.env._(
                    "Store %s has no tax for Amazon's tax amounts: press Create Defaults "
                    "on the store or choose the taxes there.",
                    self.store.name,
                ),
            )
        return LineTax(taxes, net, {tax.id: v for tax, v in amounts.items()}, net)

    def _own_rule(self, charge, product, customer, currency, fallback):
        taxes = self.taxes_of(product, customer) or fallback
        if not taxes:
            raise Problem(
                "tax",
                self.store.env._(
                    "%(product)s has no customer tax, and store %(store)s has no tax of "
                    "its own: set one of them, or choose Ignore Amazon's Tax in the "
                    "store.",
                    product=product.display_name,
                    store=self.store.name,
                ),
            )
        net, amounts = self.split(taxes, charge.gross, currency)
        included = all(tax.price_include for tax in taxes)
        return LineTax(taxes, net, amounts, charge.gross if included else net)

    def taxes_of(self, product, customer):
        """The store's tax, else the product's through the fiscal position."""
        if self.store.tax_id:
            return self.store.tax_id
        taxes = product.taxes_id._filter_taxes_by_company(self.store.company_id)
        place = customer.shipping
        key = (taxes, place.country_id, place.state_id, place.zip, customer.partner.vat)
        if key not in self.mapped:
            position = self.store.env["account.fiscal.position"]._get_fiscal_position(
                customer.partner, delivery=place
            )
            self.mapped[key] = position.map_tax(taxes)
        return self.mapped[key]

    def split(self, taxes, gross, currency):
        """(net, {tax id: (tax, base)}) of an amount that contains the taxes."""
        key = (taxes, gross, currency)
        if key not in self.splits:
            details = taxes._get_tax_details(
                price_unit=float(gross),
                quantity=1.0,
                precision_rounding=currency.rounding,
                rounding_method="round_per_line",
                special_mode="total_included",
            )
            exact = _quantizer(currency)
            amounts = {
                data["tax"].id: (exact(data["tax_amount"]), exact(data["base_amount"]))
                for data in details["taxes_data"]
            }
            net = gross - sum((tax for tax, _base in amounts.values()), ZERO)
            self.splits[key] = (net, amounts)
        return self.splits[key]


def _quantizer(currency):
    step = Decimal(str(currency.rounding))
    return lambda value: Decimal(str(value)).quantize(step)


def extra_tax_data(line_tax, price_unit, quantity, currency, rate):
    """The Json that makes Odoo keep these amounts to the cent; None without taxes.

    See ``account.tax._import_base_line_extra_tax_data``: the amounts hold as long as
    currency, unit price, discount and quantity are those stored here.
    """
    if not line_tax.taxes:
        return None
    net = float(line_tax.net)
    return {
        "currency_id": currency.id,
        "price_unit": price_unit,
        "discount": 0.0,
        "quantity": quantity,
        "rate": rate,
        "manual_total_excluded_currency": net,
        "manual_total_excluded": net / rate,
        "manual_tax_amounts": {
            str(tax_id): {
                "tax_amount_currency": float(tax),
                "tax_amount": float(tax) / rate,
                "base_amount_currency": float(base),
                "base_amount": float(base) / rate,
            }
            for tax_id, (tax, base) in line_tax.amounts.items()
        },
    }
