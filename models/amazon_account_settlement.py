from collections import Counter

from odoo import fields, models


class AmazonAccount(models.Model):
    """How an account's settlements are booked."""

    _inherit = "amazon.account"

    settlement_policy = fields.Selection(
        [
            ("manual", "By hand"),
            ("draft", "Draft entry"),
            ("posted", "Posted entry"),
        ],
        "Book Settlements",
        default="draft",
        required=True,
        tracking=True,
        help="By hand: settlements wait for the button Book. Draft entry: to be looked "
        "at and posted. Posted entry: posted and reconciled as soon as every row has a "
        "rule and every proof holds.",
    )
    settlement_journal_id = fields.Many2one(
        "account.journal",
        "Settlement Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        tracking=True,
        help="For settlement entries alone: nothing else can be posted in it.",
    )
    settlement_split = fields.Selection(
        [("month", "One entry a month"), ("none", "One entry")],
        "Over a Month's End",
        default="month",
        required=True,
        tracking=True,
        help="One entry a month: rows are booked in the month they were posted in, and "
        "the balance is carried to the next month's entry.",
    )
    settlement_tax_on_invoice = fields.Boolean(
        "Invoices Include Marketplace Tax",
        tracking=True,
        help="Tick only if your own invoices carry the tax that Amazon remits: it is "
        "then taken from the tax account instead of netting to zero.",
    )
    settlement_partner_id = fields.Many2one(
        "res.partner",
        "Amazon as Partner",
        check_company=True,
        help="On fees, payouts and fee invoices.",
    )
    settlement_user_id = fields.Many2one(
        "res.users",
        "Accountant",
        help="Gets an activity when a settlement needs a rule or does not add up.",
    )
    settlement_ids = fields.One2many("amazon.settlement", "account_id")

    def action_create_settlement_accounts(self):
        """Ledger accounts, journal and partner for settlements, where none is set."""
        Setting = self.env["amazon.settlement.account"]
        Setting.check_access("create")
        self.check_access("read")
        done = Counter()
        for account in self:
            done.update(Setting._create_defaults(account))
        return self[:1]._notify(
            "success",
            self.env._(
                "%(proposed)s ledger accounts were taken from your chart, %(made)s were "
                "made. Look at them: you can change each one.",
                proposed=done["proposed"],
                made=done["made"],
            ),
        )

    def action_view_settlements(self):
        return self._open_own("amazon_settlement_action")

    def action_view_settlement_accounts(self):
        action = self._open_own("amazon_settlement_account_action")
        action["domain"] = [
            ("company_id", "=", self.company_id.id),
            ("account_id", "in", (False, self.id)),
        ]
        return action

    def _open_own(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"amazon_connector.{xmlid}"
        )
        return {**action, "domain": [("account_id", "=", self.id)], "context": {}}
