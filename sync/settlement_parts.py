"""Rows ► groups ► parts: what becomes one journal item, and in which entry.

One entry per month the settlement touches; rows of a locked month go to the first open
day in an entry of their own. Very large months are cut, so that memory stays bounded.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from .settlement_classify import end_date

# orders per entry: above, memory grows faster than the work
SLICE = 2000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RowKind:
    """What rows are: it decides on their account and taxes."""

    role: str | None
    kind: str | None
    mapping_id: int | None
    marketplace: str

    @property
    def is_order(self):
        return self.role in ("order", "refund")


@dataclass(frozen=True, slots=True)
class Group(RowKind):
    """Rows that share one journal item. withheld: the marketplace tax among them."""

    key: str
    month: date
    order_ref: str
    adjustment_ref: str
    label: str
    wordings: int
    amount: Decimal
    withheld: Decimal


@dataclass(slots=True)
class Part:
    """One entry to be. prior: moved here because its own month is locked; payout: it
    has the line of what Amazon transfers."""

    date: date
    prior: bool
    payout: bool = False
    groups: list = field(default_factory=list)


def groups(settlement, row_ids=None):
    """Every group of the settlement, in the file's order.

    :param row_ids: only of these rows, which get journal items of their own
    """
    cr = settlement.env.cr
    settlement.env.flush_all()
    month = (
        "date_trunc('month', accounting_date)::date"
        if settlement.account_id.settlement_split == "month"
        else "date_trunc('month', %(end)s::date)::date"
    )
    values = {"id": settlement.id, "end": end_date(settlement), "rows": row_ids}
    values["round"] = ""
    chosen = "settlement_id = %(id)s"
    if row_ids:
        chosen += " AND id = ANY(%(rows)s)"
        values["round"] = f" r{len(settlement.move_ids)}"
    cr.execute(
        f"""UPDATE amazon_settlement_line SET move_line_id = NULL, booking_key =
            {month} || %(round)s || '|' || CASE
            WHEN booked_role IN ('order', 'refund') THEN
                 booked_role || '|' || COALESCE(order_ref, '') || '|' || CASE
                 WHEN booked_role = 'refund' THEN COALESCE(adjustment_ref, '')
                 ELSE '' END
            WHEN booked_role IN ('reserve', 'payout', 'cross_account', 'loan')
            THEN 'row|' || number
            WHEN mapping_id IS NULL
            THEN concat_ws('|', 'unmapped', transaction_type, amount_type,
                           amount_description, marketplace_name)
            ELSE concat_ws('|', 'rule', mapping_id::text, marketplace_name) END
            WHERE {chosen}""",
        values,
    )
    cr.execute(
        f"""SELECT min(booked_role), min(kind)
                   FILTER (WHERE role = booked_role OR booked_role IS NULL),
                   min(mapping_id), COALESCE(min(marketplace_name), ''),
                   booking_key, min({month}),
                   COALESCE(min(order_ref), ''), COALESCE(min(adjustment_ref), ''),
                   concat_ws(' / ', min(transaction_type), min(amount_type),
                             min(amount_description)),
                   count(DISTINCT (transaction_type, amount_type, amount_description)),
                   sum(amount)::text,
                   COALESCE(sum(amount) FILTER (WHERE role = 'pass_through'), 0)::text
              FROM amazon_settlement_line WHERE {chosen}
          GROUP BY booking_key HAVING bool_or(amount != 0)
          ORDER BY min(number)""",
        values,
    )
    return [Group(*row[:-2], *map(Decimal, row[-2:])) for row in cr.fetchall()]


def adjustment_of(key):
    """Amazon's number of the refund that a journal item carries, from its key."""
    parts = (key or "").split("|", 3)
    return parts[3] if len(parts) == 4 and parts[1] == "refund" else ""


def plan(settlement, found, is_taxed):
    """The parts, oldest first. The payout is in the one of the settlement's last day,
    also where a tax lock moves some of its rows further.

    :param is_taxed: function of a Group: whether its item carries taxes, so that a tax
        lock holds for it
    """
    end = end_date(settlement)
    parts = {}

    @cache
    def part(month, taxed):
        wanted, opened = dates(settlement, month, taxed)
        key = (opened, opened != wanted)
        return parts.setdefault(key, Part(*key))

    for group in found:
        part(group.month, is_taxed(group)).groups.append(group)
    if settlement.total_amount:
        part(end.replace(day=1), False).payout = True
    ordered = sorted(parts.values(), key=lambda p: (p.date, not p.prior))
    return [slice_ for p in ordered for slice_ in _slices(p)]


def dates(settlement, month, taxed):
    """The day a month's rows belong on, and the day they can be booked on."""
    last = monthrange(month.year, month.month)[1]
    wanted = min(month.replace(day=last), end_date(settlement))
    return wanted, first_open(settlement, wanted, taxed)


def first_open(settlement, day, taxed):
    """`day`, or the first one after every lock that stands in its way.

    Odoo would move the entry by itself, and silently.
    """
    company, journal = (
        settlement.company_id,
        settlement.account_id.settlement_journal_id,
    )
    while locks := company._get_violated_lock_dates(day, taxed, journal):
        day = max(lock[0] for lock in locks) + _DAY
    return day


def _slices(part):
    """Entries of at most SLICE orders each; everything else is in the last one."""
    orders = [group for group in part.groups if group.is_order]
    rest = [group for group in part.groups if not group.is_order]
    refs = {}
    for group in orders:
        refs.setdefault(group.order_ref, []).append(group)
    numbers = list(refs)
    count = max(1, -(-len(numbers) // SLICE))
    size = -(-len(numbers) // count) if numbers else 1
    for k in range(count):
        chosen = numbers[k * size : (k + 1) * size]
        mine = [group for ref in chosen for group in refs[ref]]
        slice_ = Part(part.date, part.prior, groups=mine)
        if k == count - 1:
            slice_.groups += rest
            slice_.payout = part.payout
        yield slice_
