"""What the tests of the sandbox's listings share: the calls, named as Amazon does."""

import json
from urllib.parse import quote

import requests

from . import openapi
from .money_case import ReportCase
from .sandbox_case import US

ITEMS = "/listings/2021-08-01/items"
CATALOG = "/catalog/2022-04-01/items"
FEEDS = "/feeds/2021-06-30/feeds"
FEED_DOCUMENTS = "/feeds/2021-06-30/documents"
AVAILABILITY = "/attributes/fulfillment_availability"
EVERY_SET = (
    "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,"
    "relationships,productTypes"
)
MINUTE = 60
JSON = "application/json; charset=UTF-8"


def quantity_patch(quantity, op="merge", channel="DEFAULT", **values):
    value = {"fulfillment_channel_code": channel, "quantity": quantity, **values}
    return {"op": op, "path": AVAILABILITY, "value": [value]}


class ListingCase(ReportCase):
    def validate(self):
        """Every request too: nothing here is wrong on purpose."""
        if not openapi.missing():
            for call in self.sandbox.calls:
                openapi.validate_call(call)

    def item_path(self, sku, seller=None):
        return f"{ITEMS}/{(seller or self.us).seller_id}/{quote(sku, safe='')}"

    def get_item(self, sku, seller=None, marketplaces=US, **query):
        query = {"marketplaceIds": marketplaces, "includedData": EVERY_SET, **query}
        return self.call("GET", self.item_path(sku, seller), seller, params=query)

    def item(self, sku, *arguments, **keywords):
        answer = self.get_item(sku, *arguments, **keywords)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def effective(self, sku, *arguments, **keywords):
        """What Amazon sells from: the quantity, None in Amazon's own warehouses."""
        [shown] = self.item(sku, *arguments, **keywords)["fulfillmentAvailability"]
        return shown.get("quantity")

    def patch(self, sku, *patches, seller=None, marketplaces=US, **query):
        return self.call(
            "PATCH",
            self.item_path(sku, seller),
            seller,
            params={"marketplaceIds": marketplaces, **query},
            json={"productType": "PRODUCT", "patches": patches},
        )

    def submit(self, sku, *patches, **keywords):
        """Amazon's word on a patch, and its issues."""
        answer = self.patch(sku, *patches, **keywords)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()["status"], answer.json()["issues"]

    def find_items(self, seller=None, marketplaces=US, **query):
        query = {"marketplaceIds": marketplaces, **query}
        path = f"{ITEMS}/{(seller or self.us).seller_id}"
        return self.call("GET", path, seller, params=query)

    def catalog(self, asin, marketplace=US, included="summaries", seller=None):
        query = {"marketplaceIds": marketplace, "includedData": included}
        return self.call("GET", f"{CATALOG}/{asin}", seller, params=query)

    def find_catalog(self, marketplace=US, seller=None, **query):
        query = {"marketplaceIds": marketplace, **query}
        return self.call("GET", CATALOG, seller, params=query)

    # Feeds

    def message(self, number, sku, *patches):
        return {
            "messageId": number,
            "sku": sku,
            "operationType": "PATCH",
            "productType": "PRODUCT",
            "patches": list(patches),
        }

    def feed_body(self, messages, seller=None):
        header = {"sellerId": (seller or self.us).seller_id, "version": "2.0"}
        return json.dumps({"header": header, "messages": messages}).encode()

    def upload(self, data, content_type=JSON, **headers):
        """A feed document with this in it; its id."""
        answer = self.call("POST", FEED_DOCUMENTS, json={"contentType": JSON})
        self.assertEqual(answer.status_code, 201, answer.text)
        shown = answer.json()
        headers = {"Content-Type": content_type, **headers}
        self.uploaded = requests.put(shown["url"], data, headers=headers, timeout=20)
        return shown["feedDocumentId"]

    def create_feed(self, document_id, feed_type="JSON_LISTINGS_FEED", places=(US,)):
        body = {
            "feedType": feed_type,
            "marketplaceIds": list(places),
            "inputFeedDocumentId": document_id,
        }
        return self.call("POST", FEEDS, json=body)

    def send_feed(self, *messages, data=None):
        """Upload these messages and create their feed; its id."""
        data = self.feed_body(messages) if data is None else data
        answer = self.create_feed(self.upload(data))
        self.assertEqual(answer.status_code, 202, answer.text)
        return answer.json()["feedId"]

    def feed(self, feed_id):
        answer = self.call("GET", f"{FEEDS}/{feed_id}")
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def processing_report(self, feed_id):
        document_id = self.feed(feed_id)["resultFeedDocumentId"]
        answer = self.call("GET", f"{FEED_DOCUMENTS}/{document_id}")
        self.assertEqual(answer.status_code, 200, answer.text)
        shown = answer.json()
        self.assertEqual(shown["feedDocumentId"], document_id)
        return requests.get(shown["url"], timeout=20).json()
