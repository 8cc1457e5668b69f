"""Amounts that no rule knows: held, listed once, and named by a person."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .settlement_case import STORAGE, UNKNOWN
from .settlement_rules_case import MappingCase

OTHER = "other-transaction"
SURCHARGE = (OTHER, OTHER, "Warehouse Prep Surcharge")


@tagged("post_install", "-at_install")
class TestUnknown(MappingCase):
    def wizard(self, settlement, user=None):
        """Press the button that says what unknown amounts are."""
        settlement = settlement.with_user(user or self.env.user)
        action = settlement.action_map()
        return settlement.env[action["res_model"]].browse(action["res_id"])

    def test_held(self):
        """row 11.6, case 48: an unknown amount holds the settlement and tells somebody"""
        settlement = self.settle(
            self.account, [self.row(UNKNOWN, "-2.22"), self.row(STORAGE, "-7.00")]
        )
        self.assertEqual(settlement.state, "to_map")
        self.assertIn("Something new", settlement.reason)
        self.assertEqual(settlement.activity_ids.user_id, self.env.user)
        with self.assertRaises(UserError) as caught:
            settlement.action_post()
        self.assertIn("Nothing is posted to suspense", str(caught.exception))
        settlement.action_book()
        suspense = self.ledger(settlement, "suspense")
        line = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == suspense)
        self.assertMoney(line.balance, "2.22")
        self.assertIn("Something new", line.name)
        self.assertEqual(settlement.move_ids.mapped("state"), ["draft"])

    def test_listed_once(self):
        """row 11.6: every unknown wording once, with rows, sum, example, suggestion"""
        ref = self.order_ref()
        settlement = self.settle(
            self.account,
            [
                self.row(UNKNOWN, "-2.22"),
                self.row(UNKNOWN, "-1.00", ref),
                self.row(SURCHARGE, "-5.00"),
                self.row(STORAGE, "-7.00"),
                self.row((OTHER, OTHER, "Zero"), "0.00"),
            ],
        )
        lines = self.wizard(settlement).line_ids
        self.assertEqual(lines.mapped("amount_description"), [SURCHARGE[2], UNKNOWN[2]])
        surcharge, unknown = lines
        self.assertEqual((unknown.row_count, unknown.order_ref), (2, ref))
        self.assertMoney(unknown.amount, "-3.22")
        self.assertEqual(unknown.marketplaces, "Amazon.com")
        self.assertFalse(unknown.suggestion_id)
        self.assertFalse(unknown.suggestion)
        self.assertEqual(unknown.wording, "Something new")
        self.assertIn("Inbound and Preparation, as ", surcharge.suggestion)
        self.assertEqual(surcharge.suggestion_id.kind, "inbound")
        self.assertEqual(lines.mapped("role"), [False, False], "nothing is applied")

    def test_one_click(self):
        """row 11.6: the suggestion is taken when somebody says so, and asked at once"""
        settlement = self.settle(self.account, [self.row(SURCHARGE, "-5.00")])
        waiting = self.settle(self.account, [self.row(SURCHARGE, "-6.00")])
        self.assertEqual(settlement.state, "to_map")
        user = self.user()
        wizard = self.wizard(settlement, user)
        again = wizard.line_ids.action_accept()
        self.assertEqual(again["res_id"], wizard.id)
        self.assertEqual(settlement.state, "to_map")
        wizard.action_apply()
        self.assertEqual(settlement.state, "ready", settlement.reason)
        self.assertEqual(waiting.state, "ready", "it waited for the same rule")
        rule = settlement.line_ids.mapping_id
        self.assertEqual((rule.origin, rule.kind), ("user", "inbound"))
        self.assertEqual((rule.company_id, rule.create_uid), (self.company, user))
        self.assertIn(settlement.settlement_ref, rule.note)
        self.assertFalse(settlement.activity_ids)

    def test_by_hand(self):
        """row 11.6: what it is can be said line by line; the rest stays unknown"""
        settlement = self.settle(
            self.account, [self.row(UNKNOWN, "-2.22"), self.row(SURCHARGE, "-5.00")]
        )
        wizard = self.wizard(settlement)
        with Form(wizard) as form, form.line_ids.edit(1) as line:
            self.assertEqual(line.amount_description, UNKNOWN[2])
            line.role = "loan"
            self.assertEqual(line.kind, "loan")
            line.category = "transfer"
        wizard.action_apply()
        self.assertEqual(settlement.state, "to_map")
        rows = settlement.line_ids.sorted("number")
        self.assertEqual(rows.mapped("role"), ["loan", False])

    def test_order_money(self):
        """row 11.6: an unknown part of an order's money needs no account"""
        new = ("Order", "ItemCharges", "Gift Message")
        settlement = self.settle(
            self.account, [self.row(new, "2.00", self.order_ref())]
        )
        wizard = self.wizard(settlement)
        wizard.line_ids.write({"role": "order", "category": "other_sales"})
        wizard.action_apply()
        self.assertEqual(settlement.state, "ready")
        self.assertFalse(settlement.line_ids.kind)

    def test_blank_wording(self):
        """row 11.6: a row without description gets a rule for just that"""
        blank = ("Transfer", "", "")
        settlement = self.settle(self.account, [self.row(blank, "-2.00")])
        wizard = self.wizard(settlement)
        wizard.line_ids.write({"role": "payout", "category": "transfer"})
        wizard.action_apply()
        self.assertEqual(settlement.line_ids.kind, "transit")
        self.assertFalse(self.found(("Transfer", "", "Else")))

    def test_nothing_said(self):
        """row 11.6: nothing chosen, nothing made"""
        settlement = self.settle(self.account, [self.row(UNKNOWN, "-2.22")])
        wizard = self.wizard(settlement)
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.line_ids.role = "expense"
        with self.assertRaises(UserError) as caught:
            wizard.action_apply()
        self.assertIn("where it is shown", str(caught.exception))
        wizard.line_ids.category = "fba_fee"
        with self.assertRaises(ValidationError):
            wizard.action_apply()

    def test_booked_already(self):
        """case 49: mapped after posting: moved off suspense by an entry of its own"""
        settlement = self.settle(self.account, [self.row(UNKNOWN, "-2.22")])
        settlement.action_post_with_suspense()
        self.assertEqual(settlement.state, "booked")
        self.assertMoney(self.open_balance(settlement, "suspense"), "2.22")
        first = settlement.move_ids
        wizard = self.wizard(settlement)
        wizard.line_ids.write(
            {"role": "expense", "kind": "storage", "category": "fba_fee"}
        )
        wizard.action_apply()
        self.assertEqual(len(settlement.move_ids - first), 1)
        self.assertMoney(self.open_balance(settlement, "suspense"), "0.00")
        self.assertMoney(self.balance(settlement, "storage"), "2.22")

    def test_who_may(self):
        """row 1.7: who may not make rules gets no wizard either"""
        settlement = self.settle(self.account, [self.row(UNKNOWN, "-2.22")])
        groups = "account.group_account_invoice,amazon_connector.group_amazon_user"
        user = self.user("looker", groups)
        with self.assertRaises(UserError) as caught:
            self.wizard(settlement, user)
        self.assertIn("Rules are made by", str(caught.exception))
        with self.assertRaises(AccessError):
            self.env["amazon.settlement.map"].with_user(user)._open(settlement)
