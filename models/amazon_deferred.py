from odoo import fields, models

from ..sync import deferred_query

STATES = [
    ("waiting", "Not Reported Yet"),
    ("held", "Held by Amazon"),
    ("released", "Released, Not Settled Yet"),
    ("not_invoiced", "Settled, Not Invoiced"),
    ("difference", "Settled, With a Difference"),
]


class AmazonDeferred(models.Model):
    """Per Amazon order what is sold, what is settled, and what Amazon still holds.

    Read from the ledger's open items, now or as of the day in context key ``at_date``;
    the sum of ``amount_open_company`` is those items' balance. An order in two
    currencies has a line for each.
    """

    _name = "amazon.deferred"
    _description = "Deferred Funds"
    _auto = False
    _order = "shipped, id"
    _rec_name = "order_ref"

    order_ref = fields.Char("Amazon Order Number", readonly=True)
    amazon_order_id = fields.Many2one("amazon.order", "Amazon Order", readonly=True)
    account_id = fields.Many2one("amazon.account", readonly=True)
    store_id = fields.Many2one("amazon.store", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        "res.currency", "Company Currency", readonly=True
    )

    invoiced = fields.Monetary(readonly=True, help="Posted invoices.")
    refunded = fields.Monetary(
        "Credited", readonly=True, help="Posted credit notes; negative."
    )
    settled = fields.Monetary(
        readonly=True, help="Paid by settlements, less what they took back."
    )
    other = fields.Monetary(
        "Cleared Otherwise",
        readonly=True,
        help="Payments, write-offs and exchange differences matched outside of "
        "settlements.",
    )
    amount_open = fields.Monetary(
        "Open",
        readonly=True,
        help="Invoiced + Credited - Settled + Cleared Otherwise: the order's open "
        "journal items. Negative: settled, but not invoiced.",
    )
    invoiced_company = fields.Monetary(
        "Invoiced (Company)", currency_field="company_currency_id", readonly=True
    )
    refunded_company = fields.Monetary(
        "Credited (Company)", currency_field="company_currency_id", readonly=True
    )
    settled_company = fields.Monetary(
        "Settled (Company)", currency_field="company_currency_id", readonly=True
    )
    amount_open_company = fields.Monetary(
        "Open (Company)",
        currency_field="company_currency_id",
        readonly=True,
        help="In the company's currency, as the ledger has it.",
    )
    held = fields.Monetary(
        "Amazon Holds",
        readonly=True,
        help="Transactions that Amazon defers, net of its fees. Amazon may be 48 hours "
        "late to tell.",
    )
    fees = fields.Monetary(
        "Fees to Come", readonly=True, help="Amazon's fees within what it holds."
    )
    held_until = fields.Date(
        readonly=True, help="When Amazon means to release the last of it."
    )
    deferral_reason = fields.Char("Held Because", readonly=True)
    is_b2b = fields.Boolean(
        "Invoiced Order (B2B)",
        readonly=True,
        help="The buyer pays Amazon's invoice later; settled in settlements of their "
        "own.",
    )
    shipped = fields.Date(
        readonly=True, help="When Amazon booked the shipment, or the invoice's date."
    )
    age = fields.Integer("Days", readonly=True, help="Days since shipped.")
    state = fields.Selection(STATES, "Status", readonly=True)

    # what has to be written to the database before the lines are read
    _depends = {
        "account.account": ["account_type"],
        "account.move": [
            "amazon_order_id",
            "amazon_settlement_id",
            "amazon_undone_settlement_id",
            "move_type",
            "origin_payment_id",
            "state",
        ],
        "account.move.line": [
            "account_id",
            "amazon_order_ref",
            "amount_currency",
            "amount_residual",
            "amount_residual_currency",
            "balance",
            "company_id",
            "currency_id",
            "date",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.payment": ["invoice_ids", "move_id"],
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "max_date",
        ],
        "amazon.order": ["account_id", "amazon_order_ref", "company_id", "store_id"],
        "amazon.settlement": ["account_id"],
        "amazon.settlement.account": ["kind", "ledger_account_id"],
        "amazon.transaction": [
            "account_id",
            "amount",
            "company_id",
            "currency_id",
            "deferral_reason",
            "fees",
            "maturity_date",
            "order_ref",
            "posted",
            "released",
            "status",
        ],
        "res.company": ["currency_id"],
    }

    @property
    def _table_query(self):
        return deferred_query.open_orders(
            fields.Date.to_date(self.env.context.get("at_date")),
            fields.Date.context_today(self),
        )

    def action_view_order(self):
        self.ensure_one()
        return self.amazon_order_id.get_formview_action()

    def action_view_items(self):
        """The journal items behind the line: invoices, credit notes, settlements."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.order_ref,
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                "|",
                ("amazon_order_ref", "=", self.order_ref),
                "&",
                ("move_id.amazon_order_id.amazon_order_ref", "=", self.order_ref),
                ("account_type", "=", "asset_receivable"),
            ],
        }

    def action_view_transactions(self):
        """What Amazon told about the order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_transaction_action"
        )
        action["domain"] = [
            ("account_id", "=", self.account_id.id),
            ("order_ref", "=", self.order_ref),
        ]
        action["context"] = {}
        return action
