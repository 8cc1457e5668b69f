"""Orders: what is asked, and what the answers mean."""

import copy
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi import shape
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import (
    MalformedOrder,
    Temporary,
)
from ..spapi.limiter import MemoryLimiter
from ..spapi.orders import get_order, parse_order, search_orders
from ..spapi.tokens import MemoryTokenCache

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
                "FULFILLMENT,PACKAGES,TAX,PAYMENT",
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
