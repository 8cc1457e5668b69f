from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..sync import settlement_defaults
from ..sync.settlement_kinds import KINDS

OWN = [key for key, kind in KINDS.items() if kind.own]
# without these no settlement can be booked
ALWAYS = ("transit", "suspense")


class AmazonSettlementAccount(models.Model):
    """Which ledger account a kind of settlement row is booked on, and with what tax."""

    _name = "amazon.settlement.account"
    _description = "Amazon Settlement Account"
    _inherit = ["mail.thread", "analytic.mixin"]
    _check_company_auto = True
    _order = "company_id, sequence, account_id, store_id, id"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        default=lambda self: self.env.company,
    )
    account_id = fields.Many2one(
        "amazon.account",
        "Amazon Account",
        check_company=True,
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        index=True,
        help="Empty: for all Amazon accounts of the company.",
    )
    store_id = fields.Many2one(
        "amazon.store",
        check_company=True,
        ondelete="cascade",
        help="Empty: for all stores.",
    )
    kind = fields.Selection(
        [(key, kind.label) for key, kind in KINDS.items()], required=True, tracking=True
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    ledger_account_id = fields.Many2one(
        "account.account",
        required=True,
        tracking=True,
        ondelete="restrict",
        domain="[('company_ids', 'parent_of', company_id)]",
    )
    ledger_code = fields.Char("Code", related="ledger_account_id.code", tracking=False)
    treatment = fields.Selection(
        [
            ("expense", "Whole amount"),
            ("tax", "Contains tax"),
            ("to_invoice", "To be invoiced by Amazon"),
        ],
        default="expense",
        required=True,
        tracking=True,
        help="Whole amount: booked as it stands. Contains tax: the taxes below are "
        "taken out of it. To be invoiced by Amazon: it waits on 'Fees to Be Invoiced' "
        "until Amazon's monthly tax invoice is entered as a vendor bill.",
    )
    tax_ids = fields.Many2many(
        "account.tax", check_company=True, domain="[('type_tax_use', '=', 'purchase')]"
    )
    partner_id = fields.Many2one(
        "res.partner",
        check_company=True,
        tracking=True,
        help="Empty: Amazon, as set on the Amazon account.",
    )

    _kind_uniq = models.UniqueIndex(
        "(company_id, kind, COALESCE(account_id, 0), COALESCE(store_id, 0))",
        "This kind has a ledger account already. Change that one.",
    )

    @api.depends("account_id")
    def _compute_company_id(self):
        for setting in self:
            if setting.account_id:
                setting.company_id = setting.account_id.company_id

    @api.depends("store_id")
    def _compute_account_id(self):
        for setting in self:
            if setting.store_id:
                setting.account_id = setting.store_id.account_id

    @api.depends("kind")
    def _compute_sequence(self):
        order = list(KINDS)
        for setting in self:
            setting.sequence = order.index(setting.kind) if setting.kind else 0

    @api.depends("kind", "account_id.name", "store_id.name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for setting in self:
            of = setting.store_id.name or setting.account_id.name
            label = labels.get(setting.kind, "")
            setting.display_name = f"{label} ({of})" if of else label

    # -- what may be chosen ---------------------------------------------------------------

    @api.constrains(
        "company_id",
        "account_id",
        "store_id",
        "kind",
        "ledger_account_id",
        "treatment",
        "tax_ids",
    )
    def _check_setting(self):
        for setting in self:
            if problem := setting._problem():
                raise ValidationError(problem)

    def _problem(self):
        """What is wrong, in one sentence, or False."""
        self.ensure_one()
        self = self.sudo()
        ledger = self.ledger_account_id
        names = {"kind": self.display_name, "account": ledger.display_name}
        return (
            self._problem_of_company(ledger, names)
            or self._problem_of_type(ledger, names)
            or self._problem_of_sharing(ledger, names)
            or self._problem_of_tax(names)
        )

    def _problem_of_company(self, ledger, names):
        company = self.company_id
        if not ledger.filtered_domain(ledger._check_company_domain(company)):
            return self.env._(
                "%(account)s for '%(kind)s' belongs to another company. Choose a ledger "
                "account of %(company)s.",
                company=company.name,
                **names,
            )
        if not ledger.active:
            return self.env._(
                "%(account)s for '%(kind)s' is archived. Choose another ledger account.",
                **names,
            )
        return False

    def _problem_of_type(self, ledger, names):
        if self.kind == "toinvoice":
            return ledger.account_type != "liability_payable" and self.env._(
                "%(account)s for '%(kind)s' has to be a payable account, so that "
                "Amazon's invoices can be matched with it. Choose or make one.",
                **names,
            )
        if ledger.account_type in ("asset_receivable", "liability_payable"):
            return self.env._(
                "%(account)s for '%(kind)s' is a receivable or payable: those are for "
                "orders and bills. Choose another ledger account.",
                **names,
            )
        if KINDS[self.kind].reconcile and not ledger.reconcile:
            return self.env._(
                "%(account)s for '%(kind)s' has to allow reconciliation: its open items "
                "prove the balance. Tick 'Allow Reconciliation' on it or choose another "
                "ledger account.",
                **names,
            )
        return False

    def _problem_of_sharing(self, ledger, names):
        """A balance proves itself by its open items, so nothing else may lie there."""
        others = self.search(
            [
                ("ledger_account_id", "=", ledger.id),
                ("company_id", "=", self.company_id.id),
                ("kind", "!=", self.kind),
            ]
        )
        if self.kind not in OWN:
            others = others.filtered(lambda other: other.kind in OWN)
        return bool(others) and self.env._(
            "%(account)s for '%(kind)s' is used for '%(other)s' already: the two "
            "balances could not be told apart. Choose another ledger account.",
            other=others[0].display_name,
            **names,
        )

    def _problem_of_tax(self, names):
        if self.treatment != "expense" and not KINDS[self.kind].fee:
            return self.env._(
                "'%(kind)s' is no fee of Amazon's, so it can neither contain tax nor be "
                "invoiced. Choose 'Whole amount'.",
                **names,
            )
        if self.treatment == "tax" and not self.tax_ids:
            return self.env._(
                "'%(kind)s' contains tax, but no tax is chosen. Choose the taxes, or "
                "another treatment.",
                **names,
            )
        wrong = self.tax_ids.filtered(lambda tax: tax.type_tax_use != "purchase")
        return bool(wrong) and self.env._(
            "%(tax)s can't be used for '%(kind)s': it is not a purchase tax. Choose a "
            "purchase tax.",
            tax=wrong[0].name,
            **names,
        )

    # -- what flows ask for -------------------------------------------------------------

    @api.model
    def _resolver(self, account):
        """The Resolver of an Amazon account; asks the database once."""
        domain = Domain("company_id", "=", account.company_id.id) & Domain(
            "account_id", "in", (False, account.id)
        )
        names = [
            "kind",
            "account_id",
            "store_id",
            "ledger_account_id",
            "treatment",
            "partner_id",
            "analytic_distribution",
        ]
        return Resolver(account, self.search_fetch(domain, names))

    @api.model
    def _check_complete(self, account, kinds=()):
        """Before booking: everything a settlement of `account` needs is set.

        :param kinds: those its rows are of
        :raises UserError: one sentence that names all that is missing
        """
        missing = [
            account._fields[name]._description_string(self.env)
            for name in ("settlement_journal_id", "settlement_partner_id")
            if not account[name]
        ]
        resolver = self._resolver(account)
        wanted = dict.fromkeys((*ALWAYS, *filter(None, kinds)))
        if account.settlement_split == "month":
            wanted["carried"] = None
        chosen = {kind: resolver.find(kind) for kind in wanted}
        if any(setting.treatment == "to_invoice" for setting in chosen.values()):
            chosen["toinvoice"] = resolver.find("toinvoice")
        missing += [resolver.label(kind) for kind in chosen if not chosen[kind]]
        if missing:
            raise UserError(
                self.env._(
                    "Settlements of %(account)s can't be booked yet. Set first: "
                    "%(missing)s. Amazon > Configuration > Settlement Accounts > "
                    "Propose from Chart of Accounts does it for you.",
                    account=account.name,
                    missing=", ".join(missing),
                )
            )
        for setting in chosen.values():
            if problem := setting._problem():
                raise UserError(problem)

    @api.model
    def _create_defaults(self, account):
        """Set what is not set; Counter of ``proposed`` and ``made`` ledger accounts."""
        return settlement_defaults.create(account)

    @api.model
    def action_propose(self):
        """For every Amazon account of the companies one works in."""
        accounts = self.env["amazon.account"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        if not accounts:
            raise UserError(
                self.env._("Connect an Amazon account first (Configuration > Connect).")
            )
        return accounts.action_create_settlement_accounts()


class Resolver:
    """{kind: ledger account} of an Amazon account, the narrowest setting first."""

    def __init__(self, account, settings):
        self._account = account
        self._none = settings.browse()
        self._settings = {
            (setting.kind, setting.store_id.id, setting.account_id.id): setting
            for setting in settings
        }

    def find(self, kind, store=None):
        """The setting of the store, else of the Amazon account, else of the company."""
        account = self._account.id
        keys = [(store.id, account)] if store else []
        for key in (*keys, (False, account), (False, False)):
            if setting := self._settings.get((kind, *key)):
                return setting
        return self._none

    def get(self, kind, store=None):
        """The same; UserError names the kind that has none, and where to set it."""
        if setting := self.find(kind, store):
            return setting
        env = self._account.env
        raise UserError(
            env._(
                "There is no ledger account for '%(kind)s' of %(account)s. Set it in "
                "Amazon > Configuration > Settlement Accounts.",
                kind=self.label(kind),
                account=self._account.name,
            )
        )

    def label(self, kind):
        labels = self._none._fields["kind"]._description_selection(self._account.env)
        return dict(labels)[kind]
