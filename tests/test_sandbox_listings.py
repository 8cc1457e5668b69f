"""Listings of the sandbox: their report, Listings Items, quantities, sales."""

import gzip
from concurrent.futures import ThreadPoolExecutor

import requests

from odoo.tests import tagged

from ..sandbox.documents import Encoded
from .money_case import DAY, LISTINGS
from .sandbox_case import CA, DE, US
from .sandbox_listing_case import ITEMS, MINUTE, ListingCase, quantity_patch

JP = "A1VC38T7YXB528"


@tagged("post_install", "-at_install")
class TestListingsReport(ListingCase):
    def fetch(self, seller=None, marketplace=US):
        """Bytes and declared charset of a fresh report."""
        answer = self.call(
            "POST",
            "/reports/2021-06-30/reports",
            seller,
            json={"reportType": LISTINGS, "marketplaceIds": [marketplace]},
        )
        self.report_id = answer.json()["reportId"]
        self.advance(2 * MINUTE)
        shown = self.document(self.report_id, seller)
        answer = requests.get(shown["url"], timeout=20)
        data = answer.content
        if shown.get("compressionAlgorithm") == "GZIP":
            data = gzip.decompress(data)
        return data, answer.headers["Content-Type"].rpartition("charset=")[2]

    def rows(self, data, encoding):
        header, *lines = data.decode(encoding).splitlines()
        names = header.split("\t")
        return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]

    def test_american_file(self):
        opened = self.sandbox.clock.now().replace(
            year=2026, month=7, day=11, hour=8, minute=34, second=18
        )
        self.sandbox.add_listing(
            "US",
            "PEN SET/3",
            marketplaces=["US", "CA"],
            title='Füller, 3" lang',
            price="14.10",
            quantity=5,
            opened=opened,
            barcode="036000291452",
            description="Writes",
        )
        self.sandbox.add_listing(
            "US", "FBA-1", marketplaces=["US"], by_amazon=True, quantity=7
        )
        data, charset = self.fetch()
        self.assertEqual(charset, "Cp1252")
        own, amazon = self.rows(data, "cp1252")
        self.assertEqual(own["item-name"], 'Füller, 3" lang')
        self.assertEqual(own["seller-sku"], "PEN SET/3")
        self.assertEqual((own["price"], own["quantity"]), ("14.10", "5"))
        self.assertEqual(own["open-date"], "2026-07-11 01:34:18 PDT")
        self.assertEqual((own["item-condition"], own["status"]), ("11", "Active"))
        self.assertEqual(own["fulfillment-channel"], "DEFAULT")
        self.assertEqual(own["product-id"], "036000291452")
        self.assertEqual(own["item-description"], "Writes")
        self.assertEqual(amazon["fulfillment-channel"], "AMAZON_NA")
        self.assertEqual(amazon["quantity"], "")
        # Canada has the one, not the other.
        [there] = self.rows(self.fetch(marketplace=CA)[0], "cp1252")
        self.assertEqual(there["seller-sku"], "PEN SET/3")
        self.validate()

    def test_other_places_write_otherwise(self):
        japan = self.sandbox.add_seller("JP", ["JP"])
        for seller, sku, title in (
            ("DE", "Ä-1", "Größe – 5 €"),
            ("JP", "湯呑", "湯呑み 青"),
        ):
            self.sandbox.add_listing(seller, sku, title=title, quantity=3)
        data, charset = self.fetch(self.de, DE)
        self.assertEqual(charset, "ISO-8859-1")  # declared, but it is cp1252
        [row] = self.rows(data, "cp1252")
        self.assertEqual(row["item-name"], "Größe – 5 €")
        self.assertNotIn("item-description", row)
        self.assertRegex(row["open-date"], r"^\d\d/\d\d/\d{4} [\d:]{8} MES?T$")
        self.assertIn(b"\r\n", data)
        self.sandbox.reports.listings.localized.add("JP")
        data, charset = self.fetch(japan, JP)
        self.assertEqual(charset, "Shift_JIS")
        [row] = self.rows(data, "cp932")
        self.assertEqual((row["商品名"], row["出品者SKU"]), ("湯呑み 青", "湯呑"))
        self.assertEqual(row["価格"], "2000")
        self.assertRegex(row["出品日"], r"^\d{4}/\d\d/\d\d [\d:]{8} JST$")

    def test_families_and_statuses(self):
        self.sandbox.add_listing(
            "US", "FAM", asin="B0FAM00000", theme=("color",), title="Family"
        )
        self.sandbox.add_listing(
            "US", "CHILD", parent="B0FAM00000", options={"color": "Red"}, quantity=0
        )
        self.sandbox.add_listing("US", "DRAFT", status="Incomplete", price=None)
        parent, child, draft = self.rows(self.fetch()[0], "cp1252")
        self.assertEqual((parent["price"], parent["quantity"]), ("", ""))
        self.assertEqual((child["quantity"], child["status"]), ("0", "Inactive"))
        self.assertEqual(draft["status"], "Incomplete")

    def test_without_listings(self):
        for empty, expected in (("header", b"item-name\t"), ("file", b"")):
            self.sandbox.reports.listings.empty = empty
            data, _charset = self.fetch()
            self.assertEqual(data[:10], expected)
            self.assertLessEqual(data.count(b"\n"), 1)
        self.sandbox.reports.listings.empty = None
        report_id = self.request().json()["reportId"]
        self.advance(2 * MINUTE)
        self.assertEqual(self.report(report_id)["processingStatus"], "CANCELLED")

    def test_cancelled_fatal_slow(self):
        self.sandbox.add_listing("US", "A")
        for kind in ("cancelled_report", "fatal_report", "slow_report"):
            self.sandbox.faults.add(kind=kind, seconds=300)
        slow, second, done = [], [], []
        for ids in (slow, second, done):
            ids.append(self.request().json()["reportId"])
        self.advance(2 * MINUTE)
        # All three strike the first report: it is slow, then fatal.
        self.assertEqual(self.report(slow[0])["processingStatus"], "IN_PROGRESS")
        self.assertEqual(self.report(done[0])["processingStatus"], "DONE")
        self.advance(300)
        report = self.report(slow[0])
        self.assertEqual(report["processingStatus"], "FATAL")
        self.assertIn("internal error", self.download(slow[0]))
        self.sandbox.faults.add(kind="cancelled_report")
        cancelled = self.request().json()["reportId"]
        self.advance(2 * MINUTE)
        self.assertEqual(self.report(cancelled)["processingStatus"], "CANCELLED")
        self.validate()

    def test_any_bytes(self):
        content = Encoded("seller-sku\n\u2013\n".encode("cp1252"), "ISO-8859-1")
        self.sandbox.reports.contents[LISTINGS] = content
        self.assertEqual(self.fetch(), tuple(content))


@tagged("post_install", "-at_install")
class TestListingsItems(ListingCase):
    def setUp(self):
        super().setUp()
        self.sandbox.add_listing(
            "US", "A/1 #+%", price="9.99", quantity=5, lead_time=4, title="Thing"
        )

    def test_one_item(self):
        item = self.item("A/1 #+%")
        self.assertEqual(item["sku"], "A/1 #+%")
        [summary] = item["summaries"]
        self.assertEqual(summary["marketplaceId"], US)
        self.assertEqual(summary["itemName"], "Thing")
        self.assertEqual(summary["status"], ["BUYABLE", "DISCOVERABLE"])
        self.assertEqual(summary["conditionType"], "new_new")
        self.assertEqual(item["offers"][0]["price"]["amount"], "9.99")
        self.assertEqual(
            item["fulfillmentAvailability"],
            [{"fulfillmentChannelCode": "DEFAULT", "quantity": 5}],
        )
        [sent] = item["attributes"]["fulfillment_availability"]
        self.assertEqual(sent["lead_time_to_ship_max_days"], 4)
        both = self.item("A/1 #+%", marketplaces=f"{US},{CA}")
        self.assertEqual(len(both["summaries"]), 2)
        self.validate()

    def test_not_found_and_refused(self):
        # Case matters, and encoded twice it is another SKU.
        self.assertRefused(self.get_item("a/1 #+%"), 404)
        self.assertRefused(self.get_item("A%2F1 %23%2B%25"), 404)
        path = f"{ITEMS}/{self.us.seller_id}/A/1"
        query = {"marketplaceIds": US}
        self.assertRefused(self.call("GET", path, params=query), 404)
        self.sandbox.remove_listing("US", "A/1 #+%", ["CA"])
        self.assertRefused(self.get_item("A/1 #+%", marketplaces=CA), 404)
        self.assertRefused(self.get_item("A/1 #+%", marketplaces=DE), 403)
        self.assertRefused(self.get_item("A/1 #+%", includedData="all"), 400)
        other = self.item_path("A/1 #+%", self.de)
        self.assertRefused(self.call("GET", other, params=query), 403, "another")
        self.us.roles.discard("product_listing")
        self.assertRefused(self.get_item("A/1 #+%"), 403)

    def test_search(self):
        self.advance(DAY)
        for number in range(25):
            self.sandbox.add_listing(
                "US", f"S-{number:02}", quantity=number % 2, marketplaces=["US"]
            )
        skus, token = [], None
        while True:
            query = {"pageToken": token} if token else {}
            answer = self.find_items(sortBy="sku", sortOrder="ASC", **query)
            body = answer.json()
            skus += [item["sku"] for item in body["items"]]
            self.assertEqual(body["numberOfResults"], 26)
            token = body["pagination"].get("nextToken")
            if not token:
                break
        self.assertEqual(skus, sorted(skus))
        self.assertEqual(len(skus), 26)
        self.validate()
        for expected, query in (
            (
                ["S-03", "S-07"],
                {"identifiers": "S-03,S-07,X", "identifiersType": "SKU"},
            ),
            (
                ["A/1 #+%"],
                {"identifiers": self.asin("A/1 #+%"), "identifiersType": "ASIN"},
            ),
            (13, {"withStatus": "BUYABLE"}),
            (13, {"withoutStatus": "BUYABLE"}),
            (0, {"withIssueSeverity": "ERROR"}),
            (["A/1 #+%"], {"marketplaces": CA}),
        ):
            with self.subTest(**query):
                body = self.find_items(pageSize=20, **query).json()
                if isinstance(expected, int):
                    self.assertEqual(body["numberOfResults"], expected)
                else:
                    found = [item["sku"] for item in body["items"]]
                    self.assertEqual(sorted(found), sorted(expected))

    def asin(self, sku):
        return self.item(sku)["summaries"][0]["asin"]

    def test_search_by_time_and_family(self):
        self.sandbox.add_listing("US", "FAM", asin="B0FAM00000", theme=("size",))
        self.sandbox.add_listing(
            "US", "FAM-M", parent="B0FAM00000", options={"size": "M"}
        )
        found = self.find_items(variationParentSku="FAM").json()["items"]
        self.assertEqual([item["sku"] for item in found], ["FAM-M"])
        [told] = self.item("FAM-M")["relationships"][0]["relationships"]
        self.assertEqual(told["parentSkus"], ["FAM"])
        self.assertEqual(told["variationTheme"]["theme"], "SIZE")
        [told] = self.item("FAM")["relationships"][0]["relationships"]
        self.assertEqual(told["childSkus"], ["FAM-M"])
        self.advance(DAY)
        since = self.sandbox.clock.now().isoformat()
        self.sandbox.change_listing("US", "FAM-M", asin="B0NEW00000")
        found = self.find_items(lastUpdatedAfter=since).json()["items"]
        self.assertEqual([item["sku"] for item in found], ["FAM-M"])
        self.assertEqual(self.asin("FAM-M"), "B0NEW00000")

    def test_search_refused(self):
        for query in (
            {"pageSize": 21},
            {"sortBy": "price"},
            {"identifiers": "A"},
            {"identifiers": "A", "identifiersType": "SKUS"},
            {
                "identifiers": ",".join("ABCDEFGHIJKLMNOPQRSTU"),
                "identifiersType": "SKU",
            },
            {"pageToken": "nonsense"},
            {"withStatus": "ACTIVE"},
            {"lastUpdatedAfter": "yesterday"},
        ):
            with self.subTest(**query):
                self.assertRefused(self.find_items(**query), 400, "InvalidInput")

    def test_search_reaches_a_thousand(self):
        self.sandbox.generate_listings("US", 1010, marketplaces=["US"])
        query = {"pageSize": 20, "sortBy": "sku"}
        body = self.find_items(**query).json()
        pages = 1
        while token := body["pagination"].get("nextToken"):
            body = self.find_items(pageToken=token, **query).json()
            pages += 1
        self.assertEqual((pages, body["numberOfResults"]), (50, 1011))


@tagged("post_install", "-at_install")
class TestQuantities(ListingCase):
    def setUp(self):
        super().setUp()
        self.sandbox.add_listing("US", "A", quantity=5, lead_time=4)

    def lead_time(self):
        return self.sandbox.listings.stock(self.us, "A").lead_time

    def test_accepted_now_and_effective_later(self):
        self.assertEqual(self.submit("A", quantity_patch(8)), ("ACCEPTED", []))
        item = self.item("A")
        [sent] = item["attributes"]["fulfillment_availability"]
        self.assertEqual(sent["quantity"], 8)
        self.assertEqual(item["fulfillmentAvailability"][0]["quantity"], 5)
        self.advance(2 * MINUTE)
        # One quantity for all stores of the region.
        self.assertEqual([self.effective("A"), self.effective("A", None, CA)], [8, 8])
        self.assertEqual(self.lead_time(), 4)
        self.validate()

    def test_merge_keeps_what_replace_forgets(self):
        self.submit("A", quantity_patch(8, lead_time_to_ship_max_days=9))
        self.advance(2 * MINUTE)
        self.assertEqual(self.lead_time(), 9)
        self.submit("A", quantity_patch(7))
        self.advance(2 * MINUTE)
        self.assertEqual((self.effective("A"), self.lead_time()), (7, 9))
        self.submit("A", quantity_patch(6, "replace"))
        self.advance(2 * MINUTE)
        self.assertEqual((self.effective("A"), self.lead_time()), (6, None))
        only_time = quantity_patch(0, lead_time_to_ship_max_days=2)
        del only_time["value"][0]["quantity"]
        self.sandbox.buy("US", "A", 2)
        self.submit("A", only_time)
        self.advance(2 * MINUTE)
        self.assertEqual((self.effective("A"), self.lead_time()), (4, 2))

    def test_invalid(self):
        for sku, patch, code in (
            ("NONE", quantity_patch(1), "13013"),
            ("A", quantity_patch(-1), "4000003"),
            ("A", quantity_patch(1.5), "4000003"),
            ("A", quantity_patch("3"), "4000003"),
            ("A", quantity_patch(1, channel="AMAZON_NA"), "4000003"),
            ("A", quantity_patch(1, channel="SHED"), "4000003"),
            ("A", quantity_patch(1, lead_time_to_ship_max_days=31), "4000003"),
            ("A", quantity_patch(1, colour="red"), "90000900"),
            ("A", {**quantity_patch(1), "value": []}, "90220"),
            ("A", {**quantity_patch(1), "path": "/attributes/title"}, "4000003"),
        ):
            with self.subTest(patch=patch):
                status, issues = self.submit(sku, patch)
                self.assertEqual((status, issues[0]["code"]), ("INVALID", code))
                self.assertEqual(issues[0]["severity"], "ERROR")
        self.advance(2 * MINUTE)
        self.assertEqual(self.effective("A"), 5)
        self.validate()

    def test_refused(self):
        self.assertRefused(self.patch("A", {"op": "move", "path": "/x"}), 400, "op")
        self.assertRefused(self.patch("A"), 400, "at least one")
        self.assertRefused(self.patch("A", quantity_patch(1), mode="TRY"), 400)
        self.assertRefused(self.patch("A", quantity_patch(1), marketplaces=DE), 403)

    def test_preview(self):
        status, _issues = self.submit("A", quantity_patch(9), mode="VALIDATION_PREVIEW")
        self.assertEqual(status, "VALID")
        self.advance(2 * MINUTE)
        self.assertEqual(self.effective("A"), 5)

    def test_faults(self):
        self.sandbox.add_listing("US", "B", quantity=5)
        fault = self.sandbox.faults.add
        silent = fault("patchListingsItem", kind="silent_quantity", sku="A")
        for sku in ("B", "A"):
            self.assertEqual(self.submit(sku, quantity_patch(8))[0], "ACCEPTED")
        fault(kind="late_quantity", seconds=600)
        self.submit("B", quantity_patch(9))
        fault(kind="invalid_patch")
        self.assertEqual(self.submit("B", quantity_patch(1))[0], "INVALID")
        self.advance(2 * MINUTE)
        self.assertEqual([self.effective("A"), self.effective("B")], [5, 8])
        self.assertEqual(silent.fired, 1)
        self.advance(600)
        self.assertEqual([self.effective("A"), self.effective("B")], [5, 9])

    def test_a_quantity_turns_an_fba_listing_into_the_merchants(self):
        self.sandbox.add_listing("US", "FBA", by_amazon=True, quantity=7)
        self.assertIsNone(self.effective("FBA"))
        self.submit("FBA", quantity_patch(3))
        self.advance(2 * MINUTE)
        self.assertEqual(self.effective("FBA"), 3)

    def test_rate_limit(self):
        self.sandbox.limits.factor = 1
        patch = quantity_patch(1)
        answers = [self.patch("A", patch).status_code for _number in range(8)]
        self.assertEqual(answers[:5], [200] * 5)
        self.assertIn(429, answers)


@tagged("post_install", "-at_install")
class TestSales(ListingCase):
    def setUp(self):
        super().setUp()
        self.sandbox.add_listing("US", "A", price="9.99", quantity=3, title="Thing")

    def quantity(self, sku="A"):
        return self.sandbox.listings.stock(self.us, sku).quantity

    def test_a_sale_lowers_the_one_quantity(self):
        order = self.sandbox.buy("CA", "A", 2, status="PENDING")
        self.assertEqual(order.marketplace_id, CA)
        [item] = self.read(order)["orderItems"]
        self.assertEqual(item["product"]["title"], "Thing")
        self.assertEqual([self.effective("A"), self.effective("A", None, CA)], [1, 1])
        self.assertIsNone(self.sandbox.buy("US", "A", 2))
        self.assertIsNotNone(self.sandbox.buy("US", "A"))
        self.assertIsNone(self.sandbox.buy("US", "A"))
        self.assertEqual(self.item("A")["summaries"][0]["status"], ["DISCOVERABLE"])

    def test_one_unit_and_many_buyers(self):
        self.sandbox.change_listing("US", "A", quantity=1)

        def buy(country):
            return requests.post(
                f"{self.sandbox.url}/sandbox/buy",
                json={"marketplace": country, "sku": "A"},
                timeout=20,
            ).json()["accepted"]

        with ThreadPoolExecutor(6) as pool:
            accepted = list(pool.map(buy, ["US", "CA"] * 6))
        self.assertEqual(accepted.count(True), 1)
        self.assertEqual(self.quantity(), 0)

    def test_not_for_sale(self):
        self.sandbox.add_listing("US", "OFF", status="Inactive", quantity=5)
        self.sandbox.add_listing("US", "DRAFT", price=None, quantity=5)
        self.assertIsNone(self.sandbox.buy("US", "OFF"))
        self.assertIsNone(self.sandbox.buy("US", "DRAFT"))
        self.assertIsNone(self.sandbox.buy("US", "UNKNOWN"))
        with self.assertRaises(ValueError):
            self.sandbox.buy("US", "A", 0)

    def test_cancellations(self):
        pending, paid = (
            self.sandbox.buy("US", "A", status="PENDING") for _number in range(2)
        )
        later = self.sandbox.buy("US", "A")
        self.assertEqual(self.quantity(), 0)
        self.sandbox.cancel(pending.order_id)
        self.assertEqual(self.quantity(), 1)
        # What was paid for doesn't come back by itself.
        self.sandbox.release_pending(paid.order_id)
        for order in (paid, later):
            self.sandbox.cancel(order.order_id)
        self.assertEqual(self.quantity(), 1)

    def test_orders_told_are_facts(self):
        item = {"sku": "A", "quantity": 9}
        self.sandbox.add_order("US", items=[item], status="SHIPPED")
        self.sandbox.add_order("US", items=[item], fulfilled_by="AMAZON")
        self.assertEqual(self.quantity(), 3)
        self.sandbox.add_order("US", items=[item])
        self.assertEqual(self.quantity(), 0)

    def test_sold_before_a_quantity_takes_effect(self):
        self.submit("A", quantity_patch(10))
        self.sandbox.buy("US", "A", 2)
        self.advance(2 * MINUTE)
        self.assertEqual(self.effective("A"), 8)

    def test_amazons_own_warehouse(self):
        self.sandbox.add_listing("US", "FBA", by_amazon=True, quantity=1)
        self.assertEqual(self.sandbox.buy("US", "FBA").fulfilled_by, "AMAZON")
        self.assertIsNone(self.sandbox.buy("US", "FBA"))
        self.assertEqual(self.quantity(), 3)


@tagged("post_install", "-at_install")
class TestListingsControl(ListingCase):
    def control(self, method, path, body=None, status=200):
        url = f"{self.sandbox.url}/sandbox/{path}"
        answer = requests.request(method, url, json=body, timeout=20)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def test_over_http(self):
        entry = {"seller": "US", "sku": "A", "quantity": 2, "price": 9.99}
        made = self.control("POST", "listings", [entry])
        self.assertEqual(
            [(row["marketplaceId"], row["price"]) for row in made],
            [(US, "9.99"), (CA, "9.99")],
        )
        self.control("POST", "listings", [entry], 400)
        self.control("POST", "listings", [{**entry, "sku": "B", "colour": 1}], 400)
        change = {"seller": "US", "sku": "A", "marketplace": "CA", "price": "5"}
        self.control("POST", "listings/change", {**change, "quantity": 6})
        told = {row["marketplaceId"]: row for row in self.control("GET", "listings")}
        self.assertEqual(told[CA]["price"], "5.00")
        self.assertEqual([told[US]["quantity"], told[CA]["quantity"]], [6, 6])
        sale = {"marketplace": "CA", "sku": "A", "quantity": 6}
        order_id = self.control("POST", "buy", sale)["orderId"]
        self.assertIn(order_id, self.sandbox.orders)
        answer = self.control("POST", "buy", sale)
        self.assertEqual(answer, {"accepted": False, "orderId": None})
        remove = {"seller": "US", "sku": "A", "marketplaces": ["CA"]}
        self.control("POST", "listings/remove", remove)
        self.assertEqual(len(self.control("GET", "listings")), 1)
        self.control("POST", "listings/remove", {**remove, "sku": "NONE"}, 404)
        state = self.control("GET", "state")
        self.assertEqual(state["listings"], {"US": 1, "DE": 0})
        self.assertEqual(state["feeds"], [])

    def test_generated(self):
        made = self.control(
            "POST",
            "listings",
            {"seller": "US", "count": 10, "families": 3, "marketplaces": ["US"]},
        )
        self.assertEqual(len(set(made["skus"])), 10)
        self.assertEqual(len(self.control("GET", "listings")), 13)  # and 3 parents
