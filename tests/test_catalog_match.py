from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sync.catalog_match import match_batch
from .match_case import MatchCase


@tagged("post_install", "-at_install")
class TestCatalogMatch(MatchCase):
    def test_sku_is_the_internal_reference(self):
        """row 2.7: the one product with the SKU as internal reference is linked"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.assertLinked(listing, self.mug, "sku")
        self.assertFalse(listing.is_manual)
        self.assertTrue(listing.link_date)

    def test_sku_is_compared_exactly(self):
        """row 2.7: a SKU that differs in case only is another SKU"""
        [listing] = self.matched(self.offer("mug-blue-350"))
        self.assertUnlinked(listing, "No product has the internal reference mug-blue")
        self.assertIn("leave the listing blank", listing.link_note)

    def test_awkward_skus(self):
        """row 2.7: / # + % spaces and unicode in a SKU are compared as they are"""
        skus = ["PEN SET/3", "SKU #1+50%", "Türstopper weiß"]
        products = [self._product(sku) for sku in skus]
        listings = self.matched(*map(self.offer, skus))
        self.assertEqual([listing.product_id for listing in listings], products)

    def test_two_products_with_the_sku(self):
        """row 2.7: two products with the SKU: nobody guesses, the note says so"""
        self._product("TWICE", quantity=0)
        self._product("TWICE", quantity=0)
        [listing] = self.matched(self.offer("TWICE"))
        self.assertUnlinked(listing, "2 products have the internal reference TWICE")

    def test_archived_product_has_the_sku(self):
        """rows 2.7, 2.10: an archived product's SKU is neither linked nor made twice"""
        self.mug.active = False
        self.store.create_products = True
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.assertUnlinked(listing, "archived")

    def test_other_company(self):
        """row 2.7: a product of another company is not this company's"""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._product("ELSEWHERE-1", quantity=0, company_id=other.id)
        [listing] = self.matched(self.offer("ELSEWHERE-1"))
        self.assertFalse(listing.product_id)

    def test_same_sku_in_another_store(self):
        """rows 2.6, 2.13: what the SKU is in one store it is in all of the account"""
        first = self.take_in_listings(self.offer("AMZ-1"))
        first.write({"product_id": self.bag.id, "quantity_factor": 3})
        [second] = self.matched(self.offer("AMZ-1", country="CA"))
        self.assertLinked(second, self.bag, "account")
        self.assertEqual(second.quantity_factor, 3)

    def test_stored_id_wins_over_the_sku(self):
        """rows 2.6, 2.7: Amazon's id is asked first, the SKU as text after it"""
        first = self.take_in_listings(self.offer("OTHER-SKU", asin="B0SAMEASIN"))
        first.product_id = self.bag
        load = self.env["amazon.catalog.load"].create({"store_id": self.store.id})
        first.link_date = "2026-01-01 00:00:00"
        listing = self.take_in_listings(self.offer("MUG-BLUE-350", asin="B0SAMEASIN"))
        match_batch(load, listing)
        listing.invalidate_recordset()
        self.assertLinked(listing, self.bag, "asin")
        self.assertEqual((load.linked, load.created), (1, 0))

    def test_fba_and_merchant_sku(self):
        """row 2.13: the FBA SKU of an ASIN is the product that its merchant SKU is"""
        fba, merchant = self.matched(
            self.offer("A-MUG-FBA", asin="B0SAMEASIN", by_amazon=True),
            self.offer("MUG-BLUE-350", asin="B0SAMEASIN"),
        )
        self.assertLinked(merchant, self.mug, "sku")
        self.assertLinked(fba, self.mug, "asin")

    def test_fba_sku_comes_first(self):
        """row 2.13: the outcome is the same when the FBA SKU is in an earlier batch"""
        self.store.create_products = True
        fba, merchant = self.take_in_listings(
            self.offer("A-MUG-FBA", asin="B0SAMEASIN", by_amazon=True),
            self.offer("MUG-BLUE-350", asin="B0SAMEASIN"),
        )
        load = self.env["amazon.catalog.load"].create({"store_id": self.store.id})
        match_batch(load, fba)
        match_batch(load, merchant)
        (fba | merchant).invalidate_recordset()
        self.assertLinked(fba, self.mug, "asin")
        self.assertLinked(merchant, self.mug, "sku")

    def test_two_skus_with_products_of_their_own(self):
        """row 2.7: within one load each SKU keeps the product that has its reference"""
        one, two = self.take_in_listings(
            self.offer("MUG-BLUE-350", asin="B0SAMEASIN"),
            self.offer("BACKPACK-20L", asin="B0SAMEASIN"),
        )
        load = self.env["amazon.catalog.load"].create({"store_id": self.store.id})
        match_batch(load, one)
        match_batch(load, two)
        (one | two).invalidate_recordset()
        self.assertLinked(one, self.mug, "sku")
        self.assertLinked(two, self.bag, "sku")

    def test_used_is_another_thing(self):
        """row 2.7: the same ASIN in another condition is not the same product"""
        first = self.take_in_listings(self.offer("NEW-1", asin="B0SAMEASIN"))
        first.product_id = self.bag
        [used] = self.matched(
            self.offer("USED-1", asin="B0SAMEASIN", condition="used_good")
        )
        self.assertFalse(used.product_id)

    def test_ids_disagree(self):
        """row 2.7: one ASIN stored as two products, or as one and a pack: a person"""
        first, second = self.take_in_listings(
            self.offer("ONE", asin="B0SAMEASIN"), self.offer("TWO", asin="B0SAMEASIN")
        )
        first.product_id, second.product_id = self.mug, self.bag
        [third] = self.matched(self.offer("THREE", asin="B0SAMEASIN"))
        self.assertUnlinked(third, "lead to different products")
        second.write({"product_id": self.mug.id, "quantity_factor": 2})
        self.match(third)
        self.assertUnlinked(third, "× 2")

    def test_manual_is_sticky(self):
        """row 2.9: what a person linked, or left blank, no load changes"""
        linked, blank = self.take_in_listings(
            self.offer("MUG-BLUE-350"), self.offer("BACKPACK-20L")
        )
        linked.product_id = self.bag
        blank.action_leave_blank()
        self.store.create_products = True
        for _again in range(2):
            load = self.match(linked | blank)
            self.assertEqual(linked.product_id, self.bag)
            self.assertFalse(blank.product_id)
            self.assertEqual((load.linked, load.created, load.updated), (0, 0, 0))
        action = blank.action_match()
        self.assertIn("1 left blank by hand", action["params"]["message"])
        self.assertFalse(blank.product_id)

    def test_unlink_keeps_history(self):
        """row 2.12: an unlinked listing stays so; the chatter tells what it was"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.flush_tracking()
        listing.action_unlink_product()
        self.flush_tracking()
        self.assertTrue(listing.is_manual)
        [value] = listing.message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "product_id"
        )
        self.assertIn("MUG-BLUE-350", value.old_value_char)
        self.match(listing)
        self.assertFalse(listing.product_id)

    def test_a_first_link_is_no_news(self):
        """row 2.9: a load's links are not in the chatter, a later change is"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.flush_tracking()
        self.assertFalse(listing.message_ids.tracking_value_ids)
        listing.product_id = self.bag
        self.flush_tracking()
        self.assertEqual(listing.link_method, "manual")
        self.assertTrue(listing.message_ids.tracking_value_ids)

    def test_corrected_by_hand(self):
        """rows 2.9, 2.12: a corrected link begins anew; un-ticking 'by hand' at the same
        time is the person's, too"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        listing.write({"previous_asin": "B000000001", "image_state": "failed"})
        listing._set_remarks({"barcode": "It is another's."})
        listing.write({"product_id": self.mug.id, "quantity_factor": 1})
        self.assertEqual(listing.image_state, "failed")  # it is the same product
        listing.write({"product_id": self.bag.id, "is_manual": False})
        self.assertLinked(listing, self.bag, "manual")
        self.assertFalse(listing.is_manual)
        self.assertFalse(listing.previous_asin)
        self.assertFalse(listing.product_problem)
        self.match(listing)
        self.assertEqual(listing.image_state, "due")

    def test_asin_is_right(self):
        """row 2.5: the warning about another ASIN goes when a person has looked"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        listing.previous_asin = "B000000001"
        listing.action_confirm_asin()
        self.assertFalse(listing.previous_asin)
        self.assertEqual((listing.product_id, listing.is_manual), (self.mug, False))

    def test_mode_by_hand(self):
        """row 2.8: where products are linked by hand, a load only notes the listing"""
        self.store.write({"match_mode": "manual", "create_products": True})
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.assertUnlinked(listing, "linked by hand")
        listing.action_match()
        self.assertLinked(listing, self.mug, "sku")

    def test_parents_and_canceled(self):
        """rows 2.7, 2.29: nobody buys a family, and what is gone needs no product"""
        self.family()
        self.hat("Red", "M")
        self.store.create_products = True
        parent, gone = self.take_in_listings(
            self.offer("HAT", asin="B0FAMILY01", title="Wool Hat"),
            self.offer("GONE-1"),
        )
        gone.status = "canceled"
        load = self.match(parent | gone)
        self.assertFalse((parent | gone).product_id)
        self.assertEqual((load.linked, load.created), (0, 0))

    def test_waiting_orders_go_on(self):
        """row 2.6: an order that waited for the product is imported after the load"""
        account, seller = self.us()
        account.store_ids.unknown_sku_policy = "hold"
        order = self.sandbox.add_order(seller, items=["UMBRELLA-XL"])
        self.take_in(account)
        record = self.inbox(order)
        self.assertEqual(record.reason_code, "unlinked")
        umbrella = self._product("UMBRELLA-XL")
        listing = record.line_ids.listing_id
        self.match(listing)
        self.assertLinked(listing, umbrella, "sku")
        self.process(account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_again_changes_nothing(self):
        """row 2.5: matching again writes nothing at all"""
        self.store.create_products = True
        self.family()
        listings = self.matched(
            self.offer("MUG-BLUE-350"),
            self.offer("NEW-1"),
            self.hat("Red", "M"),
            self.hat("Red", ""),
        )
        self.assertEqual(len(listings.product_id), 3)
        products = self.env["product.product"].search_count([])
        records = (
            listings,
            listings.product_id,
            listings.product_id.product_tmpl_id,
            self.store.pricelist_id.item_ids,
        )
        self.cr.execute("UPDATE amazon_listing SET write_date = '2026-01-01'")
        self.cr.execute("UPDATE product_product SET write_date = '2026-01-01'")
        self.cr.execute("UPDATE product_template SET write_date = '2026-01-01'")
        self.cr.execute("UPDATE product_pricelist_item SET write_date = '2026-01-01'")
        self.env.invalidate_all()
        load = self.match(listings)
        self.env.invalidate_all()
        for some in records:
            self.assertEqual(
                {str(day.date()) for day in some.mapped("write_date")}, {"2026-01-01"}
            )
        self.assertEqual((load.linked, load.created, load.updated), (0, 0, 0))
        self.assertEqual(self.env["product.product"].search_count([]), products)

    def test_queries_do_not_grow(self):
        """row 2.7: matching four times as many listings takes as many queries"""
        small = self._linkable("S", 10)
        large = self._linkable("L", 40)
        self.match(self._linkable("W", 2))  # what is cached is cached
        few, many = self._queries(small), self._queries(large)
        self.assertEqual(len(large.product_id), 40)
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(few, 40)

    def _linkable(self, name, count):
        skus = [f"{name}-{number}" for number in range(count)]
        self.env["product.product"].create(
            [{"name": sku, "default_code": sku, "is_storable": True} for sku in skus]
        )
        return self.take_in_listings(*map(self.offer, skus))

    def _queries(self, listings):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.match(listings)
        return self.cr.sql_log_count - before

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()


@tagged("post_install", "-at_install")
class TestListingButtons(MatchCase):
    def test_create_in_bulk(self):
        """rows 2.11, 2.16: selected unlinked listings get products of their own"""
        listings = self.matched(self.offer("NEW-1"), self.offer("NEW-2"))
        listings[1].action_leave_blank()
        gone = self.take_in_listings(self.offer("GONE-1"), status="canceled")
        action = (listings | gone).action_create_products()
        self.assertIn("2 linked, 0 could not", action["params"]["message"])
        self.assertIn("1 canceled at Amazon", action["params"]["message"])
        self.assertEqual(listings.product_id.mapped("default_code"), ["NEW-1", "NEW-2"])
        self.assertEqual(listings.mapped("link_method"), ["created", "created"])
        self.assertEqual(listings.mapped("is_manual"), [True, True])

    def test_create_same_sku_of_two_stores(self):
        """row 2.11: the SKU of two stores becomes one product"""
        listings = self.matched(self.offer("NEW-1")) | self.matched(
            self.offer("NEW-1", country="CA")
        )
        listings.action_create_products()
        self.assertEqual(len(listings.product_id), 1)
        self.assertEqual(listings.mapped("link_method"), ["created", "account"])

    def test_create_what_exists(self):
        """row 2.11: no second product with an internal reference there is"""
        listings = self.take_in_listings(
            self.offer("MUG-BLUE-350"), self.offer("NEW-1")
        )
        with self.assertRaisesRegex(UserError, "exist already: MUG-BLUE-350"):
            listings.action_create_products()
        self.assertFalse(listings.product_id)

    def test_match_selected(self):
        """rows 2.9, 2.16: matching again finds a product that was made meanwhile"""
        [listing] = self.matched(self.offer("LATER-1"))
        self.assertFalse(listing.product_id)
        product = self._product("LATER-1")
        action = listing.action_match()
        self.assertLinked(listing, product, "sku")
        self.assertIn("1 linked, 0 without", action["params"]["message"])
