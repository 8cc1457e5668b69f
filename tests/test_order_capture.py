from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sandbox.clock import parse_time
from .common import AmazonCase

HTML = "<html><body><h1>503 Service Unavailable</h1></body></html>"


def naive(text):
    return parse_time(text).replace(tzinfo=None, microsecond=0)


class CaptureCase(AmazonCase):
    """An account whose searches are counted from its connection on."""

    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.forget_calls()
        self.addCleanup(self.sandbox.faults.clear)

    def forget_calls(self):
        self.sandbox.calls.clear()

    def searches(self, seller=None):
        key = (seller or self.seller).key
        calls = self.sandbox.calls_of("searchOrders")
        return [call for call in calls if call["seller"] == key]

    def orders(self, count, updated=None):
        return [
            self.sandbox.add_order(self.seller, updated=updated) for _n in range(count)
        ]

    def ago(self, **span):
        return self.sandbox.clock.now() - timedelta(**span)

    def captured(self, account=None):
        return self.env["amazon.order"].search(
            [("account_id", "=", (account or self.account).id)]
        )

    def assertComplete(self, orders):
        """Every order stands in the inbox, and none twice."""
        references = self.captured().mapped("amazon_order_ref")
        self.assertEqual(sorted(references), sorted(o.order_id for o in orders))


@tagged("post_install", "-at_install")
class TestPages(CaptureCase):
    def test_three_pages(self):
        """row 4.19: one call a page brings everything, none per order"""
        orders = self.orders(205)
        self.pull(self.account)
        self.assertComplete(orders)
        searches = self.searches()
        self.assertEqual(len(searches), 3)
        self.assertEqual(self.sandbox.calls_of("getOrder"), [])
        tokens = [call["query"].get("paginationToken") for call in searches]
        given = [
            call["response_body"].get("pagination", {}).get("nextToken")
            for call in searches
        ]
        self.assertEqual(tokens, [None, *given[:2]])
        self.assertIsNone(given[2])
        run = self.run_of(self.account)
        self.assertEqual((run.pages, run.captured, run.calls), (3, 205, 3))
        self.assertEqual(run.state, "done")

    def test_cursor_is_amazons_own_time(self):
        """row 4.6: the cursor is the lastUpdatedBefore that Amazon gave"""
        self.orders(1)
        self.pull(self.account)
        answer = self.searches()[0]["response_body"]
        self.assertEqual(self.account.orders_cursor, naive(answer["lastUpdatedBefore"]))

    def test_cursor_stays_until_the_last_page(self):
        """row 4.6: an error on page 2 keeps page 1 and leaves the cursor alone"""
        orders = self.orders(101)
        self.sandbox.faults.add("searchOrders", status=503, times=3, after=1)
        self.pull(self.account)
        self.assertEqual(len(self.captured()), 100)
        self.assertFalse(self.account.orders_cursor)
        self.assertEqual(self.run_of(self.account).state, "waiting")
        first = self.searches()[0]["response_body"]
        self.forget_calls()

        self.pull(self.account)
        (search,) = self.searches()
        self.assertEqual(
            search["query"]["paginationToken"], first["pagination"]["nextToken"]
        )
        self.assertComplete(orders)
        self.assertEqual(self.account.orders_cursor, naive(first["lastUpdatedBefore"]))

    def test_next_pull_overlaps(self):
        """row 4.6: the next pull starts before the cursor, never after it"""
        self.pull(self.account)
        cursor = self.account.orders_cursor
        self.forget_calls()
        self.pull(self.account)
        after = naive(self.searches()[0]["query"]["lastUpdatedAfter"])
        self.assertEqual(after, cursor - timedelta(minutes=10))

    def test_pull_while_the_cursor_is_ahead(self):
        """a pull that ends late never moves the cursor back"""
        self.pull(self.account)
        ahead = self.account.orders_cursor + timedelta(minutes=5)
        self.account.orders_cursor = ahead
        self.pull(self.account)
        self.assertEqual(self.account.orders_cursor, ahead)

    def test_repeated_rows_at_a_page_border(self):
        """row 4.12: a row that two pages repeat is one order"""
        orders = self.orders(150)
        fault = self.sandbox.faults.add("searchOrders", kind="repeat_rows")
        self.pull(self.account)
        self.assertEqual(fault.fired, 1)
        self.assertComplete(orders)
        self.assertEqual(self.run_of(self.account).skipped, 1)

    def test_order_changes_between_two_pages(self):
        """row 4.2: an order that changes while pages are read has its last state"""
        orders = self.orders(150)
        self.sandbox.faults.add("searchOrders", kind="change_between_pages")
        self.pull(self.account)
        self.assertComplete(orders)
        changed = max(orders, key=lambda order: order.updated)
        self.assertEqual(
            self.inbox(changed).last_updated,
            changed.updated.replace(tzinfo=None, microsecond=0),
        )

    def test_dropped_row_is_found_by_the_daily_deep_pull(self):
        """row 4.2: what Amazon's list left out is found when two days are re-read"""
        orders = self.orders(150, updated=self.ago(hours=20))
        self.sandbox.faults.add("searchOrders", kind="drop_rows")
        self.pull(self.account)
        self.assertEqual(len(self.captured()), 149)
        self.pull(self.account)  # the same day: only the usual overlap
        self.assertEqual(len(self.captured()), 149)
        self.account.deep_pull_date -= timedelta(days=1)  # the next morning
        self.pull(self.account)
        self.assertComplete(orders)

    def test_same_pull_twice(self):
        """row 4.12: what is logged already is skipped and counted"""
        orders = self.orders(3)
        self.pull(self.account)
        before = self.captured().mapped("write_date")
        self.pull(self.account)
        self.assertComplete(orders)
        run = self.run_of(self.account)
        self.assertEqual((run.captured, run.updated, run.skipped), (0, 0, 3))
        self.assertEqual(self.captured().mapped("write_date"), before)

    def test_same_page_again_after_the_import(self):
        """row 4.12: a page that comes again makes no second sale"""
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        self.take_in(self.account)
        sales = self.env["sale.order"].search(
            [("client_order_ref", "=", order.order_id)]
        )
        self.assertEqual(len(sales), 1)

    def test_token_expired(self):
        """a token older than a day is dropped: the pull starts over from the cursor"""
        orders = self.orders(101)
        self.sandbox.faults.add("searchOrders", status=503, times=3, after=1)
        self.pull(self.account)
        self.account.pull_token_date -= timedelta(hours=24)
        self.forget_calls()
        self.pull(self.account)
        self.assertNotIn("paginationToken", self.searches()[0]["query"])
        self.assertComplete(orders)
        self.assertTrue(self.account.orders_cursor)

    def test_token_refused(self):
        """a token Amazon refuses is dropped: the same run starts over"""
        orders = self.orders(101)
        self.sandbox.faults.add("searchOrders", status=503, times=3, after=1)
        self.pull(self.account)
        self.sandbox.clock.advance(25 * 3600)  # Amazon's clock: the token is too old
        self.pull(self.account)
        self.assertIn(400, [call["status"] for call in self.searches()])
        self.assertEqual(self.run_of(self.account).state, "done")
        self.assertComplete(orders)


@tagged("post_install", "-at_install")
class TestBadAnswers(CaptureCase):
    def refuse(self, **fault):
        """One pull whose every search meets the fault, then one without."""
        orders = self.orders(2)
        self.sandbox.faults.add("searchOrders", times=3, **fault)
        self.pull(self.account)
        self.assertFalse(self.captured())
        self.assertFalse(self.account.orders_cursor)
        run = self.run_of(self.account)
        self.assertEqual(run.state, "waiting")
        self.assertIn("Amazon could not be asked", run.message)
        self.assertTrue(self.retry_at())
        self.pull(self.account)
        self.assertComplete(orders)

    def retry_at(self):
        """When the scheduler starts the pull again by itself."""
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.account.orders_cron_id.id)]
        )
        now = fields.Datetime.now()
        return [t.call_at for t in triggers if t.call_at > now]

    def test_html_503_is_not_an_empty_list(self):
        """row 4.6: an HTML error page never looks like "no orders" """
        self.refuse(status=503, body=HTML, content_type="text/html")

    def test_html_200_is_not_an_empty_list(self):
        """row 4.6: a proxy's page with status 200 never looks like "no orders" """
        self.refuse(status=200, body=HTML, content_type="text/html")

    def test_truncated_json(self):
        """row 4.6: half a JSON text is asked for again"""
        self.refuse(kind="truncate")

    def test_answer_without_orders(self):
        """row 4.6: an answer that lacks its orders is no empty list"""
        self.refuse(status=200, body={"pagination": {}})

    def test_no_answer_at_all(self):
        """row 4.6: a connection that breaks off is tried again later"""
        self.refuse(kind="timeout_before")

    def test_storm_of_429(self):
        """row 4.2: a run that Amazon throttles waits and goes on from its page"""
        orders = self.orders(101)
        storm = self.sandbox.faults.add(
            "searchOrders", status=429, probability=1, after=1
        )
        self.pull(self.account)
        self.assertGreater(storm.fired, 1)
        run = self.run_of(self.account)
        self.assertEqual((run.state, run.captured), ("waiting", 100))
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.retry_at())

        self.sandbox.faults.clear()
        self.forget_calls()
        self.pull(self.account)
        self.assertIn("paginationToken", self.searches()[0]["query"])
        self.assertComplete(orders)

    def test_refused_search(self):
        """a search Amazon refuses for good fails the run with Amazon's words"""
        body = {"errors": [{"code": "InvalidInput", "message": "No such thing"}]}
        self.sandbox.faults.add("searchOrders", status=400, body=body)
        self.pull(self.account)
        run = self.run_of(self.account)
        self.assertEqual(run.state, "failed")
        self.assertIn("No such thing", run.message)
        self.assertFalse(self.account.orders_cursor)
