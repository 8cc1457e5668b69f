from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..sync.settlement_kinds import KINDS
from ..sync.settlement_rules import Rule, Rules, normalise_pattern
from .amazon_settlement_line import CATEGORIES, ROLES

PATTERNS = ("transaction_type", "amount_type", "amount_description")
ORDER_ROLES = ("order", "refund")
# what a suggestion for an amount of the other sign would make no sense of
USUAL_SIGN = {"expense": "-", "fee_tax": "-", "income": "+"}
# which rules are asked first
SPECIFICITY = {"account_id": 4, "company_id": 2, "marketplace_id": 1, "is_mcf": 1}
MCF = "Non-Amazon*"


class AmazonSettlementMapping(models.Model):
    """A rule: what a settlement's rows of some wording are, and how they are booked."""

    _name = "amazon.settlement.mapping"
    _description = "Amazon Settlement Rule"
    _inherit = ["mail.thread", "analytic.mixin"]
    _check_company_auto = True
    _order = "sequence, id"
    _rec_names_search = ["amount_description", "amount_type", "transaction_type"]

    sequence = fields.Integer(
        copy=False, help="Of two rules that fit equally narrowly, the upper one wins."
    )
    active = fields.Boolean(default=True, tracking=True)
    origin = fields.Selection(
        [("shipped", "Shipped"), ("user", "Own")],
        default="user",
        required=True,
        readonly=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        default=lambda self: self.env.company,
        help="Empty: for all companies.",
    )
    account_id = fields.Many2one(
        "amazon.account",
        "Amazon Account",
        check_company=True,
        ondelete="cascade",
        help="Empty: for all Amazon accounts.",
    )
    marketplace_id = fields.Many2one(
        "amazon.marketplace", help="Empty: for all marketplaces."
    )
    marketplace_name = fields.Char(related="marketplace_id.name", store=True)
    is_mcf = fields.Boolean(
        "Only Multi-Channel Fulfillment",
        help="Only rows of orders from outside Amazon (marketplace 'Non-Amazon …').",
    )

    transaction_type = fields.Char(default="*", tracking=True)
    amount_type = fields.Char(default="*", tracking=True)
    amount_description = fields.Char(
        default="*",
        tracking=True,
        help="Letters and digits are compared, case and spaces are not. * stands for "
        "anything, at any place; an empty field means that Amazon leaves it empty.",
    )

    role = fields.Selection(
        [role for role in ROLES if role[0] != "suspense"], required=True, tracking=True
    )
    kind = fields.Selection(
        [(key, kind.label) for key, kind in KINDS.items() if kind.roles],
        "Booked On",
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Settlement Accounts say which ledger account that is. The money of orders "
        "and refunds is booked where it is open.",
    )
    category = fields.Selection(
        [category for category in CATEGORIES if category[0] != "unmapped"],
        "Shown Under",
        required=True,
        tracking=True,
        help="Where Seller Central's summary shows it.",
    )
    expected_sign = fields.Selection(
        [("+", "+"), ("-", "-")],
        tracking=True,
        help="A row with the other sign is marked, so that somebody looks at it.",
    )
    closes_earlier = fields.Boolean(
        "Closes an Earlier Balance",
        tracking=True,
        help="The row gives back what an earlier settlement left open: the two are "
        "reconciled when they are equal.",
    )
    note = fields.Char()

    ledger_account_id = fields.Many2one(
        "account.account",
        tracking=True,
        domain="[('company_ids', 'parent_of', company_id)]",
        help="Instead of the settlement account. Needs a company.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        check_company=True,
        help="Taxes contained in the amount, when it is booked on this rule's own "
        "ledger account.",
    )
    partner_id = fields.Many2one("res.partner", check_company=True, tracking=True)
    row_count = fields.Integer("Rows", compute="_compute_row_count")

    @api.depends("account_id")
    def _compute_company_id(self):
        for rule in self:
            if rule.account_id:
                rule.company_id = rule.account_id.company_id

    @api.depends("role")
    def _compute_kind(self):
        """The only kind a role has; none that it can't have."""
        for rule in self:
            kinds = _kinds_of(rule.role)
            if rule.kind not in kinds:
                rule.kind = kinds[0] if len(kinds) == 1 else False

    @api.depends(*PATTERNS)
    def _compute_display_name(self):
        for rule in self:
            texts = [rule[name] or self.env._("(empty)") for name in PATTERNS]
            rule.display_name = " / ".join(text for text in texts if text != "*")

    def _compute_row_count(self):
        counts = dict(
            self.env["amazon.settlement.line"]._read_group(
                [("mapping_id", "in", self.ids)], ["mapping_id"], ["__count"]
            )
        )
        for rule in self:
            rule.row_count = counts.get(rule, 0)

    # -- what may stand in a rule -------------------------------------------------------

    @api.constrains(*PATTERNS)
    def _check_patterns(self):
        for rule in self:
            if not any(normalise_pattern(rule[name]).strip("*") for name in PATTERNS):
                raise ValidationError(
                    self.env._(
                        "This rule would take every row. Write at least one of "
                        "transaction type, amount type and description."
                    )
                )

    @api.constrains(
        *PATTERNS,
        "company_id",
        "account_id",
        "marketplace_id",
        "is_mcf",
        "origin",
        "active",
    )
    def _check_unique(self):
        """Two rules for the same rows: nobody could tell which one counts."""
        seen = {}
        for rule in self.sudo().search([("origin", "in", self.mapped("origin"))]):
            key = (rule.company_id, rule.account_id, rule.marketplace_id, rule.is_mcf)
            twin = seen.setdefault((*key, rule.origin, rule._patterns()), rule)
            if twin != rule:
                raise ValidationError(
                    self.env._(
                        "Rule '%s' is for the same rows already. Change that one.",
                        twin.display_name,
                    )
                )

    @api.constrains("role", "kind")
    def _check_kind(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for rule in self:
            if rule.role in ORDER_ROLES and rule.kind:
                raise ValidationError(
                    self.env._(
                        "Rule '%(rule)s' is for %(role)s, which is booked where the "
                        "order is open. Leave 'Booked On' empty.",
                        rule=rule.display_name,
                        role=labels[rule.role],
                    )
                )
            if rule.role not in ORDER_ROLES and rule.kind not in _kinds_of(rule.role):
                names = [KINDS[kind].label for kind in _kinds_of(rule.role)]
                raise ValidationError(
                    self.env._(
                        "Rule '%(rule)s' is for %(role)s. Choose in 'Booked On' one of: "
                        "%(kinds)s.",
                        rule=rule.display_name,
                        role=labels[rule.role],
                        kinds=", ".join(names),
                    )
                )

    @api.constrains(
        "company_id",
        "role",
        "ledger_account_id",
        "tax_ids",
        "partner_id",
        "analytic_distribution",
    )
    def _check_own_booking(self):
        for rule in self:
            if problem := rule._problem():
                raise ValidationError(problem)

    def _check_usable(self):
        """Before booking: a ledger account may have been archived since.

        :raises UserError: one sentence
        """
        for rule in self:
            if problem := rule._problem():
                raise UserError(problem)

    def _problem(self):
        """What is wrong with the rule's own way of booking, in one sentence, or False."""
        self.ensure_one()
        self = self.sudo()
        company, ledger = self.company_id, self.ledger_account_id
        names = {"rule": self.display_name, "account": ledger.display_name}
        own = ledger or self.tax_ids or self.partner_id or self.analytic_distribution
        if own and not company:
            return self.env._(
                "Rule '%(rule)s' is for all companies, so it can't have a ledger "
                "account, taxes, partner or analytic distribution. Choose its company.",
                **names,
            )
        if ledger and self.role in ORDER_ROLES:
            return self.env._(
                "Rule '%(rule)s' is for the money of orders, which is booked where the "
                "order is open. Take out the ledger account.",
                **names,
            )
        if self.tax_ids and not ledger:
            return self.env._(
                "Rule '%(rule)s' has taxes but no ledger account of its own. Choose the "
                "ledger account, or set the taxes in Settlement Accounts.",
                **names,
            )
        use = "sale" if self.role == "income" else "purchase"
        if wrong := self.tax_ids.filtered(lambda tax: tax.type_tax_use != use):
            return self.env._(
                "%(tax)s can't be used in rule '%(rule)s': take sales taxes for income "
                "and purchase taxes for everything else.",
                tax=wrong[0].name,
                **names,
            )
        if not ledger:
            return False
        if not ledger.filtered_domain(ledger._check_company_domain(company)):
            return self.env._(
                "Ledger account %(account)s of rule '%(rule)s' belongs to another "
                "company. Choose one of %(company)s.",
                company=company.name,
                **names,
            )
        if not ledger.active:
            return self.env._(
                "Ledger account %(account)s of rule '%(rule)s' is archived. Choose "
                "another one.",
                **names,
            )
        if ledger.account_type in ("asset_receivable", "liability_payable"):
            return self.env._(
                "Ledger account %(account)s of rule '%(rule)s' is a receivable or "
                "payable: those are for orders and bills. Choose another one.",
                **names,
            )
        return False

    # -- rules that come with the connector -----------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Own rules stand above the shipped ones, the newest last."""
        if not self.env.su:
            vals_list = [{**values, "origin": "user"} for values in vals_list]
        if any("sequence" not in values for values in vals_list):
            last = (
                self.sudo()
                .with_context(active_test=False)
                .search_fetch(
                    [("origin", "=", "user")],
                    ["sequence"],
                    order="sequence desc",
                    limit=1,
                )
            )
            for number, values in enumerate(vals_list, last.sequence + 1):
                values.setdefault("sequence", number)
        return super().create(vals_list)

    def copy_data(self, default=None):
        """A copy is made to be changed: for the company one works in."""
        return [
            {**values, "company_id": values.get("company_id") or self.env.company.id}
            for values in super().copy_data(default)
        ]

    def write(self, vals):
        if not self.env.su and set(vals) - {"active"}:
            self._refuse_shipped()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        if not self.env.su:
            self._refuse_shipped()

    def _refuse_shipped(self):
        if shipped := self.filtered(lambda rule: rule.origin == "shipped"):
            raise UserError(
                self.env._(
                    "Rule '%s' comes with the connector and is renewed by its updates. "
                    "Duplicate it and change the copy, which goes first; or archive it.",
                    shipped[0].display_name,
                )
            )

    # -- what flows ask for -------------------------------------------------------------

    def _patterns(self):
        return tuple(normalise_pattern(self[name]) for name in PATTERNS)

    @api.model
    def _rules(self, account):
        """The Rules for the settlements of an Amazon account; keys are record ids."""
        domain = Domain("company_id", "in", (False, account.company_id.id)) & Domain(
            "account_id", "in", (False, account.id)
        )
        names = [
            "sequence",
            *SPECIFICITY,
            *PATTERNS,
            "marketplace_name",
            "role",
            "kind",
            "category",
            "expected_sign",
        ]
        return Rules(rule._rule() for rule in self.search_fetch(domain, names))

    def _rule(self):
        sign = self.expected_sign or USUAL_SIGN.get(self.role, "")
        return Rule(
            sequence=self.sequence,
            specificity=sum(n for name, n in SPECIFICITY.items() if self[name]),
            marketplace=MCF if self.is_mcf else self.marketplace_name or "",
            **{name: self[name] or "" for name in PATTERNS},
            key=self.id,
            sign=sign,
        )

    def action_duplicate(self):
        """A rule of the company's own, to be changed; it goes first."""
        return self.copy().get_formview_action()

    def action_view_rows(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_settlement_line_action"
        )
        action["domain"] = [("mapping_id", "in", self.ids)]
        action["context"] = {}
        return action


def _kinds_of(role):
    return [key for key, kind in KINDS.items() if role in kind.roles]
