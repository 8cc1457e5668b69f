from odoo import api, fields, models
from odoo.exceptions import UserError


class AmazonLinkListing(models.TransientModel):
    """Which product listings are: an existing one, a new one, or none (row 2.11)."""

    _name = "amazon.link.listing"
    _description = "Link Listings"

    listing_ids = fields.Many2many(
        "amazon.listing",
        string="Listings",
        required=True,
        context={"active_test": False},
        default=lambda self: self.env.context.get("active_ids"),
    )
    company_id = fields.Many2one(related="listing_ids.company_id")
    choice = fields.Selection(
        [
            ("existing", "Link to an existing product"),
            ("create", "Create a new product"),
            ("blank", "Leave blank"),
        ],
        default="existing",
        required=True,
    )
    can_create = fields.Boolean(compute="_compute_can_create")
    taken = fields.Char("Why None Is Created", compute="_compute_can_create")
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain="[('type', '!=', 'combo')]",
        help="Search by name, internal reference or barcode.",
    )
    quantity_factor = fields.Integer(
        "Units per Sale",
        compute="_compute_quantity_factor",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="How many units of the product one sold unit takes, e.g. 3 for a 3-pack.",
    )
    all_stores = fields.Boolean(
        "Same SKU in All Stores",
        default=True,
        help="The same SKU in other stores of the account is linked as well.",
    )

    @api.depends("listing_ids")
    def _compute_can_create(self):
        """A new product is offered only when no product has the SKU yet."""
        for wizard in self:
            wizard.taken = wizard.listing_ids._why_taken()
            wizard.can_create = not wizard.taken

    @api.depends("listing_ids")
    def _compute_quantity_factor(self):
        """As it is, where the listings agree."""
        for wizard in self:
            factors = set(wizard.listing_ids.mapped("quantity_factor"))
            wizard.quantity_factor = factors.pop() if len(factors) == 1 else 1

    def action_apply(self):
        self.ensure_one()
        listings = self._listings()
        if self.choice == "create":
            return listings.action_create_products()
        if self.choice == "blank":
            listings.action_leave_blank()
        elif not self.product_id:
            raise UserError(self.env._("Choose the product first."))
        else:
            listings.write(
                {
                    "product_id": self.product_id.id,
                    "quantity_factor": self.quantity_factor,
                }
            )
        return {"type": "ir.actions.act_window_close"}

    def _listings(self):
        if len(self.listing_ids.company_id) > 1:
            raise UserError(
                self.env._("Choose listings of one company: products differ.")
            )
        chosen = self.listing_ids.filtered(lambda listing: not listing.is_parent)
        if not chosen:
            raise UserError(
                self.env._("A family can't be linked: choose its variations.")
            )
        if not self.all_stores:
            return chosen
        pairs = {(listing.account_id, listing.sku) for listing in chosen}
        others = self.env["amazon.listing"].search(
            [
                ("account_id", "in", chosen.account_id.ids),
                ("sku", "in", chosen.mapped("sku")),
                ("is_parent", "=", False),
                ("is_manual", "=", False),
            ]
        )
        return chosen | others.filtered(
            lambda listing: (listing.account_id, listing.sku) in pairs
        )
