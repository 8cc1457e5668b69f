"""Listings: what is asked, and what the answers mean."""

import json
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.errors import NotFound, Refused, Temporary
from ..spapi.listings import (
    InvalidListing,
    get_listings_item,
    patch_listings_item,
    patch_quantity,
    search_listings_items,
)
from ..spapi.quantities import QuantityChange
from ..spapi.shape import Money
from . import openapi
from .test_spapi_orders import SINCE, US, fake_client

CA = "A2EUQ1WTGCTBG2"
SELLER = "A2EXAMPLE1"
BASE = "https://sellingpartnerapi-eu.amazon.com/listings/2021-08-01/items"
# What a seller may type: every character that means something in an address.
ODD_SKUS = {
    "A/B": "A%2FB",
    "A B": "A%20B",
    "A#1": "A%231",
    "A+B": "A%2BB",
    "100%": "100%25",
    "A%2FB": "A%252FB",
    "A?b=c&d": "A%3Fb%3Dc%26d",
    "Größe-Ä": "Gr%C3%B6%C3%9Fe-%C3%84",
    "商品;1": "%E5%95%86%E5%93%81%3B1",
    "{0}": "%7B0%7D",
    "<version>": "%3Cversion%3E",
    " X": "%20X",
    "...": "...",
}
ISSUE = {
    "code": "90220",
    "message": "'size' is required but not supplied.",
    "severity": "ERROR",
    "attributeNames": ["size"],
    "categories": ["MISSING_ATTRIBUTE"],
    "marketplaceIds": [US],
    "enforcements": {
        "actions": [{"action": "LISTING_SUPPRESSED"}],
        "exemption": {"status": "NOT_EXEMPT"},
    },
}
ITEM = {
    "sku": "GM-ZDPI-9B4E",
    "summaries": [
        {
            "marketplaceId": US,
            "asin": "B071VG5N9D",
            "productType": "LUGGAGE",
            "conditionType": "new_new",
            "status": ["BUYABLE"],
            "itemName": "Suitcase",
            "createdDate": "2021-02-01T00:00:00Z",
            "lastUpdatedDate": "2021-03-01T00:00:00Z",
            "mainImage": {"link": "https://x.invalid/1.png", "height": 5, "width": 6},
        },
        {
            "marketplaceId": CA,
            "productType": "LUGGAGE",
            "status": [],
            "createdDate": "2021-02-01T00:00:00Z",
            "lastUpdatedDate": "2021-03-01T00:00:00Z",
        },
    ],
    "attributes": {
        "fulfillment_availability": [
            {
                "fulfillment_channel_code": "DEFAULT",
                "quantity": 7,
                "lead_time_to_ship_max_days": 3,
            }
        ]
    },
    "offers": [
        {
            "marketplaceId": US,
            "offerType": "B2B",
            "price": {"currencyCode": "USD", "amount": "90.00"},
        },
        {
            "marketplaceId": US,
            "offerType": "B2C",
            "price": {"currencyCode": "USD", "amount": "100.10"},
            "audience": {"value": "ALL", "displayName": "Sell on Amazon"},
        },
    ],
    "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 5}],
    "issues": [ISSUE],
    "relationships": [
        {
            "marketplaceId": US,
            "relationships": [
                {
                    "type": "VARIATION",
                    "parentSkus": ["PARENT"],
                    "variationTheme": {"attributes": ["color"], "theme": "COLOR_NAME"},
                }
            ],
        }
    ],
    "productTypes": [{"marketplaceId": US, "productType": "LUGGAGE"}],
}
ACCEPTED = {"sku": "A", "status": "ACCEPTED", "submissionId": "s-1", "issues": []}


def validate(client, body):
    """Every request of `client`, and `body` as its answer, by Amazon's models."""
    if openapi.missing():
        return
    for request in client._transport.requests:
        content = request.get("content")
        openapi.validate_call(
            {
                "method": request["method"],
                "path": request["url"].partition(".com")[2],
                "query": {k: str(v) for k, v in (request["params"] or {}).items()},
                "request_body": json.loads(content) if content else None,
                "status": client._transport.status_code,
                "response_body": body,
            }
        )


@tagged("post_install", "-at_install")
class TestListing(BaseCase):
    def test_a_listing_with_all_fields(self):
        client = fake_client(ITEM)
        listing = get_listings_item(client, SELLER, "GM-ZDPI-9B4E", [US, CA])
        (request,) = client._transport.requests
        self.assertEqual(request["method"], "GET")
        self.assertEqual(request["url"], f"{BASE}/{SELLER}/GM-ZDPI-9B4E")
        self.assertEqual(request["params"]["marketplaceIds"], f"{US},{CA}")
        self.assertIn("fulfillmentAvailability", request["params"]["includedData"])
        validate(client, ITEM)
        summary = listing.summary(US)
        self.assertEqual((summary.asin, summary.status), ("B071VG5N9D", ("BUYABLE",)))
        at = datetime(2021, 3, 1, tzinfo=timezone.utc)
        self.assertEqual(summary.last_updated_date, at)
        self.assertEqual(summary.main_image.link, "https://x.invalid/1.png")
        self.assertEqual(listing.summary(CA).asin, "")
        self.assertIsNone(listing.summary("A1PA6795UKMFR9"))
        self.assertEqual(listing.price(US), Money(Decimal("100.10"), "USD"))
        self.assertIsNone(listing.price(CA))
        self.assertEqual((listing.quantity, listing.is_fba), (5, False))
        self.assertEqual(listing.submitted["quantity"], 7)
        self.assertEqual(listing.submitted["lead_time_to_ship_max_days"], 3)
        (issue,) = listing.issues
        self.assertEqual(issue.enforcements[0].action, "LISTING_SUPPRESSED")
        (family,) = listing.relationships[0].relationships
        self.assertEqual(family.parent_skus, ("PARENT",))
        self.assertEqual((family.theme, family.attributes), ("COLOR_NAME", ("color",)))

    def test_a_listing_in_amazons_warehouses(self):
        channels = [{"fulfillmentChannelCode": "AMAZON_NA"}]
        body = {"sku": "F", "fulfillmentAvailability": channels}
        listing = get_listings_item(fake_client(body), SELLER, "F", [US])
        self.assertTrue(listing.is_fba)
        self.assertIsNone(listing.quantity)
        self.assertEqual(listing.submitted, {})

    def test_odd_skus_travel_once_encoded(self):
        for sku, encoded in ODD_SKUS.items():
            with self.subTest(sku):
                client = fake_client({"sku": sku})
                self.assertEqual(get_listings_item(client, SELLER, sku, [US]).sku, sku)
                url = client._transport.requests[0]["url"]
                self.assertEqual(url, f"{BASE}/{SELLER}/{encoded}")
                client = fake_client({**ACCEPTED, "sku": sku})
                patch_quantity(client, SELLER, [US], QuantityChange(sku, 1))
                url = client._transport.requests[0]["url"]
                self.assertEqual(url, f"{BASE}/{SELLER}/{encoded}")

    def test_unknown_sku(self):
        errors = {"errors": [{"code": "NOT_FOUND", "message": "SKU not found"}]}
        with self.assertRaises(NotFound):
            get_listings_item(fake_client(errors, status=404), SELLER, "A", [US])

    def test_search(self):
        body = {
            "numberOfResults": 1200,
            "pagination": {"nextToken": "more"},
            "items": [ITEM, {"sku": "ODD", "offers": [{}]}, {"sku": 5}],
        }
        client = fake_client(body)
        page = search_listings_items(
            client, SELLER, [US], last_updated_after=SINCE, with_status=["BUYABLE"]
        )
        (request,) = client._transport.requests
        self.assertEqual(request["url"], f"{BASE}/{SELLER}")
        params = dict(request["params"])
        self.assertIn("summaries", params.pop("includedData"))
        self.assertEqual(
            params,
            {
                "marketplaceIds": US,
                "lastUpdatedAfter": "2026-11-01T10:30:00.000Z",
                "withStatus": "BUYABLE",
                "sortBy": "lastUpdatedDate",
                "sortOrder": "ASC",
                "pageSize": 20,
            },
        )
        validate(client, {**body, "items": [ITEM]})
        self.assertEqual([row.sku for row in page.listings], ["GM-ZDPI-9B4E"])
        self.assertEqual([sku for sku, _words in page.problems], ["ODD", ""])
        self.assertIn("offers[0].marketplaceId", page.problems[0][1])
        self.assertEqual((page.next_token, page.out_of_reach), ("more", 200))

    def test_search_by_sku(self):
        client = fake_client({"numberOfResults": 0, "items": []})
        page = search_listings_items(
            client, SELLER, [US], identifiers=["A/1", "B 2"], page_token="t"
        )
        params = client._transport.requests[0]["params"]
        self.assertEqual(params["identifiers"], "A/1,B 2")
        self.assertEqual(params["identifiersType"], "SKU")
        self.assertEqual(params["pageToken"], "t")
        self.assertEqual((page.listings, page.next_token), ((), None))

    def test_answers_that_are_none(self):
        odd = [
            lambda: get_listings_item(fake_client({"sku": 5}), SELLER, "A", [US]),
            lambda: search_listings_items(fake_client({"items": []}), SELLER, [US]),
            lambda: patch_listings_item(
                fake_client({**ACCEPTED, "status": "LATER"}), SELLER, "A", [US], [{}]
            ),
        ]
        for number, ask in enumerate(odd):
            with self.subTest(number), self.assertRaises(Temporary):
                ask()

    def test_wrong_arguments(self):
        client = fake_client({})
        wrong = [
            lambda: get_listings_item(client, "../x", "A", [US]),
            lambda: get_listings_item(client, SELLER, "", [US]),
            lambda: get_listings_item(client, SELLER, ".", [US]),
            lambda: get_listings_item(client, SELLER, "..", [US]),
            lambda: get_listings_item(client, SELLER, "A", US),
            lambda: get_listings_item(client, SELLER, "A", []),
            lambda: search_listings_items(client, SELLER, [US], identifiers=["A"] * 21),
            lambda: search_listings_items(client, SELLER, [US], identifiers=["A,B"]),
            lambda: search_listings_items(
                client, SELLER, [US], identifiers=["A"], identifiers_type="NAME"
            ),
            lambda: search_listings_items(
                client, SELLER, [US], identifiers=["A"], variation_parent_sku="P"
            ),
            lambda: search_listings_items(client, SELLER, [US], page_size=21),
            lambda: patch_listings_item(client, SELLER, "A", [US], []),
        ]
        for number, ask in enumerate(wrong):
            with self.subTest(number), self.assertRaises(ValueError):
                ask()
        self.assertEqual(client.calls, 0)


@tagged("post_install", "-at_install")
class TestPatch(BaseCase):
    def patch(self, body, change=None, **options):
        self.client = fake_client(body)
        change = change or QuantityChange("A", 42, lead_time=3)
        return patch_quantity(self.client, SELLER, [US], change, **options)

    def test_accepted(self):
        change = QuantityChange("A", 0, 30, date(2026, 12, 24), "LUGGAGE")
        submission = self.patch(ACCEPTED, change, issue_locale="en_US")
        self.assertEqual(submission.submission_id, "s-1")
        (request,) = self.client._transport.requests
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(
            request["params"],
            {"marketplaceIds": US, "includedData": "issues", "issueLocale": "en_US"},
        )
        value = {
            "fulfillment_channel_code": "DEFAULT",
            "quantity": 0,
            "lead_time_to_ship_max_days": 30,
            "restock_date": "2026-12-24",
        }
        self.assertEqual(
            json.loads(request["content"]),
            {
                "productType": "LUGGAGE",
                "patches": [
                    {
                        "op": "merge",
                        "path": "/attributes/fulfillment_availability",
                        "value": [value],
                    }
                ],
            },
        )
        validate(self.client, ACCEPTED)

    def test_invalid_is_a_refusal_though_http_says_200(self):
        warning = {**ISSUE, "severity": "WARNING", "message": "By the way"}
        body = {**ACCEPTED, "status": "INVALID", "issues": [warning, ISSUE, ISSUE]}
        with self.assertRaises(InvalidListing) as caught:
            self.patch(body)
        validate(self.client, body)
        error = caught.exception
        self.assertIsInstance(error, Refused)
        words = "90220: 'size' is required but not supplied. (size)"
        self.assertEqual(error.message, words)
        self.assertEqual(len(error.issues), 3)
        self.assertEqual((error.status, error.request_id), (200, "r-7"))
        with self.assertRaisesRegex(InvalidListing, "no reason"):
            self.patch({**ACCEPTED, "status": "INVALID", "issues": []})
        with self.assertRaisesRegex(InvalidListing, "By the way"):
            self.patch({**body, "issues": [warning]})

    def test_preview(self):
        body = {**ACCEPTED, "status": "VALID"}
        client = fake_client(body)
        patches = QuantityChange("A", 1).patches()
        submission = patch_listings_item(
            client, SELLER, "A", [US], patches, preview=True
        )
        self.assertEqual(submission.status, "VALID")
        params = client._transport.requests[0]["params"]
        self.assertEqual(params["mode"], "VALIDATION_PREVIEW")
        validate(client, body)
        with self.assertRaises(Temporary):  # what was meant to change has not
            self.patch(body)

    def test_repeated_after_a_broken_answer(self):
        """The last write wins, so that the same patch may go twice."""
        client = fake_client({}, status=503)
        with self.assertRaises(Temporary):
            patch_quantity(client, SELLER, [US], QuantityChange("A", 1))
        self.assertEqual(client.calls, 3)


@tagged("post_install", "-at_install")
@unittest.skipIf(openapi.missing(), openapi.missing())
class TestAmazonsExamples(BaseCase):
    def test_examples_of_the_model(self):
        path = openapi.MODELS / "listingsItems_2021-08-01.json"
        paths = json.loads(path.read_text(encoding="utf-8"))["paths"]
        one = paths["/listings/2021-08-01/items/{sellerId}/{sku}"]
        body = one["get"]["responses"]["200"]["examples"]["application/json"]
        listing = get_listings_item(fake_client(body), SELLER, body["sku"], [US, CA])
        self.assertEqual(listing.price(CA), Money(Decimal("130.00"), "CAD"))
        self.assertEqual((listing.quantity, len(listing.issues)), (100, 5))
        many = paths["/listings/2021-08-01/items/{sellerId}"]
        body = many["get"]["responses"]["200"]["examples"]["application/json"]
        page = search_listings_items(fake_client(body), SELLER, [US])
        self.assertEqual(page.problems, ())
        self.assertEqual(len(page.listings), len(body["items"]))
