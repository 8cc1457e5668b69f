"""Amazon's own models judge every request of the main flow, and every answer to it."""

import unittest

from odoo.tests import tagged

from . import openapi
from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
@unittest.skipIf(openapi.missing(), openapi.missing())
class TestModelsContract(ShipmentCase):
    def test_main_flow(self):
        """rows 1.2, 4.2, 4.19, 8.1: connect, pull pages, read, confirm, prove, refuse"""
        start = len(self.sandbox.calls)
        account, self.seller = self.connect("US-contract", ["US", "CA"])
        self.account = account
        self.store = account.store_ids[:1]
        self.rate("CAD", 1.37)
        self.sandbox.generate_orders(self.seller, 110, kind="random")
        good = self.sandbox.add_order(
            self.seller, items=[{"sku": "MUG-BLUE-350", "quantity": 2}]
        )
        bad = self.sandbox.add_order(self.seller)
        self.pull(account)
        for order in (good, bad):
            with self.enter_registry_test_mode():
                self.inbox(order).action_fetch()
        self.env["amazon.order"].search(
            [
                ("account_id", "=", account.id),
                ("amazon_order_ref", "not in", [good.order_id, bad.order_id]),
            ]
        ).next_try = False
        self.process(account)
        for order in (good, bad):
            self.ship(self.inbox(order).sale_order_id.picking_ids)
        self.sandbox.cancel(bad.order_id)
        self.send(account)
        self.read_back()
        states = [self.inbox(o).submission_ids.state for o in (good, bad)]
        self.assertEqual(states, ["confirmed", "refused"])
        calls = self.sandbox.calls[start:]
        told = {(call["operation"], call["status"]) for call in calls}
        self.assertLessEqual(
            {
                ("getMarketplaceParticipations", 200),
                ("searchOrders", 200),
                ("getOrder", 200),
                ("confirmShipment", 204),
                ("confirmShipment", 400),
            },
            told,
        )
        self.assertTrue(any("paginationToken" in call["query"] for call in calls))
        for call in calls:
            openapi.validate_call(call)
