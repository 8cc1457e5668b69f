"""Settlements: what has been released since the last one, and its flat file (V2).

What Amazon leaves open, as the sandbox chose it: a settlement without rows is possible
(its file has the header row alone); a negative total is owed, and the next settlement
begins with it as "Payable to Amazon"; the deposit follows two days after the end; rows
of the account itself name no marketplace. How numbers and dates are written depends on
the marketplace: a comma and dd.mm.yyyy on the continent of Europe (dd/mm/yyyy in
France, Italy and Spain, as has been seen), a dot and yyyy-mm-dd elsewhere.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from .amounts import rounded
from .clock import UTC
from .ledger import OTHER, Account, Event, Row

PERIOD = timedelta(days=14)
DEPOSIT = timedelta(days=2)
FIRST_ID = 26000000001
COLUMNS = (
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
)
_DOTTED, _SLASHED, _ISO = "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"
_DATES = {
    **dict.fromkeys(("DE", "NL", "BE", "SE", "PL", "TR"), _DOTTED),
    **dict.fromkeys(("FR", "IT", "ES"), _SLASHED),
}
_NO_SUMMARY = ("",) * 5  # those columns are the header row's
_UNKNOWN = (OTHER, OTHER, "Brand New Fee 2026")
# What a fault does to the file.
FAULTS = ("row_missing", "total_wrong", "new_type")


@dataclass(eq=False)
class Settlement:
    settlement_id: str
    account: Account
    group_id: str
    start: datetime
    end: datetime
    reserve: Decimal
    events: list = field(default_factory=list)
    reports: list = field(default_factory=list)

    @property
    def deposit(self):
        return self.end + DEPOSIT

    @property
    def currency(self):
        return self.account.marketplace.currency

    @property
    def rows(self):
        """(event, row) in the order of the file."""
        return [(event, row) for event in self.events for row in event.rows]

    @cached_property
    def total(self):
        total = sum((row.amount for _event, row in self.rows), Decimal())
        return rounded(total, self.account.marketplace)


def close(account, settlement_id, reserve, until, next_group_id):
    """Settle what is released by then; the rest stays open."""
    reserve = rounded(reserve, account.marketplace)
    if reserve < 0:
        raise ValueError("A reserve is positive")
    if account.end and until < account.end:
        raise ValueError(f"The account is settled until {account.end} already")
    released = [event for event in account.open if event.release <= until]
    released.sort(key=lambda event: event.release)
    earliest = min([until - PERIOD, *(event.release for event in released)])
    start = account.end or earliest
    settlement = Settlement(
        settlement_id, account, account.group_id, start, until, reserve
    )
    settlement.events = [
        *_balance("Payable to Amazon", account.payable, start),
        *_balance("Previous Reserve Amount Balance", account.reserve, start),
        *released,
        *_balance("Current Reserve Amount", -reserve, until),
    ]
    for event in released:
        event.settlement = settlement
    account.open = [event for event in account.open if not event.settlement]
    account.settlements.append(settlement)
    account.group_id = next_group_id
    return settlement


def _balance(description, amount, moment):
    if amount:
        row = Row(OTHER, description, amount)
        yield Event(OTHER, moment, moment, [row])


def flat_file(settlement, fault=None):
    """The report as Amazon writes it, or as one of `FAULTS` spoils it."""
    marketplace = settlement.account.marketplace
    comma = marketplace.country in _DATES
    date = _DATES.get(marketplace.country, _ISO)

    def amount(value):
        return str(value).replace(".", ",") if comma else str(value)

    def day(moment):
        return moment.astimezone(UTC).strftime(date)

    def time(moment):
        return moment.astimezone(UTC).strftime(f"{date} %H:%M:%S UTC")

    rows, total = settlement.rows, settlement.total
    unknown = _unknown_row(rows) if fault == "new_type" else None
    if fault == "row_missing":
        rows = rows[:-1]
    elif fault == "total_wrong":
        total += rounded(Decimal(1).scaleb(-marketplace.decimals), marketplace)
    header = {
        "settlement-id": settlement.settlement_id,
        "settlement-start-date": time(settlement.start),
        "settlement-end-date": time(settlement.end),
        "deposit-date": time(settlement.deposit),
        "total-amount": amount(total),
        "currency": settlement.currency,
    }
    lines = [COLUMNS, [header.get(name, "") for name in COLUMNS]]
    when = {event: (day(event.release), time(event.release)) for event, _row in rows}
    for number, (event, row) in enumerate(rows):
        kind = event.transaction_type, row.amount_type, row.description
        if number == unknown:
            kind = _UNKNOWN
        lines.append(
            (
                settlement.settlement_id,
                *_NO_SUMMARY,
                kind[0],
                event.order_id,
                event.merchant_order_id,
                event.adjustment_id,
                event.shipment_id,
                event.marketplace_name,
                kind[1],
                kind[2],
                amount(row.amount),
                event.fulfillment,
                *when[event],
                row.item_id,
                "",
                "",
                row.sku,
                row.quantity,
                row.promotion_id,
            )
        )
    return "".join("\t".join(line) + "\n" for line in lines)


def _unknown_row(rows):
    """Which row gets a type nobody has seen: the last fee, else the last row."""
    fees = [n for n, (_event, row) in enumerate(rows) if row.amount_type == "ItemFees"]
    return fees[-1] if fees else len(rows) - 1
