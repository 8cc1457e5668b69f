"""The sandbox is unkind exactly as told."""

import time
from itertools import chain

import requests

from odoo.tests import tagged

from .sandbox_case import SandboxCase


@tagged("post_install", "-at_install")
class TestFaults(SandboxCase):
    def setUp(self):
        super().setUp()
        self.orders = self.sandbox.generate_orders("US", 12, seed=3)
        self.fault = self.sandbox.faults.add

    def test_status_once(self):
        self.fault("searchOrders", status=503, body="<html>", content_type="text/html")
        answer = self.search()
        self.assertEqual((answer.status_code, answer.text), (503, "<html>"))
        self.assertIn("text/html", answer.headers["Content-Type"])
        self.assertEqual(self.search().status_code, 200)

    def test_amazons_own_words_by_status(self):
        self.fault(status=429)
        self.assertRefused(self.search(), 429, "QuotaExceeded")
        self.fault("searchOrders", status=500, times=2, after=1)
        statuses = [self.search().status_code for _number in range(4)]
        self.assertEqual(statuses, [200, 500, 500, 200])

    def test_storm(self):
        self.fault("searchOrders", status=429, probability=0.5)
        statuses = [self.search().status_code for _number in range(40)]
        self.assertEqual(set(statuses), {200, 429})
        self.sandbox.faults.clear()
        self.assertEqual(self.search().status_code, 200)

    def test_only_one_order(self):
        bad, good = self.orders[:2]
        self.fault("confirmShipment", status=500, order_id=bad.order_id, times=9)
        self.assertRefused(self.confirm(bad), 500, "InternalFailure")
        self.assertEqual(self.confirm(good).status_code, 204)

    def test_token_endpoint(self):
        self.fault(status=503)  # for the API only
        self.fault("token", status=500, body={"error": "server_error"})
        self.assertEqual(self.login(self.us).status_code, 500)
        self.assertEqual(self.login(self.us).status_code, 200)
        self.assertEqual(self.search().status_code, 503)

    def test_truncated(self):
        self.fault("searchOrders", kind="truncate")
        answer = self.search()
        self.assertEqual(answer.status_code, 200)
        with self.assertRaises(requests.exceptions.JSONDecodeError):
            answer.json()

    def test_timeout_after_the_work(self):
        order = self.orders[0]
        self.fault("confirmShipment", kind="timeout_after")
        with self.assertRaises(requests.ConnectionError):
            self.confirm(order)
        self.assertEqual(order.status, "SHIPPED")
        self.assertEqual(self.confirm(order).status_code, 204)
        self.assertEqual(len(order.packages), 1)

    def test_timeout_before_the_work(self):
        order = self.orders[0]
        self.fault("confirmShipment", kind="timeout_before")
        with self.assertRaises(requests.ConnectionError):
            self.confirm(order)
        self.assertEqual(order.status, "UNSHIPPED")

    def test_slow(self):
        self.fault("searchOrders", kind="slow", seconds=0.3)
        start = time.monotonic()
        self.search()
        self.assertGreaterEqual(time.monotonic() - start, 0.3)

    def test_silent_confirm(self):
        order = self.orders[0]
        self.fault("confirmShipment", kind="silent_confirm")
        self.assertEqual(self.confirm(order).status_code, 204)
        self.assertEqual(order.status, "UNSHIPPED")
        self.assertEqual(self.confirm(order).status_code, 204)
        self.assertEqual(order.status, "SHIPPED")

    def test_row_dropped_at_the_border(self):
        self.fault("searchOrders", kind="drop_rows")
        self.search()  # one page only: the fault keeps for one that has a border
        pages = self.pages(maxResultsPerPage=5)
        self.assertEqual([len(page) for page in pages], [4, 5, 2])

    def test_row_repeated_at_the_border(self):
        self.fault("searchOrders", kind="repeat_rows")
        pages = self.pages(maxResultsPerPage=5)
        self.assertEqual(pages[0][-1], pages[1][0])
        self.assertEqual(len(set(chain(*pages))), 12)

    def test_order_changes_between_pages(self):
        self.fault("searchOrders", kind="change_between_pages")
        pages = self.pages(maxResultsPerPage=5)
        self.assertEqual(pages[0][0], pages[-1][-1])
        self.assertEqual(len(set(chain(*pages))), 12)

    def test_unknown_kind(self):
        with self.assertRaises(ValueError):
            self.fault(kind="locusts")
