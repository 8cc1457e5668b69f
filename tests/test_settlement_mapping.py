"""Rules in the database: shipped and own ones, and the rows that none knows."""

import csv

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .settlement_case import COMMISSION, STORAGE, UNKNOWN
from .settlement_rules_case import BOOKKEEPER, MappingCase
from .test_settlement_rules import KNOWN, SHIPPED

OTHER = "other-transaction"


@tagged("post_install", "-at_install")
class TestRuleRecords(MappingCase):
    def test_all_are_shipped(self):
        """row 11.6: every rule of the file is there, for all companies"""
        with SHIPPED.open(newline="", encoding="utf-8") as file:
            count = len(list(csv.DictReader(file)))
        self.assertEqual(len(self.shipped()), count)
        self.assertFalse(self.shipped().company_id)
        for triple, (role, kind) in KNOWN.items():
            rule = self.found(triple, "Amazon.com")
            self.assertEqual((rule.role, rule.kind or ""), (role, kind), triple)

    def test_asked_once(self):
        """row 11.6: the rules of an account are one query"""
        self.env.flush_all()
        self.Rule.invalidate_model()
        with self.assertQueryCount(1):
            rules = self.Rule._rules(self.account)
            for triple in KNOWN:
                rules.find(triple, "Amazon.com")

    def test_own_rules_win(self):
        """case 50: company before all, account before company; then the order shown"""
        triple = ("Order", "ItemFees", "Commission")
        shipped = self.found(triple)
        self.assertEqual(shipped.origin, "shipped")
        values = {"transaction_type": "Order", "amount_type": "ItemFees"}
        general = self.rule("*", company_id=False, **values)
        self.assertEqual(self.found(triple), general, "own rules stand above")
        company = self.rule("*", **values)
        self.assertEqual(self.found(triple), company)
        de = self.env.ref("amazon_connector.amazon_marketplace_de")
        market = self.rule("*", marketplace_id=de.id, **values)
        self.assertEqual(self.found(triple, "Amazon.de"), market)
        self.assertEqual(self.found(triple, "Amazon.com"), company)
        account = self.rule("*", account_id=self.account.id, **values)
        self.assertEqual(self.found(triple, "Amazon.de"), account)
        other, _seller = self.us()
        self.assertEqual(self.found(triple, "Amazon.de", other), market)

    def test_sequence_decides(self):
        """case 50: of two equally narrow rules the upper one wins, in every view"""
        first = self.rule("Something*")
        second = self.rule("*new")
        self.assertLess(first.sequence, second.sequence)
        self.assertEqual(self.found(UNKNOWN), first)
        second.sequence = first.sequence - 1
        self.assertEqual(self.found(UNKNOWN), second)
        self.assertEqual(self.Rule.search([], limit=1), second)

    def test_the_winner_is_shown(self):
        """case 50: the row names the rule it fell under"""
        mine = self.rule("Storage Fee", note="Ours")
        settlement = self.settle(self.account, [self.row(STORAGE, "-7.00")])
        self.assertEqual(settlement.line_ids.mapping_id, mine)
        self.assertEqual(mine.row_count, 1)
        action = mine.action_view_rows()
        rows = self.env["amazon.settlement.line"].search(action["domain"])
        self.assertEqual(rows, settlement.line_ids)
        self.assertEqual(settlement.line_ids.kind, "feeadj")

    def test_archived_rules_are_silent(self):
        """row 11.6: an archived rule is not asked"""
        rule = self.rule()
        rule.action_archive()
        self.assertFalse(self.found(UNKNOWN))

    def test_other_company(self):
        """row 1.4: a company's rules are for its own settlements"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.rule(company_id=company.id)
        self.assertFalse(self.found(UNKNOWN))

    def test_readable(self):
        """row 11.6: a rule is called by the wording it is for"""
        rule = self.rule(amount_type="ItemFees", transaction_type="Order")
        self.assertEqual(rule.display_name, "Order / ItemFees / Something new")
        self.assertEqual(self.rule("X*").display_name, "X*")


@tagged("post_install", "-at_install")
class TestRuleChecks(MappingCase):
    def test_too_wide(self):
        """row 11.6: a rule that takes every row is refused"""
        for description in ("*", "**", "- *", False):
            self.assertRefused("would take every row", self.rule, description)

    def test_unique(self):
        """case 50: a second rule for the same rows in the same place is refused"""
        self.rule("Something new")
        self.assertRefused("for the same rows already", self.rule, "SOMETHING  NEW")
        self.rule("Something new", company_id=False)
        self.rule("Something new", account_id=self.account.id)
        self.rule("Something new", is_mcf=True)
        archived = self.rule("Another", active=False)
        self.rule("Another")
        self.assertRefused("for the same rows already", archived.action_unarchive)

    def test_kind_of_role(self):
        """row 11.6: money of orders has no kind, anything else has one that fits"""
        self.assertRefused("Leave 'Booked On' empty", self.rule, role="order")
        self.assertRefused("one of: Loan", self.rule, role="loan")
        self.assertRefused("one of:", self.rule, kind=False)
        self.assertRefused("one of:", self.rule, kind="reserve")

    def test_kind_by_itself(self):
        """row 11.6: where a role has one kind only, nobody has to choose it"""
        with Form(self.Rule) as form:
            form.amount_description = "Loan again"
            form.category = "transfer"
            form.role = "loan"
            self.assertEqual(form.kind, "loan")
            form.role = "refund"
            self.assertFalse(form.kind)
            form.role = "loan"

    def test_company_of_the_account(self):
        """row 11.6: a rule for an Amazon account is its company's"""
        with Form(self.Rule) as form:
            form.amount_description = "Something new"
            form.role, form.kind, form.category = "expense", "fba", "fba_fee"
            form.account_id = self.account
        self.assertEqual(form.record.company_id, self.account.company_id)

    def test_own_ledger_account(self):
        """case 51: another company's, archived, receivable: rejected on save"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_ledger("Theirs", company_ids=[Command.set(company.ids)])
        archived = self.make_ledger("Old", active=False)
        trade = self.make_ledger("Trade", "asset_receivable", reconcile=True)
        payable = self.make_ledger("Owed", "liability_payable", reconcile=True)
        fine = self.make_ledger("Fine")
        for ledger, words in (
            (theirs, "belongs to another company"),
            (archived, "is archived"),
            (trade, "is a receivable or payable"),
            (payable, "is a receivable or payable"),
        ):
            self.assertRefused(words, self.rule, ledger_account_id=ledger.id)
        mine = {"ledger_account_id": fine.id}
        self.assertRefused("for all companies", self.rule, company_id=False, **mine)
        self.assertRefused(
            "booked where the order is open",
            self.rule,
            role="order",
            kind=False,
            **mine,
        )
        self.assertTrue(self.rule(**mine))

    def test_own_taxes(self):
        """case 51: taxes need a ledger account, and to be of the right sort"""
        sale = self.env["account.tax"].create({"name": "S", "type_tax_use": "sale"})
        purchase = sale.copy({"name": "P", "type_tax_use": "purchase"})
        fine = self.make_ledger("Fine")
        taxes = [Command.set(purchase.ids)]
        self.assertRefused("no ledger account of its own", self.rule, tax_ids=taxes)
        self.assertRefused(
            "can't be used in rule",
            self.rule,
            ledger_account_id=fine.id,
            tax_ids=[Command.set(sale.ids)],
        )
        self.assertTrue(self.rule(ledger_account_id=fine.id, tax_ids=taxes))

    def test_archived_before_booking(self):
        """case 51: a rule's account archived since is rejected before booking"""
        ledger = self.make_ledger("Soon gone")
        self.rule("Storage Fee", ledger_account_id=ledger.id)
        settlement = self.settle(self.account, [self.row(STORAGE, "-7.00")])
        ledger.active = False
        with self.assertRaises(UserError) as caught:
            settlement.action_book()
        self.assertIn("is archived", str(caught.exception))
        self.assertFalse(settlement.move_ids)

    def test_booked_as_the_rule_says(self):
        """row 11.5: the rule's own account, partner and analytic distribution"""
        ledger = self.make_ledger("Warehouse in Ohio")
        partner = self.env["res.partner"].create({"name": "Amazon Ohio"})
        plan = self.env["account.analytic.plan"].create({"name": "Places"})
        ohio = self.env["account.analytic.account"].create(
            {"name": "Ohio", "plan_id": plan.id}
        )
        distribution = {str(ohio.id): 100}
        self.rule(
            "Storage Fee",
            ledger_account_id=ledger.id,
            partner_id=partner.id,
            analytic_distribution=distribution,
        )
        self.rule("Subscription Fee", kind="subscription", partner_id=partner.id)
        settlement = self.post(
            self.account,
            [
                self.row(STORAGE, "-7.00"),
                self.row((OTHER, OTHER, "Subscription Fee"), "-39.99"),
            ],
        )
        line = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == ledger)
        self.assertEqual(line.balance, 7)
        self.assertEqual(line.partner_id, partner)
        self.assertEqual(line.analytic_distribution, distribution)
        fee = self.ledger(settlement, "subscription")
        line = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == fee)
        self.assertEqual(line.partner_id, partner)


@tagged("post_install", "-at_install")
class TestShippedRecords(MappingCase):
    def test_not_changed(self):
        """row 11.6: shipped rules are renewed by updates, so nobody changes them"""
        shipped = self.found(COMMISSION).with_user(self.user())
        for values in ({"role": "income"}, {"sequence": 1}, {"company_id": 1}):
            with self.assertRaises(UserError) as caught:
                shipped.write(values)
            self.assertIn("Duplicate it", str(caught.exception))
        with self.assertRaises(UserError):
            shipped.unlink()
        shipped.action_archive()
        self.assertFalse(self.found(COMMISSION))
        shipped.action_unarchive()

    def test_no_shipped_rule_by_hand(self):
        """row 11.6: a user's rule is the user's, whatever is imported"""
        rule = self.rule().with_user(self.user())
        copy = rule.create(
            {**rule.copy_data()[0], "origin": "shipped", "amount_type": "x"}
        )
        self.assertEqual(copy.origin, "user")
        copy.unlink()
        self.assertFalse(copy.exists())

    def test_duplicate(self):
        """row 11.6: a copy is the company's own and goes first"""
        shipped = self.found(COMMISSION).with_user(self.user())
        action = shipped.action_duplicate()
        mine = self.Rule.browse(action["res_id"])
        self.assertEqual((mine.origin, mine.company_id), ("user", self.company))
        self.assertEqual(self.found(COMMISSION), mine)
        mine.kind = "feeadj"
        self.assertEqual(shipped.kind, "commission")

    def test_rights(self):
        """row 1.7: users and invoicing look, accounting and Amazon administrators map"""
        rule = self.rule()
        groups = "account.group_account_invoice,amazon_connector.group_amazon_user"
        looker = rule.with_user(self.user("looker", groups))
        self.assertTrue(looker.read(["role"]))
        for act in (looker.copy, looker.unlink, looker.action_archive):
            with self.assertRaises(AccessError):
                act()
        for login, groups in (
            ("bookkeeper", BOOKKEEPER),
            ("owner", "amazon_connector.group_amazon_manager"),
        ):
            writer = rule.with_user(self.user(login, groups))
            writer.note = login
            self.assertEqual(rule.note, login)

    def test_changes_are_on_record(self):
        """row 1.7: who changed which rule when stays on record"""
        rule = self.rule(kind="fba")
        user = self.user()
        self.flush_tracking()
        rule.with_user(user).write({"kind": "storage", "amount_description": "Else"})
        self.flush_tracking()
        message = rule.message_ids.filtered("tracking_value_ids")[:1]
        self.assertEqual(message.author_id, user.partner_id)
        changed = message.tracking_value_ids.field_id.mapped("name")
        self.assertEqual(set(changed), {"kind", "amount_description"})


@tagged("post_install", "-at_install")
class TestHistory(MappingCase):
    def test_rule_changed_after_booking(self):
        """case 52: what is booked stays as it was booked"""
        mine = self.rule("Storage Fee", kind="fba", category="fba_fee")
        settlement = self.post(self.account, [self.row(STORAGE, "-7.00")])
        before = settlement.move_ids.line_ids.read(["account_id", "balance"])
        mine.write({"kind": "storage"})
        row = settlement.line_ids
        self.assertEqual((row.kind, row.mapping_id), ("fba", mine))
        mine.unlink()
        self.env.invalidate_all()
        self.assertEqual(row.kind, "fba")
        after = settlement.move_ids.line_ids.read(["account_id", "balance"])
        self.assertEqual(after, before)
        later = self.settle(self.account, [self.row(STORAGE, "-8.00")])
        self.assertEqual(later.line_ids.kind, "storage")

    def test_fee_programmes(self):
        """case 85: EPR, Vine, coupon and deal fees with discount and tax rows"""
        rows = []
        for name in ("Vine Enrollment Fee", "Coupon Participation Fee"):
            for description, amount in (
                ("Base fee", "-200.00"),
                ("Discount on Fee", "50.00"),
                ("Tax on fee", "-30.00"),
            ):
                rows.append(self.row(("AmazonFees", name, description), amount))
        epr = "Eco-contribution for EPR Pay on Behalf - GB - Packaging - (Period 2024)"
        rows.append(self.row(("AmazonFees", epr, "Base fee"), "-12.34"))
        settlement = self.post(self.account, rows)
        self.assertProved(settlement)
        self.assertMoney(self.balance(settlement, "marketing"), "300.00")
        self.assertMoney(self.balance(settlement, "feetax"), "60.00")
        self.assertMoney(self.balance(settlement, "epr"), "12.34")
