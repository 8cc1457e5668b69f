from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    amazon_invoice_id = fields.Many2one(
        "account.move",
        "Amazon Invoice",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The invoice this payment was registered for, because Amazon has its money.",
    )

    # the database's own guard: Amazon's money pays an invoice once
    _amazon_invoice_uniq = models.UniqueIndex(
        "(amazon_invoice_id) WHERE amazon_invoice_id IS NOT NULL "
        "AND state NOT IN ('canceled', 'rejected')",
        "This Amazon invoice has its payment already.",
    )
