from odoo import api, fields, models


class AmazonRoutingRule(models.Model):
    """Row 9.16: ships certain orders from a certain warehouse. The first that fits."""

    _name = "amazon.routing.rule"
    _description = "Amazon Routing Rule"
    _check_company_auto = True
    _order = "store_id, sequence, id"
    _rec_name = "warehouse_id"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    sequence = fields.Integer(
        default=10, help="The first rule that fits an order decides."
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Where the goods go. Empty: anywhere, unless groups are given.",
    )
    country_group_ids = fields.Many2many(
        "res.country.group",
        string="Country Groups",
        help="All countries of these groups, besides the countries given one by one.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        help="Only these states or provinces. Empty: all of the country.",
    )
    services = fields.Char(
        "Shipping Options",
        help="Amazon's names of the shipping option, separated by commas, in any case: "
        "STANDARD, EXPEDITED, NEXT_DAY, SECOND_DAY, SAME_DAY, PRIORITY, SCHEDULED, "
        "FREE_ECONOMY, or the name of a service. Empty: all.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Ships From",
        required=True,
        check_company=True,
        ondelete="cascade",
        help="For a second choice, add the same rule below with the other warehouse.",
    )
    require_stock = fields.Boolean(
        "Only With Stock",
        help="Fits only while the warehouse has free stock for all items of the order. "
        "Components count for kits.",
    )

    @api.constrains("warehouse_id", "store_id")
    def _check_warehouse(self):
        self.store_id._check_fba_location()
        self.store_id._check_automation()
