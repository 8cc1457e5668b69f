"""Deferred funds: the list, its figure at any date, and that both are the ledger's."""

import random
from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .money_case import DAY
from .settlement_case import COMMISSION, REFUND, SALE, SUBSCRIPTION, SettlementCase

OCTOBER = [date(2026, 10, day) for day in (1, 5, 6, 7, 8, 12, 20, 31)]


class DeferredCase(SettlementCase):
    def lines(self, account, at=None):
        """The list's lines of an account, as the client reads them."""
        self.env.invalidate_all()
        found = self.env["amazon.deferred"].with_context(at_date=at)
        return found.search([("account_id", "=", account.id)])

    def line(self, account, ref, at=None):
        found = self.lines(account, at).filtered(lambda line: line.order_ref == ref)
        self.assertLessEqual(len(found), 1)
        return found

    def total(self, account, at=None, field="amount_open_company"):
        """What the list's footer shows."""
        model = self.env["amazon.deferred"].with_context(at_date=at)
        domain = [("account_id", "=", account.id)]
        (row,) = model.formatted_read_group(domain, [], [f"{field}:sum"])
        return Decimal(str(row[f"{field}:sum"] or 0)).quantize(Decimal("0.01"))

    def ledger_open(self, account, at=None):
        """The same figure from the journal items themselves, one by one."""
        clearing = self.env["amazon.settlement.account"].search(
            [("company_id", "=", account.company_id.id), ("kind", "=", "clearing")]
        )
        items = self.env["account.move.line"].search(
            [
                ("parent_state", "=", "posted"),
                ("company_id", "=", account.company_id.id),
                "|",
                ("account_type", "=", "asset_receivable"),
                ("account_id", "in", clearing.ledger_account_id.ids),
            ]
        )
        return sum(
            (
                self.residual(item, at)
                for item in items
                if self.account_of(item) == account
            ),
            Decimal(0),
        )

    def account_of(self, item):
        move = item.move_id
        if move.amazon_order_id:
            return move.amazon_order_id.account_id
        if item.amazon_order_ref:
            return move.amazon_settlement_id.account_id
        if item.account_type != "asset_receivable":
            invoices = move.origin_payment_id.invoice_ids
            return invoices.amazon_order_id.account_id
        return self.env["amazon.account"]

    def residual(self, item, at):
        if at is None:
            return exact(item.amount_residual)
        if item.date > at:
            return Decimal(0)
        before = lambda partials: sum(  # noqa: E731
            exact(partial.amount) for partial in partials if partial.max_date <= at
        )
        return (
            exact(item.balance)
            - before(item.matched_credit_ids)
            + before(item.matched_debit_ids)
        )

    def assertLedger(self, account, *dates):
        """The list is the ledger, now and at each date; returns the figure of now."""
        self.env.flush_all()
        for at in (None, *dates):
            with self.subTest(at=at):
                self.assertEqual(self.total(account, at), self.ledger_open(account, at))
        return self.total(account)


def exact(value):
    return Decimal(str(value)).quantize(Decimal("0.01"))


@tagged("post_install", "-at_install")
class TestStory(DeferredCase):
    def test_sold_held_settled(self):
        """row 11.8: DD+7 from the sale to the settlement, and back to any day"""
        account, seller = self.bookable(settlement_policy="posted")
        store = account.store_ids
        store.invoice_policy = "posted"
        order = self.sandbox.add_order(
            seller, items=[{"sku": "MUG-BLUE-350", "unit_price": "100.00"}]
        )
        self.take_in(account)
        sale = self.inbox(order).sale_order_id
        self.ship(sale.picking_ids)
        self.send(account)
        self.process(account)
        (invoice,) = sale.invoice_ids
        self.assertEqual(invoice.state, "posted")
        line = self.line(account, order.order_id)
        self.assertEqual((line.state, line.invoiced, line.held), ("waiting", 100, 0))

        self.sandbox.clock.advance(180)
        self._run(account.settlements_cron_id)
        line = self.line(account, order.order_id)
        self.assertEqual(line.state, "held")
        self.assertEqual((line.amount_open, line.settled), (100, 0))
        # the buyer's money less Amazon's fees, to the cent
        self.assertMoney(line.held - line.fees, "100.00")
        self.assertMoney(line.held, "85.00")
        self.assertEqual(line.amazon_order_id, self.inbox(order))
        self.assertEqual(line.store_id, store)
        self.assertEqual(line.partner_id, invoice.partner_id)
        today = fields.Date.today()
        self.assertIn((line.held_until - today).days, (6, 7))
        self.assertLedger(account, today, today - timedelta(days=1))

        self.sandbox.clock.advance(8 * DAY)
        self._run(account.settlements_cron_id)
        self.assertEqual(self.line(account, order.order_id).state, "released")

        settlement = self.sandbox.close_settlement(seller)
        self._run(account.settlements_cron_id)
        booked = self.env["amazon.settlement"].search(
            [("settlement_ref", "=", settlement.settlement_id)]
        )
        self.assertEqual(booked.state, "booked", booked.reason)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.lines(account))
        # as it was on the evening of the sale
        before = self.line(account, order.order_id, today)
        self.assertEqual((before.amount_open, before.settled), (100, 0))
        self.assertMoney(before.held, "85.00")
        self.assertEqual(before.state, "held")
        entry = booked.move_ids.date
        self.assertEqual(self.assertLedger(account, today, entry), 0)
        self.assertEqual(self.total(account, today), 100)
        self.assertEqual(self.total(account, entry), 0)

    def test_held_but_not_invoiced(self):
        """what Amazon holds shows up even before Odoo has an invoice for it"""
        account, seller = self.bookable()
        order = self.sandbox.add_order(seller, status="SHIPPED")
        self.sandbox.clock.advance(180)
        self._run(account.settlements_cron_id)
        line = self.line(account, order.order_id)
        self.assertEqual((line.state, line.amount_open), ("held", 0))
        self.assertGreater(line.held, 0)
        self.assertEqual(line.company_id, account.company_id)
        self.assertFalse(line.amazon_order_id)
        self.assertEqual(self.assertLedger(account), 0)


@tagged("post_install", "-at_install")
class TestFigures(DeferredCase):
    def test_case_by_case(self):
        """cases 15, 16, 17, 21: short, over, not invoiced, refunded later: each shows"""
        account, _seller = self.bookable()
        short, _invoice = self.sell(account, "120.00")
        over, _invoice = self.sell(account, "100.00")
        even, _invoice = self.sell(account, "40.00")
        waiting, _invoice = self.sell(account, "55.00")
        unknown = self.order_ref()
        self.credit(account, even, "15.00", date="2026-10-20")
        self.post(
            account,
            [
                self.row(SALE, "100.00", short),
                self.row(SALE, "104.00", over),
                self.row(SALE, "40.00", even),
                self.row(COMMISSION, "-6.00", even),
                self.row(SALE, "25.00", unknown),
                self.row(SUBSCRIPTION, "-39.99"),
            ],
        )
        states = {line.order_ref: line.state for line in self.lines(account)}
        self.assertEqual(
            states,
            {
                short: "difference",
                over: "difference",
                even: "waiting",
                waiting: "waiting",
                unknown: "not_invoiced",
            },
        )
        amounts = {line.order_ref: line.amount_open for line in self.lines(account)}
        self.assertEqual(
            amounts, {short: 20, over: -4, even: -15, waiting: 55, unknown: -25}
        )
        line = self.line(account, over)
        self.assertEqual((line.invoiced, line.settled, line.other), (100, 104, 0))
        line = self.line(account, even)
        self.assertEqual((line.invoiced, line.refunded, line.settled), (40, -15, 40))
        self.assertEqual(self.assertLedger(account, *OCTOBER), 31)
        # before the settlement
        self.assertEqual(self.total(account, date(2026, 10, 6)), 315)
        self.assertFalse(self.line(account, unknown, date(2026, 10, 6)))
        # the settlement that takes the refund back
        self.post(
            account,
            [self.row(REFUND, "-15.00", even, posted="2026-10-21 10:00:00 UTC")],
            start="2026-10-12 00:00:00 UTC",
            end="2026-10-26 00:00:00 UTC",
            deposit="2026-10-28 00:00:00 UTC",
        )
        self.assertFalse(self.line(account, even))
        self.assertEqual(self.line(account, even, date(2026, 10, 20)).amount_open, -15)
        self.assertEqual(self.assertLedger(account, *OCTOBER), 46)

    def test_later_invoice(self):
        """case 17: the invoice that comes after its settlement clears the line"""
        account, _seller = self.bookable()
        order = self.captured(account)
        ref = order.amazon_order_ref
        self.post(account, [self.row(SALE, "60.00", ref)])
        line = self.line(account, ref)
        self.assertEqual((line.state, line.amount_open), ("not_invoiced", -60))
        self.assertEqual(line.amazon_order_id, order)
        self.invoice(order, "60.00", date="2026-10-31")
        self.assertFalse(self.line(account, ref))
        self.assertEqual(self.line(account, ref, date(2026, 10, 30)).amount_open, -60)
        self.assertEqual(self.assertLedger(account, *OCTOBER), 0)

    def test_two_shipments(self):
        """case 13: settled in part, the rest still held"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "90.00")
        self.post(account, [self.row(SALE, "30.00", ref)])
        line = self.line(account, ref)
        self.assertEqual((line.invoiced, line.settled, line.amount_open), (90, 30, 60))
        self.assertEqual(self.assertLedger(account, *OCTOBER), 60)
        later = "2026-10-20 10:00:00 UTC"
        self.post(
            account,
            [self.row(SALE, "60.00", ref, posted=later)],
            start="2026-10-12 00:00:00 UTC",
            end="2026-10-26 00:00:00 UTC",
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.lines(account))
        self.assertEqual(self.assertLedger(account, *OCTOBER), 0)

    def test_cleared_otherwise(self):
        """case 90: a buyer who paid by bank; the settlement's money is left over"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "80.00")
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", account.company_id.id)], limit=1
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"journal_id": bank.id, "payment_date": "2026-10-06", "amount": 30}
        )._create_payments()
        line = self.line(account, ref)
        self.assertEqual((line.invoiced, line.other, line.amount_open), (80, -30, 50))
        self.post(account, [self.row(SALE, "80.00", ref)])
        line = self.line(account, ref)
        self.assertEqual((line.settled, line.other, line.amount_open), (80, -30, -30))
        self.assertEqual(self.assertLedger(account, *OCTOBER), -30)

    def test_paid_on_the_clearing_account(self):
        """case 77: payments wait on the clearing account, and count as open there"""
        account, _seller = self.bookable()
        paid, invoice = self.sell(account, "80.00")
        unpaid, _invoice = self.sell(account, "20.00")
        self.pay_on_clearing(account, invoice)
        self.assertEqual(invoice.amount_residual, 0)
        line = self.line(account, paid)
        self.assertEqual((line.invoiced, line.settled, line.amount_open), (80, 0, 80))
        self.assertEqual(self.assertLedger(account, *OCTOBER), 100)
        settlement = self.post(account, [self.row(SALE, "80.00", paid)])
        self.assertEqual(self.open_balance(settlement, "clearing"), 0)
        self.assertEqual(self.lines(account).order_ref, unpaid)
        self.assertEqual(self.assertLedger(account, *OCTOBER), 20)

    def pay_on_clearing(self, account, invoice):
        Setting = self.env["amazon.settlement.account"]
        clearing = Setting.search(
            [("company_id", "=", account.company_id.id), ("kind", "=", "clearing")],
            limit=1,
        ).ledger_account_id
        if not clearing:
            clearing = self.env["account.account"].create(
                {
                    "name": "Amazon Clearing",
                    "code": "101999",
                    "account_type": "asset_current",
                    "reconcile": True,
                }
            )
            Setting.create({"kind": "clearing", "ledger_account_id": clearing.id})
        journal = self.env["account.journal"].create(
            {"name": "Amazon Payments", "code": "AMP", "type": "bank"}
        )
        journal.inbound_payment_method_line_ids.payment_account_id = clearing
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"journal_id": journal.id, "payment_date": "2026-10-06"}
        )._create_payments()

    def test_two_currencies(self):
        """case 64: amounts of the order and of the books, each to the cent"""
        account, _seller = self.bookable("DE")
        store = account.store_ids
        store.currency_id.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": store.currency_id.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 0.90), ("2026-10-07", 0.95))
            ]
        )
        first, _invoice = self.sell(account, "33.33")
        second, _invoice = self.sell(account, "100.00")
        line = self.line(account, first)
        self.assertEqual(line.currency_id.name, "EUR")
        self.assertEqual(line.company_currency_id.name, "USD")
        self.assertMoney(line.amount_open, "33.33")
        self.assertMoney(line.amount_open_company, "37.03")
        row = self.row(SALE, "33.33", first, marketplace_name="Amazon.de")
        self.post(account, [row], currency="EUR")
        self.assertEqual(self.lines(account).order_ref, second)
        self.assertEqual(self.assertLedger(account, *OCTOBER), exact(111.11))

    def test_undone(self):
        """case 71: a settlement that is reset leaves the list as it was before"""
        account, _seller = self.bookable()
        ref, _invoice = self.sell(account, "50.00")
        settlement = self.post(account, [self.row(SALE, "50.00", ref)])
        self.assertFalse(self.lines(account))
        settlement.action_reset()
        line = self.line(account, ref)
        self.assertEqual((line.settled, line.amount_open), (0, 50))
        self.assertEqual(self.assertLedger(account, *OCTOBER), 50)

    def test_drafts_do_not_count(self):
        """cases 19, 11: neither a draft invoice nor a draft entry is in the books"""
        account, _seller = self.bookable()
        order = self.captured(account)
        self.invoice(order, "70.00", post=False)
        sold, _invoice = self.sell(account, "50.00")
        rows = [self.row(SALE, "50.00", sold)]
        self.settle(account, rows).action_book()
        self.assertEqual(self.lines(account).order_ref, sold)
        self.assertEqual(self.assertLedger(account, *OCTOBER), 50)

    def test_random_histories(self):
        """case 86: whatever is sold, refunded and settled, the list is the ledger"""
        chance = random.Random(86)
        account, _seller = self.bookable()
        refs, number = [], 0
        for start in (1, 8, 15):
            for _sale in range(chance.randrange(2, 5)):
                day = date(2026, 10, start + chance.randrange(5))
                ref, _invoice = self.sell(
                    account, chance.randrange(100, 9999) / 100, date=str(day)
                )
                refs.append(ref)
            if chance.random() < 0.7:
                ref = chance.choice(refs)
                self.credit(account, ref, "1.25", date=f"2026-10-{start + 5:02}")
            posted = f"2026-10-{start + 6:02} 12:00:00 UTC"
            rows = []
            for ref in chance.sample(refs, min(len(refs), 4)):
                open_amount = self.line(account, ref).amount_open
                amount = exact(open_amount * chance.choice((1, 1, 1, 0.5, 1.1)))
                if amount:
                    triple = SALE if amount > 0 else REFUND
                    rows.append(self.row(triple, amount, ref, posted=posted))
            number += 1
            rows.append(self.row(SALE, "9.99", self.order_ref(), posted=posted))
            self.post(
                account,
                rows,
                start=f"2026-10-{start:02} 00:00:00 UTC",
                end=f"2026-10-{start + 7:02} 00:00:00 UTC",
                deposit=f"2026-10-{start + 8:02} 00:00:00 UTC",
            )
        days = [date(2026, 10, 1) + timedelta(days=n) for n in range(2, 31, 7)]
        self.assertLedger(account, *days)
        for line in self.lines(account):
            self.assertMoney(
                line.invoiced + line.refunded - line.settled + line.other,
                exact(line.amount_open),
            )

    def test_another_account_and_company(self):
        """case 80: each line belongs to one account, and to its company"""
        account, _seller = self.bookable()
        other, _seller = self.bookable()
        first, _invoice = self.sell(account, "10.00")
        second, _invoice = self.sell(other, "20.00")
        self.assertEqual(self.lines(account).order_ref, first)
        self.assertEqual(self.lines(other).order_ref, second)
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="amazon_connector.group_amazon_user",
            company_id=self.env["res.company"].create({"name": "Elsewhere"}).id,
        )
        self.assertFalse(self.env["amazon.deferred"].with_user(stranger).search([]))

    def test_tax_that_amazon_remits_is_not_open(self):
        """row 6.8: what is open is the seller's own money"""
        account, seller = self.bookable(settlement_policy="posted")
        account.store_ids.invoice_policy = "posted"
        order = self.sandbox.add_order(
            seller, items=[{"sku": "MUG-BLUE-350", "tax_rate": "0.0825"}]
        )
        self.take_in(account)
        sale = self.inbox(order).sale_order_id
        self.ship(sale.picking_ids)
        self.send(account)
        self.process(account)
        self.sandbox.clock.advance(180)
        self._run(account.settlements_cron_id)
        line = self.line(account, order.order_id)
        self.assertMoney(line.amount_open, exact(sale.amount_total))
        self.assertMoney(line.held - line.fees, exact(sale.amount_total))


@tagged("post_install", "-at_install")
class TestScreen(DeferredCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.ref, self.bill = self.sell(self.account, "50.00")

    def test_search_filters(self):
        """rows 11.1, 11.8: each filter of the screen brings what it says"""
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
                # what a client does with the text of the view
                [("account_id", "=", self.account.id), *safe(domain)]
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
        self.assertIn("10/05/2026", action["name"].replace("2026-10-05", "10/05/2026"))

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


def safe(domain):
    """A view's domain, which has only literals."""
    import ast

    return ast.literal_eval(domain)
