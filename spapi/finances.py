"""Finances API 2024-06-19: what Amazon books for the seller, and its check totals.

A sale whose money Amazon holds back is a transaction DEFERRED. Once released it is
DEFERRED_RELEASED, and another one, RELEASED, carries the money: adding up both would
count it twice. Transactions may come up to 48 hours late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from . import library
from .errors import Temporary
from .operations import Operation
from .shape import Malformed, Money, at, iso, read

__all__ = [
    "DEFERRED",
    "DEFERRED_RELEASED",
    "RELEASED",
    "SPAN",
    "SummariesPage",
    "Summary",
    "Transaction",
    "TransactionsPage",
    "list_summary",
    "list_transactions",
]

DEFERRED, RELEASED = "DEFERRED", "RELEASED"
DEFERRED_RELEASED = "DEFERRED_RELEASED"
# Asked for more at once, Amazon answers with an empty list and no word.
SPAN = timedelta(days=180)

_ROLE = "Finance and Accounting"
_STATUSES = (DEFERRED, RELEASED, DEFERRED_RELEASED)
# All others can be read in answers but not asked for.
_FILTERS = ("ORDER_ID", "FINANCIAL_EVENT_GROUP_ID")


class _Finances(library.api.FinancesV20240619):
    """The library (2.1.35) knows no listSummary yet."""

    def list_summary(self, **parameters):
        return self._request("/finances/2024-06-19/summary", params=parameters)


LIST_TRANSACTIONS = Operation(
    name="listTransactions",
    api=_Finances,
    method="list_transactions",
    repeatable=True,
    role=_ROLE,
    required="payload",
)
LIST_SUMMARY = Operation(
    name="listSummary",
    api=_Finances,
    method="list_summary",
    repeatable=True,
    role=_ROLE,
    required="summaries",
)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction. transaction_id: unique per seller; type, status, description:
    Amazon's words; posted: aware; total: positive where Amazon owes the seller more.

    Ids are "" where Amazon names none. deferred_id: on a RELEASED one, the DEFERRED one
    it releases; release_id: the other way round. maturity: when Amazon means to release
    it. breakdowns: ((("Expenses", "AmazonFees", "Commission"), Decimal), …), only the
    innermost amounts, so that they add up to the total.
    """

    transaction_id: str
    type: str
    status: str
    description: str
    posted: datetime
    total: Decimal
    currency: str
    order_id: str
    shipment_id: str
    refund_id: str
    settlement_id: str
    group_id: str
    deferred_id: str
    release_id: str
    marketplace_id: str
    marketplace_name: str
    account_type: str
    deferral_reason: str
    maturity: datetime | None
    breakdowns: tuple

    @property
    def deferred(self):
        """Whether Amazon holds the money back now."""
        return self.status == DEFERRED


@dataclass(frozen=True, slots=True)
class TransactionsPage:
    """One page, possibly an empty one. next_token: None on the last page."""

    transactions: tuple[Transaction, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """net_proceeds: the total of the settlement, or of the period; breakdowns: as in
    Transaction; settlement_id: "" for a period."""

    net_proceeds: Decimal
    currency: str
    settlement_id: str
    marketplace_id: str
    account_type: str
    period_start: datetime | None
    period_end: datetime | None
    breakdowns: tuple


@dataclass(frozen=True, slots=True)
class SummariesPage:
    """One page. next_token: None on the last page."""

    summaries: tuple[Summary, ...]
    next_token: str | None


def list_transactions(
    client,
    *,
    posted_after=None,
    posted_before=None,
    transaction_status=None,
    marketplace_id=None,
    related_identifier_name=None,
    related_identifier_value=None,
    next_token=None,
):
    """One TransactionsPage, oldest first.

    posted_after: needed unless an order or a financial event group is named; both
    times are aware, more than two minutes old and at most SPAN apart (posted_before:
    two minutes ago by default). With a next_token all else must be as before.
    marketplace_id: hides the merchant's own orders in the US, so leave it out there.
    Source: listTransactions (spapi.md §9.2)
    """
    _check_filter(related_identifier_name, related_identifier_value)
    if not posted_after and not related_identifier_name:
        raise ValueError("Give posted_after, or an order or financial event group")
    if posted_after and posted_before:
        if not timedelta() < posted_before - posted_after <= SPAN:
            raise ValueError("posted_before: after posted_after, at most 180 days")
    if transaction_status not in (None, *_STATUSES):
        raise ValueError(f"{transaction_status!r} is none of Amazon's statuses")
    parameters = {
        "postedAfter": posted_after and iso(posted_after),
        "postedBefore": posted_before and iso(posted_before),
        "transactionStatus": transaction_status,
        "marketplaceId": marketplace_id,
        "relatedIdentifierName": related_identifier_name,
        "relatedIdentifierValue": related_identifier_value,
        "nextToken": next_token,
    }
    answer = client.call(LIST_TRANSACTIONS, **_given(parameters))
    page = _read(_TransactionsAnswer, answer, LIST_TRANSACTIONS)
    rows = tuple(_transaction(row) for row in page.transactions)
    return TransactionsPage(rows, page.next_token or None)


def list_summary(
    client,
    *,
    settlement_id=None,
    period_start=None,
    period_end=None,
    marketplace_ids=(),
    next_token=None,
):
    """One SummariesPage: empty when Amazon knows no such settlement.

    Either settlement_id, or period_start and period_end as dates (both included).
    Source: listSummary (spapi.md §9.3)
    """
    if bool(settlement_id) == bool(period_start and period_end):
        raise ValueError("Give either settlement_id, or period_start and period_end")
    if isinstance(marketplace_ids, str):
        raise ValueError("marketplace_ids: a list")
    parameters = {
        "relatedIdentifierName": settlement_id and "SETTLEMENT_ID",
        "relatedIdentifierValue": settlement_id,
        "periodStart": period_start and period_start.isoformat(),
        "periodEnd": period_end and period_end.isoformat(),
        "marketplaceIds": ",".join(marketplace_ids),
        "nextToken": next_token,
    }
    answer = client.call(LIST_SUMMARY, **_given(parameters))
    page = _read(_SummariesAnswer, answer, LIST_SUMMARY)
    summaries = tuple(_summary(row) for row in page.summaries)
    return SummariesPage(summaries, page.next_token or None)


def _check_filter(name, value):
    if bool(name) != bool(value):
        raise ValueError("A related identifier is a name and a value")
    if name and name not in _FILTERS:
        raise ValueError(f"{name} cannot be asked for, only {' or '.join(_FILTERS)}")


def _given(parameters):
    return {name: value for name, value in parameters.items() if value}


# Amazon's objects, as far as we read them


@dataclass(frozen=True, slots=True)
class _Money(Money):
    amount: Decimal = at("currencyAmount")


@dataclass(frozen=True, slots=True)
class _Breakdown:
    breakdown_type: str
    breakdown_amount: _Money | None = None
    breakdowns: tuple["_Breakdown", ...] = ()


@dataclass(frozen=True, slots=True)
class _Identifier:
    name: str = at("relatedIdentifierName", "")
    value: str = at("relatedIdentifierValue", "")


@dataclass(frozen=True, slots=True)
class _Context:
    """Of the many kinds only the one that says why money is held back."""

    deferral_reason: str = ""
    maturity_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Transaction:
    transaction_id: str
    transaction_status: str
    posted_date: datetime
    total_amount: _Money
    transaction_type: str = ""
    description: str = ""
    marketplace_id: str = at("marketplaceDetails.marketplaceId", "")
    marketplace_name: str = at("marketplaceDetails.marketplaceName", "")
    account_type: str = at("sellingPartnerMetadata.accountType", "")
    related_identifiers: tuple[_Identifier, ...] = ()
    contexts: tuple[_Context, ...] = ()
    breakdowns: tuple[_Breakdown, ...] = ()


@dataclass(frozen=True, slots=True)
class _TransactionsAnswer:
    transactions: tuple[_Transaction, ...] = at("payload.transactions", ())
    next_token: str | None = at("payload.nextToken", None)


@dataclass(frozen=True, slots=True)
class _Summary:
    net_proceeds: _Money
    marketplace_id: str = at("partnerMetadata.marketplaceId", "")
    account_type: str = at("partnerMetadata.accountType", "")
    period_start: datetime | None = None
    period_end: datetime | None = None
    related_identifiers: tuple[_Identifier, ...] = ()
    breakdowns: tuple[_Breakdown, ...] = ()


@dataclass(frozen=True, slots=True)
class _SummariesAnswer:
    summaries: tuple[_Summary, ...]
    next_token: str | None = None


def _transaction(row):
    ids = _ids(row)
    held = next(filter(None, map(_held, row.contexts)), _Context())
    return Transaction(
        transaction_id=row.transaction_id,
        type=row.transaction_type,
        status=row.transaction_status,
        description=row.description,
        posted=row.posted_date,
        total=row.total_amount.amount,
        currency=row.total_amount.currency,
        order_id=ids.get("ORDER_ID", ""),
        shipment_id=ids.get("SHIPMENT_ID", ""),
        refund_id=ids.get("REFUND_ID", ""),
        settlement_id=ids.get("SETTLEMENT_ID", ""),
        group_id=ids.get("FINANCIAL_EVENT_GROUP_ID", ""),
        deferred_id=ids.get("DEFERRED_TRANSACTION_ID", ""),
        release_id=ids.get("RELEASE_TRANSACTION_ID", ""),
        marketplace_id=row.marketplace_id,
        marketplace_name=row.marketplace_name,
        account_type=row.account_type,
        deferral_reason=held.deferral_reason,
        maturity=held.maturity_date,
        breakdowns=tuple(_leaves(row.breakdowns)),
    )


def _summary(row):
    return Summary(
        net_proceeds=row.net_proceeds.amount,
        currency=row.net_proceeds.currency,
        settlement_id=_ids(row).get("SETTLEMENT_ID", ""),
        marketplace_id=row.marketplace_id,
        account_type=row.account_type,
        period_start=row.period_start,
        period_end=row.period_end,
        breakdowns=tuple(_leaves(row.breakdowns)),
    )


def _ids(row):
    return {each.name: each.value for each in row.related_identifiers}


def _held(context):
    return context if context.deferral_reason or context.maturity_date else None


def _leaves(breakdowns, above=()):
    for each in breakdowns:
        path = (*above, each.breakdown_type)
        if each.breakdowns:
            yield from _leaves(each.breakdowns, path)
        elif each.breakdown_amount:
            yield path, each.breakdown_amount.amount


def _read(cls, answer, operation):
    try:
        return read(cls, answer.body)
    except Malformed as error:
        raise Temporary(
            f"the answer is not as Amazon's model has it ({error})",
            operation=operation.name,
            status=answer.status,
            request_id=answer.request_id,
        ) from None
