"""What the surroundings must not change, and what must not get out."""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import tagged

from ..spapi import library
from ..spapi.operations import Operation
from .test_spapi_client import OK, ClientCase, OddAmazon

ROOT = Path(__file__).resolve().parent.parent


@tagged("post_install", "-at_install")
class TestLogs(ClientCase):
    def test_logs_hold_no_secret_and_no_person(self):
        ours = library.__name__.rpartition(".")[0] + ".client"
        # by name: a level set on a parent (pytest-odoo does it) would hide them
        for name in ("sp_api.base.client", "sp_api.auth.access_token_client", ours):
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

    def test_password_file_is_not_used(self):
        with tempfile.NamedTemporaryFile("w", suffix="netrc") as file:
            file.write("machine 127.0.0.1 login me password mine\n")
            file.flush()
            with _environment(NETRC=file.name):
                self.search(None, OK)
        for request in self.amazon.requests + self.amazon.token_requests:
            self.assertNotIn("Authorization", request.headers)

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
