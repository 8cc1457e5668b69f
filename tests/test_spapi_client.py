"""The door to Amazon against a server that answers in odd ways, over real HTTP."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase, tagged

from ..spapi import library
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import NotFound, Refused, Temporary, Throttled, Unauthorised
from ..spapi.limiter import MemoryLimiter
from ..spapi.operations import Operation
from ..spapi.orders import GET_ORDER, SEARCH_ORDERS
from ..spapi.tokens import MemoryTokenCache

ROOT = Path(__file__).resolve().parent.parent
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
CREATE_REPORT = Operation(
    name="createReport",
    api=SEARCH_ORDERS.api,
    method="search_orders",
    repeatable=False,
    role="",
)


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

    def test_password_file_is_not_used(self):
        with tempfile.NamedTemporaryFile("w", suffix="netrc") as file:
            file.write("machine 127.0.0.1 login me password mine\n")
            file.flush()
            with _environment(NETRC=file.name):
                self.search(None, OK)
        for request in self.amazon.requests + self.amazon.token_requests:
            self.assertNotIn("Authorization", request.headers)


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


@tagged("post_install", "-at_install")
class TestLogs(ClientCase):
    def test_logs_hold_no_secret_and_no_person(self):
        for name in ("sp_api.base.client", "sp_api.auth.access_token_client"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        order = {"buyer": {"buyerName": "Jane Doe"}}
        confirm = Operation(
            name="confirmShipment",
            api=library.api.OrdersV0,
            method="confirm_shipment",
            repeatable=True,
            role="",
        )
        client = self.client()
        with self.assertLogs(level=logging.DEBUG) as logs:
            self.search(client, (200, {"orders": [order]}, {}))
            self.amazon.answers = [(204, "", {})]
            client.call(confirm, "902-1845936-5435065", trackingNumber="TRACK-42")
        text = "\n".join(logs.output)
        self.assertIn("searchOrders: 200", text)
        for secret in ("Atza|", "Atzr|", "s3cr3t", "Jane Doe", "TRACK-42"):
            self.assertNotIn(secret, text)

    def test_credentials_do_not_print_themselves(self):
        text = f"{self.credentials} {self.credentials!r}"
        self.assertIn("app", text)
        self.assertNotIn("s3cr3t", text)
        self.assertNotIn("refresh-me", text)


@tagged("post_install", "-at_install")
class TestEnvironment(ClientCase):
    """A process of its own: the library reads its environment while imported."""

    SCRIPT = """
import sys
from spapi.client import Client
from spapi.credentials import Credentials
from spapi.limiter import MemoryLimiter
from spapi.orders import search_orders
from spapi.tokens import MemoryTokenCache
from datetime import datetime, timezone

endpoint, token_url = sys.argv[1:]
client = Client("na", Credentials("a", "b", "c"), endpoint=endpoint,
    token_url=token_url, token_cache=MemoryTokenCache(), limiter=MemoryLimiter(),
    max_tries=1)
search_orders(client, marketplace_ids=["ATVPDKIKX0DER"],
    last_updated_after=datetime(2026, 1, 1, tzinfo=timezone.utc))
"""

    def run_script(self, endpoint, token_url, **environment):
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy")
        }
        return subprocess.run(
            [sys.executable, "-c", self.SCRIPT, endpoint, token_url],
            cwd=ROOT,
            env={**plain, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_amazons_variables_change_nothing(self):
        self.amazon.answers = [OK]
        for environment in (
            {"SP_API_DEFAULT_MARKETPLACE": "DE", "AWS_ENV": "SANDBOX"},
            {"SP_API_DEFAULT_MARKETPLACE": "XX", "AWS_ENV": "prod"},
            {"SP_API_AUTH_CACHE_SIZE": "many", "SP_API_AWS_SECRET_ID": "id"},
            {"SP_API_REFRESH_TOKEN": "x", "LWA_APP_ID": "y", "LWA_CLIENT_SECRET": "z"},
        ):
            with self.subTest(environment):
                self.amazon.requests.clear()
                self.amazon.token_requests.clear()
                done = self.run_script(
                    f"{self.amazon.url}/na",
                    f"{self.amazon.url}/auth/o2/token",
                    **environment,
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(
                    sorted(self.amazon.requests[0].args),
                    [
                        "includedData",
                        "lastUpdatedAfter",
                        "marketplaceIds",
                        "maxResultsPerPage",
                    ],
                )
                self.assertEqual(
                    self.amazon.requests[0].args["marketplaceIds"], "ATVPDKIKX0DER"
                )
                self.assertEqual(
                    self.amazon.token_requests[0].form["refresh_token"], "c"
                )

    def test_a_proxy_is_used_for_others(self):
        self.amazon.answers = [OK]
        done = self.run_script(
            "http://sellingpartner.invalid/na",
            "http://login.invalid/auth/o2/token",
            http_proxy=self.amazon.url,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            self.amazon.requests[0].headers["Host"], "sellingpartner.invalid"
        )

    def test_a_wrong_proxy_is_named(self):
        free = OddAmazon()
        free.stop()
        done = self.run_script(
            "http://sellingpartner.invalid/na",
            "http://login.invalid/auth/o2/token",
            http_proxy=free.url,
        )
        self.assertIn("Temporary: Amazon did not answer: the proxy", done.stderr)

    def test_a_wrong_proxy_does_not_hide_this_machine(self):
        free = OddAmazon()
        free.stop()
        self.amazon.answers = [OK]
        done = self.run_script(
            f"{self.amazon.url}/na",
            f"{self.amazon.url}/auth/o2/token",
            http_proxy=free.url,
            all_proxy=free.url,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_spapi_needs_no_odoo(self):
        names = sorted(path.stem for path in (ROOT / "spapi").glob("[a-z]*.py"))
        self.assertIn("client", names)
        script = (
            "import importlib, sys\n"
            f"for name in {names}: importlib.import_module('spapi.' + name)\n"
            "print('odoo' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(done.stdout.strip(), "False")


@contextlib.contextmanager
def _environment(**values):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
