"""A store of the sandbox with listings, and loads of them as the scheduler runs them."""

from datetime import timedelta

from ..sandbox.documents import Encoded
from ..spapi.listings_report import REPORT_TYPE
from . import openapi
from .common import AmazonCase
from .test_spapi_listings_report import row, text

REPORT_CALLS = ("createReport", "getReport", "getReports", "getReportDocument")

__all__ = ["REPORT_CALLS", "CatalogCase", "row", "text"]


class CatalogCase(AmazonCase):
    """A US account whose seller lists nothing yet; Amazon makes reports at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox.reports.wait = cls.sandbox.reports.work = timedelta(0)
        cls.account, cls.seller = cls.connect_for_all("US")
        cls.store = cls.account.store_ids
        cls.store.load_images = False

    def setUp(self):
        super().setUp()
        self.addCleanup(self._clean, self.seller, set(self.seller.roles))
        self.sandbox.calls.clear()

    def _clean(self, seller, roles):
        """At Amazon the seller is as new; Odoo forgets by itself."""
        self.sandbox.faults.clear()
        self.sandbox.reports._reports.clear()
        seller.roles, seller.revoked = roles, False
        for sku, _there in list(
            self.sandbox.listings.of(seller, seller.marketplace_ids)
        ):
            self.sandbox.remove_listing(seller, sku)

    # -- at Amazon --------------------------------------------------------------------

    def offer(self, sku, **keywords):
        """List a SKU in all stores of the seller."""
        return self.sandbox.add_listing(self.seller, sku, **keywords)

    def family(self, sku, *children, **keywords):
        """A family with a variation for each (color, size); the SKUs of its children."""
        [parent] = self.offer(sku, theme=("color", "size"), **keywords)
        skus = []
        for color, size in children:
            skus.append(f"{sku}-{color}-{size}")
            self.offer(
                skus[-1],
                title=f"{parent.title}, {color}, {size}",
                parent=parent.asin,
                options={"color": color, "size": size},
            )
        return skus

    def says(self, content, charset="UTF-8"):
        """Amazon's next list of listings has exactly this content."""
        contents = self.sandbox.reports.contents
        self.addCleanup(
            contents.__setitem__, REPORT_TYPE, self.sandbox.reports.listings
        )
        if isinstance(content, str):
            content = content.encode()
        contents[REPORT_TYPE] = content and Encoded(content, charset)

    def pass_time(self, **duration):
        """At Amazon."""
        self.sandbox.clock.advance(timedelta(**duration).total_seconds())

    def calls(self, *operations):
        """The seller's calls; of Catalog Items unless others are named."""
        return [
            call
            for operation in operations or ("searchCatalogItems",)
            for call in self.sandbox.calls_of(operation)
            if call["seller"] == self.seller.key
        ]

    # -- in Odoo ----------------------------------------------------------------------

    def start(self, kind="all", stores=None, **keywords):
        return self.env["amazon.catalog.load"]._start(
            stores or self.store, kind, **keywords
        )

    def wake(self, account=None):
        """The scheduled job, as the scheduler runs it."""
        self._run((account or self.account).catalog_cron_id)

    def load(self, kind="all", **keywords):
        """A load from its start to its end."""
        load = self.start(kind, **keywords)
        self.finish(load)
        return load

    def finish(self, load):
        """The scheduler gives ten seconds at a time, which a busy machine needs."""
        for _wake in range(5):
            self.wake()
            if load.state != "running" or load.report_id.state == "requested":
                break
        self.assertEqual(load.state, "done", load.message)

    def listing(self, sku, store=None):
        return self.env["amazon.listing"].search(
            [("store_id", "=", (store or self.store).id), ("sku", "=", sku)]
        )

    def listed(self, status="listed", store=None):
        """The SKUs with this status."""
        listings = self.env["amazon.listing"].search(
            [("store_id", "=", (store or self.store).id), ("status", "=", status)]
        )
        return sorted(listings.mapped("sku"))

    def item(self, asin, store=None):
        return self.env["amazon.catalog.item"].search(
            [("store_id", "=", (store or self.store).id), ("asin", "=", asin)]
        )

    def messages(self, record):
        return " ".join(record.message_ids.mapped(lambda message: message.body or ""))

    # -- what must hold -----------------------------------------------------------------

    def assertAmazonAgrees(self):
        """What is listed here is what the seller lists at Amazon."""
        place = self.store.marketplace_id.api_id
        found = self.sandbox.listings.of(self.seller, [place])
        self.assertEqual(self.listed(), sorted(sku for sku, _there in found))

    def assertContract(self):
        if not openapi.missing():
            for call in self.sandbox.calls:
                openapi.validate_call(call)
