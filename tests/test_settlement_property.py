"""Random histories of a seller: every cent of every settlement is explained.

A history is a sandbox of its own: orders of both currencies, partial refunds, claims,
fees, reserves, periods that end in debt. Its settlements are Amazon's files, read, booked,
undone and booked again; what is expected is summed up from the sandbox's own ledger. A
failure names the seed: AMAZON_CONNECTOR_SEED=… repeats it alone.

`make drill` goes through 500 histories, `make test` through the first of them.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from ..sandbox import Sandbox
from ..sandbox.settlements import flat_file
from .settlement_case import SettlementCase

LONG = os.environ.get("AMAZON_CONNECTOR_DRILL") == "long"
HISTORIES = 500 if LONG else 6
CHARGES = (
    ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", -1),
    ("other-transaction", "other-transaction", "Storage Fee", -1),
    ("other-transaction", "other-transaction", "Subscription Fee", -1),
    ("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_DAMAGE", 1),
    ("other-transaction", "FBA Inventory Reimbursement", "COMPENSATED_CLAWBACK", -1),
)
SKUS = ("MUG-BLUE-350", "BACKPACK-20L")


def money(rng, most):
    return f"{rng.randrange(1, most * 100) / 100:.2f}"


def order_money(event):
    """What Amazon owes for the order itself: all of the event but its fees."""
    return sum(
        (row.amount for row in event.rows if row.amount_type != "ItemFees"), Decimal()
    )


class History:
    """A seller's life by chance, in one marketplace, settled two to four times."""

    def __init__(self, seed, country):
        self.rng = random.Random(seed)
        start = datetime(2026, self.rng.randrange(1, 9), self.rng.randrange(1, 28))
        self.sandbox = Sandbox(seed=None, now=start.replace(tzinfo=UTC))
        self.seller = self.sandbox.add_seller(country, [country])
        self.settlements = []
        for _period in range(self.rng.randrange(2, 5)):
            self.live()
            self.settle()

    @property
    def account(self):
        marketplace = self.seller.marketplaces[0]
        return self.sandbox.ledger.account(self.seller, marketplace)

    def live(self):
        rng = self.rng
        for _number in range(rng.randrange(0, 4)):
            self.sandbox.add_order(
                self.seller,
                fulfilled_by=rng.choice(("AMAZON", "MERCHANT")),
                status="SHIPPED",
                items=[self.item() for _item in range(rng.choice((1, 1, 2)))],
            )
            self.pass_days(rng.randrange(0, 6))
        for order in list(self.sandbox.orders.values()):
            if rng.random() < 0.3:
                self.refund(order)
        for _number in range(rng.randrange(0, 3)):
            kind, amount_type, description, sign = rng.choice(CHARGES)
            most = rng.choice((5, 50, 500))
            amount = Decimal(money(rng, most)) * sign
            self.sandbox.charge(self.seller, kind, amount_type, description, amount)

    def item(self):
        rng = self.rng
        item = {
            "sku": rng.choice(SKUS),
            "quantity": rng.randrange(1, 4),
            "total": money(rng, 90),
        }
        if rng.random() < 0.4:
            item["shipping"] = money(rng, 9)
        if rng.random() < 0.3:
            item["discount"] = f"{Decimal(item['total']) / 5:.2f}"
        return item

    def refund(self, order):
        """One unit, or so much of the price, or all; sometimes a claim or a gift."""
        rng = self.rng
        sold = self.sandbox.ledger._sold.get(order.order_id, {})
        left = [i for i, s in sold.items() if s.units > s.refunded_units]
        if not left:
            return
        items = rng.choice(({rng.choice(left): 1}, None))
        extras = rng.choice(({}, {}, {"goodwill": "1.50"}, {"restocking_fee": "0.75"}))
        kind = rng.choice(("Refund", "Refund", "A-to-z Guarantee Refund"))
        self.sandbox.refund(order.order_id, items, transaction_type=kind, **extras)

    def pass_days(self, days):
        self.sandbox.clock.advance(timedelta(days=days, hours=5).total_seconds())

    def settle(self):
        self.pass_days(self.rng.randrange(2, 15))
        reserve = self.rng.choice(("0", "0", money(self.rng, 60)))
        self.settlements.append(
            self.sandbox.close_settlement(self.seller, reserve=Decimal(reserve))
        )

    def order_events(self):
        return [event for event in self.account.events if event.order]


@tagged("post_install", "-at_install")
class TestSettlementProperty(SettlementCase):
    def setUp(self):
        super().setUp()
        self.rate("EUR", 0.9)
        euro = self.env.ref("base.EUR")
        for month, rate in ((2, 0.93), (4, 0.88), (6, 0.95), (8, 0.91), (10, 0.87)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": f"2026-{month:02d}-01", "rate": rate}
            )
        self.accounts = {
            "US": self.bookable("US")[0],
            "DE": self.bookable("DE")[0],
        }

    def test_histories(self):
        """rows 11.3, 11.6: rows = header = entries; receivables and clearing explained"""
        first = os.environ.get("AMAZON_CONNECTOR_SEED")
        seeds = [int(first)] if first else range(HISTORIES)
        for seed in seeds:
            country = "US" if seed % 2 else "DE"
            with self.subTest(seed=seed, country=country):
                self.check(History(seed, country), self.accounts[country])
                self.env.flush_all()

    def check(self, history, account):
        savepoint = self.env.cr.savepoint()
        try:
            self.document(history, account)
            booked = [self.take(history, account, s) for s in history.settlements]
            self.assertSettled(history, account, booked)
            before = [self.entries(settlement) for settlement in booked]
            for settlement in reversed(booked):
                settlement.action_reset()
            self.assertUndone(account)
            for settlement, amazon in zip(booked, history.settlements, strict=True):
                again = self.take(history, account, amazon)
                self.assertEqual(again, settlement)
            self.assertSettled(history, account, booked)
            self.assertEqual([self.entries(s) for s in booked], before)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()

    # -- what Odoo has ----------------------------------------------------------------

    def document(self, history, account):
        """Each shipment invoiced, each refund credited, as the main job does."""
        store = account.store_ids
        refs = {event.order_id for event in history.order_events()}
        orders = {
            order.amazon_order_ref: order
            for order in self.env["amazon.order"].create(
                [
                    {
                        "amazon_order_ref": ref,
                        "account_id": account.id,
                        "store_id": store.id,
                        "currency_id": store.currency_id.id,
                        "state": "imported",
                    }
                    for ref in sorted(refs)
                ]
            )
        }
        moves = self.env["account.move"].create(
            [
                self._prepare(orders[event.order_id], event)
                for event in history.order_events()
                if order_money(event)
            ]
        )
        moves.action_post()

    def _prepare(self, order, event):
        amount = order_money(event)
        product = self.env.ref("amazon_connector.product_amazon_other")
        return {
            "move_type": "out_invoice" if amount > 0 else "out_refund",
            "partner_id": order.store_id.default_customer_id.id,
            "invoice_date": event.posted.date(),
            "currency_id": order.currency_id.id,
            "amazon_order_id": order.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "price_unit": float(abs(amount)),
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def take(self, history, account, amazon):
        """Read Amazon's file and post it."""
        wizard = self.upload(account, flat_file(amazon).encode())
        settlement = self.env["amazon.settlement"].search(
            [
                ("account_id", "=", account.id),
                ("settlement_ref", "=", amazon.settlement_id),
            ]
        )
        self.assertTrue(settlement, wizard.report_ids.mapped("reason"))
        settlement.action_classify()
        settlement.action_post()
        return settlement

    def entries(self, settlement):
        """What the entries say, but for their numbers."""
        return sorted(
            (
                str(line.date),
                line.account_id.code,
                line.name,
                line.amazon_order_ref or "",
                line.amount_currency,
                line.balance,
            )
            for line in settlement.move_ids.line_ids
        )

    # -- what has to hold -------------------------------------------------------------

    def assertSettled(self, history, account, booked):
        for amazon, settlement in zip(history.settlements, booked, strict=True):
            self.assertProved(settlement)
            payout = settlement.payout_line_id
            self.assertMoney(payout.amount_currency, amazon.total)
            self.assertMoney(settlement.rows_amount, amazon.total)
        self.assertReceivables(history, account)
        self.assertClearing(history, booked)

    def assertReceivables(self, history, account):
        """Each order ends at what Amazon still holds for it."""
        held = dict.fromkeys((e.order_id for e in history.order_events()), Decimal())
        for event in history.account.open:
            if event.order:
                held[event.order_id] += order_money(event)
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT COALESCE(l.amazon_order_ref, o.amazon_order_ref),
                      sum(l.amount_residual_currency)::text
                 FROM account_move_line l JOIN account_move m ON m.id = l.move_id
            LEFT JOIN amazon_order o ON o.id = m.amazon_order_id
                 JOIN account_account a ON a.id = l.account_id
                WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
                  AND COALESCE(l.amazon_order_ref, o.amazon_order_ref) = ANY(%s)
             GROUP BY 1""",
            [list(held)],
        )
        found = {ref: Decimal(open_) for ref, open_ in self.env.cr.fetchall()}
        for ref, expected in held.items():
            self.assertEqual(found.get(ref, Decimal()), expected, ref)

    def assertClearing(self, history, booked):
        """Reserves: what Amazon keeps; carried: zero; transit: the payouts and debts."""
        last = history.settlements[-1]
        reserve = self.residuals(booked, "reserve")
        self.assertMoney(sum(reserve), last.reserve)
        self.assertEqual(self.residuals(booked, "carried"), [])
        self.assertEqual(self.residuals(booked, "suspense"), [])
        expected = [s.total for s in history.settlements if s.total > 0]
        if last.total < 0:
            expected.append(last.total)
        self.assertEqual(sorted(self.residuals(booked, "transit")), sorted(expected))
        for settlement in booked:
            self.assertEqual(self.balance(settlement, "mptax"), 0)
            self.assertFalse(settlement.issue_ids.filtered(lambda i: i.kind != "tax"))

    def residuals(self, booked, kind):
        lines = self.env["account.move.line"].search(
            [
                ("move_id.amazon_settlement_id", "in", [s.id for s in booked]),
                ("account_id", "=", self.ledger(booked[0], kind).id),
                ("reconciled", "=", False),
            ]
        )
        return [
            Decimal(str(line.amount_residual_currency)).quantize(Decimal("0.01"))
            for line in lines
        ]

    def assertUndone(self, account):
        """No invoice is paid, and the settlement accounts are empty."""
        paid = self.env["account.move"].search_count(
            [
                ("amazon_order_id.account_id", "=", account.id),
                ("payment_state", "not in", ("not_paid", False)),
            ]
        )
        self.assertFalse(paid)
