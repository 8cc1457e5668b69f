"""Main images: planned when a listing is matched, fetched one by one afterwards.

Only products without an image get one, unless Amazon is the master (row 2.24). What an
address has brought, an image or a reason why not, is decided once: it is asked for again
only when Amazon names another address.
"""

import base64
import struct
import zlib
from datetime import timedelta
from functools import partial

from PIL import Image

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess

from ..spapi.errors import Refused, Temporary
from ..spapi.file_store import session_of_ours
from ..spapi.image_download import NoImage, download_image
from .leading import leading, speaking
from .transaction import retried

RETRY = timedelta(hours=1)
OUTAGE = 3  # failures in a row: it is not the image, it is the store of images
# what Pillow raises, depending on where a file is broken
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


# -- which are wanted -----------------------------------------------------------------


def plan(batch):
    """Mark the listings whose product wants their image."""
    store, linked = batch.store, batch.listings.filtered("product_id")
    if not store.load_images or not linked:
        return
    wanting = _without_image(linked.product_id)
    due = linked.filtered(
        lambda listing: listing.product_id in wanting and listing.quantity_factor == 1
    )
    if store.amazon_is_master:
        masters = leading(
            speaking(
                batch,
                [
                    ("product_id", "in", linked.product_id.ids),
                    ("store_id.amazon_is_master", "=", True),
                ],
            )
        )
        # one image a product, or every load would bring another one of them
        due = linked.filtered(
            lambda listing: masters.get(listing.product_id) == listing
            or (listing in due and listing.product_id not in masters)
        )
    rows = []
    for listing in due.filtered(lambda one: one.status != "canceled"):
        address = _address(batch, listing)
        planned = listing.image_state == "due" and listing.image_due_url == address
        if address and address != listing.image_done_url and not planned:
            rows.append((listing.id, address))
    if rows:
        _mark_due(batch, rows)


def _mark_due(batch, rows):
    """One statement: every listing has another address."""
    batch.listings.flush_recordset()
    batch.env.cr.execute_values(
        """
        UPDATE amazon_listing AS listing
           SET image_state = 'due', image_due_url = new.url, image_next_try = NULL
          FROM (VALUES %s) AS new (id, url)
         WHERE listing.id = new.id
        """,
        rows,
        page_size=len(rows),
    )
    batch.listings.invalidate_recordset(
        ["image_state", "image_due_url", "image_next_try"]
    )


def _address(batch, listing):
    item = batch.item(listing)
    main = item.main_image if item else None
    return main.link if main else listing.image_url


def _without_image(products):
    """Those that show none, and variants that would show another variant's."""
    templates = products.product_tmpl_id
    siblings = templates.with_context(active_test=False).product_variant_ids
    rows = (
        products.env["ir.attachment"]
        .sudo()
        ._read_group(
            [
                ("res_field", "in", ("image_1920", "image_variant_1920")),
                ("res_model", "in", ("product.template", "product.product")),
                ("res_id", "in", [*templates.ids, *siblings.ids]),
            ],
            ["res_model", "res_field", "res_id"],
        )
    )
    found = {(model, res_id) for model, _field, res_id in rows}
    shared = {res_id for model, res_id in found if model == "product.template"}
    own = {res_id for model, res_id in found if model == "product.product"}
    by_variant = siblings.filtered(lambda one: one.id in own).product_tmpl_id
    return products.filtered(
        lambda one: one.id not in own
        and (one.product_tmpl_id.id not in shared or one.product_tmpl_id in by_variant)
    )


# -- fetched --------------------------------------------------------------------------


def fetch_due(load, time_left):
    """Fetch what is due in the load's store; True when nothing is left to do now.

    What did not come for a passing reason waits for a later load. Commits after each
    image; nothing is locked while one is on its way.

    :param time_left: callable, whether to go on; commits
    """
    store, outage = load.store_id, 0
    with session_of_ours() as session:
        while listing := _next(store):
            if not time_left():
                return False
            try:
                outcome = _fetch(listing, session, load)
                outage = 0
            except Temporary as exc:
                outcome = partial(_later, listing, exc)
                outage += 1
            retried(load.env, outcome)
            load.env["ir.cron"]._commit_progress()
            if outage >= OUTAGE:
                return True
    return True


def _next(store):
    return store.env["amazon.listing"].search(
        [
            ("store_id", "=", store.id),
            ("image_state", "=", "due"),
            ("product_id", "!=", False),
            "|",
            ("image_next_try", "=", False),
            ("image_next_try", "<=", fields.Datetime.now()),
        ],
        order="id",
        limit=1,
    )


def _fetch(listing, session, load):
    """What is to be written of one image."""
    url = listing.image_due_url
    if not _still_wanted(listing):
        return partial(_decided, listing, url, "done")
    try:
        data = download_image(url, session=session)
        _check(listing.env, data)
    except Refused as exc:
        return partial(_failed, listing, url, exc.message)
    except NoImage as exc:
        return partial(_failed, listing, url, str(exc))
    return partial(_fetched, listing, url, data, load)


def _still_wanted(listing):
    store, product = listing.store_id, listing.product_id
    if not store.load_images:
        return False
    return store.amazon_is_master or product in _without_image(product)


def _check(env, data):
    """What Odoo could not show is not stored."""
    try:
        image = ImageProcess(data).image
        if image:
            image.load()  # until here only its head was read
    except UserError as exc:
        raise NoImage(str(exc).rstrip(".")) from exc
    except DAMAGED as exc:
        raise NoImage(env._("this image is damaged (%s)", exc)) from exc
    if not image and data[:4] != b"RIFF":
        raise NoImage(env._("this is not an image"))


def _fetched(listing, url, data, load):
    """To the product; what Odoo does not take there is a remark."""
    try:
        with listing.env.cr.savepoint():
            _show(listing.product_id, base64.b64encode(data))
    except (UserError, *DAMAGED) as exc:
        return _failed(listing, url, str(exc))
    load.images += 1
    _decided(listing, url, "done")
    return listing._set_remarks({"image": False})


def _show(product, image):
    """Of a family each variant has its own."""
    product = product.with_context(tracking_disable=True)
    template = product.product_tmpl_id
    if product.product_template_attribute_value_ids:
        product.image_variant_1920 = image
        if not template.image_1920:
            template.image_1920 = image
    else:
        product.image_1920 = image


def _failed(listing, url, why):
    _decided(listing, url, "failed")
    words = listing.env._(
        "The image at %(url)s is left out: %(why)s.", url=url, why=why.rstrip(".")
    )
    listing._set_remarks({"image": words})


def _decided(listing, url, state):
    if listing.image_due_url == url:
        listing.write(
            {"image_state": state, "image_done_url": url, "image_due_url": False}
        )


def _later(listing, error):
    listing.image_next_try = fields.Datetime.now() + RETRY
    words = listing.env._(
        "The image has not come yet, it is fetched later: %s.",
        error.message.rstrip("."),
    )
    listing._set_remarks({"image": words})
