"""Which row of a store's tax mapping a charge falls under.

Of the rows that fit, the one that says most of the destination is taken, then the one
that says most of what is taxed, then of Amazon's rate; the rest is their sequence.
Places are compared by code and name, so that an order can be judged before it has a
customer in Odoo.
"""

from collections import namedtuple
from decimal import Decimal

# kind of a charge (spapi.amounts) -> kind of a row; all else is 'other'
KINDS = {
    "ITEM": "goods",
    "SHIPPING": "shipping",
    "GIFT_WRAP": "gift_wrap",
    "DISCOUNT": "discount",
}
EVERYWHERE, GROUP, COUNTRY, STATE = range(4)

# country: its code, or ""; states: what the state is called there, in capitals
Place = namedtuple("Place", "country states")


def place_of_address(address):
    """Where Amazon says the order goes."""
    region = (address and address.state_or_region) or ""
    country = (address and address.country_code) or ""
    return Place(country, frozenset({region.upper()} - {""}))


def place_of_partner(partner):
    state = partner.state_id
    names = {(state.code or "").upper(), (state.name or "").upper()} - {""}
    return Place(partner.country_id.code or "", frozenset(names))


def kinds_of(charge):
    """Kinds of rows a charge falls under, the most telling first."""
    kind = KINDS.get(charge.kind, "other")
    return ("goods", "any") if kind == "goods" else (kind, "charges", "any")


def named_kinds_of(charge):
    """The same without the rows that don't name charges."""
    return kinds_of(charge)[:-1]


class Mappings:
    """The rows of one store, read once for a batch."""

    def __init__(self, store):
        self.none = store.env["account.tax"]
        self.rows = [_Row(row) for row in store.tax_mapping_ids]
        self.digit = Decimal(str(store.currency_id.rounding))
        self.found = {}

    def find(self, kinds, place, charge):
        """The tax of the row that fits best; empty without one."""
        key = (kinds, place, charge.tax, charge.net, charge.quantity)
        if key not in self.found:
            ranks = [
                (rank, number)
                for number, row in enumerate(self.rows)
                if (rank := row.rank(kinds, place, charge, self.digit))
            ]
            # rows come by sequence: of two that fit as well, the first
            best = max(ranks, key=lambda found: (found[0], -found[1]), default=None)
            self.found[key] = self.rows[best[1]].tax if best else self.none
        return self.found[key]


class _Row:
    def __init__(self, row):
        self.tax = row.tax_id
        self.kind = row.kind
        self.rate = Decimal(str(row.amazon_rate)) / 100
        countries = row.country_id or row.country_group_id.country_ids
        self.countries = set(countries.mapped("code"))
        self.states = {
            name.upper()
            for state in row.state_ids
            for name in (state.code, state.name)
            if name
        }
        if self.states:
            self.reach = STATE
        elif row.country_id:
            self.reach = COUNTRY
        else:
            self.reach = GROUP if row.country_group_id else EVERYWHERE

    def rank(self, kinds, place, charge, digit):
        """How much the row says of the charge; None where it does not fit.

        :param digit: the currency's last one
        """
        if self.kind not in kinds:
            return None
        if self.reach != EVERYWHERE and place.country not in self.countries:
            return None
        if self.reach == STATE and not self.states & place.states:
            return None
        if not self.rate:
            return self.reach, -kinds.index(self.kind), 0, 0
        distance = abs(charge.tax - charge.net * self.rate)
        # what rounding unit by unit can make of a rate
        if not charge.tax or distance > digit * (charge.quantity + 1) / 2:
            return None
        return self.reach, -kinds.index(self.kind), 1, -distance
