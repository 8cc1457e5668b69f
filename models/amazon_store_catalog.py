from odoo import api, fields, models


class AmazonStore(models.Model):
    """How products of a store are loaded, matched and created."""

    _inherit = "amazon.store"

    match_mode = fields.Selection(
        [("sku", "Automatically, by SKU"), ("manual", "By hand only")],
        "Match Products",
        default="sku",
        required=True,
        tracking=True,
        help="Automatically: Amazon's id (the same SKU in another store, else the same "
        "ASIN and condition), then SKU = internal reference, then the variant with the "
        "same options of the family's product, which is found by its title. Where one "
        "of the first two finds several products, the one in the family's product is "
        "taken. By hand: new listings wait in the catalog to be linked.",
    )
    create_products = fields.Boolean(
        "Create if Not Found",
        tracking=True,
        help="Make a product of every listing that no product matches. Only when "
        "products are matched automatically.",
    )
    amazon_is_master = fields.Boolean(
        "Amazon Is the Master",
        tracking=True,
        help="Every load overwrites name, price, weight, sizes, description, category, "
        "brand and image of linked products with Amazon's. Never the SKU.",
    )
    limit_options = fields.Boolean(
        help="Use only the first options of a family (color, size, …) as attributes.",
    )
    options_limit = fields.Integer(
        "Options per Family", default=3, help="How many options become attributes."
    )
    load_images = fields.Boolean(
        default=True, help="Fetch the main image of products that have none."
    )
    load_prices = fields.Boolean(
        default=True, help="Amazon's prices go to the store's pricelist."
    )
    product_tax_ids = fields.Many2many(
        "account.tax",
        "amazon_store_product_tax_rel",
        string="Taxes of New Products",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Customer taxes of products made by a load. Empty: none.",
    )
    price_warning = fields.Char(compute="_compute_price_warning")
    load_ids = fields.One2many("amazon.catalog.load", "store_id")

    _check_options_limit = models.Constraint(
        "CHECK (options_limit > 0)", "Use at least one option."
    )

    @api.depends("pricelist_id", "load_prices")
    def _compute_price_warning(self):
        """Row 2.25: of two stores with one pricelist, the one loaded last wins."""
        for store in self:
            others = self.search(
                [
                    ("pricelist_id", "=", store.pricelist_id.id),
                    ("id", "!=", store._origin.id),
                    ("load_prices", "=", True),
                ]
            )
            shared = store.pricelist_id and store.load_prices and others
            store.price_warning = bool(shared) and self.env._(
                "%(stores)s use pricelist %(pricelist)s, too: the store that is loaded "
                "last overwrites the prices. Choose a pricelist of its own.",
                stores=", ".join(others.mapped("name")),
                pricelist=store.pricelist_id.name,
            )
