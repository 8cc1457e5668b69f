"""Exact amounts of taxes: out of a price, on top of one, or as Amazon states them."""

from decimal import Decimal

ZERO = Decimal(0)


class Amounts:
    """{tax id: (tax, base)} for Odoo's ``manual_tax_amounts``; repeated ones are kept."""

    def __init__(self):
        self.known = {}

    def split(self, taxes, gross, currency):
        """(net, amounts) of an amount that contains the taxes."""
        owed, amounts = self._details(taxes, gross, currency, "total_included")
        return gross - owed, amounts

    def added(self, taxes, net, currency):
        """Amounts of the taxes on top of a net amount."""
        return self._details(taxes, net, currency, "total_excluded")[1]

    def stated(self, tax, amount, net, currency):
        """Amazon's amount; the taxes of a group get their shares, by their rates."""
        leaves = self.leaves(tax)
        rates = [Decimal(str(leaf.amount)) for leaf in leaves]
        whole, exact = sum(rates) or Decimal(1), _quantizer(currency)
        amounts, upto, given = {}, ZERO, ZERO
        for leaf, rate in zip(leaves, rates, strict=True):
            upto += rate
            share = exact(amount * upto / whole) - given
            amounts[leaf.id] = (share, net)
            given += share
        # without any rate it is all under the first
        first = leaves[0].id
        amounts[first] = (amounts[first][0] + amount - given, net)
        return amounts

    def leaves(self, taxes):
        """The taxes Odoo computes: those of a group instead of the group."""
        return taxes._flatten_taxes_and_sort_them()[0]

    def _details(self, taxes, amount, currency, special_mode):
        """(all the tax that is owed, amounts); reverse charge owes nothing."""
        key = (taxes, amount, currency, special_mode)
        if key not in self.known:
            details = taxes._get_tax_details(
                price_unit=float(amount),
                quantity=1.0,
                precision_rounding=currency.rounding,
                rounding_method="round_per_line",
                special_mode=special_mode,
            )["taxes_data"]
            exact = _quantizer(currency)
            owed = sum((exact(data["tax_amount"]) for data in details), ZERO)
            amounts = {
                data["tax"].id: (exact(data["tax_amount"]), exact(data["base_amount"]))
                for data in details
                if not data["is_reverse_charge"]
            }
            self.known[key] = owed, amounts
        return self.known[key]


def _quantizer(currency):
    step = Decimal(str(currency.rounding))
    return lambda value: Decimal(str(value)).quantize(step)
