from odoo import fields, models

from ..sync.settlement_kinds import KINDS

ROLES = [
    ("order", "Order Money"),
    ("refund", "Refund to the Buyer"),
    ("pass_through", "Marketplace Tax"),
    ("income", "Income"),
    ("expense", "Expense"),
    ("fee_tax", "Tax on Fees"),
    ("asset", "To Be Reclaimed"),
    ("reserve", "Reserve"),
    ("payout", "Payout"),
    ("cross_account", "Other Account's Debt"),
    ("loan", "Loan"),
    ("suspense", "Suspense"),
]
# Seller Central's summary, in its order
CATEGORIES = [
    ("beginning", "Beginning Balance"),
    ("product", "Sales: Product Charges"),
    ("shipping", "Sales: Shipping"),
    ("tax", "Sales: Tax"),
    ("promotion", "Sales: Promotional Rebates"),
    ("other_sales", "Sales: Other"),
    ("refund", "Refunds: Refunded Sales"),
    ("refund_expense", "Refunds: Refunded Expenses"),
    ("amazon_fee", "Expenses: Amazon Fees"),
    ("fba_fee", "Expenses: FBA Fees"),
    ("advertising", "Expenses: Cost of Advertising"),
    ("other_expense", "Expenses: Other"),
    ("withheld", "Tax Withheld"),
    ("reserve", "Account Level Reserve"),
    ("transfer", "Transfers"),
    ("unmapped", "To Map"),
]


class AmazonSettlementLine(models.Model):
    """One row of a settlement, as Amazon wrote it, and where it went.

    Rows come in by the thousand and are inserted and classified in SQL: they carry no
    logic of their own.
    """

    _name = "amazon.settlement.line"
    _description = "Amazon Settlement Row"
    _order = "settlement_id desc, number"
    _log_access = False
    _rec_name = "amount_description"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, ondelete="cascade", readonly=True
    )
    account_id = fields.Many2one("amazon.account", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    number = fields.Integer(
        "#", readonly=True, aggregator=None, help="Row of the settlement: 1, 2, 3…"
    )
    file_line = fields.Integer(readonly=True, aggregator=None, help="Line of the file.")

    transaction_type = fields.Char(readonly=True)
    amount_type = fields.Char(readonly=True)
    amount_description = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="+ Amazon owes you more, - Amazon owes you less."
    )
    posted = fields.Datetime(readonly=True)
    order_ref = fields.Char("Order Number", readonly=True)
    merchant_order_ref = fields.Char("Own Order Number", readonly=True)
    adjustment_ref = fields.Char("Adjustment", readonly=True)
    shipment_ref = fields.Char("Shipment", readonly=True)
    order_item_ref = fields.Char("Order Item", readonly=True)
    promotion_ref = fields.Char("Promotion", readonly=True)
    marketplace_name = fields.Char("Marketplace", readonly=True)
    fulfillment = fields.Char(readonly=True)
    sku = fields.Char("SKU", readonly=True)
    quantity = fields.Integer(readonly=True)
    extra = fields.Json(readonly=True, help="Columns unknown to this version.")

    role = fields.Selection(ROLES, readonly=True)
    kind = fields.Selection(
        [(key, kind.label) for key, kind in KINDS.items()],
        "Booked On",
        readonly=True,
        help="The settlement account it is booked on.",
    )
    category = fields.Selection(CATEGORIES, default="unmapped", readonly=True)
    mapping_id = fields.Many2one(
        "amazon.settlement.mapping", "Rule", readonly=True, ondelete="set null"
    )
    booked_role = fields.Selection(
        ROLES,
        readonly=True,
        help="Tax withheld from an order is booked with the order.",
    )
    accounting_date = fields.Date(
        readonly=True, help="The day it was posted, in the marketplace's time zone."
    )
    booking_key = fields.Char(readonly=True)
    amazon_order_id = fields.Many2one(
        "amazon.order", "Amazon Order", readonly=True, ondelete="set null"
    )
    sale_order_id = fields.Many2one(related="amazon_order_id.sale_order_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Journal Item", readonly=True, ondelete="set null"
    )

    _number_uniq = models.UniqueIndex(
        "(settlement_id, number)", "This row of the settlement is there already."
    )
    _key_idx = models.Index("(settlement_id, booking_key)")
    _order_ref_idx = models.Index("(order_ref) WHERE order_ref IS NOT NULL")
    _amazon_order_idx = models.Index(
        "(amazon_order_id) WHERE amazon_order_id IS NOT NULL"
    )
    _move_line_idx = models.Index("(move_line_id) WHERE move_line_id IS NOT NULL")
    _mapping_idx = models.Index("(mapping_id) WHERE mapping_id IS NOT NULL")
