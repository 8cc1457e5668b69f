"""searchOrders and getOrder: windows, filters, pages."""

from datetime import timedelta
from itertools import chain

from odoo.tests import tagged

from ..sandbox.clock import iso
from .sandbox_case import CA, DE, SINCE, US, SandboxCase


@tagged("post_install", "-at_install")
class TestSearch(SandboxCase):
    def ago(self, **span):
        return self.sandbox.clock.now() - timedelta(**span)

    def test_finds_by_update_and_by_creation(self):
        old = self.sandbox.add_order(
            "US", created=self.ago(days=9), updated=self.ago(hours=2)
        )
        new = self.sandbox.add_order("US", created=self.ago(hours=1))
        self.assertEqual(self.ids(self.search()), [old.order_id, new.order_id])
        since = iso(self.ago(hours=1, minutes=30))
        self.assertEqual(self.ids(self.search(lastUpdatedAfter=since)), [new.order_id])
        self.assertEqual(self.ids(self.search(createdAfter=since)), [new.order_id])

    def test_answer_has_no_payload_and_says_until_when(self):
        body = self.search().json()
        self.assertEqual(set(body), {"orders", "lastUpdatedBefore"})
        body = self.search(createdAfter=SINCE).json()
        self.assertEqual(set(body), {"orders", "createdBefore"})
        before = iso(self.ago(hours=3))
        body = self.search(lastUpdatedBefore=before).json()
        self.assertEqual(body["lastUpdatedBefore"], before)

    def test_last_two_minutes_are_not_told(self):
        order = self.sandbox.add_order("US", status="PENDING")
        before = self.search().json()["lastUpdatedBefore"]
        self.sandbox.release_pending(order.order_id)
        self.assertEqual(self.ids(self.search()), [])
        self.assertRefused(
            self.search(lastUpdatedBefore=iso(self.ago(seconds=60))), 400, "two minutes"
        )
        self.sandbox.clock.advance(121)
        # Where the first search ended, the next begins: nothing falls between.
        found = self.ids(self.search(lastUpdatedAfter=before))
        self.assertEqual(found, [order.order_id])

    def test_exactly_one_after(self):
        path = "/orders/2026-01-01/orders"
        self.assertRefused(self.call("GET", path), 400, "exactly one")
        both = {"createdAfter": SINCE, "lastUpdatedAfter": SINCE}
        self.assertRefused(self.search(**both), 400, "exactly one")
        mixed = {"createdAfter": SINCE, "lastUpdatedBefore": SINCE}
        self.assertRefused(self.search(**mixed), 400, "lastUpdatedBefore")

    def test_bad_parameters(self):
        for name, value in {
            "lastUpdatedAfter": "yesterday",
            "maxResultsPerPage": "101",
            "fulfillmentStatuses": "CANCELED",
            "fulfilledBy": "SELLER",
            "includedData": "PROCEEDS,ITEMS",
            "marketplaceIds": "US",
            "paginationToken": "nonsense",
        }.items():
            with self.subTest(name):
                self.assertRefused(self.search(**{name: value}), 400, "InvalidInput")
        repeated = self.search(marketplaceIds=[US, CA])
        self.assertRefused(repeated, 400, "comma-separated")

    def test_filters(self):
        add = self.sandbox.add_order
        plain, shipped = add("US"), add("US", status="SHIPPED")
        amazon, canada = add("US", fulfilled_by="AMAZON"), add("US", marketplace="CA")
        add("DE")

        def found(**query):
            return set(self.ids(self.search(**query)))

        def ids(*orders):
            return {order.order_id for order in orders}

        self.assertEqual(found(), ids(plain, shipped, amazon, canada))
        self.assertEqual(found(marketplaceIds=US), ids(plain, shipped, amazon))
        self.assertEqual(
            found(marketplaceIds=f"{US},{CA}"), ids(plain, shipped, amazon, canada)
        )
        self.assertEqual(found(fulfilledBy="AMAZON"), ids(amazon))
        self.assertEqual(found(fulfillmentStatuses="SHIPPED,PENDING"), ids(shipped))
        self.assertRefused(self.search(marketplaceIds=DE), 403)

    def test_pages_hold_every_order_once(self):
        orders = self.sandbox.generate_orders("US", 25, seed=7)
        for query in ({"lastUpdatedAfter": SINCE}, {"createdAfter": SINCE}):
            pages = self.pages(**query, maxResultsPerPage=10)
            self.assertEqual([len(page) for page in pages], [10, 10, 5])
            self.assertEqual(
                sorted(chain(*pages)), sorted(order.order_id for order in orders)
            )

    def test_full_last_page_has_no_token(self):
        self.sandbox.generate_orders("US", 20, seed=7)
        self.assertEqual(
            [len(page) for page in self.pages(maxResultsPerPage=10)], [10, 10]
        )

    def test_page_token_is_bound_to_the_question_and_to_a_day(self):
        self.sandbox.generate_orders("US", 12, seed=7)
        first = self.search(maxResultsPerPage=5)
        token = first.json()["pagination"]["nextToken"]
        other = self.search(paginationToken=token, marketplaceIds=US)
        self.assertRefused(other, 400, "all other parameters")
        # Size and data sets may change from page to page.
        second = self.search(
            paginationToken=token, maxResultsPerPage=100, includedData="PROCEEDS"
        )
        self.assertEqual(len(self.ids(second)), 7)
        self.assertEqual(
            second.json()["lastUpdatedBefore"], first.json()["lastUpdatedBefore"]
        )
        self.sandbox.clock.advance(24 * 3600 + 1)
        self.tokens.clear()
        self.assertRefused(self.search(paginationToken=token), 400, "expired")

    def test_order_changed_meanwhile_leaves_the_window(self):
        orders = self.sandbox.generate_orders("US", 10, seed=7)
        first = self.search(maxResultsPerPage=5)
        token = first.json()["pagination"]["nextToken"]
        unseen = {o.order_id for o in orders} - set(self.ids(first))
        self.sandbox.cancel(changed := min(unseen))
        second = self.search(maxResultsPerPage=5, paginationToken=token)
        self.assertEqual(set(self.ids(second)), unseen - {changed})
        self.sandbox.clock.advance(180)
        since = first.json()["lastUpdatedBefore"]
        self.assertEqual(self.ids(self.search(lastUpdatedAfter=since)), [changed])

    def test_get_order(self):
        order = self.sandbox.add_order("US")
        self.assertEqual(self.read(order)["orderId"], order.order_id)
        self.assertRefused(self.get(order, seller=self.de), 404, "NotFound")
        missing = self.call("GET", "/orders/2026-01-01/orders/111-0000000-0000000")
        self.assertRefused(missing, 404, "NotFound")
        malformed = self.call("GET", "/orders/2026-01-01/orders/4711")
        self.assertRefused(malformed, 400, "InvalidInput")
        self.assertRefused(self.get(order, "EVERYTHING"), 400, "InvalidInput")
