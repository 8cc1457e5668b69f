"""Which ledger accounts settlements are booked on: proposed, checked, found."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..sync.settlement_kinds import KINDS
from .settlement_case import COMMISSION, RESERVED, SALE, STORAGE
from .settlement_rules_case import AccountsCase

OWN = {key for key, kind in KINDS.items() if kind.own}


@tagged("post_install", "-at_install")
class TestProposal(AccountsCase):
    def test_refused_until_set(self):
        """row 11.7: nothing is booked until all is set; one sentence names what lacks"""
        account, _seller = self.us()
        settlement = self.settle(account, [self.row(STORAGE, "-7.00")])
        with self.assertRaises(UserError) as caught:
            settlement.action_book()
        text = str(caught.exception)
        for words in (
            "Settlement Journal",
            "Amazon as Partner",
            "Payouts in Transit",
            "Storage",
            "Propose from Chart of Accounts",
        ):
            self.assertIn(words, text)
        self.assertNotIn("Referral Fees", text)
        self.assertFalse(settlement.move_ids)
        self.set_up(account)
        settlement.action_book()
        self.assertTrue(settlement.move_ids)

    def test_one_thing_missing(self):
        """row 11.7: only what lacks is named"""
        account, _seller = self.bookable()
        settlement = self.settle(account, [self.row(STORAGE, "-7.00")])
        self.settings(account, "storage").unlink()
        with self.assertRaises(UserError) as caught:
            settlement.action_book()
        self.assertIn("Set first: Storage.", str(caught.exception))

    def test_everything_is_made(self):
        """row 11.8: a ledger account per kind, of its type, in the company's chart"""
        account, _seller = self.us()
        message = account.action_create_settlement_accounts()["params"]["message"]
        settings = self.settings(account)
        self.assertEqual(set(settings.mapped("kind")), set(KINDS))
        self.assertEqual(len(settings), len(KINDS))
        for setting in settings:
            kind, ledger = KINDS[setting.kind], setting.ledger_account_id
            self.assertEqual(bool(setting.account_id), kind.own, kind.label)
            self.assertEqual(setting.treatment, "expense", kind.label)
            self.assertIn(self.company, ledger.company_ids)
            if kind.reconcile:
                self.assertTrue(ledger.reconcile, kind.label)
            if setting.kind != "mptax":
                self.assertEqual(ledger.account_type, kind.account_type, kind.label)
        codes = settings.ledger_account_id.mapped("code")
        self.assertEqual(len(set(codes)), len(KINDS))
        made = settings.ledger_account_id.filtered(
            lambda a: a.name != KINDS["mptax"].name
        )
        self.assertIn(f"{len(made)} were made", message)

    def test_journal_and_partner(self):
        """row 11.8: a journal for settlements alone, and Amazon as a partner"""
        account, _seller = self.bookable()
        journal, partner = account.settlement_journal_id, account.settlement_partner_id
        self.assertEqual((journal.code, journal.type), ("AMZ", "general"))
        self.assertEqual(journal.name, "Amazon settlements")
        self.assertEqual(partner.company_id, self.company)
        bill = Form(
            self.env["account.move"].with_context(default_move_type="in_invoice")
        )
        bill.partner_id = partner
        with bill.invoice_line_ids.new() as line:
            line.name = "Fees of October"
            line.price_unit = 10
        term = bill.save().line_ids.filtered(lambda x: x.display_type == "payment_term")
        self.assertEqual(
            term.account_id, self.settings(account, "toinvoice").ledger_account_id
        )

    def test_second_amazon_account(self):
        """row 11.8: a second Amazon account has balances and a journal of its own"""
        first, _seller = self.bookable()
        second, _seller = self.us()
        second.name = "Second"
        self.set_up(second)
        for kind in KINDS:
            mine = self.settings(first, kind).ledger_account_id
            other = self.settings(second, kind).ledger_account_id
            self.assertEqual(len(mine), 1)
            self.assertEqual(mine != other, kind in OWN, kind)
        transit = self.settings(second, "transit").ledger_account_id
        self.assertEqual(transit.name, "Amazon payouts in transit (Second)")
        self.assertEqual(second.settlement_journal_id.code, "AMZ2")
        self.assertEqual(second.settlement_partner_id, first.settlement_partner_id)

    def test_pressed_twice(self):
        """row 11.8: pressed again, nothing is made, nothing is changed"""
        account, _seller = self.bookable()
        before = self.settings(account).read(["kind", "ledger_account_id"])
        ledgers = self.env["account.account"].search_count([])
        journals = self.env["account.journal"].search_count([])
        self.set_up(account)
        self.assertEqual(
            self.settings(account).read(["kind", "ledger_account_id"]), before
        )
        self.assertEqual(self.env["account.account"].search_count([]), ledgers)
        self.assertEqual(self.env["account.journal"].search_count([]), journals)

    def test_taken_from_the_chart(self):
        """row 11.8: accounts whose names say so are taken, others are left alone"""
        commission = self.make_ledger("Amazon Commissions")
        storage = self.make_ledger("AMAZON FBA STORAGE")
        plain = self.make_ledger("Storage rent")
        income = self.make_ledger("Amazon advertising", "income_other")
        loose = self.make_ledger("Amazon payouts in transit", "asset_current")
        account, _seller = self.bookable()
        for kind, ledger in (("commission", commission), ("storage", storage)):
            self.assertEqual(self.settings(account, kind).ledger_account_id, ledger)
        used = self.settings(account).ledger_account_id
        self.assertFalse(used & (plain | income))
        self.assertNotIn(loose, used, "it can't be reconciled")

    def test_what_a_person_chose(self):
        """row 11.8: what a person has set stays"""
        account, _seller = self.us()
        mine = self.make_ledger("My fees")
        journal = self.env["account.journal"].create(
            {"name": "Mine", "code": "MINE", "type": "general"}
        )
        setting = self.env["amazon.settlement.account"].create(
            {"kind": "commission", "ledger_account_id": mine.id}
        )
        account.settlement_journal_id = journal
        self.set_up(account)
        self.assertEqual(self.settings(account, "commission"), setting)
        self.assertEqual(setting.ledger_account_id, mine)
        self.assertEqual(account.settlement_journal_id, journal)

    def test_marketplace_tax_of_the_store(self):
        """row 6.8: tax that Amazon remits lies where the store's invoices put it"""
        account, _seller = self.us()
        tax = account.store_ids.collected_tax_id.invoice_repartition_line_ids
        mine = self.make_ledger("Facilitator tax", "liability_current")
        tax.filtered(lambda line: line.repartition_type == "tax").account_id = mine
        self.set_up(account)
        self.assertEqual(self.settings(account, "mptax").ledger_account_id, mine)

    def test_vat_country(self):
        """row 11.8: where Amazon's invoice decides the VAT, fees wait for it"""
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        account, _seller = self.bookable()
        for setting in self.settings(account):
            fee = KINDS[setting.kind].fee
            expected = "to_invoice" if fee else "expense"
            self.assertEqual(setting.treatment, expected, setting.kind)

    def test_no_chart(self):
        """row 11.7: a company without a chart of accounts is told to install one"""
        company = self.env["res.company"].create({"name": "Bare"})
        account, _seller = self.us()
        account.store_ids.unlink()
        account.company_id = company
        with self.assertRaises(UserError) as caught:
            account.action_create_settlement_accounts()
        self.assertIn("Bare has no chart of accounts yet", str(caught.exception))

    def test_nothing_connected(self):
        """row 11.7: without an Amazon account the button says what to do first"""
        self.env["amazon.account"].search([]).active = False
        with self.assertRaises(UserError) as caught:
            self.env["amazon.settlement.account"].action_propose()
        self.assertIn("Connect an Amazon account first", str(caught.exception))


@tagged("post_install", "-at_install")
class TestChoices(AccountsCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()

    def choose(self, kind, ledger, **values):
        self.settings(self.account, kind).write(
            {"ledger_account_id": ledger.id, **values}
        )

    def test_other_company(self):
        """case 51: a ledger account of another company is rejected on save"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        ledger = self.make_ledger("Theirs", company_ids=[Command.set(company.ids)])
        self.assertRefused("belongs to another company", self.choose, "fba", ledger)

    def test_archived(self):
        """case 51: an archived ledger account is rejected on save"""
        ledger = self.make_ledger("Old", active=False)
        self.assertRefused("is archived", self.choose, "fba", ledger)

    def test_archived_later(self):
        """case 51: archived after it was chosen: rejected before booking"""
        settlement = self.settle(self.account, [self.row(STORAGE, "-7.00")])
        self.settings(self.account, "storage").ledger_account_id.active = False
        with self.assertRaises(UserError) as caught:
            settlement.action_book()
        self.assertIn("is archived", str(caught.exception))
        self.assertFalse(settlement.move_ids)

    def test_receivable_and_payable(self):
        """case 51: accounts of orders and bills are rejected on save"""
        for account_type in ("asset_receivable", "liability_payable"):
            ledger = self.make_ledger("Trade", account_type, reconcile=True)
            for kind in ("fba", "transit"):
                self.assertRefused("receivable or payable", self.choose, kind, ledger)

    def test_fees_to_invoice_are_payable(self):
        """case 57: fees wait where Amazon's invoice is matched: on a payable account"""
        ledger = self.make_ledger("Accrued", "liability_current", reconcile=True)
        self.assertRefused("has to be a payable", self.choose, "toinvoice", ledger)

    def test_balances_are_reconciled(self):
        """rows 11.3, 11.8: a balance is proved by open items"""
        ledger = self.make_ledger("Loose", "asset_current", reconcile=False)
        self.assertRefused("allow reconciliation", self.choose, "reserve", ledger)

    def test_balances_are_apart(self):
        """rows 11.3, 11.8: two balances on one account could not be told apart"""
        transit = self.settings(self.account, "transit").ledger_account_id
        for kind in ("reserve", "fba"):
            self.assertRefused("could not be told apart", self.choose, kind, transit)
        fees = self.settings(self.account, "fba").ledger_account_id
        self.choose("storage", fees)  # fees may lie together

    def test_taxes(self):
        """row 11.7: a tax to take out has to be there, and to be a purchase tax"""
        fees = self.settings(self.account, "fba").ledger_account_id
        sale = self.env["account.tax"].create({"name": "S", "type_tax_use": "sale"})
        purchase = sale.copy({"name": "P", "type_tax_use": "purchase"})
        self.assertRefused(
            "no tax is chosen", self.choose, "fba", fees, treatment="tax"
        )
        values = {"treatment": "tax", "tax_ids": [Command.set(sale.ids)]}
        self.assertRefused("not a purchase tax", self.choose, "fba", fees, **values)
        values["tax_ids"] = [Command.set(purchase.ids)]
        self.choose("fba", fees, **values)
        transit = self.settings(self.account, "transit").ledger_account_id
        for treatment in ("tax", "to_invoice"):
            values["treatment"] = treatment
            self.assertRefused(
                "is no fee of Amazon's", self.choose, "transit", transit, **values
            )

    def test_one_setting_per_kind(self):
        """row 11.8: a kind has one ledger account in the same place"""
        setting = self.settings(self.account, "fba")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.cr.savepoint():
                setting.copy()

    def test_narrowest_wins(self):
        """rows 11.5, 11.8: the store's account, else the Amazon account's, else all's"""
        store = self.account.store_ids
        other, _seller = self.us()
        ledgers = [self.make_ledger(f"Amazon fee {n}") for n in range(2)]
        Setting = self.env["amazon.settlement.account"]
        form = Form(Setting)
        form.kind, form.store_id = "fba", store
        self.assertEqual(form.account_id, self.account)
        form.ledger_account_id = ledgers[0]
        of_store = form.save()
        resolver = Setting._resolver(self.account)
        general = self.settings(other, "fba")
        self.assertEqual(resolver.get("fba", store), of_store)
        self.assertEqual(resolver.get("fba"), general)
        mine = Setting.create(
            {
                "kind": "fba",
                "account_id": self.account.id,
                "ledger_account_id": ledgers[1].id,
            }
        )
        resolver = Setting._resolver(self.account)
        self.assertEqual(resolver.get("fba"), mine)
        self.assertEqual(resolver.get("fba", store), of_store)
        self.assertEqual(Setting._resolver(other).get("fba", other.store_ids), general)

    def test_found_without_queries(self):
        """row 11.8: asked for every line, the database is asked once"""
        store = self.account.store_ids
        store.read(["account_id"])
        self.env.flush_all()
        self.env["amazon.settlement.account"].invalidate_model()
        with self.assertQueryCount(1):
            resolver = self.env["amazon.settlement.account"]._resolver(self.account)
            for kind in KINDS:
                setting = resolver.get(kind, store)
                self.assertTrue(setting.ledger_account_id.id)
                self.assertTrue(setting.treatment)

    def test_named_when_missing(self):
        """row 11.7: which kind has no account, and where to set it"""
        self.settings(self.account, "loan").unlink()
        resolver = self.env["amazon.settlement.account"]._resolver(self.account)
        with self.assertRaises(UserError) as caught:
            resolver.get("loan")
        self.assertIn("'Loan'", str(caught.exception))
        self.assertIn("Configuration > Settlement Accounts", str(caught.exception))

    def test_booked_there(self):
        """rows 11.5, 11.8: rows are booked on the accounts that are set"""
        mine = self.make_ledger("My referral fees")
        self.choose("commission", mine)
        ref, _invoice = self.sell(self.account, "100.00")
        settlement = self.post(
            self.account,
            [
                self.row(SALE, "100.00", ref),
                self.row(COMMISSION, "-15.00", ref),
                self.row(RESERVED, "-20.00"),
            ],
        )
        lines = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == mine)
        self.assertEqual(sum(lines.mapped("balance")), 15)


@tagged("post_install", "-at_install")
class TestAccountsRights(AccountsCase):
    def test_who_may(self):
        """row 1.7: users look, accounting and Amazon administrators set"""
        account, _seller = self.bookable()
        setting = self.settings(account, "fba")
        user = new_test_user(
            self.env,
            "looker",
            groups="amazon_connector.group_amazon_user,account.group_account_invoice",
        )
        self.assertTrue(setting.with_user(user).read(["ledger_account_id"]))
        with self.assertRaises(AccessError):
            setting.with_user(user).treatment = "to_invoice"
        with self.assertRaises(AccessError):
            account.with_user(user).action_create_settlement_accounts()
        for name, groups in (
            ("bookkeeper", "account.group_account_manager"),
            ("owner", "amazon_connector.group_amazon_manager"),
        ):
            groups += ",amazon_connector.group_amazon_user"
            writer = new_test_user(self.env, name, groups=groups)
            setting.with_user(writer).treatment = "to_invoice"
            setting.treatment = "expense"
            self.settings(account, "removal").unlink()
            Setting = self.env["amazon.settlement.account"].with_user(writer)
            Setting.action_propose()
            self.assertTrue(self.settings(account, "removal"))

    def test_changes_are_on_record(self):
        """row 1.7: who changed which account when stays on record"""
        account, _seller = self.bookable()
        setting = self.settings(account, "fba")
        self.flush_tracking()
        setting.ledger_account_id = self.make_ledger("Another")
        self.flush_tracking()
        tracked = setting.message_ids.tracking_value_ids
        self.assertEqual(tracked.field_id.name, "ledger_account_id")
        self.assertIn("Another", tracked.new_value_char)
