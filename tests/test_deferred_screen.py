"""The screens of deferred funds: filters, the figure at a date, ways on, rights."""

import ast
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .deferred_case import DeferredCase, exact
from .settlement_case import SALE


@tagged("post_install", "-at_install")
class TestScreen(DeferredCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.ref, self.bill = self.sell(self.account, "50.00")

    def test_search_filters(self):
        """each filter of the screen brings what it says"""
        unknown, b2b = self.order_ref(), self.order_ref()
        self.post(self.account, [self.row(SALE, "25.00", unknown)])
        now = fields.Datetime.now()
        self.env["amazon.transaction"].create(
            {
                "account_id": self.account.id,
                "transaction_ref": "b2b-1",
                "status": "DEFERRED",
                "deferral_reason": "B2B",
                "posted": now - timedelta(days=3),
                "order_ref": b2b,
                "amount": 12,
                "currency_id": self.env.company.currency_id.id,
            }
        )
        view = self.env.ref("amazon_connector.amazon_deferred_view_search")
        found = {}
        tree = self.env["amazon.deferred"].get_view(view.id, "search")["arch"]
        for name in ("held", "not_invoiced", "old", "b2b", "standard", "difference"):
            domain = tree.split(f'name="{name}"')[1].split('domain="')[1].split('"')[0]
            domain = domain.replace("&gt;", ">")
            lines = self.env["amazon.deferred"].search(
                [("account_id", "=", self.account.id), *ast.literal_eval(domain)]
            )
            found[name] = set(lines.mapped("order_ref"))
        self.assertEqual(
            found,
            {
                "held": {b2b},
                "not_invoiced": {unknown},
                "old": {self.ref, unknown},
                "b2b": {b2b},
                "standard": {self.ref, unknown},
                "difference": set(),
            },
        )

    def test_wizard(self):
        """row 11.8: one figure at any date, and the list behind it"""
        base = self.total_of_company(date(2026, 10, 4))
        wizard = Form(self.env["amazon.deferred.date"])
        self.assertEqual(wizard.date, fields.Date.today())
        wizard.date = date(2026, 10, 4)
        self.assertMoney(wizard.amount_open, base)
        before = wizard.order_count
        wizard.date = date(2026, 10, 5)
        self.assertMoney(wizard.amount_open, base + 50)
        self.assertEqual(wizard.order_count, before + 1)
        action = wizard.save().action_open()
        lines = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .search(action["domain"])
        )
        self.assertIn(self.ref, lines.mapped("order_ref"))
        self.assertMoney(sum(lines.mapped("amount_open_company")), base + 50)
        # the client shows the display name
        self.assertIn("2026-10-05", action["display_name"])

    def total_of_company(self, at):
        lines = (
            self.env["amazon.deferred"]
            .with_context(at_date=at)
            .search([("company_id", "=", self.env.company.id)])
        )
        return exact(sum(lines.mapped("amount_open_company")))

    def test_ways_on(self):
        line = self.line(self.account, self.ref)
        action = line.action_view_order()
        self.assertEqual(action["res_id"], line.amazon_order_id.id)
        action = line.action_view_items()
        items = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(items.move_id, self.bill)
        self.assertEqual(items.account_type, "asset_receivable")
        action = line.action_view_transactions()
        self.assertEqual(action["res_model"], "amazon.transaction")

    def test_rights(self):
        """row 1.7: an Amazon user reads; nobody writes"""
        user = new_test_user(
            self.env, "reader", groups="amazon_connector.group_amazon_user"
        )
        lines = self.env["amazon.deferred"].with_user(user)
        line = lines.search([("order_ref", "=", self.ref)])
        self.assertEqual(line.amount_open, 50)
        with self.assertRaises(AccessError):
            line.write({"order_ref": "x"})
        with self.assertRaises(AccessError):
            self.env["amazon.transaction"].with_user(user).create({})
        self.assertTrue(Form(self.env["amazon.deferred.date"].with_user(user)).save())

    def test_one_query(self):
        """cost does not grow with the number of lines"""
        self.env.flush_all()
        self.env["amazon.deferred"].search([]).mapped("amount_open")
        for _number in range(5):
            self.sell(self.account, "10.00")
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["amazon.deferred"]
        with self.assertQueryCount(1):
            lines = model.search_fetch(
                [("account_id", "=", self.account.id)], ["amount_open", "held", "state"]
            )
            self.assertEqual(len(lines), 6)
            self.assertEqual(sum(lines.mapped("amount_open")), 100)
