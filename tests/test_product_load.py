from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..sandbox import listings_seed
from .catalog_case import CatalogCase


@tagged("post_install", "-at_install")
class TestProductLoad(CatalogCase):
    """Products as a whole load makes them, over the sandbox's HTTP."""

    def setUp(self):
        super().setUp()
        listings_seed.populate(self.sandbox)
        self.store.write({"create_products": True, "load_images": True})

    def test_catalog_comes_in(self):
        """rows 2.1, 2.4, 2.5, 2.7, 2.10, 2.13, 2.23, 2.24: the sandbox's catalog, twice"""
        load = self.load()
        self.assertEqual(self.listing("MUG-BLUE-350").product_id, self.mug)
        self.assertEqual(self.listing("MUG-BLUE-350-FBA").product_id, self.mug)
        self.assertEqual(self.listing("BACKPACK-20L").product_id, self.bag)
        unlinked = self.store.listing_ids.filtered(
            lambda one: not one.product_id and not one.is_parent
        )
        self.assertFalse(unlinked, unlinked.mapped("link_note"))
        socks = self.listing("SOCK-1").product_id.product_tmpl_id
        self.assertEqual(socks.name, "Wool Socks")
        self.assertEqual(len(socks.product_variant_ids), 4)
        self.assertEqual(len(socks.attribute_line_ids), 3)
        self.assertNotEqual(
            self.listing("LAMP-DESK-01").product_id,
            self.listing("LAMP-DESK-01-USED").product_id,
        )
        # a barcode that another product has, an image that is gone, one of 40 MB
        pens = self.listing("PEN SET/3")
        self.assertIn("4006381334020", pens.product_problem)
        self.assertIn("no image", pens.product_problem)
        bag = self.listing("BACKPACK-20L")
        self.assertIn("larger than 10 MB", bag.product_problem)
        self.assertTrue(self.listing("KETTLE-1.7").product_id.image_1920)
        self.assertGreater(load.created, 10)
        self.assertGreater(load.linked, load.created)
        self.assertGreater(load.images, 10)
        again = self.load()
        counts = (again.linked, again.created, again.updated, again.images)
        self.assertEqual(counts, (0, 0, 0, 0))

    def test_product_made_meanwhile(self):
        """rows 2.5, 2.16: the next load links what found no product before"""
        self.store.write({"create_products": False, "load_images": False})
        self.load()
        kettle = self.listing("KETTLE-1.7")
        self.assertIn("No product has the internal reference", kettle.link_note)
        product = self._product("KETTLE-1.7")
        self.load()
        self.assertEqual((kettle.product_id, kettle.link_note), (product, False))

    def test_rights(self):
        """row 2.16: an Amazon user matches; only who may create products creates them"""
        self.store.write({"create_products": False, "load_images": False})
        self.load()
        user = new_test_user(
            self.env, "matcher", groups="amazon_connector.group_amazon_user"
        )
        kettle = self.listing("KETTLE-1.7").with_user(user)
        with self.assertRaises(AccessError):
            kettle.action_create_products()
        product = self._product("KETTLE-1.7")
        kettle.action_match()
        self.assertEqual(kettle.sudo().product_id, product)
        kettle.action_unlink_product()
        self.assertTrue(kettle.is_manual)
