"""The client against the stateful sandbox, over HTTP."""

import dataclasses
from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import (
    NotFound,
    Refused,
    Throttled,
    Unauthorised,
)
from ..spapi.limiter import MemoryLimiter
from ..spapi.orders import get_order, parse_order, search_orders
from ..spapi.sellers import marketplace_participations
from ..spapi.shipments import Package, already_shipped, confirm_shipment
from ..spapi.tokens import MemoryTokenCache

US = "ATVPDKIKX0DER"


@tagged("post_install", "-at_install")
class TestSandbox(BaseCase):
    """The same, over HTTP, against the stateful sandbox."""

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox(seed=1, rate_factor=None)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.seller = self.sandbox.sellers["US"]
        self.slept = []

    def client(self, **options):
        keys = ("client_id", "client_secret", "refresh_token")
        values = self.seller.credentials
        client = Client(
            "na",
            Credentials(*(values[key] for key in keys)),
            endpoint=f"{self.sandbox.url}/na",
            token_url=f"{self.sandbox.url}/auth/o2/token",
            token_cache=MemoryTokenCache(),
            limiter=MemoryLimiter(),
            sleep=self.slept.append,
            **options,
        )
        self.addCleanup(client.close)
        return client

    def pages(self, client, page_size=100):
        token = None
        since = datetime.now(timezone.utc) - timedelta(days=400)
        while True:
            page = search_orders(
                client,
                marketplace_ids=sorted(self.seller.marketplace_ids),
                last_updated_after=since,
                page_size=page_size,
                pagination_token=token,
            )
            yield page
            token = page.next_token
            if not token:
                return

    def test_participations(self):
        found = marketplace_participations(self.client())
        self.assertLessEqual(
            self.seller.marketplace_ids, {each.marketplace_id for each in found}
        )
        us = next(each for each in found if each.marketplace_id == US)
        self.assertEqual((us.country_code, us.currency_code), ("US", "USD"))
        self.assertTrue(us.is_participating)

    def test_pages_hold_every_order_once(self):
        client = self.client()
        one = [order for page in self.pages(client) for order in page.orders]
        pages = list(self.pages(client, page_size=max(2, len(one) // 5)))
        self.assertGreater(len(pages), 4)
        ids = [order["orderId"] for page in pages for order in page.orders]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(ids), {order["orderId"] for order in one})
        self.assertIsNotNone(pages[-1].last_updated_before.tzinfo)
        for order in one:
            self.assertEqual(parse_order(order).order_id, order["orderId"])

    def unshipped(self, client):
        for page in self.pages(client):
            for order in map(parse_order, page.orders):
                if order.status == "UNSHIPPED" and not order.is_fba:
                    return order
        return None

    def test_confirmed_shipment_is_read_back(self):
        client = self.client()
        order = self.unshipped(client)
        marketplace_id = order.sales_channel.marketplace_id
        lines = tuple(
            (item.order_item_id, item.quantity_ordered) for item in order.items
        )
        now = datetime.now(timezone.utc)
        package = Package("1", "UPS", None, "Ground", "1Z999AA10123456784", now, lines)
        confirm_shipment(client, order.order_id, marketplace_id, package)
        confirm_shipment(client, order.order_id, marketplace_id, package)
        again = parse_order(get_order(client, order.order_id))
        self.assertEqual(again.status, "SHIPPED")
        (shipped,) = again.packages
        self.assertEqual(shipped.tracking_number, "1Z999AA10123456784")
        self.assertEqual(
            {(item.order_item_id, item.quantity) for item in shipped.items}, set(lines)
        )
        other = dataclasses.replace(package, package_reference_id="2")
        with self.assertRaises(Refused) as caught:
            confirm_shipment(client, order.order_id, marketplace_id, other)
        self.assertTrue(already_shipped(caught.exception))

    def test_unknown_order(self):
        with self.assertRaises(NotFound):
            get_order(self.client(), "111-1111111-1111111")

    def test_revoked_token(self):
        self.seller.revoked = True
        with self.assertRaises(Unauthorised) as caught:
            marketplace_participations(self.client())
        self.assertEqual(caught.exception.mend, "refresh_token")

    def test_wrong_region(self):
        client = self.client()
        client.endpoint = f"{self.sandbox.url}/eu"
        with self.assertRaises(Unauthorised) as caught:
            marketplace_participations(client)
        self.assertEqual(caught.exception.mend, "role")

    def test_missing_role(self):
        self.seller.roles.clear()
        with self.assertRaises(Unauthorised) as caught:
            next(self.pages(self.client()))
        self.assertEqual(caught.exception.role, "Inventory and Order Tracking")

    def test_faults_that_pass(self):
        client = self.client()
        before = {o["orderId"] for page in self.pages(client) for o in page.orders}
        for fault in (
            {"status": 503, "body": "<html>", "content_type": "text/html"},
            {"status": 500},
            {"kind": "truncate"},
            {"kind": "timeout_before"},
            {"kind": "timeout_after"},
        ):
            with self.subTest(fault):
                fault = self.sandbox.faults.add("searchOrders", times=2, **fault)
                after = {
                    o["orderId"] for page in self.pages(client) for o in page.orders
                }
                self.assertEqual(after, before)
                self.assertEqual(fault.fired, 2)

    def test_quota_spent_by_somebody_else(self):
        self.sandbox.limits.factor = 1
        staging, ours = self.client(), self.client()
        for _ in range(20):
            next(self.pages(staging))
        with self.assertRaises(Throttled) as caught:
            next(self.pages(ours))
        self.assertGreater(caught.exception.retry_after, 170)
        self.assertEqual((ours.calls, self.slept), (1, []))
