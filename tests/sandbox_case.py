"""What the sandbox's own tests share: a fresh sandbox and a plain HTTP caller.

No database and nothing of the connector: the sandbox must stand on its own. Whatever a
test provokes, every answer is held against Amazon's models at the end.
"""

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from . import openapi

SINCE = "2020-01-01T00:00:00Z"
EVERYTHING = (
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,"
    "PAYMENT,FULFILLMENT_ORDERS"
)
US, CA, DE = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9"


@tagged("post_install", "-at_install")
class SandboxCase(BaseCase):
    seed = None
    rate_factor = None

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox(seed=self.seed, rate_factor=self.rate_factor)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.addCleanup(self._check_answers)
        if self.seed is None:
            self.us = self.sandbox.add_seller("US", ["US", "CA"])
            self.de = self.sandbox.add_seller("DE", ["DE"])
        else:
            self.us, self.de = self.sandbox.sellers["US"], self.sandbox.sellers["DE"]
        self.tokens = {}

    def _check_answers(self):
        if not openapi.missing():
            for call in self.sandbox.calls:
                if call["operation"]:
                    openapi.validate_answer(call)

    def login(self, seller, **changes):
        """The answer of the token endpoint."""
        credentials = {**seller.credentials, **changes}
        credentials.pop("seller_id")
        form = {"grant_type": "refresh_token", **credentials}
        return requests.post(f"{self.sandbox.url}/auth/o2/token", form, timeout=20)

    def token(self, seller):
        if seller.key not in self.tokens:
            self.tokens[seller.key] = self.login(seller).json()["access_token"]
        return self.tokens[seller.key]

    def call(self, method, path, seller=None, region=None, token=None, **keywords):
        seller = seller or self.us
        headers = {"x-amz-access-token": token or self.token(seller)}
        url = f"{self.sandbox.url}/{region or seller.region}{path}"
        return requests.request(method, url, headers=headers, timeout=20, **keywords)

    def search(self, seller=None, **query):
        if not {"createdAfter", "lastUpdatedAfter"} & set(query):
            query["lastUpdatedAfter"] = SINCE
        return self.call("GET", "/orders/2026-01-01/orders", seller, params=query)

    def get(self, order, included=EVERYTHING, seller=None):
        return self.call(
            "GET",
            f"/orders/2026-01-01/orders/{order.order_id}",
            seller or order.seller,
            params={"includedData": included} if included else {},
        )

    def read(self, order, included=EVERYTHING):
        answer = self.get(order, included)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()["order"]

    def ids(self, answer):
        self.assertEqual(answer.status_code, 200, answer.text)
        return [order["orderId"] for order in answer.json()["orders"]]

    def pages(self, **query):
        """The order ids of every page, one list a page."""
        pages = []
        while True:
            answer = self.search(**query)
            pages.append(self.ids(answer))
            token = answer.json().get("pagination", {}).get("nextToken")
            if not token:
                return pages
            query["paginationToken"] = token

    def package(self, order, reference="1", quantities=None, **changes):
        """A packageDetail of the whole order; a change to None drops the field."""
        quantities = quantities or {
            item["orderItemId"]: item["quantityOrdered"] for item in order.items
        }
        package = {
            "packageReferenceId": reference,
            "carrierCode": "UPS",
            "trackingNumber": "1Z999",
            "shipDate": order.payload["createdTime"],
            "orderItems": [
                {"orderItemId": item_id, "quantity": quantity}
                for item_id, quantity in quantities.items()
            ],
            **changes,
        }
        return {name: value for name, value in package.items() if value is not None}

    def confirm(self, order, *arguments, seller=None, **keywords):
        """Confirm the package that these arguments of `package` make."""
        package = self.package(order, *arguments, **keywords)
        return self.call(
            "POST",
            f"/orders/v0/orders/{order.order_id}/shipmentConfirmation",
            seller or order.seller,
            json={"marketplaceId": order.marketplace_id, "packageDetail": package},
        )

    def assertRefused(self, answer, status, words=""):
        self.assertEqual(answer.status_code, status, answer.text)
        error = answer.json()["errors"][0]
        self.assertIn(words, f"{error['code']} {error['message']} {error['details']}")
        self.assertIn("x-amzn-RequestId", answer.headers)
