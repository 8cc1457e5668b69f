"""The door to Amazon against a server that answers as told, over real HTTP."""

import json
import logging
import threading

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase, tagged

from ..spapi import library
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import Refused, Temporary, Throttled, Unauthorised
from ..spapi.limiter import MemoryLimiter
from ..spapi.operations import Operation
from ..spapi.orders import GET_ORDER, SEARCH_ORDERS
from ..spapi.tokens import MemoryTokenCache

HTML = (503, "<html>Service Unavailable</html>", {"Content-Type": "text/html"})
OK = (200, {"orders": []}, {})
EXPIRED = (
    403,
    {
        "errors": [
            {
                "code": "Unauthorized",
                "message": "Access to requested resource is denied.",
                "details": "The access token you provided has expired.",
            }
        ]
    },
    {"x-amzn-RequestId": "req-403"},
)
QUOTA = (429, {"errors": [{"code": "QuotaExceeded", "message": "Slow down"}]}, {})


class OddAmazon:
    """Answers with what the test lines up: (status, body, headers) or a callable.

    The last line of `answers` (and of `tokens`) is repeated. `requests` keeps what
    came in, apart from token requests, which are in `token_requests`.
    """

    def __init__(self):
        self.answers, self.requests = [], []
        self.tokens, self.token_requests = [self.token], []
        self._server = make_server("127.0.0.1", 0, self._wsgi, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def token(self):
        number = len(self.token_requests)
        return 200, {"access_token": f"Atza|token-{number}", "expires_in": 3600}, {}

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _wsgi(self, environ, start_response):
        request = Request(environ)
        request.get_data()
        is_token = request.path == "/auth/o2/token"
        (self.token_requests if is_token else self.requests).append(request)
        lines = self.tokens if is_token else self.answers
        line = lines.pop(0) if len(lines) > 1 else lines[0]
        status, body, headers = line() if callable(line) else line
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        response = Response(body, status, content_type="application/json")
        response.headers.update(headers)
        return response(environ, start_response)


class ClientCase(BaseCase):
    def setUp(self):
        super().setUp()
        werkzeug = logging.getLogger("werkzeug")
        self.addCleanup(werkzeug.setLevel, werkzeug.level)
        werkzeug.setLevel(logging.ERROR)
        self.amazon = OddAmazon()
        self.addCleanup(self.amazon.stop)
        self.slept = []
        self.cache = MemoryTokenCache(self.now)
        self.limiter = MemoryLimiter(self.now)
        self.credentials = Credentials("app", "s3cr3t-of-app", "Atzr|refresh-me")

    def now(self):
        return 1_800_000_000 + sum(self.slept)

    def client(self, **options):
        options = {
            "endpoint": f"{self.amazon.url}/na",
            "token_url": f"{self.amazon.url}/auth/o2/token",
            "token_cache": self.cache,
            "limiter": self.limiter,
            "clock": self.now,
            "sleep": self.slept.append,
            **options,
        }
        credentials = options.pop("credentials", self.credentials)
        client = Client("na", credentials, **options)
        self.addCleanup(client.close)
        return client

    def search(self, client=None, *answers):
        if answers:
            self.amazon.answers = list(answers)
        client = client or self.client()
        return client.call(SEARCH_ORDERS, marketplaceIds=["ATVPDKIKX0DER"])

    def get(self, client, *answers):
        self.amazon.answers = list(answers)
        return client.call(GET_ORDER, "902-1845936-5435065")


@tagged("post_install", "-at_install")
class TestRequest(ClientCase):
    def test_what_is_sent(self):
        self.search(None, OK)
        request = self.amazon.requests[0]
        self.assertEqual(request.path, "/na/orders/2026-01-01/orders")
        self.assertEqual(
            request.args.to_dict(flat=False), {"marketplaceIds": ["ATVPDKIKX0DER"]}
        )
        self.assertEqual(request.headers["Host"], self.amazon.url[7:])
        self.assertEqual(request.headers["x-amz-access-token"], "Atza|token-1")
        self.assertEqual(request.headers["x-amz-date"], "20270115T080000Z")
        self.assertIn("AmazonConnector/", request.headers["User-Agent"])
        self.assertEqual(
            self.amazon.token_requests[0].form.to_dict(),
            {
                "grant_type": "refresh_token",
                "refresh_token": "Atzr|refresh-me",
                "client_id": "app",
                "client_secret": "s3cr3t-of-app",
            },
        )

    def test_no_marketplace_parameters_of_the_librarys_own(self):
        self.amazon.answers = [OK]
        self.client().call(SEARCH_ORDERS, createdAfter="2026-01-01T00:00:00Z")
        self.assertEqual(list(self.amazon.requests[0].args), ["createdAfter"])

        update = Operation(
            name="updateShipmentStatus",
            api=library.api.OrdersV0,
            method="update_shipment_status",
            repeatable=True,
            role="",
        )
        self.client().call(update, "902-1845936-5435065", shipmentStatus="PickedUp")
        self.assertEqual(
            json.loads(self.amazon.requests[1].get_data()),
            {"shipmentStatus": "PickedUp"},
        )

    def test_answer_keeps_the_digits_of_numbers(self):
        body = '{"orders": [{"price": 12.30, "big": 0.10000000000000000001, "n": 3}]}'
        order = self.search(None, (200, body, {})).body["orders"][0]
        self.assertEqual(
            order, {"price": "12.30", "big": "0.10000000000000000001", "n": 3}
        )

    def test_one_token_serves_many_calls_and_clients(self):
        client = self.client()
        self.search(client, OK)
        self.search(client)
        self.search(self.client())
        self.assertEqual(len(self.amazon.token_requests), 1)
        self.assertEqual((client.calls, client.token_calls), (2, 1))

    def test_token_expires_a_minute_early(self):
        client = self.client()
        self.search(client, OK)
        self.slept.append(3600 - 61)
        self.search(client)
        self.assertEqual(len(self.amazon.token_requests), 1)
        self.slept.append(2)
        self.search(client)
        self.assertEqual(len(self.amazon.token_requests), 2)

    def test_rotated_secret_does_not_find_the_old_token(self):
        self.search(None, OK)
        rotated = Credentials("app", "another", "Atzr|refresh-me")
        self.search(self.client(credentials=rotated))
        self.assertEqual(len(self.amazon.token_requests), 2)

    def test_on_call_hears_of_every_request(self):
        heard = []
        client = self.client(on_call=lambda *call: heard.append(call))
        self.search(client, HTML, (200, {"orders": []}, {"x-amzn-RequestId": "r-1"}))
        self.assertEqual(
            [call[:3] for call in heard],
            [
                ("token", 200, ""),
                ("searchOrders", 503, ""),
                ("searchOrders", 200, "r-1"),
            ],
        )
        self.assertTrue(all(0 < call[3] < 60 for call in heard))

    def test_wrong_arguments(self):
        with self.assertRaises(ValueError):
            Client("us", self.credentials, token_cache=None, limiter=None)
        with self.assertRaises(ValueError):
            self.client(endpoint="sellingpartnerapi-na.amazon.com")

    def test_injected_transport_stays_open(self):
        closed = []

        class Transport:
            def close(self):
                closed.append(True)

        with self.client(transport=Transport()):
            pass
        self.assertEqual(closed, [])


@tagged("post_install", "-at_install")
class TestThrottling(ClientCase):
    def test_429_waits_and_goes_on(self):
        client = self.client()
        answer = self.get(client, QUOTA, (200, {"order": {}}, {}))
        self.assertEqual(answer.body, {"order": {}})
        # getOrder refills every two seconds
        self.assertGreaterEqual(sum(self.slept), 2.0)
        self.assertEqual(client.calls, 2)

    def test_429_of_a_slow_operation_is_for_later(self):
        client = self.client()
        with self.assertRaises(Throttled) as caught:
            self.search(client, QUOTA)
        self.assertAlmostEqual(caught.exception.retry_after, 1 / 0.0056)
        self.assertEqual((client.calls, self.slept), (1, []))
        # all others who share the limiter wait as well
        self.assertGreater(self.limiter.acquire("searchOrders"), 100)

    def test_429_without_end(self):
        client = self.client(max_tries=3, max_wait=60)
        with self.assertRaises(Throttled) as caught:
            self.get(client, (429, "<html>slow</html>", {"Content-Type": "text/html"}))
        self.assertEqual(client.calls, 3)
        self.assertGreaterEqual(caught.exception.retry_after, 2.0)

    def test_retry_after_is_obeyed(self):
        with self.assertRaises(Throttled) as caught:
            self.get(self.client(), (429, {}, {"Retry-After": "77"}))
        self.assertEqual(caught.exception.retry_after, 77)

    def test_short_wait_is_slept_long_wait_is_raised(self):
        for _ in range(30):
            self.limiter.acquire("getOrder")
        self.get(self.client(), (200, {"order": {}}, {}))
        self.assertAlmostEqual(sum(self.slept), 2.0, places=3)
        for _ in range(20):
            self.limiter.acquire("searchOrders")
        client = self.client()
        with self.assertRaises(Throttled) as caught:
            self.search(client, OK)
        self.assertAlmostEqual(caught.exception.retry_after, 1 / 0.0056, places=3)
        self.assertEqual(client.calls, 0)

    def test_learns_the_rate_amazon_states(self):
        self.limiter.throttled("getOrder")
        self.slept.append(2.0)
        header = {"x-amzn-RateLimit-Limit": "4.0"}
        self.get(self.client(), (200, {"order": {}}, header))
        self.assertAlmostEqual(self.limiter.acquire("getOrder"), 0.25, places=3)

    def test_ignores_a_rate_that_is_none(self):
        for header in ("", "none", "0", "-1", "nan", "inf"):
            with self.subTest(header):
                answer = (200, {"order": {}}, {"x-amzn-RateLimit-Limit": header})
                self.get(self.client(), answer)
        self.limiter.throttled("getOrder")
        self.assertAlmostEqual(self.limiter.acquire("getOrder"), 2.0)


@tagged("post_install", "-at_install")
class TestAccess(ClientCase):
    def test_stale_token_is_renewed_once(self):
        client = self.client()
        self.search(client, OK)
        self.search(client, EXPIRED, OK)
        tokens = [r.headers["x-amz-access-token"] for r in self.amazon.requests]
        self.assertEqual(tokens, ["Atza|token-1", "Atza|token-1", "Atza|token-2"])

    def test_missing_role(self):
        client = self.client()
        self.search(client, OK)
        with self.assertRaises(Unauthorised) as caught:
            self.search(client, EXPIRED)
        error = caught.exception
        self.assertEqual(
            (error.mend, error.role), ("role", "Inventory and Order Tracking")
        )
        self.assertEqual((error.status, error.request_id), (403, "req-403"))
        self.assertEqual(len(self.amazon.requests), 3)

    def test_brand_new_token_is_not_doubted(self):
        with self.assertRaises(Unauthorised):
            self.search(None, EXPIRED)
        self.assertEqual(len(self.amazon.requests), 1)

    def test_newer_token_of_another_worker_survives(self):
        client = self.client()
        self.search(client, OK)

        def meanwhile():
            self.cache.put(self.credentials.cache_key, "Atza|newer", self.now() + 99)
            return EXPIRED

        self.search(client, meanwhile, OK)
        token = self.amazon.requests[-1].headers["x-amz-access-token"]
        self.assertEqual(token, "Atza|newer")
        self.assertEqual(len(self.amazon.token_requests), 1)

    def test_what_has_to_be_mended(self):
        cases = [
            (400, "invalid_grant", "refresh_token"),
            (401, "invalid_client", "client_secret"),
            (400, "unauthorized_client", "client_secret"),
        ]
        for status, code, mend in cases:
            with self.subTest(code):
                text = "No: Atzr|refresh-me of s3cr3t-of-app"
                self.amazon.tokens = [
                    (status, {"error": code, "error_description": text}, {})
                ]
                client = self.client()
                with self.assertRaises(Unauthorised) as caught:
                    self.search(client, OK)
                self.assertEqual(caught.exception.mend, mend)
                self.assertEqual(caught.exception.operation, "token")
                self.assertNotIn("refresh-me", str(caught.exception))
                self.assertNotIn("s3cr3t", str(caught.exception))
                self.assertEqual((client.calls, client.token_calls), (0, 1))

    def test_other_refusal_of_the_token(self):
        self.amazon.tokens = [(400, {"error": "invalid_request"}, {})]
        with self.assertRaises(Refused) as caught:
            self.search(None, OK)
        self.assertEqual(caught.exception.code, "invalid_request")

    def test_login_in_trouble(self):
        odd = [
            HTML,
            (400, "<html>Bad Request</html>", {"Content-Type": "text/html"}),
            (200, "<html>", {}),
            (200, {"expires_in": 3600}, {}),
            (200, {"access_token": "Atza|x"}, {}),
            (200, {"access_token": "Atza|x", "expires_in": "soon"}, {}),
            (302, "", {"Location": "/"}),
        ]
        for answer in odd:
            with self.subTest(answer[0]):
                self.amazon.tokens = [answer]
                client = self.client()
                with self.assertRaises(Temporary):
                    self.search(client, OK)
                self.assertEqual((client.calls, client.token_calls), (0, 3))
        # nothing was taken from the bucket for calls that were not made
        self.assertEqual(self.limiter.acquire("searchOrders"), 0)
        self.amazon.tokens = [HTML, self.amazon.token]
        self.search(None, OK)

    def test_login_throttled(self):
        self.amazon.tokens = [(429, "", {})]
        with self.assertRaises(Throttled) as caught:
            self.search(None, OK)
        self.assertEqual(caught.exception.operation, "token")
        self.assertGreater(caught.exception.retry_after, 0)
