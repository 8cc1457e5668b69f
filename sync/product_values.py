"""What a product is told of its listing: Amazon's words in Odoo's fields.

``describe`` looks up what all listings of a batch need at once (categories, brands,
barcodes that are taken), so that its cost in queries is that of one.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from odoo.fields import Command
from odoo.tools import html2plaintext

from .measures import UnknownUnit

SIZES = ("length", "width", "height")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NAME = 200  # of a brand or a category: more is a mistake, and would break an index


@dataclass
class Values:
    """Of one listing: what goes to its variant, and what to the variant's template."""

    variant: dict = field(default_factory=dict)
    template: dict = field(default_factory=dict)


def describe(batch, listings, holders=None):
    """{listing: Values}; what could not be taken over becomes a remark.

    :param holders: {listing: product} that exist; their own barcode is not taken
    """
    found = {listing: Values() for listing in listings}
    for listing, values in found.items():
        item = batch.item(listing)
        text = plain((item and item.description) or listing.description)
        if text:
            values.template["description_sale"] = text
        if item:
            values.variant.update(_measured(batch, listing, item))
    _named(batch, found, "product.category", "categ_id", "top_category")
    _named(batch, found, "amazon.brand", "amazon_brand_id", "brand")
    _barcodes(batch, found, holders or {})
    return found


def plain(text):
    text = (text or "").strip()
    return html2plaintext(text).strip() if _TAG.search(text) else text


def common(batch):
    """What all new products of the store have in common."""
    return {
        "type": "consu",
        "is_storable": True,
        "sale_ok": True,
        "company_id": company_of(batch).id,
        "taxes_id": [Command.set(batch.store.product_tax_ids.ids)],
    }


def company_of(batch):
    """Shared as Odoo's own products are, unless other companies are there: prices,
    taxes and the SKU as reference are the store's company's business alone."""
    companies = batch.env["res.company"].sudo().search_count([], limit=2)
    return batch.company if companies > 1 else batch.company.browse()


def list_price(batch, listing):
    """Amazon's price, if it is in the currency of the company's prices."""
    same = batch.store.currency_id == batch.company.currency_id
    return listing.price if same else 0.0


# -- measures -------------------------------------------------------------------------


def _measured(batch, listing, item):
    """Of the item itself, or else of its package."""
    values, unknown = {}, set()
    weight = item.item.weight or item.package.weight
    sizes = item.item if any(_sides(item.item)) else item.package
    if weight:
        try:
            values["weight"] = float(batch.units.weight_of(weight))
        except UnknownUnit as exc:
            unknown.add(str(exc))
    for name, measure in zip(SIZES, _sides(sizes), strict=True):
        if not measure:
            continue
        try:
            values[f"amazon_{name}"] = float(batch.units.length_of(measure))
        except UnknownUnit as exc:
            unknown.add(str(exc))
    if len(values.keys() & {f"amazon_{name}" for name in SIZES}) == len(SIZES):
        values["volume"] = float(batch.units.volume_of(*_sides(sizes)))
    batch.remarks[listing]["measures"] = unknown and batch.env._(
        "Amazon measures in a unit that is not known here (%s): enter weight and sizes "
        "by hand.",
        ", ".join(sorted(unknown)),
    )
    return values


def _sides(dimensions):
    return [getattr(dimensions, name) for name in SIZES]


# -- records found by name, or made ---------------------------------------------------


def _named(batch, found, model, target, source):
    """Category (top level, row 2.19) and brand (row 2.20), created if missing."""
    names = {}
    for listing in found:
        item = batch.item(listing)
        name = " ".join((getattr(item, source, "") or "").split())[:_NAME].strip()
        if name:
            names[listing] = name
    if not names:
        return
    Model = batch.env[model]
    top = {"parent_id": False} if "parent_id" in Model._fields else {}
    domain = [("name", "in", list({*names.values()}))]
    domain += [(key, "=", value) for key, value in top.items()]
    known = {}
    for record in Model.search(domain, order="id desc"):
        known[record.name] = record
    missing = [name for name in dict.fromkeys(names.values()) if name not in known]
    made = Model.create([{"name": name, **top} for name in missing])
    known.update(zip(missing, made, strict=True))
    for listing, name in names.items():
        found[listing].template[target] = known[name].id


# -- barcodes -------------------------------------------------------------------------


def _barcodes(batch, found, holders):
    """Odoo wants a barcode once in a company, packagings included (row 2.23); of what
    all companies share, once in all of them."""
    wanted = {}
    for listing in found:
        item = batch.item(listing)
        if item and item.barcode:
            wanted[listing] = item.barcode.strip()
    if not wanted:
        return
    taken = _taken(batch, set(wanted.values()))
    new = company_of(batch)
    for listing, barcode in wanted.items():
        holder = holders.get(listing, listing)
        company = holder.company_id if listing in holders else new
        other = _other(taken[barcode], holder, company)
        if other:
            batch.remarks[listing]["barcode"] = batch.env._(
                "Barcode %(barcode)s is not set: %(holder)s has it already.",
                barcode=barcode,
                holder=other.display_name,
            )
        else:
            taken[barcode].append(holder)
            found[listing].variant["barcode"] = barcode
            batch.remarks[listing]["barcode"] = False


def _taken(batch, barcodes):
    """{barcode: [products and packagings that have it, of whatever company]}"""
    taken = defaultdict(list)
    for model in ("product.product", "product.uom"):
        records = batch.env[model].sudo().search([("barcode", "in", list(barcodes))])
        for record in records:
            taken[record.barcode].append(record)
    return taken


def _other(having, holder, company):
    """Who of those that have a barcode keeps this one from it; None: nobody."""
    for other in having:
        meet = not company or not other.company_id or other.company_id == company
        if meet and other != holder:
            return other
    return None
