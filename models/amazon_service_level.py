from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sync.delivery_method import service_key


class AmazonServiceLevel(models.Model):
    """What Amazon calls the shipping of an order: its service levels, and any other text
    a seller's shipping templates bring in."""

    _name = "amazon.service.level"
    _description = "Amazon Shipping Service"
    _order = "sequence, name"

    name = fields.Char("Amazon Shipping Service", required=True)
    sequence = fields.Integer(default=100)
    key = fields.Char(
        "Compared As",
        compute="_compute_key",
        store=True,
        help="Capitals, spaces, hyphens and underscores make no difference.",
    )

    _key_uniq = models.Constraint(
        "UNIQUE (key)", "This shipping service is there already."
    )

    @api.depends("name")
    def _compute_key(self):
        for level in self:
            level.key = service_key(level.name)

    @api.constrains("name")
    def _check_name(self):
        for level in self.filtered(lambda level: not level.key):
            raise ValidationError(
                self.env._(
                    "%s has no letter or digit, so no order could be recognised by it. "
                    "Write the service as Amazon does, e.g. Second Day.",
                    level.name,
                )
            )

    @api.model
    def name_create(self, name):
        """Typed another way it is still the same service."""
        level = self.search([("key", "=", service_key(name))], limit=1)
        if level:
            return level.id, level.display_name
        return super().name_create(name)
