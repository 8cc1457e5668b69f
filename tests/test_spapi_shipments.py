"""Shipment confirmations and marketplaces: what is asked, what comes back."""

import json

from odoo.tests import BaseCase, tagged

from ..spapi.errors import (
    Refused,
    Temporary,
)
from ..spapi.sellers import marketplace_participations
from ..spapi.shipments import Package, already_shipped, confirm_shipment
from .test_spapi_orders import SINCE, US, fake_client


@tagged("post_install", "-at_install")
class TestShipment(BaseCase):
    def package(self, **changes):
        values = {
            "package_reference_id": "1",
            "carrier_code": "Other",
            "carrier_name": "Bike & Co",
            "shipping_method": None,
            "tracking_number": "T-1",
            "ship_date": SINCE,
            "items": (("79039765272157", 2),),
        }
        return Package(**{**values, **changes})

    def test_body(self):
        client = fake_client({}, status=204)
        confirm_shipment(client, "902-1845936-5435065", US, self.package())
        (request,) = client._transport.requests
        self.assertEqual(request["method"], "POST")
        self.assertEqual(
            request["url"],
            "https://sellingpartnerapi-eu.amazon.com/orders/v0/orders/"
            "902-1845936-5435065/shipmentConfirmation",
        )
        self.assertEqual(request["headers"]["Content-Type"], "application/json")
        self.assertEqual(
            json.loads(request["content"]),
            {
                "marketplaceId": US,
                "packageDetail": {
                    "packageReferenceId": "1",
                    "carrierCode": "Other",
                    "carrierName": "Bike & Co",
                    "trackingNumber": "T-1",
                    "shipDate": "2026-11-01T10:30:00.000Z",
                    "orderItems": [{"orderItemId": "79039765272157", "quantity": 2}],
                },
            },
        )

    def test_without_tracking_number(self):
        """row 8.11: Amazon's model demands the field, so it is there, and empty"""
        client = fake_client({}, status=204)
        package = self.package(tracking_number="")
        confirm_shipment(client, "902-1845936-5435065", US, package)
        body = json.loads(client._transport.requests[0]["content"])
        self.assertEqual(body["packageDetail"]["trackingNumber"], "")

    def test_cash_on_delivery(self):
        client = fake_client({}, status=204)
        confirm_shipment(
            client, "902-1845936-5435065", US, self.package(), "DirectPayment"
        )
        body = json.loads(client._transport.requests[0]["content"])
        self.assertEqual(body["codCollectionMethod"], "DirectPayment")

    def test_what_amazon_would_refuse_is_not_sent(self):
        wrong = [
            {"package_reference_id": 1},
            {"package_reference_id": "0"},
            {"package_reference_id": "01"},
            {"package_reference_id": "A"},
            {"package_reference_id": "1\n"},
            {"package_reference_id": "٣"},
            {"carrier_code": ""},
            {"carrier_name": None},
            {"tracking_number": None},
            {"tracking_number": "  "},
            {"ship_date": SINCE.replace(tzinfo=None)},
            {"items": ()},
            {"items": ((79039765272157, 2),)},
            {"items": (("79039765272157", 0),)},
            {"items": (("79039765272157", 2.0),)},
            {"items": (("79039765272157", True),)},
            {"items": (("1", 1), ("1", 1))},
        ]
        client = fake_client({}, status=204)
        for changes in wrong:
            with self.subTest(changes), self.assertRaises(ValueError):
                confirm_shipment(
                    client, "902-1845936-5435065", US, self.package(**changes)
                )
        with self.assertRaises(ValueError):
            confirm_shipment(client, "902-1845936-5435065", "", self.package())
        with self.assertRaises(ValueError):
            confirm_shipment(client, "../902", US, self.package())
        self.assertEqual(client._transport.requests, [])

    def test_already_shipped(self):
        text = (
            "Failed to create package due to not finding a matching package or order "
            "already fulfilled. ErrorMessage(errorCode=GeneralError, "
            "errorMetric=PackageToUpdateNotFound)"
        )
        for message, details, expected in (
            (text, "", True),
            ("Invalid Input", "errorMetric=PackageToUpdateNotFound", True),
            ("PackageReferenceId: is invalid", "", False),
        ):
            error = {"code": "InvalidInput", "message": message, "details": details}
            client = fake_client({"errors": [error]}, status=400)
            with self.assertRaises(Refused) as caught:
                confirm_shipment(client, "902-1845936-5435065", US, self.package())
            self.assertEqual(already_shipped(caught.exception), expected)


@tagged("post_install", "-at_install")
class TestSellers(BaseCase):
    def test_unreadable(self):
        for body in ({}, {"payload": None}, {"payload": [{}]}, {"payload": {}}):
            with self.subTest(body), self.assertRaises(Temporary):
                marketplace_participations(fake_client(body))

    def test_none_is_an_answer(self):
        self.assertEqual(marketplace_participations(fake_client({"payload": []})), ())
