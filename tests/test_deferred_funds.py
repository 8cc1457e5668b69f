"""Deferred funds: the list, its figure at any date, and that both are the ledger's."""

import random
from datetime import date, timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .deferred_case import DeferredCase, exact
from .money_case import DAY
from .settlement_case import COMMISSION, REFUND, SALE, SUBSCRIPTION

OCTOBER = [date(2026, 10, day) for day in (1, 5, 6, 7, 8, 12, 20, 31)]


@tagged("post_install", "-at_install")
class TestStory(DeferredCase):
    def test_sold_held_settled(self):
        """row 11.8: DD+7 from the sale to the settlement, and back to any day"""
        account, seller = self.bookable(fresh=True, settlement_policy="posted")
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
        account, seller = self.bookable(fresh=True)
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

    def test_undone_in_a_locked_period(self):
        """case 72: the books of the locked days stay as they were"""
        account, _seller = self.bookable()
        ref, _invoice = self.sell(account, "50.00")
        unknown = self.order_ref()
        settlement = self.post(
            account, [self.row(SALE, "50.00", ref), self.row(SALE, "8.00", unknown)]
        )
        account.company_id.fiscalyear_lock_date = "2026-10-31"
        settlement.action_reset()
        (line,) = self.lines(account)
        self.assertEqual(line.order_ref, ref)
        self.assertEqual((line.settled, line.other, line.amount_open), (0, 0, 50))
        november = date(2026, 11, 30)
        self.assertEqual(self.assertLedger(account, *OCTOBER, november), 50)
        self.assertEqual(self.total(account, OCTOBER[-1]), -8)

    def test_drafts_do_not_count(self):
        """case 19: neither a draft invoice nor a draft entry is in the books"""
        account, _seller = self.bookable()
        order = self.captured(account)
        self.invoice(order, "70.00", post=False)
        sold, _invoice = self.sell(account, "50.00")
        rows = [self.row(SALE, "50.00", sold)]
        self.settle(account, rows).action_book()
        self.assertEqual(self.lines(account).order_ref, sold)
        self.assertEqual(self.assertLedger(account, *OCTOBER), 50)

    def test_random_histories(self):
        """whatever is sold, refunded and settled, the list is the ledger"""
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
        """each line belongs to one account, and to its company"""
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
        account, seller = self.bookable(fresh=True, settlement_policy="posted")
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
