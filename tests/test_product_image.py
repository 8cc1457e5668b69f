import base64
import io
import struct
import time

import requests
from PIL import Image

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sandbox import images
from ..sandbox.images import HUGE, link
from ..spapi.image_download import NoImage, download_image
from .match_case import MatchCase


@tagged("post_install", "-at_install")
class TestProductImage(MatchCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)

    def fetch(self, store=None):
        """The last stage of a load, as the scheduler runs it."""
        load = self.env["amazon.catalog.load"].create(
            {"store_id": (store or self.store).id, "stage": "images"}
        )
        self._run(self.account.catalog_cron_id)
        self.assertEqual(load.state, "done", load.message)
        return load

    def colour(self, image):
        """(red, green, blue) of the sandbox's one-coloured pictures."""
        picture = Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB")
        return picture.getpixel((0, 0))

    def address(self, kind, name):
        return link(self.sandbox.url, kind, name, "MAIN", 500)

    def test_main_image(self):
        """row 2.24: a product without image gets Amazon's main image, once"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.assertEqual(listing.image_state, "due")
        load = self.fetch()
        self.assertTrue(self.mug.image_1920)
        self.assertEqual((load.images, listing.image_state), (1, "done"))
        self.match(listing)
        self.assertEqual(listing.image_state, "done")
        self.assertEqual(self.fetch().images, 0)

    def test_own_image_stays(self):
        """row 2.24: a product that has an image keeps it"""
        own = self.picture("red")
        self.mug.image_1920 = own
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.assertFalse(listing.image_state)
        self.assertEqual(self.fetch().images, 0)
        self.assertEqual(self.colour(self.mug.image_1920), (255, 0, 0))

    def test_image_set_meanwhile(self):
        """row 2.24: an image that a user sets before the fetch is kept, too"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.mug.image_1920 = self.picture("red")
        self.assertEqual(self.fetch().images, 0)
        self.assertEqual(listing.image_state, "done")

    def test_master_overwrites(self):
        """rows 2.24, 2.28: where Amazon is the master its image wins, and its changes"""
        self.store.amazon_is_master = True
        self.mug.image_1920 = self.picture("red")
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.fetch()
        first = self.colour(self.mug.image_1920)
        self.assertNotEqual(first, (255, 0, 0))
        self.match(listing)
        self.assertEqual(self.fetch().images, 0)
        listing.catalog_item_id.payload = False
        listing.image_url = self.address("good", "ANOTHER")
        self.match(listing)
        self.assertEqual(self.fetch().images, 1)
        self.assertNotEqual(self.colour(self.mug.image_1920), first)

    def test_variants(self):
        """row 2.24: every variant of a family gets its own image"""
        self.family()
        self.store.create_products = True
        listings = self.created(self.hat("Red", "M"), self.hat("Blue", "M"))
        self.assertEqual(self.fetch().images, 2)
        red, blue = listings.product_id
        self.assertNotEqual(self.colour(red.image_1920), self.colour(blue.image_1920))
        later = self.created(self.hat("Green", "M"))
        self.fetch()
        self.assertTrue(later.product_id.image_variant_1920)

    def test_missing(self):
        """row 2.24: an address that answers 404 is a remark, and is not asked again"""
        [listing] = self.matched(self.offer("MUG-BLUE-350", images=("missing",)))
        self.fetch()
        self.assertFalse(self.mug.image_1920)
        self.assertEqual(listing.image_state, "failed")
        self.assertIn("there is no image at this address", listing.product_problem)
        self.match(listing)
        self.assertEqual(listing.image_state, "failed")
        listing.catalog_item_id.payload = False
        listing.image_url = self.address("good", "BETTER")
        self.match(listing)
        self.fetch()
        self.assertTrue(self.mug.image_1920)
        self.assertFalse(listing.product_problem)

    def test_huge(self):
        """row 2.24: a 40 MB file is a remark, and is not read to its end"""
        [listing] = self.matched(self.offer("MUG-BLUE-350", images=("huge",)))
        start = time.monotonic()
        self.fetch()
        self.assertLess(time.monotonic() - start, 10)
        self.assertIn("larger than 10 MB", listing.product_problem)
        self.assertFalse(self.mug.image_1920)

    def test_not_an_image(self):
        """row 2.24: a page of HTML is a remark"""
        [listing] = self.matched(self.offer("MUG-BLUE-350", images=("text",)))
        self.fetch()
        self.assertIn("leads to text/html", listing.product_problem)
        self.assertFalse(self.mug.image_1920)

    def test_damaged(self):
        """row 2.24: a picture that breaks while it is decoded holds up no other"""
        self._product("NEXT-1")
        bad, good = self.matched(*map(self.offer, ("MUG-BLUE-350", "NEXT-1")))
        png = images.png
        place = bad.image_due_url.partition("good-")[2].partition(".")[0]

        def broken(size, name):
            picture = png(size, name)
            if not name.startswith(place):
                return picture
            # its data are announced to be shorter than they are
            start = picture.index(b"IDAT")
            return picture[: start - 4] + struct.pack(">I", 10) + picture[start:]

        self.patch(images, "png", broken)
        self.assertEqual(self.fetch().images, 1)
        self.assertEqual((bad.image_state, good.image_state), ("failed", "done"))
        self.assertIn("is damaged", bad.product_problem)
        self.assertFalse(self.mug.image_1920)

    def test_refused_by_odoo(self):
        """row 2.24: an image that Odoo does not take for the product is a remark"""
        self._product("NEXT-1")
        bad, good = self.matched(*map(self.offer, ("MUG-BLUE-350", "NEXT-1")))
        Template = type(self.env["product.template"])
        write = Template.write

        def refusing(records, vals):
            if "image_1920" in vals and self.mug.product_tmpl_id.id in records.ids:
                raise ValidationError("No pictures of mugs.")
            return write(records, vals)

        self.patch(Template, "write", refusing)
        self.assertEqual(self.fetch().images, 1)
        self.assertEqual((bad.image_state, good.image_state), ("failed", "done"))
        self.assertIn("No pictures of mugs", bad.product_problem)

    def test_one_image_a_product(self):
        """rows 2.24, 2.28: of two listings of a product only the leading one's image"""
        self.store.amazon_is_master = True
        listings = self.take_in_listings(self.offer("ONE"), self.offer("TWO"))
        listings.product_id = self.mug
        self.match(listings)
        self.assertEqual(listings.mapped("image_state"), ["due", False])
        self.assertEqual(self.fetch().images, 1)

    def test_bad_ones_hold_up_nobody(self):
        """row 2.24: of three images the good one comes, whatever the others are"""
        self._product("NEXT-1")
        self.matched(
            self.offer("MUG-BLUE-350", images=("missing",)),
            self.offer("BACKPACK-20L", images=("huge",)),
            self.offer("NEXT-1"),
        )
        self.assertEqual(self.fetch().images, 1)

    def test_no_connection(self):
        """row 2.24: an image that can't be reached now is fetched by a later load"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        listing.image_due_url = good = listing.image_due_url
        listing.image_due_url = "http://127.0.0.1:9/nobody.png"
        self.fetch()
        self.assertEqual(listing.image_state, "due")
        self.assertIn("fetched later", listing.product_problem)
        self.match(listing)
        self.assertEqual(listing.image_due_url, good)
        self.fetch()
        self.assertTrue(self.mug.image_1920)
        self.assertFalse(listing.product_problem)

    def test_switched_off(self):
        """row 2.24: a store that loads no images fetches none"""
        [listing] = self.matched(self.offer("MUG-BLUE-350"))
        self.store.load_images = False
        self.assertEqual(self.fetch().images, 0)
        self.assertFalse(self.mug.image_1920)
        listing.image_state = False
        self.match(listing)
        self.assertFalse(listing.image_state)

    def test_stops_reading(self):
        """row 2.24: without an announced length the limit holds as well"""
        url = self.address("huge", "X")
        self.assertGreater(HUGE, 10 * 2**20)
        with self.assertRaisesRegex(NoImage, "larger than 1 MB"):
            download_image(url, session=_Silent(), max_bytes=2**20)

    def picture(self, colour):
        stream = io.BytesIO()
        Image.new("RGB", (8, 8), colour).save(stream, "PNG")
        return base64.b64encode(stream.getvalue())


class _Silent:
    """A session whose answers don't announce their length."""

    def __init__(self):
        self._session = requests.Session()

    def get(self, *arguments, **options):
        response = self._session.get(*arguments, **options)
        response.headers.pop("Content-Length", None)
        return response
