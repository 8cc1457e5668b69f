"""One part ► the lines of one journal entry, in balance before Odoo sees them.

Signs: a row's amount is the seller's view (+ Amazon owes more), a line's balance is
the ledger's: always the row's amount with the other sign.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo.exceptions import UserError

ZERO = Decimal(0)


class Entry:
    """The lines of one entry; amounts in the settlement's currency are Decimals."""

    def __init__(self, settlement, day):
        self.settlement = settlement
        self.date = day
        self.currency = settlement.currency_id
        self.company = settlement.company_id
        self.company_currency = self.company.currency_id
        self.foreign = self.currency != self.company_currency
        self.rate = self._rate()
        self.lines = []
        self.amount = ZERO
        self.value = ZERO
        self.exchange = ZERO

    def _rate(self):
        if not self.foreign:
            return Decimal(1)
        rate = self.currency._get_conversion_rate(
            self.currency, self.company_currency, self.company, self.date
        )
        return Decimal(str(rate))

    def in_company_currency(self, amount):
        if not self.foreign:
            return amount
        return self.round(amount * self.rate)

    def round(self, value):
        return Decimal(str(self.company_currency.round(float(value))))

    def add(self, account, amount, name, value=None, **values):
        """Append a line of -`amount`; returns its index.

        :param value: what the line is worth in the company's currency where that is
            known (the book value of what it clears), with the sign of `amount`
        """
        expected = self.in_company_currency(amount)
        if value is None:
            value = expected
        self.exchange += value - expected
        return self._append(account, -amount, -value, name, **values)

    def _append(self, account, amount, balance, name, **values):
        self.amount += amount
        self.value += balance
        values.setdefault("currency_id", self.currency.id)
        values.setdefault("tax_ids", [])
        values.setdefault("analytic_distribution", False)
        self.lines.append(
            {
                "account_id": account,
                "name": name,
                "amount_currency": float(amount),
                "balance": float(balance),
                **values,
            }
        )
        return len(self.lines) - 1

    def add_taxed(self, account, amount, name, taxes, partner, key, **values):
        """A line and the taxes that `amount` includes, with their grids."""
        Tax = self.settlement.env["account.tax"]
        gross = -amount
        reverse_charge = any(
            taxes.flatten_taxes_hierarchy().mapped("has_negative_factor")
        )
        base_line = Tax._prepare_base_line_for_taxes_computation(
            None,
            id=key,
            price_unit=float(abs(gross)),
            quantity=1.0,
            tax_ids=taxes,
            currency_id=self.currency,
            rate=1 / float(self.rate),
            sign=1 if gross > 0 else -1,
            is_refund=gross < 0,
            account_id=self.settlement.env["account.account"].browse(account),
            partner_id=partner,
            special_mode=False if reverse_charge else "total_included",
        )
        Tax._add_tax_details_in_base_line(base_line, self.company)
        Tax._round_base_lines_tax_details([base_line], self.company)
        Tax._add_accounting_data_in_base_lines_tax_details([base_line], self.company)
        result = Tax._prepare_tax_lines([base_line], self.company)
        for _line, base in result["base_lines_to_update"]:
            self._append(
                account,
                _decimal(base["amount_currency"]),
                _decimal(base["balance"]),
                name,
                tax_ids=[(6, 0, taxes.ids)],
                tax_tag_ids=base["tax_tag_ids"],
                partner_id=partner.id,
                amazon_key=key,
                **values,
            )
        for tax in result["tax_lines_to_add"]:
            self._append(
                tax["account_id"],
                _decimal(tax["amount_currency"]),
                _decimal(tax["balance"]),
                tax.get("name") or name,
                partner_id=partner.id,
                tax_repartition_line_id=tax["tax_repartition_line_id"],
                tax_tag_ids=tax["tax_tag_ids"],
                tax_ids=tax["tax_ids"],
                group_tax_id=tax.get("group_tax_id"),
                tax_base_amount=tax.get("tax_base_amount", 0.0),
                display_type="tax",
                amazon_base_key=key,
            )

    def close(self, partner):
        """Bring in the exchange difference; anything else that is left is an error.

        The receivables leave at their book value, so what the rates have changed since
        is one line, and Odoo makes no exchange entry per order.
        """
        env = self.settlement.env
        if self.amount:
            raise UserError(
                env._(
                    "The entry of %(date)s would be out by %(amount)s: taxes on Amazon's "
                    "fees don't come to its amounts. Check the taxes in Settlement "
                    "Accounts and in the rules; nothing was booked.",
                    date=self.date,
                    amount=self.amount,
                )
            )
        rest = self.round(-self.value)
        if not rest:
            return
        rounding = rest - self.round(self.exchange)
        # rounding to the company's currency comes to no more than this
        bound = Decimal(str(self.company_currency.rounding)) * len(self.lines)
        if not self.foreign or abs(rounding) > bound:
            raise UserError(
                env._(
                    "The entry of %(date)s would be out by %(amount)s in %(currency)s. "
                    "Nothing was booked.",
                    date=self.date,
                    amount=rest,
                    currency=self.company_currency.name,
                )
            )
        company = self.company
        account = (
            company.expense_currency_exchange_account_id
            if rest > 0
            else company.income_currency_exchange_account_id
        )
        if not account:
            raise UserError(
                env._(
                    "Company %s has no accounts for exchange gains and losses. Set them "
                    "in Invoicing > Configuration > Settings, then book again.",
                    company.name,
                )
            )
        self._append(
            account.id,
            rest,
            rest,
            env._("Realized exchange difference"),
            currency_id=self.company_currency.id,
            partner_id=partner.id,
            amazon_key="exchange",
        )


def _decimal(number):
    return Decimal(str(number))


def book_value(entry, amount, items):
    """What `amount` of the open `items` is worth in the books, pro rata.

    :return: None where the entry's own rate is right (nothing open, or one currency)
    """
    if not entry.foreign or not items:
        return None
    residual = sum((item.residual for item in items), ZERO)
    value = sum((item.value for item in items), ZERO)
    if abs(amount) >= abs(residual):
        return value + entry.in_company_currency(amount - residual)
    return entry.round(value * amount / residual)


@dataclass(frozen=True, slots=True)
class Own:
    """A line of the entry that is an order's. amount: + Amazon pays it; credited: the
    order has credit notes."""

    index: int
    amount: Decimal
    ref: str
    adjustment: str
    credited: bool


class Sets:
    """Which journal items are reconciled together: everything of one order, or of the
    orders that share one invoice, on one account."""

    def __init__(self):
        self._parent = {}
        self._new = defaultdict(list)  # (order, account) -> [Own]
        self._items = defaultdict(dict)  # (order, account) -> {line id: OpenItem}
        self._owner = {}  # line id -> order

    def _root(self, ref):
        while (parent := self._parent.setdefault(ref, ref)) != ref:
            ref = parent
        return ref

    def add(self, account, own, items):
        """An order's line and the OpenItems of the order."""
        ref = own.ref
        self._new[ref, account].append(own)
        for item in items:
            if item.account_id != account:
                continue
            self._items[ref, account][item.line_id] = item
            other = self._owner.setdefault(item.line_id, ref)
            self._parent[self._root(ref)] = self._root(other)

    def __iter__(self):
        """(orders, [Own], [OpenItem, the oldest first]) of each set."""
        merged = {}
        for (ref, account), ours in self._new.items():
            key = self._root(ref), account
            refs, lines, items = merged.setdefault(key, ([], [], {}))
            refs.append(ref)
            lines += ours
            items |= self._items[ref, account]
        for refs, lines, items in merged.values():
            oldest = sorted(items.values(), key=lambda item: (item.date, item.line_id))
            yield refs, lines, oldest
