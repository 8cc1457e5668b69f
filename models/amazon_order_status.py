from odoo import api, fields, models

from ..sync.order_choice import plain


class AmazonOrderStatus(models.Model):
    """A status of orders at Amazon, to be chosen in a store (rows 4.8, 4.9)."""

    _name = "amazon.order.status"
    _description = "Amazon Order Status"
    _order = "sequence, id"

    name = fields.Char("Status", required=True, help="Exactly as Amazon writes it.")
    code = fields.Char(
        compute="_compute_code",
        store=True,
        help="What statuses are compared by: 'Partially shipped' is PARTIALLY_SHIPPED.",
    )
    is_amazon = fields.Boolean(
        "Known to Amazon",
        readonly=True,
        help="One of the statuses that Amazon documents. Others never match an order, "
        "unless Amazon introduces them.",
    )
    sequence = fields.Integer(default=100)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "This status is in the list already."
    )
    _check_code = models.Constraint(
        "CHECK (code != '')", "A status consists of letters."
    )

    @api.depends("name")
    def _compute_code(self):
        for status in self:
            status.code = plain(status.name)

    @api.depends("name", "is_amazon")
    def _compute_display_name(self):
        """PARTIALLY_SHIPPED as people write it; a text of one's own stays as it is."""
        for status in self:
            name = status.name or ""
            if status.is_amazon:
                name = name.replace("_", " ").capitalize()
            status.display_name = name

    @api.model
    def _search_display_name(self, operator, value):
        """'partially s' and 'PartiallyS' find it as well."""
        if isinstance(value, str) and operator in ("ilike", "like", "=", "=ilike"):
            return [("code", "ilike", plain(value))]
        return super()._search_display_name(operator, value)

    @api.model
    def name_create(self, name):
        """A text that means a status of the list is that one, and no second one."""
        known = self.search([("code", "=", plain(name))], limit=1)
        return (known.id, known.display_name) if known else super().name_create(name)
