"""Tokens, regions, roles, usage plans."""

import requests

from odoo.tests import tagged

from .sandbox_case import SandboxCase

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


@tagged("post_install", "-at_install")
class TestAccess(SandboxCase):
    def test_token(self):
        answer = self.login(self.us)
        body = answer.json()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual((body["token_type"], body["expires_in"]), ("bearer", 3600))
        self.assertEqual(self.search().status_code, 200)

    def test_wrong_credentials(self):
        for status, error, changes in (
            (401, "invalid_client", {"client_secret": "wrong"}),
            (401, "invalid_client", {"client_id": "wrong"}),
            (400, "invalid_grant", {"refresh_token": "wrong"}),
            (400, "invalid_grant", {"refresh_token": self.de.refresh_token}),
        ):
            with self.subTest(error):
                answer = self.login(self.us, **changes)
                self.assertEqual(answer.status_code, status)
                self.assertEqual(answer.json()["error"], error)

    def test_token_expires(self):
        self.assertEqual(self.search().status_code, 200)
        self.sandbox.clock.advance(3601)
        self.assertRefused(self.search(), 403, "expired")
        self.tokens.clear()
        self.assertEqual(self.search().status_code, 200)

    def test_revoked(self):
        self.token(self.us)
        self.us.revoked = True
        self.assertRefused(self.search(), 403, "revoked")
        self.assertEqual(self.login(self.us).json()["error"], "invalid_grant")
        self.assertEqual(self.search(self.de).status_code, 200)

    def test_secret_rotated(self):
        old = self.us.client_secret
        self.us.client_secret = "new"
        answer = self.login(self.us, client_secret=old)
        self.assertEqual(answer.json()["error"], "invalid_client")
        self.assertEqual(self.login(self.us).status_code, 200)

    def test_no_token_wrong_token_wrong_region(self):
        path = "/orders/2026-01-01/orders"
        answer = requests.get(f"{self.sandbox.url}/na{path}", timeout=20)
        self.assertRefused(answer, 403, "missing")
        self.assertRefused(self.call("GET", path, token="Atza|wrong"), 403)
        self.assertRefused(self.call("GET", path, region="eu"), 403, "Unauthorized")

    def test_missing_base_role(self):
        order = self.sandbox.add_order("US")
        self.us.roles.discard("inventory_and_order_tracking")
        words = "Unauthorized Access to requested resource is denied."
        self.assertRefused(self.search(), 403, words)
        self.assertRefused(self.get(order), 403, words)
        self.assertRefused(self.confirm(order), 403, words)
        self.assertEqual(self.call("GET", PARTICIPATIONS).status_code, 200)

    def test_unknown_path(self):
        self.assertRefused(self.call("GET", "/orders/v0/orders"), 404)
        self.assertRefused(self.call("DELETE", "/orders/2026-01-01/orders"), 404)

    def test_participations(self):
        seller = self.sandbox.add_seller("NA", ["US", "CA"], pseudo=["Non-Amazon US"])
        seller.suspended.add("CA")
        rows = self.call("GET", PARTICIPATIONS, seller).json()["payload"]
        self.assertEqual(
            [row["marketplace"]["name"] for row in rows],
            ["Amazon.com", "Amazon.ca", "Non-Amazon US"],
        )
        suspended = [r["participation"]["hasSuspendedListings"] for r in rows]
        self.assertEqual(suspended, [False, True, False])
        self.assertEqual(rows[1]["marketplace"]["id"], "A2EUQ1WTGCTBG2")
        self.assertEqual(rows[1]["marketplace"]["defaultCurrencyCode"], "CAD")

    def test_calls_are_recorded(self):
        order = self.sandbox.add_order("US")
        self.get(order, "TAX")
        self.confirm(order)
        token, read, confirmation = self.sandbox.calls
        self.assertEqual((token["operation"], token["response_body"]), ("token", None))
        self.assertEqual(read["operation"], "getOrder")
        self.assertEqual(read["path"], f"/orders/2026-01-01/orders/{order.order_id}")
        self.assertEqual(read["query"], {"includedData": "TAX"})
        self.assertEqual((read["region"], read["seller"]), ("na", "US"))
        self.assertEqual(read["response_body"]["order"]["orderId"], order.order_id)
        self.assertEqual(confirmation["status"], 204)
        detail = confirmation["request_body"]["packageDetail"]
        self.assertEqual(detail["packageReferenceId"], "1")
        self.assertEqual(len(self.sandbox.calls_of("getOrder")), 1)


@tagged("post_install", "-at_install")
class TestLimits(SandboxCase):
    rate_factor = 1

    def test_burst_then_429_then_refill(self):
        for _number in range(20):
            answer = self.search()
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["x-amzn-RateLimit-Limit"], "0.0056")
        self.assertRefused(self.search(), 429, "QuotaExceeded")
        # Others have buckets of their own: another seller, another operation.
        self.assertEqual(self.search(self.de).status_code, 200)
        self.assertEqual(self.get(self.sandbox.add_order("US")).status_code, 200)
        self.sandbox.clock.advance(180)
        self.assertEqual(self.search().status_code, 200)
        self.assertEqual(self.search().status_code, 429)


@tagged("post_install", "-at_install")
class TestLimitsMultiplied(SandboxCase):
    rate_factor = 100

    def test_header_announces_the_multiplied_rate(self):
        for _number in range(30):
            answer = self.search()
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["x-amzn-RateLimit-Limit"], "0.56")
