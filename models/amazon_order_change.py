from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..sync import order_change_apply


class AmazonOrder(models.Model):
    """What Amazon changed after the order became a sale (row 4.35)."""

    _inherit = "amazon.order"

    is_changed = fields.Boolean(
        "Differs from Sale",
        readonly=True,
        help="Amazon changed units or amounts after the order became a sale.",
    )
    changes = fields.Json("Differences", readonly=True)
    change_table = fields.Html(
        "What Changed", compute="_compute_change_table", sanitize=False
    )
    sold_terms = fields.Json(
        "Sold As",
        readonly=True,
        help="Units and amounts that the sale was made from, once Amazon has others.",
    )
    kept_terms = fields.Json(
        readonly=True,
        help="Amazon's units and amounts that a person did not take over.",
    )
    to_redirect = fields.Boolean(
        readonly=True, help="Amazon has another buyer or address for the sale."
    )

    _changed_idx = models.Index("(account_id) WHERE is_changed")

    @api.depends("changes")
    def _compute_change_table(self):
        for order in self:
            order.change_table = order.changes and order._change_table(order.changes)

    def _change_table(self, rows):
        """Differences as people read them."""
        self.ensure_one()
        head = [
            self.env._("Item"),
            self.env._("What"),
            self.env._("Sale"),
            self.env._("Amazon Now"),
        ]
        body = [
            [
                row["sku"] or self._charge_words(row["key"]),
                self._field_words(row["field"]),
                self._value_words(row["field"], row["before"]),
                self._value_words(row["field"], row["now"]),
            ]
            for row in rows
        ]
        return Markup(
            '<table class="table table-sm"><thead>%s</thead><tbody>%s</tbody></table>'
        ) % (_row("th", head), Markup().join(_row("td", cells) for cells in body))

    def _charge_words(self, kind):
        return {
            "SHIPPING": self.env._("Shipping"),
            "GIFT_WRAP": self.env._("Gift wrap"),
            "COD_FEE": self.env._("Cash on delivery fee"),
            "OTHER": self.env._("Other charges"),
            "DISCOUNT": self.env._("Discount"),
            "TIP": self.env._("Tip"),
        }.get(kind, self.env._("Order"))

    def _field_words(self, field):
        return {
            "quantity": self.env._("Units"),
            "amount": self.env._("Amount with tax"),
            "tax": self.env._("Tax"),
            "remitted": self.env._("Tax kept by Amazon"),
            "sku": self.env._("SKU"),
            "currency": self.env._("Currency"),
            "problem": self.env._("Amounts don't add up"),
        }[field]

    def _value_words(self, field, value):
        if field in ("amount", "tax", "remitted"):
            return formatLang(self.env, float(value), currency_obj=self.currency_id)
        return value

    # -- buttons ------------------------------------------------------------------

    def action_apply_changes(self):
        """The sale gets Amazon's units and amounts, all or nothing."""
        order_change_apply.apply(self._changed())

    def action_keep_sale(self):
        """The sale stays; Amazon's differences are hidden until the next change."""
        order_change_apply.keep(self._changed())

    def _changed(self):
        """The order, for changes of its sale: users operate, as at an import."""
        self.ensure_one()
        self.check_access("write")
        order = self.sudo().with_company(self.company_id)
        if not order.try_lock_for_update():
            raise UserError(
                self.env._("The order is being processed: try again in a moment.")
            )
        if not order.is_changed:
            raise UserError(
                self.env._("Sale and Amazon agree: there is nothing to apply.")
            )
        return order


def _row(tag, cells):
    cell = Markup("<%s>%%s</%s>") % (Markup(tag), Markup(tag))
    return Markup("<tr>%s</tr>") % Markup().join(cell % text for text in cells)
