from odoo import api, fields, models

from ..sync import listing_link


class AmazonListing(models.Model):
    """One seller SKU in one store, and the product it is."""

    _name = "amazon.listing"
    _description = "Amazon Listing"
    _check_company_auto = True
    _order = "store_id, sku"
    _rec_names_search = ["sku", "name", "asin"]

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one(related="store_id.account_id", store=True)
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    active = fields.Boolean(default=True)
    sku = fields.Char("Seller SKU", required=True, index=True)
    asin = fields.Char("ASIN")
    name = fields.Char("Amazon Title", required=True)
    channel = fields.Selection(
        [("merchant", "Merchant"), ("fba", "FBA")], default="merchant", required=True
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        index="btree_not_null",
        domain="[('type', '!=', 'combo')]",
        help="What is sold under this SKU. Several listings may share one product.",
    )
    quantity_factor = fields.Integer(
        "Units per Sale",
        default=1,
        required=True,
        help="How many units of the product one sold unit takes, e.g. 3 for a 3-pack.",
    )
    is_manual = fields.Boolean(
        "Linked by Hand", help="A link made by a person is never changed by a load."
    )
    is_linked = fields.Boolean(compute="_compute_is_linked", store=True)
    blocked_count = fields.Integer("Blocked Orders", compute="_compute_blocked_count")

    _store_sku_uniq = models.Constraint(
        "UNIQUE (store_id, sku)", "This SKU is already listed in the store."
    )
    _check_factor = models.Constraint(
        "CHECK (quantity_factor > 0)", "One sale takes at least one unit."
    )

    @api.depends("product_id")
    def _compute_is_linked(self):
        for listing in self:
            listing.is_linked = bool(listing.product_id)

    def _compute_blocked_count(self):
        counts = dict(
            self.env["amazon.order.line"]._read_group(
                [("listing_id", "in", self.ids), ("order_id.state", "=", "blocked")],
                ["listing_id"],
                ["order_id:count_distinct"],
            )
        )
        for listing in self:
            listing.blocked_count = counts.get(listing, 0)

    @api.depends("sku", "name")
    def _compute_display_name(self):
        for listing in self:
            listing.display_name = f"[{listing.sku}] {listing.name}"

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings.filtered("product_id")._release_orders()
        return listings

    def write(self, vals):
        if vals.get("product_id") and "is_manual" not in vals:
            vals = dict(vals, is_manual=True)
        result = super().write(vals)
        if vals.get("product_id"):
            self._release_orders()
        return result

    def _release_orders(self):
        """Orders that waited for the link are tried again at once."""
        lines = self.env["amazon.order.line"].search(
            [
                ("order_id.state", "=", "blocked"),
                ("order_id.reason_code", "=", "unlinked"),
                "|",
                ("listing_id", "in", self.ids),
                "&",
                ("listing_id", "=", False),
                ("sku", "in", self.mapped("sku")),
            ]
        )
        lines.order_id._retry()

    def action_link_by_reference(self):
        """Link what has exactly one product with the SKU as internal reference."""
        todo = self.filtered(lambda listing: not listing.product_id)
        products = listing_link.products_by_reference(
            self.env, todo.company_id, todo.mapped("sku")
        )
        for listing in todo:
            product = products.get((listing.company_id.id, listing.sku))
            if product:
                listing.write({"product_id": product.id, "is_manual": False})

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        action["domain"] = [("line_ids.listing_id", "=", self.id)]
        action["context"] = {"search_default_blocked": 1}
        return action
