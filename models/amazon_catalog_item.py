from odoo import api, fields, models

from ..spapi.catalog import parse_item
from ..spapi.shape import Malformed


class AmazonCatalogItem(models.Model):
    """What an ASIN is in one store, as Amazon's catalog told it last."""

    _name = "amazon.catalog.item"
    _description = "Amazon Catalog Item"
    _order = "store_id, asin"
    _rec_names_search = ["asin", "title"]

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    asin = fields.Char("ASIN", required=True, readonly=True)
    payload = fields.Json(
        readonly=True, prefetch=False, help="Empty: Amazon has no details of it."
    )
    fetched = fields.Datetime("Asked Amazon", readonly=True)
    to_fetch = fields.Boolean(
        default=True, readonly=True, help="A load asks Amazon for its details next."
    )
    note = fields.Char(readonly=True, help="Why there are no details, or not all.")
    listing_ids = fields.One2many("amazon.listing", "catalog_item_id")
    title = fields.Char(readonly=True)
    brand = fields.Char(readonly=True)
    category = fields.Char("Top Category", readonly=True)
    barcode = fields.Char(readonly=True)
    is_parent = fields.Boolean("Family", readonly=True)
    parent_id = fields.Many2one(
        "amazon.catalog.item",
        "In Family",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Family in Odoo",
        index="btree_not_null",
        ondelete="set null",
        help="Of a family: the product whose variants its listings are.",
    )

    _store_asin_uniq = models.Constraint(
        "UNIQUE (store_id, asin)", "A catalog item is stored once per store."
    )
    _to_fetch_idx = models.Index("(store_id, id) WHERE to_fetch")

    @api.depends("asin", "title")
    def _compute_display_name(self):
        for item in self:
            item.display_name = item.title or item.asin

    def _parsed(self):
        """The :class:`spapi.catalog.CatalogItem`, or None."""
        self.ensure_one()
        if not self.payload:
            return None
        try:
            return parse_item(self.payload, self.store_id.marketplace_id.api_id)
        except Malformed:
            return None
