"""One quantity per SKU: what the stores that share it agree on, or why nothing goes."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockPlan(StockCase):
    MARKETPLACES = ("US", "CA", "MX")

    def setUp(self):
        super().setUp()
        self.us, self.ca, self.mx = self.stores

    def assertHeld(self, sku, code, *words):
        row = self.row(sku)
        self.assertEqual((row.state, row.reason_code), ("off", code))
        self.assertTrue(row.reason)
        for word in words:
            self.assertIn(word, row.reason)
        self.assertNotIn(sku, dict(self.patches()))

    def test_one_quantity_for_all_stores(self):
        """row 2.15: a SKU in three stores is sent once, to all three marketplaces"""
        self.listing("SHARED", self._product("SHARED", 7))
        self.push()
        self.assertEqual(self.sent(), [("SHARED", 7)])
        (call,) = self.calls("patchListingsItem")
        self.assertEqual(
            set(call["query"]["marketplaceIds"].split(",")),
            set(self.stores.mapped("marketplace_id.api_id")),
        )
        listings = self.env["amazon.listing"].search([("sku", "=", "SHARED")])
        self.assertEqual(listings.quantity_id, self.row("SHARED"))

    def test_different_sources_are_refused_at_configuration(self):
        """rows 2.15, 9.15: stores that share a SKU can't sell from two warehouses"""
        self.listing("SHARED", self._product("SHARED", 7))
        second = self.second_warehouse()
        for values in (
            {"warehouse_id": second.id},
            {"stock_source": "all"},
            {"stock_basis": "on_hand"},
        ):
            with self.assertRaisesRegex(ValidationError, "SHARED"):
                self.us.write(values)
            self.env.invalidate_all()
        self.us.name = "Another label"  # is not asked about
        self.stores.write({"stock_source": "all", "stock_basis": "on_hand"})

    def test_different_sources_keep_stock_out_off(self):
        """rows 2.15, 9.1: nobody is asked before; Stock out can't be switched on"""
        self.account.sync_stock = False
        self.listing("SHARED", self._product("SHARED", 7))
        self.ca.warehouse_id = self.second_warehouse()
        with self.assertRaisesRegex(ValidationError, "SHARED"):
            self.switch_on()

    def test_stores_without_a_shared_sku_may_differ(self):
        """row 9.15: every store its own warehouse, as long as no SKU is shared"""
        self.listing("ONLY-US", self._product("ONLY-US", 7), self.us)
        self.listing("ONLY-CA", self._product("ONLY-CA", 3), self.ca)
        self.ca.warehouse_id = self.second_warehouse()
        self.push()
        self.assertEqual(self.row("ONLY-US").quantity, 7)
        self.assertEqual(self.row("ONLY-CA").quantity, 0)

    def test_conflict_that_came_later_is_held(self):
        """rows 2.15, 2.7: two sources, or two products, for one SKU: nothing is sent"""
        product = self._product("LATER", 7)
        self.ca.warehouse_id = self.second_warehouse()
        self.listing("LATER", product, self.us | self.ca)
        self.listing("TWO", product, self.us)
        self.listing("TWO", self._product("OTHER", 2), self.mx)
        self.push()
        self.assertHeld("LATER", "conflict", self.us.name, self.ca.name)
        self.assertHeld("TWO", "conflict", self.us.name, self.mx.name)

    def test_held_while_amazon_sells_the_last_number(self):
        """rows 2.15, 9.1: what was sent and is held now is a mismatch, with an alarm"""
        product = self._product("TWO", 7)
        self.listing("TWO", product, self.us)
        self.listing("NEVER", product, self.us)
        self.listing("NEVER", self._product("OTHER", 2), self.mx)
        self.push()
        self.prove()
        self.assertEqual(self.account.mismatch_count, 0)
        self.assertFalse(self.alarms())
        second = self.listing("TWO", self._product("THIRD", 2), self.mx)
        self.push()
        self.assertEqual(self.row("TWO").reason_code, "conflict")
        self.account.invalidate_recordset(["mismatch_count"])
        self.assertEqual(self.account.mismatch_count, 1)
        self.assertEqual(self.filtered("mismatch").mapped("sku"), ["TWO"])
        self.assertEqual(len(self.alarms()), 1)
        second.product_id = product
        self.push()
        self.assertFalse(self.alarms())

    def test_family_is_nothing_to_sell(self):
        """row 2.4: Amazon's parent of variations has no quantity, and says why"""
        self.listing("FAMILY", is_parent=True)
        self.env["amazon.quantity"].create(
            {"account_id": self.account.id, "sku": "FAMILY"}
        )
        self.push()
        self.assertHeld("FAMILY", "family", "variations")

    def test_store_without_warehouse(self):
        """row 9.2: says which store needs one"""
        self.listing("HOMELESS", self._product("HOMELESS", 7))
        self.stores.warehouse_id = False
        self.push()
        self.assertHeld("HOMELESS", "warehouse", self.us.name)

    def test_buffers(self):
        """row 9.7: the largest buffer counts, a listing's before its store's"""
        product = self._product("BUFFER", 10)
        listings = self.listing("BUFFER", product)
        self.us.stock_buffer, self.ca.stock_buffer = 2, 4
        self.push()
        self.assertEqual(self.row("BUFFER").quantity, 6)
        listings.stock_buffer = 1
        self.push()
        self.assertEqual(self.row("BUFFER").quantity, 9)
        listings[0].stock_buffer = 15
        self.push()
        self.assertEqual(self.row("BUFFER").quantity, 0)

    def test_lead_time(self):
        """rows 9.9, 9.10: the longest lead time goes with the next quantity"""
        self.listing("SLOW", self._product("SLOW", 7))
        self.push()
        self.assertNotIn("lead_time_to_ship_max_days", self.patches()[0][1])
        self.ca.stock_lead_time, self.mx.stock_lead_time = 3, 5
        self.prove()
        self.assertEqual(self.patches()[-1][1]["lead_time_to_ship_max_days"], 5)
        self.assertEqual(len(self.patches()), 2)
        self.prove()
        self.assertEqual(len(self.patches()), 2)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                self.us.stock_lead_time = 31

    def test_multipack(self):
        """row 2.13: a pack of three is sold as often as whole packs are there"""
        product = self._product("CANDLE", 11)
        self.listing("CANDLE", product)
        self.listing("CANDLE-3", product, quantity_factor=3)
        self.push()
        self.assertEqual(dict(self.sent()), {"CANDLE": 11, "CANDLE-3": 3})

    def test_negative_stock_is_zero(self):
        """row 9.7: below zero Amazon is told 0, and the row says so"""
        self.listing("MINUS", self._product("MINUS", -4), at_amazon=3)
        self.push()
        self.assertEqual(self.sent(), [("MINUS", 0)])
        self.assertIn("below zero", self.row("MINUS").reason)

    def test_fba_is_never_pushed(self):
        """row 9.1: a SKU with an FBA listing keeps its channel, whatever happens"""
        product = self._product("TWIN", 9)
        self.listing("TWIN", product, self.us)
        self.listing("TWIN", product, self.ca, at_amazon=None, channel="fba")
        for store in self.us | self.ca:
            self.sandbox.add_listing(
                self.seller,
                "FBA",
                marketplace=store.marketplace_id.country_id.code,
                by_amazon=True,
            )
        self.listing("FBA", product, at_amazon=None, channel="fba")
        self.push()
        self.assertHeld("TWIN", "fba")
        self.assertHeld("FBA", "fba")
        self.assertEqual(self.sandbox.listings.stock(self.seller, "FBA").by_merchant, 0)

    def test_remote_mirror(self):
        """row 9.13: a mirror listing neither gets a quantity nor blocks the real one"""
        product = self._product("MIRROR", 9)
        self.listing("MIRROR", product, self.us)
        for store in self.ca | self.mx:
            self.listing(
                "MIRROR", product, store, at_amazon=None, channel="fba", is_remote=True
            )
        self.listing("ONLY-MIRROR", product, self.ca, is_remote=True)
        self.push()
        self.assertEqual(self.sent(), [("MIRROR", 9)])
        (call,) = self.calls("patchListingsItem")
        self.assertEqual(call["query"]["marketplaceIds"], self.us.marketplace_id.api_id)
        self.assertHeld("ONLY-MIRROR", "remote")

    def test_what_is_not_sent_says_why(self):
        """rows 2.29, 9.12: unlinked, not stored, canceled, switched off"""
        product = self._product("GOOD", 9)
        service = self._product("SERVICE", 0, is_storable=False, type="service")
        self.listing("UNLINKED")
        self.listing("SERVICE", service)
        self.listing("CANCELED", product, status="canceled")
        self.listing("TICK", product)
        self.listing("GOOD", product)
        self.push()
        self.prove()
        self.row("TICK").active_sync = False
        sent = len(self.patches())
        product_stock = self.env["stock.quant"]._update_available_quantity
        product_stock(product, self.warehouse.lot_stock_id, 2)
        self.push()
        self.assertEqual(self.sent()[sent:], [("GOOD", 11)])
        for sku, code in (("UNLINKED", "unlinked"), ("CANCELED", "gone")):
            self.assertHeld(sku, code)
        self.assertHeld("SERVICE", "not_stored", "Service")
        row = self.row("TICK")
        self.assertEqual((row.state, row.reason_code), ("off", "inactive"))
        row.active_sync = True
        self.push()
        self.assertEqual(self.sent()[-1], ("TICK", 11))

    def test_archived_store_takes_no_part(self):
        """row 12.15: a store that is off neither sells nor disagrees"""
        self.listing("SHARED", self._product("SHARED", 7))
        self.ca.active = False
        self.ca.warehouse_id = self.second_warehouse()
        self.push()
        self.assertEqual(self.sent(), [("SHARED", 7)])
        (call,) = self.calls("patchListingsItem")
        self.assertNotIn(self.ca.marketplace_id.api_id, call["query"]["marketplaceIds"])
        with self.assertRaisesRegex(ValidationError, "SHARED"):
            self.ca.active = True

    def test_kit_goes_out_when_a_component_moves(self):
        """rows 9.8, 4.34: the kits of a changed component are computed, nothing else"""
        cup = self._product("CUP", 10)
        self.listing("KIT", self.kit("KIT", {cup: 2}))
        self.listing("OTHER", self._product("OTHER", 3))
        self.push()
        self.assertEqual(dict(self.sent()), {"KIT": 5, "OTHER": 3})
        self.stock(cup, -4)
        self.push()
        self.assertEqual(self.sent()[2:], [("KIT", 3)])
