from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class AmazonMarketplace(models.Model):
    """Reference data: one record per Amazon marketplace; a new one needs no code."""

    _name = "amazon.marketplace"
    _description = "Amazon Marketplace"
    _order = "sequence, name"
    _rec_names_search = ["name", "country_id.name", "country_id.code"]

    name = fields.Char(required=True)
    sequence = fields.Integer(default=100)
    api_id = fields.Char("Marketplace ID", required=True, help="Amazon's own id")
    country_id = fields.Many2one("res.country", required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, context={"active_test": False}
    )
    region = fields.Selection(
        [("na", "North America"), ("eu", "Europe"), ("fe", "Far East")],
        required=True,
        help="Decides the endpoint and which refresh token is valid.",
    )
    seller_central_host = fields.Char()
    prices_include_tax = fields.Boolean(
        help="Used only when an order's own figures don't tell whether Amazon's "
        "amounts include tax."
    )

    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        default="UTC",
        required=True,
        help="Seller Central's: decides the day, and so the month, of an amount.",
    )

    _api_id_uniq = models.Constraint(
        "UNIQUE (api_id)", "This marketplace is already there."
    )

    @api.depends("name", "country_id.code")
    def _compute_display_name(self):
        for marketplace in self:
            code = marketplace.country_id.code
            marketplace.display_name = (
                f"{marketplace.name} ({code})" if code else marketplace.name
            )
