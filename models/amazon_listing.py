from odoo import api, fields, models

# what was done, and said, for the product that a listing had before
OF_A_PRODUCT = {
    "product_remarks": False,
    "image_state": False,
    "image_due_url": False,
    "image_done_url": False,
    "image_next_try": False,
}


class AmazonListing(models.Model):
    """One seller SKU in one store, and the product it is."""

    _name = "amazon.listing"
    _description = "Amazon Listing"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "store_id, sku"
    _rec_names_search = ["sku", "name", "alias", "asin"]

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one(related="store_id.account_id", store=True)
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    active = fields.Boolean(default=True)
    sku = fields.Char("Seller SKU", required=True, index=True)
    asin = fields.Char("ASIN", tracking=True, index="btree_not_null")
    previous_asin = fields.Char(
        "ASIN Before",
        readonly=True,
        help="Amazon has moved this SKU to another ASIN. Check that the product is still "
        "the right one.",
    )
    name = fields.Char(
        "Amazon Title",
        compute="_compute_name",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="The SKU, until Amazon tells the title.",
    )
    alias = fields.Char(
        help="Shown instead of Amazon's title. The product keeps its own name."
    )
    display_title = fields.Char(compute="_compute_display_title")
    status = fields.Selection(
        [("not_listed", "Not Listed"), ("listed", "Listed"), ("canceled", "Canceled")],
        default="not_listed",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
        help="Canceled: was listed, and is gone from Amazon. Old orders still find their "
        "product by it.",
    )
    amazon_status = fields.Char("Status at Amazon", readonly=True)
    condition = fields.Char(
        readonly=True, help="Amazon's word, such as new_new or used_good."
    )
    currency_id = fields.Many2one(related="store_id.currency_id")
    price = fields.Monetary("Amazon Price", readonly=True)
    open_date = fields.Datetime("Listed Since", readonly=True)
    listing_ref = fields.Char("Listing ID", readonly=True)
    image_url = fields.Char("Image Address", readonly=True)
    description = fields.Text("Amazon Description", readonly=True, prefetch=False)
    product_type = fields.Char(readonly=True)
    catalog_item_id = fields.Many2one(
        "amazon.catalog.item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    family_id = fields.Many2one(
        related="catalog_item_id.parent_id", store=True, index="btree_not_null"
    )
    family_name = fields.Char("Family", compute="_compute_family_name", store=True)
    is_parent = fields.Boolean(
        "Is a Family",
        readonly=True,
        help="Amazon's parent of variations: nobody can buy it, no product is linked.",
    )
    load_id = fields.Many2one(
        "amazon.catalog.load",
        "Changed by Load",
        readonly=True,
        ondelete="set null",
        help="The last load that found something new.",
    )
    to_load = fields.Boolean(
        readonly=True, help="Amazon is asked for its details next."
    )
    to_match = fields.Boolean(
        readonly=True, help="A running load looks for its product next."
    )
    problem = fields.Text(
        "Remarks",
        readonly=True,
        help="What the last load could not take over, and why.",
    )
    quantity_id = fields.Many2one(
        "amazon.quantity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    effective_quantity = fields.Integer(related="quantity_id.effective_quantity")
    quantity_state = fields.Selection(related="quantity_id.state", string="Stock Out")
    active_sync = fields.Boolean(related="quantity_id.active_sync", readonly=False)
    stock_buffer = fields.Integer(
        "Own Buffer",
        default=-1,
        help="Units of this SKU that Amazon is never told of. -1: as in the store.",
    )
    is_remote = fields.Boolean(
        "Remote Fulfilment",
        help="A mirror listing (Canada, Mexico) that Amazon ships from the stock of "
        "another country: no quantity is sent for it.",
    )
    channel = fields.Selection(
        [("merchant", "Merchant"), ("fba", "FBA")], default="merchant", required=True
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        tracking=True,
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
        "Linked by Hand",
        help="What a person decided is never changed by a load, also when no product was "
        "chosen.",
    )
    link_method = fields.Selection(
        [
            ("manual", "By hand"),
            ("account", "Same SKU in another store"),
            ("asin", "Amazon's id"),
            ("family", "Family and options"),
            ("sku", "SKU"),
            ("created", "Created"),
        ],
        "Linked By",
        readonly=True,
    )
    link_note = fields.Char(
        "Why Not Linked",
        readonly=True,
        help="What the last load found, and what to do.",
    )
    blocked_count = fields.Integer("Blocked Orders", compute="_compute_blocked_count")

    _store_sku_uniq = models.Constraint(
        "UNIQUE (store_id, sku)", "This SKU is already listed in the store."
    )
    _to_load_idx = models.Index("(store_id, id) WHERE to_load")
    _to_match_idx = models.Index("(store_id, family_id, id) WHERE to_match")
    _check_factor = models.Constraint(
        "CHECK (quantity_factor > 0)", "One sale takes at least one unit."
    )

    @api.depends("sku")
    def _compute_name(self):
        for listing in self:
            listing.name = listing.name or listing.sku

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

    @api.depends("sku", "name", "alias")
    def _compute_display_name(self):
        for listing in self:
            listing.display_name = f"[{listing.sku}] {listing.alias or listing.name}"

    @api.depends("name", "alias")
    def _compute_display_title(self):
        for listing in self:
            listing.display_title = listing.alias or listing.name

    @api.depends("family_id.title", "name", "alias")
    def _compute_family_name(self):
        """One name for all variations of a family, for lists that are grouped by it."""
        for listing in self:
            listing.family_name = (
                listing.family_id.title or listing.alias or listing.name
            )

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings.filtered("product_id")._release_orders()
        return listings

    def write(self, vals):
        if "product_id" in vals and "link_method" not in vals:
            vals = self._prepare_link_by_hand(vals["product_id"]) | vals
        corrected = self.browse()
        if "product_id" in vals:
            corrected = self.filtered(lambda x: x.product_id.id != vals["product_id"])
        result = super().write(vals)
        if corrected:
            super(AmazonListing, corrected).write(OF_A_PRODUCT)
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

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        action["domain"] = [("line_ids.listing_id", "=", self.id)]
        action["context"] = {"search_default_blocked": 1}
        return action

    def action_view_quantity(self):
        self.ensure_one()
        return self.quantity_id.get_formview_action()

    def action_open_amazon(self):
        """The product page as buyers see it."""
        self.ensure_one()
        # marketplaces are named after their address: Amazon.co.uk
        host = self.store_id.marketplace_id.name.lower()
        return {
            "type": "ir.actions.act_url",
            "url": f"https://www.{host}/dp/{self.asin}",
            "target": "new",
        }
