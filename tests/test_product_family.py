from odoo.fields import Command
from odoo.tests import tagged

from .match_case import MatchCase


@tagged("post_install", "-at_install")
class TestProductFamily(MatchCase):
    def setUp(self):
        super().setUp()
        self.family()
        self.store.create_products = True

    def template(self, attributes, name="Wool Hat", create_variant="dynamic"):
        """A product of the user's own: {attribute: values}."""
        lines = []
        for attribute, values in attributes.items():
            record = self.env["product.attribute"].create(
                {
                    "name": attribute,
                    "create_variant": create_variant,
                    "value_ids": [Command.create({"name": value}) for value in values],
                }
            )
            lines.append(
                Command.create(
                    {
                        "attribute_id": record.id,
                        "value_ids": [Command.set(record.value_ids.ids)],
                    }
                )
            )
        return self.env["product.template"].create(
            {"name": name, "is_storable": True, "attribute_line_ids": lines}
        )

    def options(self, product):
        return dict(
            (value.attribute_id.name, value.name)
            for value in product.product_template_attribute_value_ids
        )

    def test_exactly_the_variants_there_are(self):
        """rows 2.4, 2.18, 2.26: a family is one product, its members its variants"""
        listings = self.created(
            self.hat("Red", "M", weight=0.1, price="19.00"),
            self.hat("Red", "L", weight=0.2, price="17.00", barcode="4006381333931"),
            self.hat("Green", "M"),
        )
        template = listings.product_id.product_tmpl_id
        self.assertEqual(len(template), 1)
        self.assertEqual(template.name, "Wool Hat")
        self.assertEqual(template.product_variant_ids, listings.product_id)
        self.assertEqual(
            [self.options(product) for product in listings.product_id],
            [
                {"Color": "Red", "Size": "M"},
                {"Color": "Red", "Size": "L"},
                {"Color": "Green", "Size": "M"},
            ],
        )
        self.assertEqual(
            listings.product_id.mapped("default_code"),
            ["HAT-Red-M", "HAT-Red-L", "HAT-Green-M"],
        )
        self.assertAlmostEqual(listings[1].product_id.weight, 0.2, 2)
        self.assertEqual(listings[1].product_id.barcode, "4006381333931")
        self.assertMoney(template.list_price, "17.00")
        self.assertEqual(len(self.store.pricelist_id.item_ids), 3)
        self.assertEqual(listings.catalog_item_id.parent_id.product_tmpl_id, template)
        self.assertEqual(set(listings.mapped("link_method")), {"created"})

    def test_two_families(self):
        """row 2.26: families share attributes and values, and nothing else"""
        self.family("B0FAMILY02", "Felt Hat")
        other = {"parent": "B0FAMILY02", "sku": "FELT-1"}
        listings = self.created(self.hat("Red", "M"), self.hat("Red", "L", **other))
        self.assertEqual(
            listings.product_id.product_tmpl_id.mapped("name"), ["Wool Hat", "Felt Hat"]
        )
        values = listings.product_id.product_template_attribute_value_ids
        self.assertEqual(len(values.attribute_id), 2)
        self.assertEqual(len(values.product_attribute_value_id), 3)

    def test_new_member(self):
        """row 2.5: a variation that Amazon adds joins the family's product"""
        first = self.created(self.hat("Red", "M"))
        template = first.product_id.product_tmpl_id
        template.name = "Renamed by the user"
        second = self.created(self.hat("Blue", "XL"))
        self.match(first | second)
        self.assertEqual(second.product_id.product_tmpl_id, template)
        self.assertEqual(len(template.product_variant_ids), 2)
        self.assertEqual(
            self.options(second.product_id), {"Color": "Blue", "Size": "XL"}
        )

    def test_archived_variants_stay_archived(self):
        """row 2.5: a new member does not bring back what was archived"""
        first = self.created(self.hat("Red", "M"), self.hat("Red", "L"))
        gone = first[1].product_id
        gone.active = False
        first[1].action_unlink_product()
        self.created(self.hat("Blue", "M"))
        self.assertFalse(gone.active)

    def test_found_by_title(self):
        """row 2.7: the product with the family's title, in it the variant by options"""
        template = self.template({"Color": ["Red"], "Size": ["M", "L"]}, "Wool Hat")
        values = template.attribute_line_ids.product_template_value_ids
        red, medium, large = values
        variant = template._create_product_variant(red | medium)
        known, new = self.created(self.hat("Red", "M"), self.hat("red", "L"))
        self.assertLinked(known, variant, "family")
        self.assertEqual(new.link_method, "created")
        self.assertEqual(
            new.product_id.product_template_attribute_value_ids, red | large
        )

    def test_sku_before_options(self):
        """row 2.7: within a family, too, the SKU is asked before the options"""
        self.template({"Color": ["Red"], "Size": ["M"]})
        self.mug.default_code = "HAT-Red-M"
        [listing] = self.matched(self.hat("Red", "M"))
        self.assertLinked(listing, self.mug, "sku")

    def variant(self, template, **values):
        """The first one that its attributes allow."""
        lines = template.attribute_line_ids.product_template_value_ids
        product = template._create_product_variant(lines)
        product.write(values)
        return product

    def test_family_decides_between_products(self):
        """row 2.7: of two products with the SKU, or with the ASIN, the family's one"""
        template = self.template({"Color": ["Red"], "Size": ["M"]})
        self.mug.default_code = "HAT-Red-M"
        variant = self.variant(template, default_code="HAT-Red-M")
        [listing] = self.matched(self.hat("Red", "M"))
        self.assertLinked(listing, variant, "sku")

        asin = listing.asin
        first, second = self.take_in_listings(
            self.hat("Red", "M", sku="ONE", asin=asin),
            self.hat("Red", "M", sku="TWO", asin=asin),
        )
        first.product_id, second.product_id = self.bag, variant
        (first | second).link_date = listing.link_date = "2026-01-01 00:00:00"
        [third] = self.matched(self.hat("Red", "M", sku="THREE", asin=asin))
        self.assertLinked(third, variant, "asin")

    def test_every_step_is_told(self):
        """row 2.7: the note of what found nothing names family, Amazon's id and SKU"""
        self.store.create_products = False
        [listing] = self.matched(self.hat("Red", "M"))
        self.assertUnlinked(listing, "No product is named Wool Hat")
        self.assertUnlinked(listing, f"its ASIN {listing.asin}")
        self.assertUnlinked(listing, "internal reference HAT-Red-M")
        self.template({"Color": ["Blue"], "Size": ["M"]})
        self.match(listing)
        self.assertUnlinked(listing, "Wool Hat has no variant with Color Red, Size M")

    def test_user_of_another_language(self):
        """row 2.26: attributes are found by the names loads gave them, whoever presses"""
        self.env["res.lang"]._activate_lang("fr_FR")
        first = self.created(self.hat("Red", "M"))
        attributes = first.product_id.product_tmpl_id.attribute_line_ids.attribute_id
        for attribute, name in zip(attributes, ("Couleur", "Taille"), strict=True):
            attribute.with_context(lang="fr_FR").name = name
        values = attributes.value_ids
        values[0].with_context(lang="fr_FR").name = "Rouge"
        self.family("B0FAMILY02", "Felt Hat")
        listing = self.take_in_listings(
            self.hat("Red", "M", sku="FELT-1", parent="B0FAMILY02")
        )
        listing.with_context(lang="fr_FR").action_create_products()
        made = listing.product_id.product_template_attribute_value_ids
        self.assertEqual(made.attribute_id, attributes)
        self.assertEqual(attributes.value_ids, values)

    def test_two_products_with_the_title(self):
        """row 2.7: two products of the family's name: a person decides"""
        self.template({"Color": ["Red"]})
        self.env["product.template"].create({"name": "Wool Hat"})
        [listing] = self.matched(self.hat("Red", "M"))
        self.assertUnlinked(listing, "2 products are named Wool Hat")

    def test_other_attributes(self):
        """row 2.26: a product whose attributes don't fit is left as it is"""
        template = self.template({"Material": ["Wool"]})
        [listing] = self.matched(self.hat("Red", "M"))
        self.assertUnlinked(listing, "has other attributes (Material)")
        self.assertEqual(template.attribute_line_ids.attribute_id.name, "Material")

    def test_product_that_makes_all_variants(self):
        """row 2.26: no combination is made that nobody sells"""
        template = self.template(
            {"Color": ["Red"], "Size": ["M"]}, create_variant="always"
        )
        known, new = self.matched(self.hat("Red", "M"), self.hat("Blue", "L"))
        self.assertLinked(known, template.product_variant_ids, "family")
        self.assertUnlinked(new, "makes all variants of its attributes by itself")

    def test_siblings_tell_the_product(self):
        """row 2.7: members linked to variants of one product say what the family is"""
        template = self.template({"Color": ["Red"], "Size": ["M"]}, "My Own Hat")
        values = template.attribute_line_ids.product_template_value_ids
        template._create_product_variant(values).default_code = "HAT-Red-M"
        known, new = self.created(self.hat("Red", "M"), self.hat("Red", "L"))
        self.assertEqual(known.link_method, "sku")
        self.assertEqual(new.product_id.product_tmpl_id, template)

    def test_other_store(self):
        """rows 2.7, 2.13: a family is the same product in every store of the account"""
        self.ca_store.create_products = True
        first = self.created(self.hat("Red", "M"))
        second = self.created(
            self.hat("Red", "M", sku="CA-HAT", country="CA"),
            self.hat("Red", "L", sku="CA-HAT-L", country="CA"),
        )
        self.assertEqual(second[0].product_id, first.product_id)
        self.assertEqual(
            second.product_id.product_tmpl_id, first.product_id.product_tmpl_id
        )

    def test_option_missing(self):
        """row 2.4: a variation whose option Amazon does not tell is not guessed"""
        good, bad = self.matched(self.hat("Red", "M"), self.hat("Red", ""))
        self.assertTrue(good.product_id)
        self.assertUnlinked(bad, "Amazon does not tell this variation's Size")

    def test_options_limit(self):
        """row 2.4: with a limit the first options make the variants"""
        self.store.write({"limit_options": True, "options_limit": 1})
        red, blue = self.created(self.hat("Red", "M"), self.hat("Blue", "L"))
        self.assertEqual(self.options(red.product_id), {"Color": "Red"})
        self.assertEqual(self.options(blue.product_id), {"Color": "Blue"})

    def test_limit_makes_two_the_same(self):
        """row 2.4: two variations that a limit makes the same stay unlinked, now and
        when one of them comes later"""
        self.store.write({"limit_options": True, "options_limit": 1})
        medium, large, blue = self.matched(
            self.hat("Red", "M"), self.hat("Red", "L"), self.hat("Blue", "L")
        )
        self.assertTrue(blue.product_id)
        for listing in medium | large:
            self.assertUnlinked(listing, "have the same options: Color Red")
        later = self.matched(self.hat("Blue", "M"))
        self.assertUnlinked(later, "have the same options: Color Blue")

    def test_no_limit(self):
        """row 2.4: without a limit all options count, four of them as well"""
        theme = ("color", "size", "style_name", "team_name")
        self.family("B0FAMILY04", "Scarf", theme)
        options = dict(zip(theme, ("Red", "M", "Long", "Home"), strict=True))
        [listing] = self.created(
            self.offer("SCARF-1", parent="B0FAMILY04", options=options)
        )
        self.assertEqual(
            self.options(listing.product_id),
            {"Color": "Red", "Size": "M", "Style": "Long", "Team": "Home"},
        )

    def test_fba_and_merchant_of_a_variant(self):
        """row 2.13: the FBA SKU of a variation is the same variant"""
        merchant = self.hat("Red", "M")
        fba = self.hat("Red", "M", sku="FBA-1", asin=merchant.asin, by_amazon=True)
        listings = self.created(fba, merchant)
        self.assertEqual(len(listings.product_id), 1)
        self.assertEqual(listings.product_id.default_code, "HAT-Red-M")

    def test_used_variant(self):
        """row 2.7: a used unit is no variant of the new product"""
        new, used = self.created(
            self.hat("Red", "M"),
            self.hat("Red", "M", sku="USED", condition="used_good"),
        )
        self.assertNotEqual(
            new.product_id.product_tmpl_id, used.product_id.product_tmpl_id
        )

    def test_master(self):
        """row 2.28: the family's title names the product, not one variation's"""
        self.store.amazon_is_master = True
        listings = self.created(self.hat("Red", "M"), self.hat("Red", "L"))
        template = listings.product_id.product_tmpl_id
        template.name = "Mine"
        listings[0].product_id.weight = 9
        self.sandbox.products.put(listings[0].asin, "", {"weight": 0.3})
        self.family(title="Woolen Hat")
        self._item(self.store, listings[0].asin)
        self.match(listings)
        self.assertEqual(template.name, "Woolen Hat")
        self.assertAlmostEqual(listings[0].product_id.weight, 0.3, 2)

    def test_master_of_mixed_families(self):
        """row 2.28: variants of different families don't fight about the name"""
        self.store.amazon_is_master = True
        self.family("B0FAMILY02", "Felt Hat")
        template = self.template({"Color": ["Red"], "Size": ["M", "L"]}, "Hats")
        red, medium, large = template.attribute_line_ids.product_template_value_ids
        listings = self.take_in_listings(
            self.hat("Red", "M"), self.hat("Red", "L", sku="F", parent="B0FAMILY02")
        )
        listings[0].product_id = template._create_product_variant(red | medium)
        listings[1].product_id = template._create_product_variant(red | large)
        self.match(listings)
        self.assertEqual(template.name, "Hats")

    def test_queries_do_not_grow(self):
        """row 2.4: four times as many families take as many queries"""
        self.created(self.hat("Red", "M"), self.hat("Green", "L"))
        counts = []
        for name, number in (("S", 5), ("L", 20)):
            offers = []
            for n in range(number):
                parent = self.family(f"B0{name}{n:07}", f"Family {name}{n}")
                for size in ("M", "L"):
                    sku = f"{name}{n}-{size}"
                    offers.append(self.hat("Red", size, sku=sku, parent=parent))
            listings = self.take_in_listings(*offers)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.match(listings)
            counts.append((self.cr.sql_log_count - before) / number)
            self.assertEqual(len(listings.product_id.product_tmpl_id), number)
        # Odoo itself needs some for the attribute lines of each template
        self.assertLess(counts[1], 20, counts)
