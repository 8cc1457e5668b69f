from odoo import fields, models
from odoo.exceptions import UserError

from ..sync import invoice_date


class SaleOrder(models.Model):
    """What an Amazon sale hands on to its invoices."""

    _inherit = "sale.order"

    amazon_income_account_id = fields.Many2one(
        "account.account",
        "Amazon Revenue Account",
        copy=False,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="For the whole order, instead of the store's revenue account and whatever "
        "products say. Can be chosen until the order is invoiced.",
    )

    def write(self, vals):
        if "amazon_income_account_id" in vals:
            self._check_income_account_free(vals["amazon_income_account_id"])
        return super().write(vals)

    def _check_income_account_free(self, account_id):
        for sale in self:
            invoices = sale.sudo().invoice_ids.filtered(lambda x: x.state != "cancel")
            if invoices and sale.amazon_income_account_id.id != account_id:
                raise UserError(
                    self.env._(
                        "%(sale)s has invoice %(invoice)s already: its revenue account "
                        "can't be changed any more. Change it on the invoice's lines.",
                        sale=sale.name,
                        invoice=invoices[0].display_name,
                    )
                )

    def _amazon_income_account(self):
        """The order's revenue account, else the store's, else none."""
        return (
            self.amazon_income_account_id
            or self.sudo().amazon_store_id.income_account_id
        )

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        store = self.sudo().amazon_store_id
        if store:
            values["amazon_store_id"] = store.id
            waits = store.invoice_policy == "batch"
            name = "amazon_invoice_date" if waits else "invoice_date"
            values[name] = invoice_date.of_sale(self)
        return values


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        if not self.display_type and not self.is_downpayment:
            if account := self.order_id._amazon_income_account():
                values["account_id"] = account.id
        return values
