"""The sandbox: sellers, orders, clock and faults behind one HTTP server."""

import random
import threading
import uuid
from collections import Counter
from decimal import Decimal

from werkzeug.serving import WSGIRequestHandler, make_server

from . import listings_seed, settlements
from . import seed as seeding
from .amounts import rounded
from .app import App
from .builder import build_order, complete_order, random_order_id
from .catalog import CATALOG, LINKED_SKUS, UNLINKED_SKUS
from .clock import Clock
from .faults import Faults
from .feeds import Feeds
from .ledger import Event, Ledger, Row
from .limits import Limits
from .listings import Listings
from .lwa import Tokens
from .market import Market
from .marketplaces import marketplace_of
from .orders import PENDING, Order
from .products import Products
from .random_orders import plain_order, random_order
from .reports import Reports
from .sellers import Seller


class Sandbox(Market):
    """An Amazon of our own.

    `seed` decides about everything that looks like chance; None leaves the sandbox
    without sellers and orders. `rate_factor` multiplies Amazon's rate limits, None
    lifts them. `now` is the time the clock starts at. `keep_calls` bounds `calls`.
    """

    catalog = CATALOG
    unlinked_skus = UNLINKED_SKUS

    def __init__(self, seed=None, rate_factor=None, now=None, keep_calls=None):
        self.rng = random.Random(seed or 0)
        self.lock = threading.RLock()
        self.clock = Clock(now)
        self.sellers = {}
        self.orders = {}
        self.calls = []
        self.counts = Counter()  # calls per operation
        self.faults = Faults(seed or 0)
        self.ledger = Ledger(seed or 0)
        self.reports = Reports(self.clock, self.faults, seed or 0)
        self.feeds = Feeds(self.clock, seed or 0)
        self.products = Products()
        self.listings = Listings(self.clock)
        self.settlements = {}  # settlement id → Settlement
        self.tokens = Tokens(self.clock, self.sellers)
        self.limits = Limits(self.clock, rate_factor)
        self.keep_calls = keep_calls
        self.url = None
        self._server = None
        if seed is not None:
            seeding.populate(self)
            listings_seed.populate(self)

    # The server

    def start(self, port=None, verbose=False):
        """Serve on 127.0.0.1 from a thread of its own; returns the address.

        After a stop it comes back on the port it had; the first time, no port or 0
        picks a free one.
        """
        if port is None:
            port = int(self.url.rpartition(":")[2]) if self.url else 0
        handler = WSGIRequestHandler if verbose else _QuietHandler
        self._server = make_server(
            "127.0.0.1", port, App(self), threaded=True, request_handler=handler
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="amazon-sandbox",
            daemon=True,
        ).start()
        return self.url

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    # Sellers and orders

    def add_seller(self, key, marketplaces, **keywords):
        """A selling partner with stores in these marketplaces (of one region)."""
        with self.lock:
            self.sellers[key] = Seller(key, marketplaces, self.rng, **keywords)
            return self.sellers[key]

    def seller_of(self, marketplace):
        """The first seller with a store in this marketplace."""
        wanted = marketplace_of(marketplace)
        for seller in self.sellers.values():
            if wanted in seller.marketplaces:
                return seller
        raise KeyError(f"no seller in {wanted.country}")

    def add_order(self, seller, payload=None, *, marketplace=None, **keywords):
        """An order of this seller: Amazon's whole field tree, or builder keywords.

        A payload may leave out times, fulfillment and order total.
        """
        with self.lock:
            seller = self._seller(seller)
            if payload and "salesChannel" in payload:
                marketplace = payload["salesChannel"].get("marketplaceId")
            marketplace = marketplace_of(marketplace or seller.marketplaces[0])
            now = self.clock.now()
            if payload is None:
                # Anything invented differs between orders, the id above all.
                keywords.setdefault("order_id", self._free_order_id())
                payload = build_order(self.rng, marketplace, now, **keywords)
            else:
                payload = complete_order(self.rng, marketplace, now, payload)
            return self._keep(payload, seller)

    def _keep(self, payload, seller):
        order = Order(payload, seller)
        if order.order_id in self.orders:
            raise ValueError(f"There is an order {order.order_id} already")
        self.orders[order.order_id] = order
        self.ledger.follow(order, order.updated)
        self.listings.reserve(order)
        return order

    def generate_orders(
        self,
        seller,
        count,
        seed=None,
        *,
        marketplace=None,
        kind="plain",
        items=(1, 3),
        quantities=(1, 3),
        shipping=True,
        skus=LINKED_SKUS,
    ):
        """Unshipped merchant orders, `plain` ones or `random` (awkward) ones."""
        if kind not in ("plain", "random"):
            raise ValueError(f"Unknown kind {kind!r}: plain, random")
        with self.lock:
            seller = self._seller(seller)
            marketplace = marketplace_of(marketplace or seller.marketplaces[0])
            rng = self.rng if seed is None else random.Random(seed)
            now = self.clock.now()
            orders = []
            for _number in range(count):
                if kind == "random":
                    payload = random_order(rng, marketplace, now)
                else:
                    payload = plain_order(
                        rng, marketplace, now, items, quantities, shipping, skus
                    )
                while payload["orderId"] in self.orders:
                    payload["orderId"] = random_order_id(rng)
                orders.append(self._keep(payload, seller))
            return orders

    def order(self, order_id):
        return self.orders[order_id]

    def cancel(self, order_id, by="BUYER", reason="Ordered by mistake", items=None):
        """Cancel an order, or with `items` so many of some: {order item id: n}."""
        with self.lock:
            pending = self.orders[order_id].status in PENDING
            order = self._change(
                order_id, Order.cancel, by=by, reason=reason, items=items
            )
            if pending and order.status == "CANCELLED":
                self.listings.release(order)
            return order

    def release_pending(self, order_id):
        """The payment is in: PENDING becomes UNSHIPPED, buyer and prices show."""
        with self.lock:
            order = self._change(order_id, Order.release)
            self.listings.confirm(order)
            return order

    def ship_by_amazon(self, order_id):
        """Amazon has sent an FBA order."""
        return self._change(order_id, Order.ship_by_amazon)

    def _change(self, order_id, deed, **keywords):
        with self.lock:
            order = self.orders[order_id]
            now = self.clock.now()
            deed(order, now, **keywords)
            self.ledger.follow(order, now)
            return order

    # Money

    def refund(self, order_id, items=None, **keywords):
        """Money goes back to the buyer; the event in the ledger.

        `items`: {order item id: units as an int, or a Decimal or str for an amount of
        the item's price}; None for all that has shipped and isn't refunded yet.
        `restocking_fee` is kept, `goodwill` is given on top; `transaction_type` may be
        a chargeback or a claim ("A-to-z Guarantee Refund").
        """
        with self.lock:
            order = self.orders[order_id]
            return self.ledger.refund(order, self.clock.now(), items, **keywords)

    def charge(
        self,
        seller,
        transaction_type,
        amount_type,
        description,
        amount,
        *,
        marketplace=None,
        posted=None,
        order_id="",
        sku="",
        quantity="",
        marketplace_name="",
    ):
        """A row of the account itself: a fee (negative), an ad, a reimbursement."""
        with self.lock:
            seller = self._seller(seller)
            marketplace = self._store(seller, marketplace)
            posted = posted or self.clock.now()
            amount = rounded(amount, marketplace)
            row = Row(
                amount_type,
                description,
                amount,
                sku=sku,
                quantity=str(quantity),
            )
            event = Event(
                transaction_type,
                posted,
                posted,
                [row],
                order_id=order_id,
                marketplace_name=marketplace_name,
            )
            return self.ledger.charge(seller, marketplace, event)

    def close_settlement(
        self, seller, marketplace=None, reserve=Decimal("0"), until=None
    ):
        """Settle what is released (by `until`) and publish its report.

        One marketplace, by default the seller's first. `reserve` is what Amazon keeps
        back of it until the next settlement.
        """
        with self.lock:
            seller, now = self._seller(seller), self.clock.now()
            if until and until > now:
                raise ValueError("A settlement cannot end in the future")
            settlement = settlements.close(
                self.ledger.account(seller, self._store(seller, marketplace)),
                str(settlements.FIRST_ID + len(self.settlements)),
                reserve,
                until or now,
                self.ledger.new_id(43),
            )
            self.settlements[settlement.settlement_id] = settlement
            self.publish_settlement(settlement)
            return settlement

    def publish_settlement(self, settlement):
        """A (further) report of a closed settlement."""
        with self.lock:
            return self.reports.publish(settlement)

    def _store(self, seller, marketplace):
        marketplace = marketplace_of(marketplace or seller.marketplaces[0])
        if marketplace not in seller.marketplaces:
            raise ValueError(f"{seller.key} has no store in {marketplace.country}")
        return marketplace

    def _seller(self, seller):
        return seller if isinstance(seller, Seller) else self.sellers[seller]

    def _free_order_id(self):
        while (order_id := random_order_id(self.rng)) in self.orders:
            pass
        return order_id

    # Calls

    def calls_of(self, operation):
        """The recorded calls of one operation."""
        with self.lock:
            return [call for call in self.calls if call["operation"] == operation]

    def record(self, call):
        with self.lock:
            self.counts[call["operation"] or "unknown"] += 1
            self.calls.append(call)
            if self.keep_calls is not None:
                del self.calls[: -self.keep_calls or None]

    def request_id(self):
        return str(uuid.uuid4())


class _QuietHandler(WSGIRequestHandler):
    def log(self, type, message, *args):
        """Not a word."""
