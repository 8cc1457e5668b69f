"""listSummary of Finances API 2024-06-19.

netProceeds of a settlement is its total, reserves and all; over a period it is what was
released in it (the sandbox's choice).
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from .breakdowns import breakdowns, money
from .clock import UTC, iso
from .errors import invalid
from .finances import ACCOUNT_TYPE, accounts_of, related_identifier
from .queries import check_marketplaces, listed


def list_summary(sandbox, call):
    query = call["query"]
    seller = sandbox.sellers[call["seller"]]
    marketplaces = listed(query, "marketplaceIds")
    check_marketplaces(marketplaces, seller)
    name, settlement_id = related_identifier(query, ("SETTLEMENT_ID",))
    wanted_type = query.get("accountType", ACCOUNT_TYPE)
    accounts = [
        account
        for account in accounts_of(sandbox, seller)
        if wanted_type == ACCOUNT_TYPE
        and (not marketplaces or account.marketplace.id in marketplaces)
    ]
    if name:
        summaries = [
            _settlement_summary(settlement)
            for account in accounts
            for settlement in account.settlements
            if settlement.settlement_id == settlement_id
        ]
    else:
        start, end = _period(query)
        now = sandbox.clock.now()
        summaries = [
            _period_summary(account, start, min(end, now)) for account in accounts
        ]
    return 200, {"summaries": summaries}


def _period(query):
    days = []
    for name in ("periodStart", "periodEnd"):
        try:
            days.append(date.fromisoformat(query[name]))
        except (KeyError, ValueError):
            text = f"Provide a settlement id, or {name} as an ISO 8601 date"
            raise invalid("Invalid Input", text) from None
    start, end = (datetime.combine(day, time(), UTC) for day in days)
    if end < start:
        raise invalid("Invalid Input", "periodEnd must not be before periodStart")
    return start, end + timedelta(days=1)


def _settlement_summary(settlement):
    summary = _summary(
        settlement.account, settlement.rows, settlement.start, settlement.end
    )
    summary["relatedIdentifiers"] = [
        {
            "relatedIdentifierName": "SETTLEMENT_ID",
            "relatedIdentifierValue": settlement.settlement_id,
        }
    ]
    return summary


def _period_summary(account, start, end):
    rows = [
        (event, row)
        for event in account.events
        if start <= event.release < end
        for row in event.rows
    ]
    return _summary(account, rows, start, end)


def _summary(account, rows, start, end):
    total = sum((row.amount for _event, row in rows), Decimal())
    return {
        "partnerMetadata": {
            "partnerId": account.seller.seller_id,
            "accountType": ACCOUNT_TYPE,
            "marketplaceId": account.marketplace.id,
        },
        "netProceeds": money(total, account.marketplace),
        "periodStart": iso(start),
        "periodEnd": iso(end),
        "breakdowns": breakdowns(rows, account.marketplace),
    }
