from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
        "Components count for kits. Without it, the warehouse has to count in the stock "
        "that Amazon is told.",
    )

    @api.constrains("warehouse_id", "store_id", "require_stock")
    def _check_warehouse(self):
        self.store_id._check_fba_location()
        self.store_id._check_automation()
        for rule in self.filtered(lambda rule: not rule.require_stock):
            rule.store_id._refuse_uncounted(rule.warehouse_id)

    @api.constrains("country_ids", "country_group_ids", "state_ids")
    def _check_states(self):
        """No rule that no order can ever fit."""
        for rule in self:
            countries = rule.country_ids | rule.country_group_ids.country_ids
            states = rule.state_ids
            if countries and states and not states.country_id & countries:
                raise ValidationError(
                    self.env._(
                        "No order would fit the rule for %(warehouse)s: %(states)s lies "
                        "in none of its countries. Choose states of these countries, "
                        "add their country, or leave countries and groups empty.",
                        warehouse=rule.warehouse_id.name,
                        states=", ".join(states.mapped("display_name")),
                    )
                )
