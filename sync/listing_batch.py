"""A batch of one store's listings while their products are found.

What was decided is collected here and written at the end by one statement: thousands
of listings are linked in a load, each to another product.
"""

from collections import defaultdict

from odoo import fields

from .measures import Units


def is_new(listing):
    """Whether what is sold is new: a used unit is no variant of the new product."""
    return not listing.condition or listing.condition.startswith("new")


class Batch:
    def __init__(self, load, listings, *, by_hand=False):
        """:param by_hand: a person wants these listings linked, whatever was before"""
        self.load = load
        self.store = listings.store_id
        self.store.ensure_one()
        self.company = self.store.company_id
        # a first link is no news for the chatter, 10,000 of them even less; names are
        # compared in the language that loads write them in, whoever presses a button
        self.env = (
            listings.with_company(self.company)
            .with_context(tracking_disable=True, active_test=True, lang=None)
            .env
        )
        self.listings = listings.with_env(self.env)
        self.by_hand = by_hand
        self.links = {}  # listing -> (product, factor, link method)
        self.notes = {}  # listing -> why it stays unlinked
        self.remarks = defaultdict(dict)  # listing -> {about: sentence or False}
        self.created = self.env["product.product"]
        self.updated = self.env["product.product"]
        self.known = None  # match_links: what is stored about these SKUs and ASINs
        self.templates = None  # match_family: what the families are in Odoo
        self.told = None  # match_family: the same, before this batch linked any
        self.options = {}  # match_family: what Amazon tells of a variation
        self._items = {}
        self._units = None

    # -- what is to be done ---------------------------------------------------------

    @property
    def todo(self):
        """Unlinked, and nobody has decided about them."""
        return self.listings.filtered(
            lambda listing: not listing.product_id
            and not listing.is_parent
            and listing.status != "canceled"
            and (self.by_hand or not listing.is_manual)
        )

    @property
    def open(self):
        """Of these: neither linked in this batch nor given up."""
        return self.todo.filtered(
            lambda listing: listing not in self.links and listing not in self.notes
        )

    def product(self, listing):
        """The product of a listing, be it linked before or in this batch."""
        if listing in self.links:
            return self.links[listing][0]
        return listing.product_id

    # -- what Amazon tells ----------------------------------------------------------

    def item(self, record):
        """The parsed catalog item of a listing (or of an amazon.catalog.item)."""
        if record._name == "amazon.listing":
            record = record.catalog_item_id
        if not record:
            return None
        if not self._items:
            self._read_items()
        if record not in self._items:
            self._items[record] = record._parsed()
        return self._items[record]

    def _read_items(self):
        """All payloads by one query: Odoo reads them only where they are asked for."""
        items = self.listings.catalog_item_id
        (items | items.parent_id).fetch(["payload"])

    def title(self, listing):
        item = self.item(listing)
        return (item and item.title) or listing.name

    def family(self, listing):
        """The amazon.catalog.item of its family; none for what can't be a variant."""
        family = listing.catalog_item_id.parent_id
        return family if is_new(listing) else family.browse()

    @property
    def units(self):
        if not self._units:
            self._units = Units.of(self.env)
        return self._units

    # -- decisions ------------------------------------------------------------------

    def link(self, listing, product, method, factor=1):
        self.links[listing] = (product, factor, method)

    def refuse(self, listing, note):
        self.notes[listing] = note

    def save(self):
        """Write the decisions; what is as it was is left alone."""
        rows = []
        for listing in self.todo:
            product, factor, method = self.links.get(
                listing, (None, listing.quantity_factor, listing.link_method)
            )
            if not product and self.notes.get(listing) == (listing.link_note or None):
                continue
            rows.append(
                (
                    listing.id,
                    product.id if product else None,
                    factor,
                    (product and method) or None,
                    None if product else self.notes.get(listing),
                    self.by_hand if product else listing.is_manual,
                    fields.Datetime.now() if product else None,
                    self.env.uid,
                )
            )
        linked = self.env["amazon.listing"].browse(
            [listing_id for listing_id, product_id, *_rest in rows if product_id]
        )
        if rows:
            self._write(rows)
        self.load.created += len(self.created)
        self.load.linked += len(linked)
        linked._after_link()

    def finish(self):
        remarked = self.listings.filtered("product_problem")
        remarked.fetch(["product_remarks"])
        for listing in remarked:
            self.remarks[listing]["product"] = False  # whoever failed came through now
        for listing, remarks in self.remarks.items():
            listing._set_remarks(remarks)
        self.load.updated += len(self.updated - self.created)

    def _write(self, rows):
        """By hand: the ORM would need a statement for each product and method."""
        self.listings.flush_recordset()
        self.env.cr.execute_values(
            """
            UPDATE amazon_listing AS listing
               SET product_id = new.product_id,
                   link_date = new.link_date,
                   quantity_factor = new.factor,
                   link_method = new.method,
                   link_note = new.note,
                   is_manual = new.is_manual,
                   write_uid = new.uid,
                   write_date = timezone('UTC', now())
              FROM (VALUES %s) AS new (
                   id, product_id, factor, method, note, is_manual, link_date, uid)
             WHERE listing.id = new.id
            """,
            rows,
            template="(%s, %s::int4, %s, %s, %s, %s, %s::timestamp, %s)",
            page_size=len(rows),
        )
        self.listings.invalidate_recordset()
        self.env["product.product"].invalidate_model(["amazon_listing_ids"])
