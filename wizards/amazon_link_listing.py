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
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain="[('type', '!=', 'combo')]",
        help="Search by name, internal reference or barcode.",
    )
    quantity_factor = fields.Integer(
        "Units per Sale",
        default=1,
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
            taken = self.env["product.product"].search_count(
                [
                    ("default_code", "in", wizard.listing_ids.mapped("sku")),
                    ("company_id", "in", [False, *wizard.listing_ids.company_id.ids]),
                ],
                limit=1,
            )
            wizard.can_create = not taken

    def action_apply(self):
        self.ensure_one()
        listings = self._listings()
        if self.choice == "create":
            listings.action_create_products()
        elif self.choice == "blank":
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
        if not self.all_stores:
            return self.listing_ids
        return self.env["amazon.listing"].search(
            [
                ("account_id", "in", self.listing_ids.account_id.ids),
                ("sku", "in", self.listing_ids.mapped("sku")),
                ("is_parent", "=", False),
                "|",
                ("id", "in", self.listing_ids.ids),
                ("is_manual", "=", False),
            ]
        )
