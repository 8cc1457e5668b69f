"""Orders, sellers and shipments: what is asked, and what the answers mean."""

import copy
import dataclasses
import json
import typing
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from ..spapi import order_fields, orders, shape
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import (
    MalformedOrder,
    NotFound,
    Refused,
    Temporary,
    Throttled,
    Unauthorised,
)
from ..spapi.limiter import MemoryLimiter
from ..spapi.orders import get_order, parse_order, search_orders
from ..spapi.sellers import marketplace_participations
from ..spapi.shipments import Package, already_shipped, confirm_shipment
from ..spapi.tokens import MemoryTokenCache

MODEL = (
    Path(__file__).resolve().parent.parent.parent
    / "shared/spapi-models/orders_2026-01-01.json"
)
SINCE = datetime(2026, 11, 1, 10, 30, tzinfo=timezone.utc)
US = "ATVPDKIKX0DER"


class FakeTransport:
    """Answers everything with one status and body; keeps the requests."""

    def __init__(self, body, status=200):
        self.body, self.status_code = body, status
        self.headers = {"Content-Type": "application/json", "x-amzn-RequestId": "r-7"}
        self.requests = []

    @property
    def content(self):
        return json.dumps(self.body).encode()

    def request(self, method, url, **options):
        self.requests.append({"method": method, "url": url, **options})
        return self


def fake_client(body, status=200):
    cache = MemoryTokenCache(lambda: 0.0)
    credentials = Credentials("app", "secret", "refresh")
    cache.put(credentials.cache_key, "Atza|x", 9.0)
    return Client(
        "eu",
        credentials,
        token_cache=cache,
        limiter=MemoryLimiter(),
        sleep=lambda seconds: None,
        transport=FakeTransport(body, status),
    )


def payload(**changes):
    """A small but complete order; `changes` replace top-level keys."""
    money = {"amount": "34.99", "currencyCode": "GBP"}
    return {
        "orderId": "902-1845936-5435065",
        "createdTime": "2026-11-20T10:00:00Z",
        "lastUpdatedTime": "2026-11-20T10:05:00.123Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1F83G8C2ARO7P"},
        "orderItems": [
            {
                "orderItemId": "1",
                "quantityOrdered": 2,
                "product": {"sellerSku": "A-1"},
                "proceeds": {
                    "proceedsTotal": dict(money),
                    "breakdowns": [{"type": "ITEM", "subtotal": dict(money)}],
                },
            }
        ],
        **changes,
    }


@tagged("post_install", "-at_install")
class TestSearch(BaseCase):
    def search(self, body, **arguments):
        self.client = fake_client(body)
        arguments = {"marketplace_ids": [US], "last_updated_after": SINCE, **arguments}
        return search_orders(self.client, **arguments)

    @property
    def request(self):
        return self.client._transport.requests[0]

    def test_parameters(self):
        self.search({"orders": []}, marketplace_ids=(US, "A2EUQ1WTGCTBG2"))
        self.assertEqual(self.request["method"], "GET")
        self.assertEqual(
            self.request["url"],
            "https://sellingpartnerapi-eu.amazon.com/orders/2026-01-01/orders",
        )
        self.assertEqual(
            self.request["params"],
            {
                "lastUpdatedAfter": "2026-11-01T10:30:00.000Z",
                "marketplaceIds": f"{US},A2EUQ1WTGCTBG2",
                "includedData": "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,"
                "FULFILLMENT,PACKAGES,TAX",
                "maxResultsPerPage": 100,
            },
        )

    def test_all_parameters(self):
        berlin = timezone(timedelta(hours=1))
        self.search(
            {"orders": []},
            last_updated_after=None,
            created_after=SINCE.astimezone(berlin),
            created_before=SINCE + timedelta(seconds=0.25),
            fulfillment_statuses=["UNSHIPPED", "SHIPPED"],
            fulfilled_by=["MERCHANT"],
            page_size=7,
            pagination_token="t",
            included_data=(),
        )
        self.assertEqual(
            self.request["params"],
            {
                "createdAfter": "2026-11-01T10:30:00.000Z",
                "createdBefore": "2026-11-01T10:30:00.250Z",
                "marketplaceIds": US,
                "fulfillmentStatuses": "UNSHIPPED,SHIPPED",
                "fulfilledBy": "MERCHANT",
                "maxResultsPerPage": 7,
                "paginationToken": "t",
            },
        )

    def test_wrong_arguments(self):
        wrong = [
            {"created_after": SINCE},
            {"last_updated_after": None},
            {"created_before": SINCE},
            {"last_updated_after": SINCE.replace(tzinfo=None)},
            {"marketplace_ids": []},
            {"marketplace_ids": US},
            {"marketplace_ids": [US] * 51},
            {"page_size": 0},
            {"page_size": 101},
        ]
        for arguments in wrong:
            with self.subTest(arguments), self.assertRaises(ValueError):
                self.search({"orders": []}, **arguments)

    def test_page(self):
        raw = {"orderId": "x", "unknown": {"kept": [1, None]}}
        page = self.search(
            {
                "orders": [copy.deepcopy(raw)],
                "pagination": {"nextToken": "next"},
                "lastUpdatedBefore": "2026-11-20T10:00:00.500Z",
            }
        )
        self.assertEqual(page.orders, (raw,))
        self.assertEqual((page.next_token, page.request_id), ("next", "r-7"))
        self.assertEqual(
            page.last_updated_before,
            datetime(2026, 11, 20, 10, 0, 0, 500_000, tzinfo=timezone.utc),
        )

    def test_last_page(self):
        for pagination in ({}, {"pagination": None}, {"pagination": {"nextToken": ""}}):
            page = self.search({"orders": [], **pagination})
            self.assertIsNone(page.next_token)
            self.assertIsNone(page.last_updated_before)

    def test_an_unreadable_page_is_not_the_last_one(self):
        odd = [
            {"orders": {}},
            {"orders": ["902-1845936-5435065"]},
            {"orders": [], "pagination": "next"},
            {"orders": [], "pagination": {"nextToken": 5}},
            {"orders": [], "lastUpdatedBefore": "yesterday"},
        ]
        for body in odd:
            with self.subTest(body), self.assertRaises(Temporary):
                self.search(body)

    def test_order_without_its_order(self):
        for body in ({}, {"order": None}, {"order": []}, {"payload": {}}):
            with self.subTest(body), self.assertRaises(Temporary):
                get_order(fake_client(body), "902-1845936-5435065")

    def test_order_ids_that_would_leave_the_path(self):
        for order_id in ("", "..", "a/b", "1?x=1", " 1", None, "é"):
            with self.subTest(order_id), self.assertRaises(ValueError):
                get_order(fake_client({"order": {}}), order_id)


@tagged("post_install", "-at_install")
class TestParse(BaseCase):
    def assertMalformed(self, order, *words):
        with self.assertRaises(MalformedOrder) as caught:
            parse_order(order)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_small_order(self):
        order = parse_order(payload())
        self.assertEqual(order.order_id, "902-1845936-5435065")
        self.assertEqual(
            order.last_updated_time,
            datetime(2026, 11, 20, 10, 5, 0, 123_000, tzinfo=timezone.utc),
        )
        self.assertEqual((order.currency, order.status), ("GBP", None))
        self.assertFalse(order.is_fba or order.is_replacement)
        self.assertIsNone(order.buyer)
        item = order.items[0]
        self.assertEqual(item.quantity_ordered, 2)
        self.assertEqual(item.proceeds.total, shape.Money(Decimal("34.99"), "GBP"))
        self.assertEqual(item.amount("ITEM"), Decimal("34.99"))
        self.assertIsNone(item.amount("SHIPPING"))
        self.assertEqual((item.discount, item.tax_amount()), (0, 0))
        self.assertFalse(item.tax_stated or item.facilitated)

    def test_times(self):
        utc = timezone.utc
        cases = {
            "2026-11-20T10:00:00Z": datetime(2026, 11, 20, 10, tzinfo=utc),
            "2026-11-20T10:00:00.5Z": datetime(2026, 11, 20, 10, 0, 0, 500_000, utc),
            "2026-11-20T10:00:00.123456789Z": datetime(
                2026, 11, 20, 10, 0, 0, 123_456, utc
            ),
            "2026-11-20T10:00:00+09:00": datetime(2026, 11, 20, 1, tzinfo=utc),
            "2026-11-20T20:00:00-0730": datetime(2026, 11, 21, 3, 30, tzinfo=utc),
        }
        for text, expected in cases.items():
            time = parse_order(payload(createdTime=text)).created_time
            self.assertEqual(time, expected, text)
            self.assertEqual(time.utcoffset(), timedelta(0))

    def test_malformed(self):
        cases = {
            "createdTime": ["2026-11-20T10:00:00", "2026-13-20T10:00:00Z", 5, "", "٢"],
            "orderId": [5, [], {}, True],
            "orderItems": [{}, "x", [5], [None], [[]]],
            "programs": ["PRIME", [5]],
            "buyer": ["Jane", [], 5],
        }
        for key, values in cases.items():
            for value in values:
                with self.subTest(key=key, value=value):
                    self.assertMalformed(payload(**{key: value}), key)

    def test_malformed_deep_down(self):
        cases = [
            (("quantityOrdered",), "2", "orderItems[0].quantityOrdered: '2' is not"),
            (("quantityOrdered",), True, "orderItems[0].quantityOrdered: True"),
            (("quantityOrdered",), None, "orderItems[0].quantityOrdered: is missing"),
            (("product",), None, "orderItems[0].product: is missing"),
            (("product", "customization"), "x", "orderItems[0].product.customization"),
            (
                ("proceeds", "breakdowns", 0, "subtotal", "currencyCode"),
                None,
                "orderItems[0].proceeds.breakdowns[0].subtotal.currencyCode: is missing",
            ),
        ]
        amounts = ["abc", "", "NaN", "Infinity", "1_0", "1,5", "٣", "1e999", 1.5, True]
        path = ("proceeds", "breakdowns", 0, "subtotal", "amount")
        words = (
            "orderItems[0].proceeds.breakdowns[0].subtotal.amount: {!r} is not a number"
        )
        cases += [(path, amount, words.format(amount)) for amount in amounts]
        for path, value, words in cases:
            with self.subTest(path=path, value=value):
                order = payload()
                place = order["orderItems"][0]
                for step in path[:-1]:
                    place = (
                        place.setdefault(step, {})
                        if isinstance(step, str)
                        else place[step]
                    )
                place[path[-1]] = value
                self.assertMalformed(order, words)

    def test_required(self):
        for key in (
            "orderId",
            "createdTime",
            "lastUpdatedTime",
            "salesChannel",
            "orderItems",
        ):
            order = payload()
            del order[key]
            self.assertMalformed(order, f"{key}: is missing")
        for nothing in (None, [], "order", 5):
            self.assertMalformed(nothing, "is not an object")

    def test_errors_do_not_show_what_objects_hold(self):
        with self.assertRaises(MalformedOrder) as caught:
            parse_order(payload(orderId={"buyerName": "Jane Doe"}))
        self.assertNotIn("Jane", str(caught.exception))

    def test_unknown_values_and_keys(self):
        order = parse_order(
            payload(
                fulfillment={"fulfillmentStatus": "INVOICE_UNCONFIRMED", "new": 1},
                programs=["A_PROGRAM_OF_2027"],
                somethingNew=[{}],
            )
        )
        self.assertEqual(order.status, "INVOICE_UNCONFIRMED")
        self.assertEqual(order.programs, ("A_PROGRAM_OF_2027",))

    def test_amounts_of_an_item(self):
        def money(amount):
            return {"amount": amount, "currencyCode": "JPY"}

        order = payload()
        item = order["orderItems"][0]
        item["tax"] = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]}
        item["promotion"] = {"breakdowns": [{"promotionId": "P1"}, {}]}
        item["proceeds"]["breakdowns"] = [
            {"type": "ITEM", "subtotal": money("19940")},
            {"type": "DISCOUNT", "subtotal": money("-500")},
            {
                "type": "TAX",
                "subtotal": money("2000"),
                "detailedBreakdowns": [
                    {"subtype": "ITEM", "value": money("1900")},
                    {"subtype": "SHIPPING", "value": money("100")},
                ],
            },
        ]
        item = parse_order(order).items[0]
        self.assertEqual(str(item.amount("ITEM")), "19940")
        self.assertEqual(item.discount, 500)
        self.assertEqual(item.tax_amount(), 2000)
        self.assertEqual(item.tax_amount("SHIPPING"), 100)
        self.assertEqual(item.tax_amount("GIFT_WRAP"), 0)
        self.assertTrue(item.tax_stated and item.facilitated)
        self.assertEqual(item.promotion_ids, ("P1",))

    def test_accessors_of_an_order(self):
        order = parse_order(
            payload(
                fulfillment={"fulfillmentStatus": "SHIPPED", "fulfilledBy": "AMAZON"},
                associatedOrders=[{"associationType": "REPLACEMENT_ORIGINAL_ID"}],
            )
        )
        self.assertTrue(order.is_fba and order.is_replacement)
        self.assertEqual(order.status, "SHIPPED")


@tagged("post_install", "-at_install")
class TestModel(BaseCase):
    """Against Amazon's own model, where it is at hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not MODEL.is_file():
            cls.skipTest(cls, "Amazon's model is not here")
        cls.model = json.loads(MODEL.read_text())

    def test_examples_parse(self):
        examples = list(_orders_in(self.model["paths"]))
        self.assertGreaterEqual(len(examples), 8)
        for example in examples:
            order = parse_order(example)
            self.assertEqual(order.order_id, example["orderId"])
            self.assertEqual(len(order.items), len(example["orderItems"]))

    def test_every_field_of_the_model_is_read(self):
        # Everything that can be set, set; then each leaf must show in the result.
        filled, leaves = _fill(
            self.model["definitions"], {"$ref": "#/definitions/Order"}
        )
        order = parse_order(filled)
        found = set(_leaves(order))
        missing = {path: value for path, value in leaves.items() if value not in found}
        self.assertEqual(missing, {})
        self.assertGreater(len(leaves), 120)

    def test_required_fields_are_those_of_the_model(self):
        for cls, name in (
            (orders.Order, "Order"),
            (order_fields.OrderItem, "OrderItem"),
            (order_fields.SalesChannel, "SalesChannel"),
            (order_fields.OrderPackage, "OrderPackage"),
            (order_fields.OrderFulfillment, "OrderFulfillment"),
            (shape.Money, "Money"),
        ):
            ours = {
                first
                for first, _, _, default in shape._plan(cls)
                if default is dataclasses.MISSING
            }
            self.assertEqual(
                ours, set(self.model["definitions"][name]["required"]), name
            )


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


@tagged("post_install", "-at_install")
class TestSandbox(BaseCase):
    """The same, over HTTP, against the stateful sandbox."""

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox(seed=1, rate_factor=None)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.seller = self.sandbox.sellers["US"]
        self.slept = []

    def client(self, **options):
        keys = ("client_id", "client_secret", "refresh_token")
        values = self.seller.credentials
        client = Client(
            "na",
            Credentials(*(values[key] for key in keys)),
            endpoint=f"{self.sandbox.url}/na",
            token_url=f"{self.sandbox.url}/auth/o2/token",
            token_cache=MemoryTokenCache(),
            limiter=MemoryLimiter(),
            sleep=self.slept.append,
            **options,
        )
        self.addCleanup(client.close)
        return client

    def pages(self, client, page_size=100):
        token = None
        since = datetime.now(timezone.utc) - timedelta(days=400)
        while True:
            page = search_orders(
                client,
                marketplace_ids=sorted(self.seller.marketplace_ids),
                last_updated_after=since,
                page_size=page_size,
                pagination_token=token,
            )
            yield page
            token = page.next_token
            if not token:
                return

    def test_participations(self):
        found = marketplace_participations(self.client())
        self.assertLessEqual(
            self.seller.marketplace_ids, {each.marketplace_id for each in found}
        )
        us = next(each for each in found if each.marketplace_id == US)
        self.assertEqual((us.country_code, us.currency_code), ("US", "USD"))
        self.assertTrue(us.is_participating)

    def test_pages_hold_every_order_once(self):
        client = self.client()
        one = [order for page in self.pages(client) for order in page.orders]
        pages = list(self.pages(client, page_size=max(2, len(one) // 5)))
        self.assertGreater(len(pages), 4)
        ids = [order["orderId"] for page in pages for order in page.orders]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(ids), {order["orderId"] for order in one})
        self.assertIsNotNone(pages[-1].last_updated_before.tzinfo)
        for order in one:
            self.assertEqual(parse_order(order).order_id, order["orderId"])

    def unshipped(self, client):
        for page in self.pages(client):
            for order in map(parse_order, page.orders):
                if order.status == "UNSHIPPED" and not order.is_fba:
                    return order
        return None

    def test_confirmed_shipment_is_read_back(self):
        client = self.client()
        order = self.unshipped(client)
        marketplace_id = order.sales_channel.marketplace_id
        lines = tuple(
            (item.order_item_id, item.quantity_ordered) for item in order.items
        )
        now = datetime.now(timezone.utc)
        package = Package("1", "UPS", None, "Ground", "1Z999AA10123456784", now, lines)
        confirm_shipment(client, order.order_id, marketplace_id, package)
        confirm_shipment(client, order.order_id, marketplace_id, package)
        again = parse_order(get_order(client, order.order_id))
        self.assertEqual(again.status, "SHIPPED")
        (shipped,) = again.packages
        self.assertEqual(shipped.tracking_number, "1Z999AA10123456784")
        self.assertEqual(
            {(item.order_item_id, item.quantity) for item in shipped.items}, set(lines)
        )
        other = dataclasses.replace(package, package_reference_id="2")
        with self.assertRaises(Refused) as caught:
            confirm_shipment(client, order.order_id, marketplace_id, other)
        self.assertTrue(already_shipped(caught.exception))

    def test_unknown_order(self):
        with self.assertRaises(NotFound):
            get_order(self.client(), "111-1111111-1111111")

    def test_revoked_token(self):
        self.seller.revoked = True
        with self.assertRaises(Unauthorised) as caught:
            marketplace_participations(self.client())
        self.assertEqual(caught.exception.mend, "refresh_token")

    def test_wrong_region(self):
        client = self.client()
        client.endpoint = f"{self.sandbox.url}/eu"
        with self.assertRaises(Unauthorised) as caught:
            marketplace_participations(client)
        self.assertEqual(caught.exception.mend, "role")

    def test_missing_role(self):
        self.seller.roles.clear()
        with self.assertRaises(Unauthorised) as caught:
            next(self.pages(self.client()))
        self.assertEqual(caught.exception.role, "Inventory and Order Tracking")

    def test_faults_that_pass(self):
        client = self.client()
        before = {o["orderId"] for page in self.pages(client) for o in page.orders}
        for fault in (
            {"status": 503, "body": "<html>", "content_type": "text/html"},
            {"status": 500},
            {"kind": "truncate"},
            {"kind": "timeout_before"},
            {"kind": "timeout_after"},
        ):
            with self.subTest(fault):
                fault = self.sandbox.faults.add("searchOrders", times=2, **fault)
                after = {
                    o["orderId"] for page in self.pages(client) for o in page.orders
                }
                self.assertEqual(after, before)
                self.assertEqual(fault.fired, 2)

    def test_quota_spent_by_somebody_else(self):
        self.sandbox.limits.factor = 1
        staging, ours = self.client(), self.client()
        for _ in range(20):
            next(self.pages(staging))
        with self.assertRaises(Throttled) as caught:
            next(self.pages(ours))
        self.assertGreater(caught.exception.retry_after, 170)
        self.assertEqual((ours.calls, self.slept), (1, []))


def _orders_in(node):
    if isinstance(node, dict):
        if "orderId" in node and isinstance(node.get("orderItems"), list):
            yield node
        for value in node.values():
            yield from _orders_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _orders_in(value)


def _fill(definitions, schema, path="", number=None):
    """(payload with every property set to a value of its own, {path: value})"""
    number = number or iter(range(1000, 10_000))
    if "$ref" in schema:
        return _fill(
            definitions, definitions[schema["$ref"].split("/")[-1]], path, number
        )
    if "properties" in schema:
        result, leaves = {}, {}
        for key, child in schema["properties"].items():
            result[key], more = _fill(definitions, child, f"{path}.{key}", number)
            leaves |= more
        return result, leaves
    if schema.get("type") == "array":
        value, leaves = _fill(definitions, schema["items"], f"{path}[]", number)
        return [value], leaves
    value = next(number)
    if schema.get("format") == "date-time":
        moment = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=value)
        return shape.iso(moment), {path: moment}
    if schema.get("type") == "integer":
        return value, {path: value}
    if path.endswith(".amount") or schema.get("type") == "number":
        return f"{value}.50", {path: Decimal(f"{value}.50")}
    return f"text {value}", {path: f"text {value}"}


def _leaves(value: typing.Any):
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for element in value:
            yield from _leaves(element)
    else:
        yield value
