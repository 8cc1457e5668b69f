from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..sync import invoice_payment


class AmazonPostInvoices(models.TransientModel):
    """Which draft invoices get their date and number now, and are paid with it."""

    _name = "amazon.post.invoices"
    _description = "Post Amazon Invoices"

    store_ids = fields.Many2many(
        "amazon.store", string="Stores", default=lambda self: self._default_stores()
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Selected Invoices",
        default=lambda self: self._default_moves(),
    )
    count = fields.Integer("Invoices", compute="_compute_count")
    date_mode = fields.Selection(
        [
            ("source", "Each its own, as its store decides"),
            ("date", "One date for all"),
        ],
        "Date",
        default="source",
        required=True,
    )
    invoice_date = fields.Date(default=fields.Date.context_today)
    company_ids = fields.Many2many("res.company", compute="_compute_count")
    journal_id = fields.Many2one(
        "account.journal",
        "Paid In",
        domain="[('type', 'in', ('bank', 'cash', 'credit')), "
        "('company_id', 'in', company_ids), "
        "('inbound_payment_method_line_ids', '!=', False)]",
        help="Also registers the payment of each invoice in this journal, on the "
        "invoice's date. Empty: payments are as the stores have them.",
    )

    @api.model
    def _default_stores(self):
        context = self.env.context
        Store = self.env["amazon.store"]
        if context.get("active_model") == "amazon.store":
            return Store.browse(context["active_ids"])
        if context.get("active_model") == "account.move":
            return Store
        return Store.search(
            [
                ("invoice_policy", "=", "batch"),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    @api.model
    def _default_moves(self):
        context = self.env.context
        Move = self.env["account.move"]
        if context.get("active_model") != "account.move":
            return Move
        return Move.browse(context["active_ids"])

    @api.depends("store_ids", "move_ids")
    def _compute_count(self):
        for wizard in self:
            domain = wizard._domain()
            wizard.count = self.env["account.move"].search_count(domain)
            wizard.company_ids = (
                wizard.store_ids | wizard.move_ids.sudo().amazon_store_id
            ).company_id

    def _domain(self):
        """Drafts of Amazon orders: the selected ones, else those of the stores."""
        domain = Domain([("move_type", "=", "out_invoice"), ("state", "=", "draft")])
        if self.move_ids:
            return domain & Domain(
                [("id", "in", self.move_ids.ids), ("amazon_store_id", "!=", False)]
            )
        return domain & Domain("amazon_store_id", "in", self.store_ids.ids)

    def action_post(self):
        """Begin; what is more than a few goes on in the background."""
        self.ensure_one()
        if self.date_mode == "date" and not self.invoice_date:
            raise UserError(self.env._("Enter the date of the invoices."))
        moves = self.env["account.move"].search(self._domain())
        if not moves:
            raise UserError(
                self.env._(
                    "There is no draft invoice of an Amazon order here. Choose other "
                    "stores, or select draft invoices in the list."
                )
            )
        self._check_journal(moves)
        day = self.invoice_date if self.date_mode == "date" else False
        batches = self.env["amazon.invoice.batch"]._start(
            moves, day, self.journal_id, self.env.user
        )
        batches = batches.with_env(self.env)
        if len(batches) == 1:
            return batches.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_invoice_batch_action"
        )
        return {**action, "domain": [("id", "in", batches.ids)]}

    def _check_journal(self, moves):
        journal = self.journal_id
        if not journal:
            return
        if moves.company_id != journal.company_id:
            raise UserError(
                self.env._(
                    "Journal %(journal)s belongs to %(company)s, but some invoices to "
                    "another company. Post each company's invoices on their own.",
                    journal=journal.name,
                    company=journal.company_id.name,
                )
            )
        for store in moves.sudo().amazon_store_id:
            if problem := invoice_payment.journal_problem(store, journal.sudo()):
                raise UserError(problem)
