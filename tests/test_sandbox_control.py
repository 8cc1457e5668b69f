"""The sandbox for other processes: its control paths, its page, its command."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from .sandbox_case import SandboxCase


@tagged("post_install", "-at_install")
class TestControl(SandboxCase):
    seed = 1

    def control(self, method, path, body=None):
        url = f"{self.sandbox.url}/sandbox/{path}"
        answer = requests.request(method, url, json=body, timeout=20)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def test_state(self):
        self.search()
        state = self.control("GET", "state")
        self.assertEqual(
            state["sellers"]["US"]["credentials"],
            self.sandbox.sellers["US"].credentials,
        )
        self.assertEqual(len(state["orders"]), len(self.sandbox.orders))
        self.assertEqual(state["calls"], {"token": 1, "searchOrders": 1})
        self.assertIn("MUG-BLUE-350", state["catalog"])
        self.assertIn("GLOVE-WINTER-S", state["unlinkedSkus"])
        order = self.sandbox.order(state["orders"][0]["orderId"])
        self.assertEqual(state["orders"][0]["grandTotal"], str(order.grand_total))

    def test_orders(self):
        made = self.control("POST", "orders", {"count": 3, "marketplace": "DE"})
        self.assertEqual(
            {self.sandbox.order(i).seller.key for i in made["orderIds"]}, {"DE"}
        )
        made = self.control(
            "POST", "orders", {"count": 2, "marketplace": "US", "kind": "random"}
        )
        self.assertEqual(len(made["orderIds"]), 2)
        entry = {
            "marketplace": "CA",
            "items": [{"sku": "KETTLE-1.7", "quantity": 2, "unit_price": "10.00"}],
            "status": "PENDING",
            "created": "2026-01-02T03:04:05Z",
        }
        [order_id] = self.control("POST", "orders", [entry])["orderIds"]
        order = self.sandbox.order(order_id)
        self.assertEqual(str(order.grand_total), "22.60")
        payload = {**order.payload, "orderId": "701-0000001-0000001"}
        [copy_id] = self.control("POST", "orders", [payload])["orderIds"]
        self.assertEqual(copy_id, "701-0000001-0000001")

    def test_deeds(self):
        pending = self.sandbox.add_order("US", status="PENDING").order_id
        amazon = self.sandbox.add_order("US", fulfilled_by="AMAZON").order_id
        released = self.control("POST", f"orders/{pending}/release")
        self.assertEqual(released["status"], "UNSHIPPED")
        cancelled = self.control("POST", f"orders/{pending}/cancel")
        self.assertEqual(cancelled["status"], "CANCELLED")
        shipped = self.control("POST", f"orders/{amazon}/ship")
        self.assertEqual(shipped["status"], "SHIPPED")

    def test_faults_clock_and_sellers(self):
        fault = {"operation": "searchOrders", "status": 503, "times": 5}
        self.control("POST", "faults", fault)
        self.assertEqual(self.search().status_code, 503)
        self.control("DELETE", "faults")
        self.assertEqual(self.search().status_code, 200)
        self.control("POST", "clock", {"advance": 3601})
        self.assertEqual(self.search().status_code, 403)
        self.control("POST", "sellers/US", {"revoked": True, "suspended": ["CA"]})
        self.assertTrue(self.us.revoked)
        self.assertEqual(self.us.suspended, {"CA"})

    def test_mistakes_are_told(self):
        for status, path, body in (
            (404, "nothing", {}),
            (404, "orders/111-0000000-0000000/cancel", {}),
            (400, "faults", {"kind": "locusts"}),
            (400, "sellers/US", {"seller_id": "A1"}),
        ):
            with self.subTest(path):
                url = f"{self.sandbox.url}/sandbox/{path}"
                answer = requests.post(url, json=body, timeout=20)
                self.assertEqual(answer.status_code, status)
                self.assertIn("error", answer.json())

    def test_page(self):
        self.us.name = "<script>"
        text = requests.get(self.sandbox.url, timeout=20).text
        self.assertIn(self.us.refresh_token, text)
        self.assertIn(f"{self.sandbox.url}/eu", text)
        self.assertNotIn("<script>", text)


@tagged("post_install", "-at_install")
class TestServer(SandboxCase):
    def test_outage(self):
        self.search()
        url = self.sandbox.url
        self.sandbox.stop()
        with self.assertRaises(requests.ConnectionError):
            self.search()
        self.sandbox.start()
        self.assertEqual(self.sandbox.url, url)
        self.assertEqual(self.search().status_code, 200)

    def test_many_callers_at_once(self):
        orders = self.sandbox.generate_orders("US", 40, seed=5)
        self.token(self.us)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(self.confirm, orders))
        self.assertEqual({answer.status_code for answer in answers}, {204})
        self.assertEqual({order.status for order in orders}, {"SHIPPED"})
        self.assertEqual(self.sandbox.counts["confirmShipment"], 40)


@tagged("post_install", "-at_install")
class TestCommand(BaseCase):
    def test_command_serves_the_same_world_until_told_to_stop(self):
        root = Path(__file__).resolve().parents[1]
        process = subprocess.Popen(
            [sys.executable, "sandbox", "--port", "0", "--seed", "1"],
            cwd=root,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertIn("Sandbox listening on http://127.0.0.1:", line)
        url = line.split()[-1]
        state = requests.get(f"{url}/sandbox/state", timeout=20).json()
        twin = Sandbox(seed=1)
        self.assertEqual([o["orderId"] for o in state["orders"]], list(twin.orders))
        credentials = state["sellers"]["DE"]["credentials"]
        self.assertEqual(credentials, twin.sellers["DE"].credentials)
        process.terminate()
        self.assertEqual(process.wait(timeout=20), 0)
