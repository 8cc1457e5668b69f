"""`/sandbox/...`: how other processes look into the sandbox and steer it.

GET    /sandbox/state
POST   /sandbox/orders                     [payload or builder keywords, ...]
                                           or {"count", "marketplace", "kind", "seed"}
POST   /sandbox/orders/{id}/cancel         {"items": {order item id: quantity}}
POST   /sandbox/orders/{id}/release | ship
POST   /sandbox/orders/{id}/refund         {"items": {order item id: units or "amount"},
                                           "restocking_fee", "goodwill"}
GET    /sandbox/listings                   all of them
POST   /sandbox/listings                   [{"seller", "sku", ...}, ...]: keywords of
                                           Sandbox.add_listing; or {"seller", "count",
                                           "families", "seed", "marketplaces"}
POST   /sandbox/listings/change            {"seller", "sku", "marketplace", ...}
POST   /sandbox/listings/remove            {"seller", "sku", "marketplaces"}
POST   /sandbox/buy                        {"marketplace", "sku", "quantity", ...}
POST   /sandbox/faults                     keywords of Faults.add
DELETE /sandbox/faults
POST   /sandbox/clock                      {"advance": seconds}
POST   /sandbox/sellers                    {"key", "countries"}: a new seller
POST   /sandbox/sellers/{key}              {"roles", "revoked", "suspended",
                                           "client_secret"}
POST   /sandbox/sellers/{key}/settle       {"marketplace", "reserve", "until"}
POST   /sandbox/sellers/{key}/charge       {"transaction_type", "amount_type",
                                           "description", "amount", "marketplace",
                                           ...}: keywords of Sandbox.charge
"""

import json
import re
from decimal import Decimal

from werkzeug.wrappers import Response

from .catalog import CATALOG, UNLINKED_SKUS
from .clock import iso, parse_time
from .listings import listing_state

_ORDER = re.compile(r"/sandbox/orders/([^/]+)/(cancel|release|ship)")
_SELLER = re.compile(r"/sandbox/sellers/([^/]+)")
_MONEY = re.compile(r"/sandbox/(orders|sellers)/([^/]+)/(refund|settle|charge)")


def answer(sandbox, request):
    try:
        body = request.get_json() if request.get_data() else {}
        status, result = _perform(sandbox, request.method, request.path, body)
    except KeyError as error:
        status, result = 404, {"error": f"Not found: {error}"}
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        # ArithmeticError: an amount that is no number
        status, result = 400, {"error": str(error)}
    text = json.dumps(result, ensure_ascii=False)
    return Response(text, status, content_type="application/json")


def _perform(sandbox, method, path, body):
    if method == "GET" and path == "/sandbox/state":
        return 200, state(sandbox)
    if method == "POST" and path == "/sandbox/orders":
        return 200, {"orderIds": [o.order_id for o in _create(sandbox, body)]}
    if method == "POST" and (match := _ORDER.fullmatch(path)):
        order_id, deed = match.groups()
        deeds = {
            "cancel": sandbox.cancel,
            "release": sandbox.release_pending,
            "ship": sandbox.ship_by_amazon,
        }
        return 200, order_state(sandbox, deeds[deed](order_id, **body))
    if method == "POST" and (match := _MONEY.fullmatch(path)):
        return 200, _move_money(sandbox, *match.groups(), body)
    if path.startswith("/sandbox/listings"):
        return 200, _listings(sandbox, method, path, body)
    if method == "POST" and path == "/sandbox/buy":
        order = sandbox.buy(**body)
        return 200, {"accepted": bool(order), "orderId": order and order.order_id}
    if method == "POST" and path == "/sandbox/faults":
        sandbox.faults.add(**body)
        return 200, {}
    if method == "DELETE" and path == "/sandbox/faults":
        sandbox.faults.clear()
        return 200, {}
    if method == "POST" and path == "/sandbox/clock":
        return 200, {"now": iso(sandbox.clock.advance(body["advance"]))}
    if method == "POST" and path == "/sandbox/sellers":
        return 200, sandbox.add_seller(body["key"], body["countries"]).credentials
    if method == "POST" and (match := _SELLER.fullmatch(path)):
        return 200, _change_seller(sandbox.sellers[match[1]], body)
    raise KeyError(f"{method} {path}")


def _create(sandbox, body):
    if isinstance(body, list):
        return [_add(sandbox, dict(entry)) for entry in body]
    body = dict(body)
    marketplace = body.pop("marketplace", "US")
    seller = body.pop("seller", None) or sandbox.seller_of(marketplace)
    count = body.pop("count")
    return sandbox.generate_orders(seller, count, marketplace=marketplace, **body)


def _add(sandbox, entry):
    """A whole order in Amazon's field tree, or keywords of the builder."""
    seller = entry.pop("seller", None)
    if "orderItems" in entry:
        marketplace = entry["salesChannel"]["marketplaceId"]
        return sandbox.add_order(seller or sandbox.seller_of(marketplace), entry)
    for name in ("created", "updated"):
        if name in entry:
            entry[name] = parse_time(entry[name])
    seller = seller or sandbox.seller_of(entry.get("marketplace", "US"))
    return sandbox.add_order(seller, **entry)


def _listings(sandbox, method, path, body):
    if (method, path) == ("GET", "/sandbox/listings"):
        return listing_states(sandbox)
    if (method, path) == ("POST", "/sandbox/listings"):
        if isinstance(body, dict):
            return {"skus": sandbox.generate_listings(**body)}
        made = [listing for entry in body for listing in _list(sandbox, entry)]
        return [listing_state(listing, sandbox.clock.now()) for listing in made]
    if (method, path) == ("POST", "/sandbox/listings/change"):
        changed = sandbox.change_listing(**body)
        return [listing_state(listing, sandbox.clock.now()) for listing in changed]
    if (method, path) == ("POST", "/sandbox/listings/remove"):
        sandbox.remove_listing(**body)
        return {}
    raise KeyError(f"{method} {path}")


def _list(sandbox, entry):
    if "opened" in entry:
        entry = {**entry, "opened": parse_time(entry["opened"])}
    return sandbox.add_listing(**entry)


def listing_states(sandbox):
    now = sandbox.clock.now()
    return [
        listing_state(listing, now)
        for seller in sandbox.sellers.values()
        for _sku, there in sandbox.listings.of(seller, sorted(seller.marketplace_ids))
        for listing in there.values()
    ]


def _move_money(sandbox, whose, key, deed, body):
    for name in ("until", "posted"):
        if name in body:
            body = {**body, name: parse_time(body[name])}
    if (whose, deed) == ("orders", "refund"):
        return event_state(sandbox.refund(key, **body))
    if (whose, deed) == ("sellers", "charge"):
        return event_state(sandbox.charge(key, **body))
    if (whose, deed) == ("sellers", "settle"):
        return settlement_state(sandbox.close_settlement(key, **body))
    raise KeyError(f"{deed} of {whose}")


def _change_seller(seller, body):
    for name, value in body.items():
        if name in ("roles", "suspended"):
            setattr(seller, name, set(value))
        elif name in ("revoked", "client_secret"):
            setattr(seller, name, value)
        else:
            raise ValueError(f"A seller's {name} cannot be changed")
    return seller_state(seller)


def state(sandbox):
    return {
        "now": iso(sandbox.clock.now()),
        "url": sandbox.url,
        "sellers": {s.key: seller_state(s) for s in sandbox.sellers.values()},
        "orders": [order_state(sandbox, order) for order in sandbox.orders.values()],
        "settlements": [settlement_state(s) for s in sandbox.settlements.values()],
        "accounts": [
            account_state(account, sandbox.clock.now())
            for account in sandbox.ledger.accounts.values()
        ],
        "calls": dict(sandbox.counts),
        "catalog": CATALOG,
        "unlinkedSkus": list(UNLINKED_SKUS),
        "listings": {  # how many SKUs each has; /sandbox/listings tells them
            key: sum(1 for _ in sandbox.listings.of(seller, seller.marketplace_ids))
            for key, seller in sandbox.sellers.items()
        },
        "feeds": [
            {"seller": feed.seller_key, **feed.view(sandbox.clock.now())}
            for seller in sandbox.sellers.values()
            for feed in sandbox.feeds.of(seller)
        ],
    }


def seller_state(seller):
    return {
        "credentials": seller.credentials,
        "region": seller.region,
        "marketplaces": [
            {"id": m.id, "country": m.country, "currency": m.currency}
            for m in seller.marketplaces
        ],
        "roles": sorted(seller.roles),
        "revoked": seller.revoked,
        "suspended": sorted(seller.suspended),
    }


def settlement_state(settlement):
    return {
        "settlementId": settlement.settlement_id,
        "seller": settlement.account.seller.key,
        "marketplaceId": settlement.account.marketplace.id,
        "total": str(settlement.total),
        "currency": settlement.currency,
        "start": iso(settlement.start),
        "end": iso(settlement.end),
        "deposit": iso(settlement.deposit),
        "reserve": str(settlement.reserve),
        "rows": len(settlement.rows),
        "reportIds": [report.report_id for report in settlement.reports],
    }


def account_state(account, now):
    """What Amazon holds for a seller in one marketplace."""
    balances = account.balances(now)
    return {
        "seller": account.seller.key,
        "marketplaceId": account.marketplace.id,
        "currency": account.marketplace.currency,
        **{name: str(amount) for name, amount in balances.items()},
    }


def event_state(event):
    return {
        "transactionType": event.transaction_type,
        "transactionId": event.transaction_id,
        "orderId": event.order_id,
        "adjustmentId": event.adjustment_id,
        "total": str(event.total),
        "rows": [
            [row.amount_type, row.description, str(row.amount)] for row in event.rows
        ],
    }


def order_state(sandbox, order):
    sums = dict.fromkeys(("settled", "released", "deferred"), Decimal("0.00"))
    for event in (events := sandbox.ledger.events_of(order)):
        sums[event.standing(sandbox.clock.now())] += event.total
    settled_in = {e.settlement.settlement_id for e in events if e.settlement}
    held = [
        row.amount
        for event in events
        if not event.settlement
        for row in event.rows
        if row.amount_type != "ItemFees"
    ]
    total = order.payload["proceeds"]["grandTotal"]
    return {
        "orderId": order.order_id,
        "seller": order.seller.key,
        "marketplaceId": order.marketplace_id,
        "status": order.status,
        "fulfilledBy": order.fulfilled_by,
        "created": iso(order.created),
        "lastUpdated": iso(order.updated),
        "grandTotal": total["amount"],
        "currency": total["currencyCode"],
        **{name: str(amount) for name, amount in sums.items()},
        # the buyer's money, before fees, that is in no settlement yet
        "held": str(sum(held, Decimal("0.00"))),
        "settlements": sorted(settled_in),
        "packages": order.packages,
        "programs": order.payload.get("programs", []),
        "acknowledged": order.acknowledged,
        "items": [
            {
                "orderItemId": item["orderItemId"],
                "sku": item["product"]["sellerSku"],
                "quantity": item["quantityOrdered"],
                "fulfilled": item["fulfillment"]["quantityFulfilled"],
                "total": item["proceeds"]["proceedsTotal"]["amount"],
            }
            for item in order.items
        ],
    }
