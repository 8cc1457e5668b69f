"""Who may do what with settlements: the accountant's daily job, and clear refusals."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .settlement_case import COMMISSION, SALE, STORAGE, UNKNOWN, SettlementCase

INVOICING = "account.group_account_invoice"
AMAZON = "amazon_connector.group_amazon_user"


@tagged("post_install", "-at_install")
class TestSettlementRights(SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()

    def user(self, *groups, **values):
        return new_test_user(self.env, "someone", groups=",".join(groups), **values)

    def sold(self):
        """(settlement of one invoiced order, its invoice)"""
        ref, invoice = self.sell(self.account, "100.00")
        settlement = self.settle(
            self.account,
            [
                self.row(SALE, "100.00", ref, sku="MUG-BLUE-350"),
                self.row(COMMISSION, "-15.00", ref, sku="MUG-BLUE-350"),
                self.row(STORAGE, "-2.50"),
            ],
        )
        return settlement, invoice

    def test_daily_job_with_invoicing_alone(self):
        """row 1.7: book, post, look, print and reset with Invoicing and Amazon / User"""
        user = self.user(INVOICING, AMAZON)
        settlement, invoice = self.sold()
        settlement = settlement.with_user(user)
        self.open_screens(user, settlement, settlement.line_ids[0])
        settlement.action_book()
        self.assertEqual(settlement.state, "draft")
        settlement.action_post()
        self.assertEqual((settlement.state, invoice.payment_state), ("booked", "paid"))
        self.open_screens(user, settlement, settlement.move_ids, invoice)
        statement = settlement.action_print()
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            statement["report_name"], settlement.ids
        )
        self.assertIn(settlement.settlement_ref, html.decode())
        settlement.action_reset()
        self.assertEqual(
            (settlement.state, invoice.payment_state), ("ready", "not_paid")
        )

    def test_every_link_opens_for_the_accountant(self):
        """row 1.7: rows, orders, entries and journal items, from the settlement"""
        user = self.user(INVOICING, AMAZON)
        settlement, _invoice = self.sold()
        settlement = settlement.with_user(user)
        settlement.action_post()
        for button, count in (
            ("action_view_rows", 3),
            ("action_view_settled_orders", 1),
            ("action_view_moves", 1),
            ("action_view_journal_items", 4),
            ("action_view_issues", 0),
        ):
            action = getattr(settlement, button)()
            model = self.env[action["res_model"]].with_user(user)
            model.get_views([(False, "list"), (False, "search")])
            found = model.search(action["domain"])
            self.assertEqual(len(found), count, button)
            if found:
                self.open_screens(user, found[0], kinds=["list"])

    def test_mismatch_is_left_with_a_reason(self):
        """row 1.7: the accountant ignores a mismatch, but not without saying why"""
        user = self.user(INVOICING, AMAZON)
        settlement = self.settle(self.account, [self.row(SALE, "25.00", "113-1-1")])
        settlement.with_user(user).action_post()
        issue = settlement.issue_ids.with_user(user)
        self.open_screens(user, issue, kinds=["list"])
        with self.assertRaisesRegex(UserError, "Write the reason"):
            issue.action_ignore()
        issue.note = "From before the connection"
        issue.action_ignore()
        self.assertEqual(issue.state, "ignored")

    def test_amazon_user_cannot_book(self):
        """row 1.7: without Invoicing a sentence says what is missing; looking is free"""
        user = self.user(AMAZON)
        settlement, invoice = self.sold()
        settlement = settlement.with_user(user)
        self.open_screens(user, settlement)
        for button in ("action_book", "action_post", "action_reset"):
            with self.assertRaisesRegex(UserError, "needs the right Invoicing"):
                getattr(settlement, button)()
        self.assertFalse(settlement.move_ids)
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_rules_are_the_administrators(self):
        """row 11.6: who may not make rules is told who may"""
        settlement = self.settle(self.account, [self.row(UNKNOWN, "-3.00")])
        self.assertEqual(settlement.state, "to_map")
        user = self.user(INVOICING, AMAZON)
        with self.assertRaisesRegex(UserError, "Rules are made by accountants"):
            settlement.with_user(user).action_map()
        manager = new_test_user(
            self.env, "manager", groups=f"account.group_account_manager,{AMAZON}"
        )
        action = settlement.with_user(manager).action_map()
        self.assertEqual(action["res_model"], "amazon.settlement.map")

    def test_other_company(self):
        """case 80: settlements, rows, orders and mismatches stay in their company"""
        settlement = self.settle(self.account, [self.row(SALE, "25.00", "113-1-1")])
        settlement.action_post()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.user(
            INVOICING,
            AMAZON,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for name in (
            "amazon.settlement",
            "amazon.settlement.line",
            "amazon.settlement.total",
            "amazon.settlement.proof",
            "amazon.settlement.issue",
            "amazon.settlement.order",
        ):
            self.assertFalse(self.env[name].with_user(user).search([]), name)
        with self.assertRaises(AccessError):
            settlement.with_user(user).action_post()
