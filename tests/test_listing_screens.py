"""The catalog's lists and dialogs, as the web client loads and fills them."""

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import AmazonCase

NEWER = "Replaced by a newer load."
USER = "amazon_connector.group_amazon_user,base.group_user"


@tagged("post_install", "-at_install")
class TestListingScreens(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US-screens", ["US", "CA"])
        cls.us_store, cls.ca_store = cls.account.store_ids
        cls.user = new_test_user(cls.env, "clerk", groups=USER)

    def listing(self, sku, store=None, **values):
        return self.env["amazon.listing"].create(
            {
                "store_id": (store or self.us_store).id,
                "sku": sku,
                "name": f"Title of {sku}",
                "status": "listed",
                **values,
            }
        )

    def family(self, title):
        Item = self.env["amazon.catalog.item"]
        parent = Item.create(
            {
                "store_id": self.us_store.id,
                "asin": "B0SCREENP1",
                "title": title,
                "is_parent": True,
            }
        )
        return Item.create(
            [
                {
                    "store_id": self.us_store.id,
                    "asin": f"B0SCREENC{number}",
                    "parent_id": parent.id,
                }
                for number in range(2)
            ]
        )

    def test_variations_together(self):
        """row 2.31: one line per variant, or grouped one line per family"""
        one, two = self.family("Shirt")
        self.listing("SHIRT-S", catalog_item_id=one.id)
        self.listing("SHIRT-M", catalog_item_id=two.id)
        self.listing("ALONE")
        groups = self.env["amazon.listing"]._read_group(
            [("account_id", "=", self.account.id)], ["family_name"], ["__count"]
        )
        self.assertEqual(dict(groups), {"Shirt": 2, "Title of ALONE": 1})

    def test_link_in_all_stores(self):
        """rows 2.11, 2.12, 2.34: an existing product, for the SKU in all stores"""
        listings = self.listing("SIX") | self.listing("SIX", self.ca_store)
        wizard = self.env["amazon.link.listing"].with_user(self.user)
        form = Form(wizard.with_context(active_ids=listings[0].ids))
        form.product_id = self.mug
        form.quantity_factor = 6
        form.save().action_apply()
        self.assertEqual(listings.product_id, self.mug)
        self.assertEqual(set(listings.mapped("quantity_factor")), {6})
        self.assertTrue(all(listings.mapped("is_manual")))

    def test_create_only_what_is_not_there(self):
        """row 2.11: 'create new' only when no product has that SKU"""
        taken, free = self.listing("BACKPACK-20L"), self.listing("FREE-1")
        wizard = self.env["amazon.link.listing"]
        form = Form(wizard.with_context(active_ids=taken.ids))
        self.assertFalse(form.can_create)
        form = Form(wizard.with_context(active_ids=free.ids))
        self.assertTrue(form.can_create)
        form.choice = "create"
        form.save().action_apply()
        self.assertEqual(free.product_id.default_code, "FREE-1")

    def test_link_dialog_begins_with_what_is(self):
        """row 2.12: Change Link keeps the units per sale, where listings agree"""
        three = self.listing("THREE", quantity_factor=3, product_id=self.mug.id)
        two = self.listing("TWO", quantity_factor=2)
        wizard = self.env["amazon.link.listing"]
        form = Form(wizard.with_context(active_ids=three.ids))
        self.assertEqual(form.quantity_factor, 3)
        form.product_id = self.bag
        form.save().action_apply()
        self.assertEqual((three.product_id, three.quantity_factor), (self.bag, 3))
        form = Form(wizard.with_context(active_ids=(three | two).ids))
        self.assertEqual(form.quantity_factor, 1)

    def test_only_what_was_chosen(self):
        """rows 2.11, 2.13: the pairs of account and SKU that were chosen, no others"""
        account, _seller = self.connect("DE", ["DE"])
        store = account.store_ids
        here, there = self.listing("HERE"), self.listing("THERE", store)
        other = self.listing("THERE") | self.listing("HERE", store)
        archived = self.listing("OLD-1", active=False)
        parent = self.listing("FAMILY", is_parent=True)
        wizard = self.env["amazon.link.listing"].create(
            {
                "listing_ids": (here | there | archived | parent).ids,
                "product_id": self.mug.id,
            }
        )
        wizard.action_apply()
        self.assertEqual((here | there | archived).product_id, self.mug)
        self.assertFalse(other.product_id)
        self.assertFalse(parent.product_id)
        wizard.listing_ids = parent
        with self.assertRaisesRegex(UserError, "choose its variations"):
            wizard.action_apply()

    def test_archived_product_is_restored(self):
        """row 2.11: an archived product's SKU is taken, and the dialog says so"""
        self.mug.active = False
        listing = self.listing("MUG-BLUE-350")
        form = Form(
            self.env["amazon.link.listing"].with_context(active_ids=listing.ids)
        )
        self.assertFalse(form.can_create)
        self.assertIn("restored first: MUG-BLUE-350", form.taken)

    def test_leave_blank(self):
        """row 2.11: blank is a decision, and out of the inbox"""
        listing = self.listing("BLANK-1")
        form = Form(
            self.env["amazon.link.listing"].with_context(active_ids=listing.ids)
        )
        form.choice = "blank"
        form.save().action_apply()
        self.assertFalse(listing.product_id)
        self.assertTrue(listing.is_manual)

    def test_load_dialog(self):
        """rows 2.1, 2.2, 2.8, 2.10: what is loaded, and how it is matched"""
        form = Form(self.env["amazon.load.products"])
        self.assertLessEqual(self.account.store_ids, form.store_ids[:])
        form.store_ids = self.us_store
        form.create_products = True
        action = form.save().action_load()
        load = self.us_store.load_ids
        self.assertEqual((load.state, load.user_id), ("running", self.env.user))
        self.assertTrue(self.us_store.create_products)
        self.assertFalse(self.ca_store.create_products)
        self.assertEqual(action["domain"], [("id", "in", load.ids)])
        load.action_stop()
        self.assertEqual(load.state, "stopped")

    def test_load_dialog_keeps_settings(self):
        """row 2.8: what was not changed in the dialog stays as each store has it"""
        stores = self.us_store | self.ca_store
        self.us_store.match_mode = "manual"
        form = Form(self.env["amazon.load.products"])
        form.store_ids = stores
        self.assertTrue(form.settings_differ)
        form.save().action_load()
        self.assertEqual(stores.mapped("match_mode"), ["manual", "sku"])
        stores.load_ids.action_stop()
        form.store_ids = self.ca_store
        self.assertFalse(form.settings_differ)
        form.amazon_is_master = True
        form.save().action_load()
        self.assertEqual(stores.mapped("amazon_is_master"), [False, True])

    def test_load_dialog_of_another_load(self):
        """rows 2.1, 2.2: a choice is not swallowed by a load of something else"""
        load = self.env["amazon.catalog.load"]._start(self.us_store)
        wizard = self.env["amazon.load.products"].create(
            {
                "store_ids": self.us_store.ids,
                "kind": "changes",
                "since": "2026-01-01 00:00:00",
            }
        )
        with self.assertRaisesRegex(UserError, r"already \(All listings\)\. Stop it"):
            wizard.action_load()
        load.action_stop()
        wizard.action_load()
        changes = self.us_store.load_ids - load
        self.assertEqual((changes.kind, changes.state), ("changes", "running"))
        self.assertEqual((load.state, load.message), ("replaced", NEWER))
        wizard.action_load()
        self.assertEqual(self.us_store.load_ids, load | changes)
        wizard.since = "2026-02-01 00:00:00"
        with self.assertRaisesRegex(UserError, "Changed since a date: 2026-01-01"):
            wizard.action_load()

    def test_load_dialog_refuses(self):
        """rows 1.9, 2.2: a date is missing; products are switched off"""
        wizard = self.env["amazon.load.products"].create(
            {"store_ids": self.us_store.ids, "kind": "changes"}
        )
        with self.assertRaisesRegex(UserError, "since when"):
            wizard.action_load()
        self.account.sync_products = False
        wizard.kind = "all"
        with self.assertRaisesRegex(UserError, "Products in"):
            wizard.action_load()

    def test_user_loads_but_does_not_configure(self):
        """row 1.7: an operator starts a load; the store's settings stay"""
        wizard = (
            self.env["amazon.load.products"]
            .with_user(self.user)
            .create({"store_ids": self.us_store.ids, "amazon_is_master": True})
        )
        wizard.action_load()
        self.assertFalse(self.us_store.amazon_is_master)
        self.assertEqual(self.us_store.load_ids.user_id, self.user)

    def test_screens_open(self):
        """rows 2.14, 2.29: lists and forms of the catalog, as an operator"""
        listing = self.listing("OPEN-1", alias="My name for it")
        self.assertEqual(listing.display_title, "My name for it")
        load = self.env["amazon.catalog.load"]._start(self.ca_store)
        item = self.family("Hat")[:1]
        self.open_screens(self.user, listing, load)
        self.open_screens(self.user, item, kinds=("form",))
        quantity = self.env["amazon.quantity"].create(
            {"account_id": self.account.id, "sku": "OPEN-1"}
        )
        self.open_screens(self.user, quantity)
        action = self.mug.product_tmpl_id.action_view_amazon_listings()
        self.assertEqual(action["domain"], [("product_id", "in", self.mug.ids)])
