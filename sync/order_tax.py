"""Tax of a charge, by the store's tax mode (design: money and tax, per store).

All modes end the same way: taxes for the line, and for each of them Amazon's or the
rule's exact amount, which Odoo carries as ``extra_tax_data`` to invoice and credit note.
"""

from collections import namedtuple
from decimal import Decimal
from functools import cached_property

from . import order_tax_problem
from .customer_address import delivery_address
from .order_tax_amounts import Amounts
from .order_tax_mapping import (
    Mappings,
    kinds_of,
    named_kinds_of,
    place_of_address,
    place_of_partner,
)

# amounts: {tax id: (tax amount, base amount)} in the order's currency, Decimal
LineTax = namedtuple("LineTax", "taxes net amounts unit_basis")

ZERO = Decimal(0)


class TaxRules:
    """Decides line taxes for the orders of one store; caches what repeats."""

    def __init__(self, store):
        self.store = store
        self.none = store.env["account.tax"]
        self.mappings = Mappings(store)
        self.amounts = Amounts()
        self.positions = {}

    def line_tax(self, charge, product, customer, currency, fallback, inclusive):
        """:class:`LineTax` of one charge.

        :param fallback: taxes of the order's first item, used for charges whose product
            has none: shipping and discount follow what is sold
        :param inclusive: whether Amazon's amounts contain tax
        """
        if self.store.tax_mode == "ignore":
            net = charge.net if charge.facilitated or not inclusive else charge.gross
            return LineTax(self.none, net, {}, net)
        if self.store.tax_mode == "amazon" or charge.facilitated:
            return self._by_amazon(
                charge, place_of_partner(customer.shipping), currency
            )
        return self._by_own_rule(charge, product, customer, currency, fallback)

    def check(self, charge, place):
        """Whether the mapping a charge needs is there, as far as it can be told before
        there is a customer."""
        if self.store.tax_mode == "amazon":
            self.amazons_tax(charge, place)
        elif not charge.facilitated and self._needs_row(charge, place):
            raise order_tax_problem.no_row(self.store, charge, place)

    # -- Amazon's amounts -------------------------------------------------------------

    def _by_amazon(self, charge, place, currency):
        taxes, amounts = self.none, {}
        if charge.facilitated:
            taxes = self._facilitators_taxes()
            amounts[self.store.collected_tax_id.id] = (charge.facilitated, charge.net)
            amounts[self.store.remitted_tax_id.id] = (-charge.facilitated, charge.net)
        if self.store.tax_mode == "amazon" and (tax := self.amazons_tax(charge, place)):
            taxes |= tax
            if self.store.recalculate_tax and tax != self.store.amazon_tax_id:
                amounts |= self.amounts.added(tax, charge.net, currency)
            else:
                own = charge.tax - charge.facilitated
                amounts |= self.stated(tax, own, charge.net, currency)
        return self._line(taxes, charge.net, amounts)

    def _facilitators_taxes(self):
        taxes = self.store._marketplace_taxes()
        if len(taxes) < 2:
            raise order_tax_problem.no_facilitator(self.store)
        return taxes

    def amazons_tax(self, charge, place):
        """The tax that stands for Amazon's own amount; empty where there is none."""
        store = self.store
        if charge.tax != charge.facilitated:
            tax = self.mappings.find(kinds_of(charge), place, charge)
            if not tax and not store.require_tax_mapping:
                tax = store.amazon_tax_id
            if not tax:
                raise order_tax_problem.no_row(store, charge, place)
            return tax
        if charge.facilitated:
            return self.none
        tax = self.mappings.find(("tax_free",), place, charge)
        if not tax and charge.net and store.require_tax_mapping:
            raise order_tax_problem.no_row(store, charge, place)
        return tax

    def stated(self, tax, amount, net, currency):
        """Amazon's amount under this tax, or under the taxes of this group."""
        if amount and any(
            leaf.has_negative_factor for leaf in self.amounts.leaves(tax)
        ):
            raise order_tax_problem.nets_to_zero(self.store, tax, amount)
        return self.amounts.stated(tax, amount, net, currency)

    def is_stated(self, taxes, amount, source):
        """Whether a refund carries Amazon's amount under these taxes, as its sale did.

        :param source: the line of sale or invoice that is refunded; where it has a tax
            and Amazon names none, the tax is in prices that include it
        """
        if self.store.tax_mode != "amazon" or len(taxes) != 1:
            return False
        return bool(
            amount
            or not self.store.marketplace_id.prices_include_tax
            or source.currency_id.is_zero(source.price_total - source.price_subtotal)
        )

    def stated_line(self, tax, amount, net, currency):
        return self._line(tax, net, self.stated(tax, amount, net, currency))

    # -- own rule -------------------------------------------------------------------

    def _by_own_rule(self, charge, product, customer, currency, fallback):
        taxes = self._own_taxes(charge, product, customer, fallback)
        if taxes is None:
            place = place_of_partner(customer.shipping)
            raise order_tax_problem.no_rule(self.store, charge, product, place)
        net, amounts = self.split(taxes, charge.gross, currency)
        return self._line(taxes, net, amounts)

    def _own_taxes(self, charge, product, customer, fallback):
        """Taxes by the store's rule, which may be that there are none; None: no rule.

        In Europe, and at home, the product's tax through the fiscal position comes
        first (row 6.4); elsewhere the mapping does. A charge follows the goods unless
        a row or its own product says otherwise.
        """
        if self.store.tax_id:
            return self.store.tax_id
        place = place_of_partner(customer.shipping)
        is_charge = charge.kind != "ITEM"
        if is_charge and (tax := self._mapped(named_kinds_of(charge), place, charge)):
            return tax
        if self._needs_row(charge, place):
            raise order_tax_problem.no_row(self.store, charge, place)
        goods = self.amounts.leaves(fallback) if is_charge else self.none
        taxed = charge.tax or any(goods.mapped("amount"))
        found = [
            self.taxes_of(product, customer, bool(taxed)),
            fallback if is_charge else None,
            self._mapped(kinds_of(charge), place, charge),
            fallback or None,
        ]
        if not self._is_home(place):
            found.insert(0, found.pop(2))
        return next((taxes for taxes in found if taxes is not None), None)

    def _mapped(self, kinds, place, charge):
        return self.mappings.find(kinds, place, charge) or None

    def _needs_row(self, charge, place):
        """Whether the store holds orders to this place that no row is for."""
        return (
            self.store.require_tax_mapping
            and not self.store.tax_id
            and not self._is_home(place)
            and not self._mapped(kinds_of(charge), place, charge)
        )

    def _is_home(self, place):
        return not place.country or place.country in self.home

    @cached_property
    def home(self):
        """Codes of the countries in which the product's own tax rule comes first.

        The European Union; a store elsewhere (United Kingdom, Japan, …) is at home in
        the country it sells in, and its company in its own.
        """
        store = self.store
        union = store.env.ref("base.europe").country_ids
        home = (
            store.marketplace_id.country_id | store.company_id.account_fiscal_country_id
        )
        return set((union | home).mapped("code"))

    def taxes_of(self, product, customer, taxed=False):
        """The product's taxes through the fiscal position; None when it has none.

        :param taxed: whether Amazon charged tax, so that it is no reverse charge
        """
        taxes = product.taxes_id._filter_taxes_by_company(self.store.company_id)
        if not taxes:
            return None
        return self._position(customer, taxed).map_tax(taxes)

    def _position(self, customer, taxed):
        partner, place = customer.partner, customer.shipping
        key = (
            place.country_id,
            place.state_id,
            self.by_zip and place.zip,
            partner.vat,
            taxed,
            partner.property_account_position_id,
            place.property_account_position_id,
        )
        if key not in self.positions:
            Position = self.store.env["account.fiscal.position"]
            # Odoo has none for a customer without country, wherever the goods go
            buyer = partner if partner.country_id else place
            position = Position._get_fiscal_position(buyer, delivery=place)
            if taxed and position.vat_required and position not in key[-2:]:
                # the buyer has a VAT number, yet Amazon charged the tax
                anybody = self.automatic.filtered(lambda p: not p.vat_required)
                position = anybody._get_first_matching_fpos(place)
            self.positions[key] = position
        return self.positions[key]

    @cached_property
    def automatic(self):
        Position = self.store.env["account.fiscal.position"]
        company = Position._check_company_domain(self.store.company_id)
        return Position.search([*company, ("auto_apply", "=", True)])

    @cached_property
    def by_zip(self):
        return any(self.automatic.mapped("zip_from"))

    # -- amounts ----------------------------------------------------------------------

    def split(self, taxes, gross, currency):
        """(net, {tax id: (tax, base)}) of an amount that contains the taxes."""
        return self.amounts.split(taxes, gross, currency)

    def _line(self, taxes, net, amounts):
        included = (
            tax
            for tax_id, (tax, _base) in amounts.items()
            if self.none.browse(tax_id).price_include
        )
        return LineTax(taxes, net, amounts, net + sum(included, ZERO))


def check(store, order, amounts):
    """Hold an order whose tax mapping is not complete before anything is made of it.

    Where Amazon gives no address, the customer's tells: that shows in the import.

    :raises Problem: what is missing
    """
    address = delivery_address(order)
    if store.tax_mode == "ignore" or not (address and address.country_code):
        return
    if store.require_tax_mapping or (
        store.tax_mode == "amazon" and not store.amazon_tax_id
    ):
        rules, place = TaxRules(store), place_of_address(address)
        for charge in amounts.charges:
            rules.check(charge, place)


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
