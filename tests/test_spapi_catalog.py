"""Catalog items: what is asked, and what an ASIN is."""

import copy
import json
import unittest
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.catalog import (
    Dimensions,
    Image,
    Measure,
    batches,
    get_catalog_item,
    search_catalog_items,
)
from ..spapi.errors import NotFound, Temporary
from . import openapi
from .test_spapi_listings import validate
from .test_spapi_orders import US, fake_client

DE = "A1PA6795UKMFR9"
BASE = "https://sellingpartnerapi-eu.amazon.com/catalog/2022-04-01/items"
ASIN = "B07N4M94X4"


def text(value, marketplace_id=US, **more):
    return {"value": value, "marketplace_id": marketplace_id, **more}


def item(asin=ASIN, **changes):
    """A child of a family; `changes` replace top-level keys."""
    electronics = {"displayName": "Electronics", "classificationId": "1"}
    video = {"displayName": "Video", "classificationId": "2", "parent": electronics}
    tv = {"displayName": "TVs", "classificationId": "3", "parent": video}
    inches = [{"unit": "inches", "value": value} for value in (41.4, 2.4, 72.4)]
    return {
        "asin": asin,
        "attributes": {
            "color": [text("Schwarz", DE), text("Black"), text("Noir")],
            "display_size": [text(82, unit="inches")],
            "apparel_size": [{"size": "M", "marketplace_id": US}],
            "bullet_point": [text("Smart"), text("Flat"), text("Flach", DE)],
            "product_description": [text("A screen.")],
            "batteries_required": [text(False)],
            "odd": "not a list",
        },
        "classifications": [
            {"marketplaceId": DE, "classifications": []},
            {"marketplaceId": US, "classifications": [tv, electronics]},
        ],
        "dimensions": [
            {
                "marketplaceId": US,
                "item": {
                    "height": inches[0],
                    "length": inches[1],
                    "width": inches[2],
                    "weight": {"unit": "pounds", "value": 107.6},
                },
                "package": {
                    "weight": {"unit": "kilograms", "value": 62.142},
                    "height": {"unit": "inches"},
                },
            }
        ],
        "identifiers": [
            {
                "marketplaceId": US,
                "identifiers": [
                    {"identifier": "00887276302195", "identifierType": "GTIN"},
                    {"identifier": "887276302195", "identifierType": "UPC"},
                    {"identifier": "0887276302195", "identifierType": "EAN"},
                ],
            }
        ],
        "images": [
            {
                "marketplaceId": US,
                "images": [
                    _image("PT01", "p", 500),
                    _image("MAIN", "small", 75),
                    _image("MAIN", "large", 2560),
                    _image("MAIN", "middle", 500),
                ],
            }
        ],
        "productTypes": [{"marketplaceId": US, "productType": "TELEVISION"}],
        "relationships": [
            {
                "marketplaceId": US,
                "relationships": [
                    {"type": "PACKAGE_HIERARCHY", "childAsins": ["B000000002"]},
                    {
                        "type": "VARIATION",
                        "parentAsins": ["B08J7TQ9FL"],
                        "variationTheme": {
                            "attributes": ["color", "size", "display_size", "style"],
                            "theme": "SIZE_NAME/COLOR_NAME",
                        },
                    },
                ],
            }
        ],
        "summaries": [
            {
                "marketplaceId": US,
                "brand": "SAMSUNG",
                "itemClassification": "BASE_PRODUCT",
                "itemName": "A very large screen",
                "manufacturer": "Samsung",
                "modelNumber": "QN82",
                "partNumber": "QN82P",
                "size": "82-Inch",
            }
        ],
        **changes,
    }


def _image(variant, name, pixels):
    link = f"https://m.invalid/{name}.jpg"
    return {"variant": variant, "link": link, "height": pixels, "width": pixels}


@tagged("post_install", "-at_install")
class TestCatalogItem(BaseCase):
    def get(self, payload, marketplace_id=US):
        self.client = fake_client(payload)
        return get_catalog_item(self.client, ASIN, marketplace_id)

    def test_request(self):
        payload = item()
        self.get(payload)
        (request,) = self.client._transport.requests
        self.assertEqual((request["method"], request["url"]), ("GET", f"{BASE}/{ASIN}"))
        self.assertEqual(request["params"]["marketplaceIds"], US)
        validate(self.client, payload)

    def test_all_fields(self):
        found = self.get(item())
        self.assertEqual((found.title, found.brand), ("A very large screen", "SAMSUNG"))
        self.assertEqual((found.model_number, found.part_number), ("QN82", "QN82P"))
        self.assertEqual(found.product_type, "TELEVISION")
        self.assertEqual(found.category_path, ("Electronics", "Video", "TVs"))
        self.assertEqual(found.top_category, "Electronics")
        large = Image("MAIN", "https://m.invalid/large.jpg", 2560, 2560)
        self.assertEqual(found.main_image, large)
        self.assertEqual([image.variant for image in found.images], ["MAIN", "PT01"])
        self.assertEqual(found.barcode, "0887276302195")
        self.assertEqual(len(found.identifiers), 3)
        self.assertEqual(found.item.weight, Measure(Decimal("107.6"), "pounds"))
        self.assertEqual(found.item.length, Measure(Decimal("2.4"), "inches"))
        kilograms = Measure(Decimal("62.142"), "kilograms")
        self.assertEqual(found.package, Dimensions(weight=kilograms))
        self.assertEqual(found.parent_asins, ("B08J7TQ9FL",))
        self.assertEqual((found.child_asins, found.is_parent), ((), False))
        self.assertEqual(found.theme, "SIZE_NAME/COLOR_NAME")
        self.assertEqual(found.variation_attributes[:2], ("color", "size"))
        self.assertEqual(
            found.options,
            (("color", "Black"), ("size", "82-Inch"), ("display_size", "82 inches")),
        )
        self.assertEqual(found.bullet_points, ("Smart", "Flat"))
        self.assertEqual(found.description, "A screen.")

    def test_a_family(self):
        rows = [
            {
                "type": "VARIATION",
                "childAsins": [ASIN, "B000000002"],
                "variationTheme": {"attributes": ["color"], "theme": "COLOR_NAME"},
            }
        ]
        there = [{"marketplaceId": US, "relationships": rows}]
        parent = self.get(item("B08J7TQ9FL", relationships=there))
        self.assertTrue(parent.is_parent)
        self.assertEqual(parent.child_asins, (ASIN, "B000000002"))

    def test_nothing_but_an_asin(self):
        for payload, marketplace_id in (
            ({"asin": ASIN}, US),
            (item(), "A39IBJ37TRP1C6"),
        ):
            with self.subTest(marketplace_id):
                found = self.get(payload, marketplace_id)
                self.assertEqual(found.asin, ASIN)
                self.assertEqual((found.title, found.barcode), ("", ""))
                self.assertEqual((found.images, found.main_image), ((), None))
                self.assertEqual((found.category_path, found.top_category), ((), ""))
                self.assertEqual(found.item, Dimensions())
                self.assertEqual(found.options, ())

    def test_clothes_name_their_size_otherwise(self):
        payload = item()
        (there,) = payload["relationships"]
        theme = {"attributes": ["apparel_size"], "theme": "SIZE"}
        there["relationships"] = [{"type": "VARIATION", "variationTheme": theme}]
        self.assertEqual(self.get(payload).options, (("apparel_size", "M"),))

    def test_answers_that_are_none(self):
        for payload in ({"asin": 5}, item(summaries=[{}]), item(images={})):
            with self.subTest(str(payload)[:40]), self.assertRaises(Temporary):
                self.get(payload)
        errors = {"errors": [{"code": "NOT_FOUND", "message": "no such ASIN"}]}
        with self.assertRaises(NotFound):
            get_catalog_item(fake_client(errors, status=404), ASIN, US)


@tagged("post_install", "-at_install")
class TestCatalogSearch(BaseCase):
    def test_page(self):
        odd = copy.deepcopy(item("B000000002", summaries=[{"brand": 5}]))
        body = {"numberOfResults": 2, "items": [item(), odd]}
        client = fake_client(body)
        asins = [ASIN, "B000000002", "B000000003", ASIN]
        page = search_catalog_items(client, US, asins)
        (request,) = client._transport.requests
        self.assertEqual(request["url"], BASE)
        params = dict(request["params"])
        self.assertIn("summaries", params.pop("includedData"))
        self.assertEqual(
            params,
            {
                "marketplaceIds": US,
                "identifiers": f"{ASIN},B000000002,B000000003",
                "identifiersType": "ASIN",
                "pageSize": 20,
            },
        )
        validate(client, {"numberOfResults": 1, "items": [item()]})
        self.assertEqual([found.asin for found in page.items], [ASIN])
        ((asin, words),) = page.problems
        self.assertEqual(asin, "B000000002")
        self.assertIn("summaries[0]", words)
        self.assertEqual((page.missing, page.next_token), (("B000000003",), None))

    def test_more_pages(self):
        body = {"numberOfResults": 2, "items": [], "pagination": {"nextToken": "more"}}
        page = search_catalog_items(fake_client(body), US, [ASIN])
        self.assertEqual((page.next_token, page.missing), ("more", ()))
        client = fake_client({"numberOfResults": 2, "items": []})
        page = search_catalog_items(client, US, [ASIN], page_token="more")
        self.assertEqual(client._transport.requests[0]["params"]["pageToken"], "more")
        self.assertEqual(page.missing, ())

    def test_batches(self):
        asins = [f"B{n:09}" for n in range(45)]
        sizes = [len(batch) for batch in batches(asins + asins[:5])]
        self.assertEqual(sizes, [20, 20, 5])

    def test_wrong_arguments(self):
        client = fake_client({})
        wrong = [
            lambda: get_catalog_item(client, "../orders/", US),
            lambda: get_catalog_item(client, "SHORT", US),
            lambda: get_catalog_item(client, ASIN, [US]),
            lambda: search_catalog_items(client, US, []),
            lambda: search_catalog_items(client, US, [f"B{n:09}" for n in range(21)]),
            lambda: search_catalog_items(client, "", [ASIN]),
        ]
        for number, ask in enumerate(wrong):
            with self.subTest(number), self.assertRaises(ValueError):
                ask()
        self.assertEqual(client.calls, 0)


@tagged("post_install", "-at_install")
@unittest.skipIf(openapi.missing(), openapi.missing())
class TestAmazonsExamples(BaseCase):
    def test_examples_of_the_model(self):
        path = openapi.MODELS / "catalogItems_2022-04-01.json"
        paths = json.loads(path.read_text(encoding="utf-8"))["paths"]
        answer = paths["/catalog/2022-04-01/items/{asin}"]["get"]["responses"]["200"]
        body = answer["examples"]["application/json"]
        found = get_catalog_item(fake_client(body), ASIN, US)
        self.assertEqual(found.top_category, "Electronics")
        self.assertEqual(found.barcode, "0887276302195")
        self.assertEqual(found.main_image.width, 2560)
        self.assertEqual(found.package.weight.unit, "kilograms")
        self.assertEqual(dict(found.options)["color"], "Black")
        answer = paths["/catalog/2022-04-01/items"]["get"]["responses"]["200"]
        body = answer["examples"]["application/json"]
        page = search_catalog_items(fake_client(body), US, [ASIN])
        self.assertEqual(page.problems, ())
        self.assertEqual(len(page.items), len(body["items"]))
