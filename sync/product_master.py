"""Where Amazon is the master: products follow their listings (row 2.28).

Everything but the SKU. A value that is equal is not written, so that a load that runs
again changes nothing.
"""

from collections import defaultdict

from odoo.tools import float_compare

from . import product_values
from .leading import leading, speaking


def update(batch):
    if not batch.store.amazon_is_master:
        return
    fresh = set(batch.created)
    products = batch.listings.product_id.filtered(lambda one: one not in fresh)
    if not products:
        return
    everyone = speaking(
        batch,
        [
            ("product_id.product_tmpl_id", "in", products.product_tmpl_id.ids),
            ("store_id.amazon_is_master", "=", True),
        ],
    )
    masters = leading(everyone)
    # another store speaks for what it leads
    own = batch.env["amazon.listing"].union(
        *(
            listing
            for product, listing in masters.items()
            if product in products and listing in batch.listings
        )
    )
    if not own:
        return
    holders = {listing: listing.product_id for listing in own}
    values = product_values.describe(batch, own, holders)
    for listing in own:
        _follow(batch, listing.product_id, values[listing].variant)
    by_template = defaultdict(lambda: own.browse())
    for listing in masters.values():
        by_template[listing.product_id.product_tmpl_id] |= listing
    for template in own.product_id.product_tmpl_id:
        members = by_template[template].sorted("id")
        if _whole(batch, template, members):
            found = _template_values(batch, members, values)
            _follow(batch, template, found)


def _whole(batch, template, members):
    """Whether these listings may speak for the template: all of one family, or the one
    listing of a simple product. Variants of different families share nothing."""
    families = {listing.catalog_item_id.parent_id.asin for listing in members}
    if len(families) > 1:
        return False
    return bool(families - {False}) or template.product_variant_count == 1


def _template_values(batch, members, values):
    first = members[0]
    family = batch.family(first)
    described = values.get(first)
    if not described:
        # its own batch brings it; the price is known all the same
        described = product_values.Values()
    found = dict(described.template)
    found["name"] = family.title if family else batch.title(first)
    text = family and batch.item(family)
    text = product_values.plain(text.description) if text else ""
    if text:
        found["description_sale"] = text
    prices = [product_values.list_price(batch, listing) for listing in members]
    found["list_price"] = min((price for price in prices if price), default=0.0)
    return {name: value for name, value in found.items() if value}


def _follow(batch, record, values):
    """Write what differs."""
    changes = {
        name: value
        for name, value in values.items()
        if value and _differs(record, name, value)
    }
    if changes:
        record.write(changes)
        batch.updated |= (
            record.product_variant_id
            if (record._name == "product.template")
            else record
        )


def _differs(record, name, value):
    field = record._fields[name]
    if field.type == "many2one":
        return record[name].id != value
    if field.type == "float":
        digits = field.get_digits(record.env)
        if digits:
            return bool(float_compare(record[name], value, precision_digits=digits[1]))
        return bool(float_compare(record[name], value, precision_rounding=1e-6))
    return (record[name] or "") != value
