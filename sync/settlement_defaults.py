"""What an Amazon account gets, so that its settlements can be booked: a ledger account
per kind, a journal, and Amazon as a partner. Nothing a person has chosen is touched.

A ledger account of the company's own chart is taken when its name says so; the others
are made, with codes next to their kin.
"""

from collections import Counter

from odoo.exceptions import UserError
from odoo.fields import Command

from .settlement_kinds import KINDS
from .settlement_rules import normalise

QUIET = {"tracking_disable": True, "mail_create_nolog": True}
# where new accounts start in a chart that has none of the type
FIRST_CODES = {
    "asset_current": "101800",
    "liability_current": "251800",
    "liability_payable": "211800",
    "expense": "621000",
    "income_other": "451000",
}
JOURNAL = "AMZ"
PARTNER = "Amazon"
# countries whose VAT or GST stands on invoices of Amazon's, not in the settlement
VAT_COUNTRIES = set(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "
    "GB XI CH NO IS LI MC TR AE SA EG ZA IN JP AU NZ SG MX BR".split()
)


def create(account):
    """Fill in what is missing; Counter of ``proposed`` and ``made`` ledger accounts."""
    account.ensure_one()
    company = account.company_id
    account = account.sudo().with_company(company).with_context(**QUIET)
    env = account.env
    done = Counter()
    resolver = env["amazon.settlement.account"]._resolver(account)
    missing = [kind for kind in KINDS if not resolver.find(kind)]
    if missing:
        chart = _Chart(account)
        ledgers = {kind: chart.propose(kind) for kind in missing}
        new = [kind for kind, ledger in ledgers.items() if not ledger]
        ledgers.update(zip(new, chart.make(new), strict=True))
        done.update(made=len(new), proposed=len(missing) - len(new))
        env["amazon.settlement.account"].create(
            [_setting(account, kind, ledger) for kind, ledger in ledgers.items()]
        )
        resolver = env["amazon.settlement.account"]._resolver(account)
    if not account.settlement_journal_id:
        account.settlement_journal_id = _journal(account)
    if not account.settlement_partner_id:
        payable = resolver.get("toinvoice").ledger_account_id
        account.settlement_partner_id = _partner(account, payable)
    return done


def _setting(account, kind, ledger):
    company = account.company_id
    fee_of_vat = KINDS[kind].fee and _has_vat(company)
    return {
        "company_id": company.id,
        "account_id": KINDS[kind].own and account.id,
        "kind": kind,
        "ledger_account_id": ledger.id,
        "treatment": "to_invoice" if fee_of_vat else "expense",
    }


def _has_vat(company):
    return company.account_fiscal_country_id.code in VAT_COUNTRIES


def _suffix(account):
    """Tells the Amazon account where the company has several."""
    Account = account.with_context(active_test=False)
    siblings = Account.search_count([("company_id", "=", account.company_id.id)])
    return f" ({account.name})" if siblings > 1 else ""


class _Chart:
    """The company's ledger accounts, as settings may use them."""

    def __init__(self, account):
        self.account = account
        self.company = account.company_id
        self.Ledger = account.env["account.account"]
        self.ledgers = self.Ledger.search(
            self.Ledger._check_company_domain(self.company), order="code, id"
        )
        if not self.ledgers:
            raise UserError(
                account.env._(
                    "Company %s has no chart of accounts yet. Install one (Invoicing > "
                    "Configuration > Settings > Fiscal Localization), then try again.",
                    self.company.name,
                )
            )
        settings = account.env["amazon.settlement.account"].search(
            [("company_id", "=", self.company.id)]
        )
        self.used = settings.ledger_account_id
        self.suffix = _suffix(account)
        self.taken = set(self.ledgers.mapped("code"))

    def propose(self, kind):
        """An account of the chart that is meant for it, or none."""
        ledger = self._known(kind) or next(
            (ledger for ledger in self.ledgers if self._suits(ledger, kind)), None
        )
        if ledger:
            self.used |= ledger
        return ledger

    def _known(self, kind):
        """Accounts that other settings of the company already tell."""
        stores = self.account.store_ids
        if kind == "mptax":
            taxes = stores.collected_tax_id.invoice_repartition_line_ids
            return taxes.account_id.filtered("active")[:1]
        if kind == "feetax" and _has_vat(self.company):
            tax = self.company.account_purchase_tax_id.invoice_repartition_line_ids
            return tax.account_id.filtered("active")[:1]
        return None

    def _suits(self, ledger, kind):
        wanted = KINDS[kind]
        payable = "liability_payable"
        return (
            ledger not in self.used
            and ledger.internal_group == wanted.account_type.split("_")[0]
            and ledger.account_type not in ("asset_receivable", "asset_cash")
            and (ledger.account_type == payable) == (wanted.account_type == payable)
            and (ledger.reconcile or not wanted.reconcile)
            and self._named(ledger, wanted)
        )

    def _named(self, ledger, wanted):
        name = normalise(ledger.name)
        if name in (normalise(wanted.name), normalise(wanted.name + self.suffix)):
            return True
        return "amazon" in name and any(normalise(w) in name for w in wanted.words)

    def make(self, kinds):
        last, values = {}, []
        for kind in kinds:
            wanted = KINDS[kind]
            name = wanted.name + (self.suffix if wanted.own else "")
            values.append(
                {
                    "name": name,
                    "code": self._new_code(wanted.account_type, last),
                    "account_type": wanted.account_type,
                    "reconcile": wanted.reconcile,
                    "company_ids": [Command.set(self.company.ids)],
                }
            )
        return self.Ledger.create(values)

    def _new_code(self, account_type, last):
        """The next free code after the last account of the type."""
        start = last.get(account_type)
        if not start:
            kin = self.ledgers.filtered(
                lambda ledger: ledger.account_type == account_type
            )
            start = kin[-1:].code or FIRST_CODES[account_type]
        last[account_type] = self.Ledger._search_new_account_code(start, self.taken)
        self.taken.add(last[account_type])
        return last[account_type]


def _journal(account):
    """One per Amazon account: two of them may book at the same time."""
    env, company = account.env, account.company_id
    Journal = env["account.journal"].with_context(active_test=False)
    journals = Journal.search([("company_id", "=", company.id)])
    codes = set(journals.mapped("code"))
    code = next(
        code
        for number in range(1, 100)
        if (code := f"{JOURNAL}{number if number > 1 else ''}") not in codes
    )
    return Journal.create(
        {
            "name": env._("Amazon settlements") + _suffix(account),
            "code": code,
            "type": "general",
            "company_id": company.id,
        }
    )


def _partner(account, payable):
    """Amazon, whose bills are booked where its fees wait for them."""
    Partner = account.env["res.partner"]
    company = account.company_id
    return Partner.search(
        [("name", "=", PARTNER), ("company_id", "=", company.id)], limit=1
    ) or Partner.create(
        {
            "name": PARTNER,
            "is_company": True,
            "company_id": company.id,
            "supplier_rank": 1,
            "property_account_payable_id": payable.id,
        }
    )
