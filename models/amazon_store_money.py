from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sync import invoice_payment

INCOME_TYPES = ("income", "income_other")


class AmazonStore(models.Model):
    """What sales are called, and on which accounts and days their money is booked."""

    _inherit = "amazon.store"

    order_prefix = fields.Char(
        tracking=True,
        help="Put before Amazon's order number to name the sale, for example AMZ- for "
        "AMZ-113-1234567-1234567. Empty: sales get Odoo's own numbers. Amazon's number "
        "is the customer reference either way.",
    )
    source_label = fields.Selection(
        [("name", "The store's label"), ("code", "Country code (Amazon_US)")],
        "Source",
        default="name",
        required=True,
        help="What sales and invoices of this store name as their source, to tell them "
        "apart in reports.",
    )
    utm_source_id = fields.Many2one(
        "utm.source",
        "Source on Sales",
        compute="_compute_utm_source_id",
        store=True,
        ondelete="restrict",
    )
    invoice_date_source = fields.Selection(
        [
            ("ship", "Day the goods left"),
            ("purchase", "Day of the purchase"),
            ("capture", "Day the order came in"),
            ("post", "Day of posting"),
        ],
        "Invoice Date",
        default="ship",
        required=True,
        tracking=True,
        help="In the company's time zone. Of orders that Amazon ships, the goods left "
        "when Amazon called them shipped. Payment terms count from this day. Where the "
        "books are closed for it, Odoo enters the invoice on the next open day.",
    )
    income_account_id = fields.Many2one(
        "account.account",
        "Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        tracking=True,
        help="For every line of this store's invoices and credit notes, shipping and "
        "discounts too, whatever product, category or fiscal position say. Empty: they "
        "decide.",
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit')), "
        "('inbound_payment_method_line_ids', '!=', False)]",
        tracking=True,
        help="A payment is registered here for each posted invoice whose order Amazon "
        "has been paid for. Empty: invoices stay open until Amazon's settlement pays "
        "them. Orders paid on delivery or by invoice always wait for the settlement.",
    )

    @api.depends("name", "source_label", "marketplace_id")
    def _compute_utm_source_id(self):
        """Made when the store is saved, so that no import ever has to."""
        Source = self.env["utm.source"].sudo()
        for store in self:
            name = store.name
            if store.source_label == "code":
                name = f"Amazon_{store.marketplace_id.country_id.code}"
            source = Source.search([("name", "=", name)], limit=1) if name else Source
            store.utm_source_id = source or (name and Source.create({"name": name}))

    @api.constrains("income_account_id")
    def _check_income_account(self):
        for store in self:
            account = store.income_account_id
            if account and account.account_type not in INCOME_TYPES:
                raise ValidationError(
                    self.env._(
                        "%(account)s is no income account, so sales of %(store)s can't "
                        "be booked on it. Choose an income account.",
                        account=account.display_name,
                        store=store.name,
                    )
                )

    @api.constrains("payment_journal_id", "invoice_policy")
    def _check_payment_journal(self):
        for store in self:
            if store.payment_journal_id and store.invoice_policy == "none":
                raise ValidationError(
                    self.env._(
                        "Store %(store)s makes no invoices, so none could be paid in "
                        "journal %(journal)s. Choose another setting for Invoices, or "
                        "leave the payment journal empty.",
                        store=store.name,
                        journal=store.payment_journal_id.name,
                    )
                )
            if problem := invoice_payment.journal_problem(
                store, store.payment_journal_id
            ):
                raise ValidationError(problem)

    def _sale_labels(self, reference):
        """What the sale of an Amazon order is called (rows 5.10, 5.14)."""
        self.ensure_one()
        values = {"source_id": self.utm_source_id.id}
        # a day's sale stands for many orders: Odoo numbers it
        if self.order_prefix and self.order_mode == "single":
            values["name"] = f"{self.order_prefix}{reference}"
        return values


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    @api.constrains("settlement_journal_id")
    def _check_payment_journals(self):
        self.store_ids._check_payment_journal()
