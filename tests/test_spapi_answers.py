"""No odd answer and no silence of Amazon looks like a success."""

import time

from odoo.tests import tagged

from ..spapi.errors import NotFound, Refused, Temporary
from ..spapi.limiter import MemoryLimiter
from ..spapi.operations import Operation
from ..spapi.orders import SEARCH_ORDERS
from .test_spapi_client import HTML, OK, QUOTA, ClientCase, OddAmazon

CREATE_REPORT = Operation(
    name="createReport",
    api=SEARCH_ORDERS.api,
    method="search_orders",
    repeatable=False,
    role="",
)


@tagged("post_install", "-at_install")
class TestAnswers(ClientCase):
    def test_nothing_unreadable_looks_like_no_orders(self):
        html = {"Content-Type": "text/html"}
        odd = {
            "503 with HTML": HTML,
            "500 without a body": (500, "", {}),
            "503 that claims orders": (503, {"orders": []}, {}),
            "200 with HTML": (200, "<html>Sign in</html>", html),
            "HTML that claims to be JSON": (200, "<html>Sign in</html>", {}),
            "JSON that claims to be HTML": (200, {"orders": []}, html),
            "half a JSON text": (200, '{"orders": [{"orderId": "9', {}),
            "half the bytes": (200, '{"orders": []}', {"Content-Length": "4000"}),
            "nothing": (200, "", {}),
            "not UTF-8": (200, b'{"orders": ["\xff"]}', {}),
            "too deep": (200, '{"orders":' + "[" * 100_000, {}),
            "a list": (200, [], {}),
            "a text": (200, '"orders"', {}),
            "no number": (200, '{"orders": [NaN]}', {}),
            "without orders": (200, {"pagination": {}}, {}),
            "orders are null": (200, {"orders": None}, {}),
            "204": (204, "", {}),
            "an error in a 200": (200, {"orders": [], "errors": [{"code": "X"}]}, {}),
            "a redirect": (302, "", {"Location": "/elsewhere"}),
            "a portal's 403": (403, "<html>Pay first</html>", html),
            "a proxy's 407": (407, "<html>Who are you</html>", html),
            "a gateway's 404": (404, "<html>Not Found</html>", html),
        }
        for name, answer in odd.items():
            with self.subTest(name):
                client = self.client(max_tries=2, limiter=MemoryLimiter(self.now))
                with self.assertRaises(Temporary) as caught:
                    self.search(client, answer)
                self.assertEqual(client.calls, 2)
                self.assertEqual(caught.exception.operation, "searchOrders")
                self.assertNotIn("\n", str(caught.exception))

    def test_redirect_does_not_carry_the_token_away(self):
        elsewhere = OddAmazon()
        self.addCleanup(elsewhere.stop)
        elsewhere.answers = [OK]
        with self.assertRaises(Temporary):
            self.search(None, (302, "", {"Location": elsewhere.url}))
        self.assertEqual(elsewhere.requests, [])

    def test_temporary_trouble_passes(self):
        client = self.client()
        answer = self.search(client, HTML, (500, "", {}), OK)
        self.assertEqual(answer.body, {"orders": []})
        self.assertEqual(client.calls, 3)
        self.assertEqual(len(self.slept), 2)
        self.assertTrue(0.5 <= self.slept[0] <= 1 <= self.slept[1] <= 2, self.slept)

    def test_temporary_keeps_amazons_words(self):
        body = {"errors": [{"code": "InternalFailure", "message": "We broke"}]}
        with self.assertRaises(Temporary) as caught:
            self.search(
                self.client(max_tries=1), (500, body, {"x-amzn-RequestId": "r9"})
            )
        self.assertEqual(
            str(caught.exception),
            "InternalFailure: We broke [searchOrders, HTTP 500, request r9]",
        )

    def test_waiting_stays_within_max_wait(self):
        client = self.client(max_tries=50, max_wait=10.0)
        with self.assertRaises(Temporary):
            self.search(client, HTML)
        self.assertLessEqual(sum(self.slept), 10.0)
        self.assertGreater(client.calls, 3)

    def test_refusals_are_final_and_explained(self):
        errors = [
            {
                "code": "InvalidInput",
                "message": "Bad\n date",
                "details": "createdAfter",
            },
            {"code": "InvalidInput", "message": "Bad id", "details": ""},
        ]
        client = self.client()
        with self.assertRaises(Refused) as caught:
            self.search(client, (400, {"errors": errors}, {"x-amzn-RequestId": "r4"}))
        error = caught.exception
        self.assertEqual(client.calls, 1)
        self.assertEqual((error.status, error.code), (400, "InvalidInput"))
        self.assertEqual((error.request_id, error.details), ("r4", "createdAfter"))
        self.assertEqual(
            str(error),
            "InvalidInput: Bad date; Bad id (createdAfter) "
            "[searchOrders, HTTP 400, request r4]",
        )

    def test_other_refusals(self):
        cases = [
            (404, {"errors": [{"code": "NotFound", "message": "No order"}]}, NotFound),
            (413, "", Refused),
            (400, {"errors": []}, Refused),
            (400, {"message": "Missing something"}, Refused),
            (409, {"errors": ["nonsense", {"code": None}]}, Refused),
        ]
        for status, body, kind in cases:
            with self.subTest(status=status, body=body):
                with self.assertRaises(kind) as caught:
                    self.search(None, (status, body, {}))
                self.assertTrue(caught.exception.message)


@tagged("post_install", "-at_install")
class TestSilence(ClientCase):
    """Amazon that does not answer."""

    def hang(self):
        time.sleep(0.6)
        return OK

    def test_time_out(self):
        client = self.client(timeout=(0.2, 0.2), max_tries=2)
        with self.assertRaises(Temporary) as caught:
            self.search(client, self.hang)
        self.assertIn("no answer within the time-out", str(caught.exception))
        self.assertIsNone(caught.exception.status)
        self.assertEqual(client.calls, 2)

    def test_time_out_then_answer(self):
        client = self.client(timeout=(0.2, 0.2))
        self.assertEqual(self.search(client, self.hang, OK).status, 200)

    def test_what_may_not_be_repeated_is_not(self):
        client = self.client(timeout=(0.2, 0.2))
        for answer in (self.hang, HTML):
            client.calls = 0
            self.amazon.answers = [answer, OK]
            with self.assertRaises(Temporary) as caught:
                client.call(CREATE_REPORT)
            self.assertTrue(caught.exception.sent)
            self.assertEqual(client.calls, 1)

    def test_what_may_not_be_repeated_is_repeated_after_a_429(self):
        client = self.client(max_wait=100)
        self.amazon.answers = [QUOTA, OK]
        client.call(CREATE_REPORT)
        self.assertEqual(client.calls, 2)

    def test_what_never_arrived_is_repeated(self):
        free = OddAmazon()
        free.stop()
        client = self.client(endpoint=free.url)
        with self.assertRaises(Temporary) as caught:
            client.call(CREATE_REPORT)
        self.assertIn("Connection refused", str(caught.exception))
        self.assertEqual(client.calls, 3)

    def test_errors_do_not_show_the_query(self):
        free = OddAmazon()
        free.stop()
        client = self.client(endpoint=free.url, max_tries=1)
        with self.assertRaises(Temporary) as caught:
            client.call(SEARCH_ORDERS, paginationToken="hidden-token")
        self.assertNotIn("hidden-token", str(caught.exception))
        self.assertIsNone(caught.exception.__cause__)
        self.assertTrue(caught.exception.__suppress_context__)
