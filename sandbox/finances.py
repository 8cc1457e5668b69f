"""listTransactions of Finances API 2024-06-19: the ledger, event by event.

A deferred sale is a transaction DEFERRED, posted when it shipped; released, it becomes
DEFERRED_RELEASED, and a second one, RELEASED, is posted that day. The RELEASED ones of
a settlement add up to its rows but for reserves and what was owed before: those are
balances, not transactions (the sandbox's choice). As Amazon's model warns, asking for
the US marketplace by name leaves out the merchant's own orders.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from .breakdowns import breakdowns, money
from .clock import UTC, iso
from .errors import invalid
from .queries import check_marketplaces, page_token, read_token, time_of

PAGE = 100
LAG = timedelta(minutes=2)
SPAN = timedelta(days=180)
STATUSES = ("DEFERRED", "RELEASED", "DEFERRED_RELEASED")
_FILTERS = ("ORDER_ID", "FINANCIAL_EVENT_GROUP_ID")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
ACCOUNT_TYPE = "Standard Orders"

_TYPES = {
    "Order": ("Shipment", "Order Payment"),
    "Refund": ("Refund", "Refund Order"),
    "Chargeback Refund": ("Chargeback", "Chargeback Refund"),
    "A-to-z Guarantee Refund": ("GuaranteeClaim", "A-to-z Guarantee Refund"),
    "Order_Retrocharge": ("Retrocharge", "Retrocharge"),
    "Refund_Retrocharge": ("Retrocharge", "Retrocharge"),
    "ServiceFee": ("ServiceFee", "Service Fee"),
    "AmazonFees": ("ServiceFee", "Amazon Fees"),
    "FBAFees": ("ServiceFee", "FBA Fees"),
}


def list_transactions(sandbox, call):
    query, now = call["query"], sandbox.clock.now()
    seller = sandbox.sellers[call["seller"]]
    chosen = _transaction_filter(query, seller, now)
    fixed = {name: query[name] for name in sorted(query) if name != "nextToken"}
    seen = None
    if "nextToken" in query:
        owner, other, seen = read_token(query["nextToken"], 3)
        if owner != seller.key or other != fixed:
            text = "With a nextToken, all other parameters must be the same"
            raise invalid("Invalid Input", text)
    rows = sorted(
        (
            transaction
            for account in accounts_of(sandbox, seller)
            for event in account.events
            for transaction in _transactions(account, event, now)
            if chosen(transaction)
        ),
        key=_key,
    )
    if seen:
        rows = [row for row in rows if _key(row) > tuple(seen)]
    payload = {"transactions": [row.view(seller) for row in rows[:PAGE]]}
    if len(rows) > PAGE:
        payload["nextToken"] = page_token(seller.key, fixed, _key(rows[PAGE - 1]))
    return 200, {"payload": payload}


def accounts_of(sandbox, seller):
    accounts = sandbox.ledger.accounts.values()
    return [account for account in accounts if account.seller is seller]


def _transactions(account, event, now):
    """One, or two of what was deferred: as it shipped and as it was released."""
    if not event.deferred:
        yield _Transaction(account, event, event.posted, "RELEASED", "")
        return
    released = event.release <= now
    status = "DEFERRED_RELEASED" if released else "DEFERRED"
    other = event.release_id if released else ""
    yield _Transaction(account, event, event.posted, status, other)
    if released:
        other = event.transaction_id
        yield _Transaction(account, event, event.release, "RELEASED", other)


def _key(transaction):
    return iso(transaction.posted), transaction.transaction_id


def _transaction_filter(query, seller, now):
    after, before = _window(query, now)
    status, marketplace_id = query.get("transactionStatus"), query.get("marketplaceId")
    if status is not None and status not in STATUSES:
        raise invalid("Invalid Input", f"{status} is not a valid transactionStatus")
    if marketplace_id is not None:
        check_marketplaces([marketplace_id], seller)
    name, value = related_identifier(query, _FILTERS)

    def chosen(transaction):
        return (
            after <= transaction.posted < before
            and status in (None, transaction.status)
            and (not marketplace_id or transaction.shows_in(marketplace_id))
            and (not name or (name, value) in transaction.identifiers())
        )

    return chosen


def _window(query, now):
    latest = now - LAG
    after = _EPOCH
    if "postedAfter" in query:
        after = time_of(query, "postedAfter")
        if after > latest:
            raise invalid("Invalid Input", "postedAfter must be two minutes ago")
    elif "relatedIdentifierName" not in query:
        text = "Provide postedAfter or a related identifier"
        raise invalid("Invalid Input", text)
    before = latest
    if "postedBefore" in query:
        before = time_of(query, "postedBefore")
        if before > latest or before <= after:
            text = "postedBefore must be after postedAfter and two minutes ago"
            raise invalid("Invalid Input", text)
    if "postedAfter" in query and before - after > SPAN:
        return after, after  # Amazon answers with nothing
    return after, before


def related_identifier(query, allowed):
    name, value = (query.get(f"relatedIdentifier{part}") for part in ("Name", "Value"))
    if (name is None) != (value is None):
        text = "relatedIdentifierName and relatedIdentifierValue go together"
        raise invalid("Invalid Input", text)
    if name is not None and name not in allowed:
        raise invalid("Invalid Input", f"{name} cannot be used as a filter")
    return name, value


class _Transaction:
    def __init__(self, account, event, posted, status, other_id):
        self.account = account
        self.event = event
        self.posted = posted
        self.status = status
        self.other_id = other_id
        self.transaction_id = (
            event.release_id if status == "RELEASED" else event.transaction_id
        )

    def shows_in(self, marketplace_id):
        own = self.event.order and self.event.fulfillment == "MFN"
        if own and self.account.marketplace.country == "US":
            return False
        return self.account.marketplace.id == marketplace_id

    def identifiers(self):
        event, group, settlement_id = self.event, self.account.group_id, ""
        if event.settlement:
            group = event.settlement.group_id
            settlement_id = event.settlement.settlement_id
        released = self.status == "RELEASED"
        return [
            (name, value)
            for name, value in (
                ("ORDER_ID", event.order_id),
                ("SHIPMENT_ID", event.shipment_id),
                ("REFUND_ID", event.adjustment_id),
                ("FINANCIAL_EVENT_GROUP_ID", released and group),
                ("SETTLEMENT_ID", released and settlement_id),
                ("DEFERRED_TRANSACTION_ID", released and self.other_id),
                ("RELEASE_TRANSACTION_ID", not released and self.other_id),
            )
            if value
        ]

    def view(self, seller):
        event, marketplace = self.event, self.account.marketplace
        kind, description = _type_of(event)
        shown = {
            "sellingPartnerMetadata": {
                "sellingPartnerId": seller.seller_id,
                "accountType": ACCOUNT_TYPE,
                "marketplaceId": marketplace.id,
            },
            "relatedIdentifiers": [
                {"relatedIdentifierName": name, "relatedIdentifierValue": value}
                for name, value in self.identifiers()
            ],
            "transactionType": kind,
            "transactionId": self.transaction_id,
            "transactionStatus": self.status,
            "description": description,
            "postedDate": iso(self.posted),
            "totalAmount": money(event.total, marketplace),
            "marketplaceDetails": {
                "marketplaceId": marketplace.id,
                "marketplaceName": event.marketplace_name or marketplace.name,
            },
            "items": self._items(),
            "breakdowns": breakdowns([(event, row) for row in event.rows], marketplace),
        }
        if event.deferred:
            shown["contexts"] = [
                {
                    "contextType": "DeferredContext",
                    "deferralReason": "DD7",
                    "maturityDate": iso(event.release),
                }
            ]
        return shown

    def _items(self):
        event, marketplace, lines = self.event, self.account.marketplace, {}
        for row in event.rows:
            if row.item_id:
                lines.setdefault(row.item_id, []).append(row)
        return [
            self._item(rows, event.order and event.order.item(item_id), marketplace)
            for item_id, rows in lines.items()
        ]

    def _item(self, rows, item, marketplace):
        product = item["product"] if item else {}
        context = {"contextType": "ProductContext", "sku": rows[0].sku}
        if product.get("asin"):
            context["asin"] = product["asin"]
        if rows[0].quantity:
            context["quantityShipped"] = int(rows[0].quantity)
        context["fulfillmentNetwork"] = self.event.fulfillment
        total = sum((row.amount for row in rows), Decimal())
        shown = {
            "description": product.get("title", rows[0].sku),
            "totalAmount": money(total, marketplace),
            "breakdowns": breakdowns([(self.event, row) for row in rows], marketplace),
            "contexts": [context],
        }
        if self.event.adjustment_id:
            shown["relatedIdentifiers"] = [
                {
                    "itemRelatedIdentifierName": "ORDER_ADJUSTMENT_ITEM_ID",
                    "itemRelatedIdentifierValue": rows[0].item_id,
                }
            ]
        return shown


def _type_of(event):
    kind = event.transaction_type
    if kind in _TYPES:
        if event.rows and event.rows[0].amount_type == "Cost of Advertising":
            return "ProductAdsPayment", "Cost of Advertising"
        return _TYPES[kind]
    return "Adjustment", event.rows[0].description if event.rows else kind
