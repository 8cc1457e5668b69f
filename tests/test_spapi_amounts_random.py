"""Random orders, written down in the ways Amazon may choose, come out as meant."""

import os
import random
from dataclasses import dataclass
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.amounts import PARTS, order_amounts
from ..spapi.errors import AmountMismatch
from .test_spapi_amounts import item, order, row

D = Decimal
# `make drill` runs the long version
HISTORIES = 20_000 if os.environ.get("AMAZON_CONNECTOR_DRILL") == "long" else 300


@dataclass
class Truth:
    """A random order as it is meant, before Amazon writes it down."""

    inclusive: bool
    withheld: bool
    items: list  # (quantity, {kind: (gross, tax)}, facilitated)
    tip: Decimal

    @property
    def hides_a_cent(self):
        """Whether a cent makes one reading of the totals look like another."""
        taxes = [
            sum(tax for _, tax in charges.values()) for _, charges, _ in self.items
        ]
        kept = sum(
            tax
            for tax, (*_, facilitated) in zip(taxes, self.items, strict=True)
            if facilitated
        )
        return any(0 < abs(figure) <= D("0.02") for figure in (*taxes, kept, self.tip))


def random_truth(rng):
    withheld = rng.random() < 0.2
    items = []
    for _ in range(rng.randint(1, 5)):
        charges = {"ITEM": _random_charge(rng, 300)}
        for kind in PARTS[1:]:
            if rng.random() < 0.3:
                charges[kind] = _random_charge(rng, 20)
        if rng.random() < 0.3:
            gross, tax = charges["ITEM"]
            share = D(rng.randint(1, 100)) / 100
            charges["DISCOUNT"] = (-_cents(gross * share), -_cents(tax * share))
        items.append((rng.randint(1, 9), charges, withheld or rng.random() < 0.3))
    tip = _cents(D(rng.choice([0, 0, rng.random() * 9])))
    return Truth(rng.random() < 0.5, withheld, items, tip)


def _random_charge(rng, most):
    gross = _cents(D(rng.random()) * most)
    rate = rng.choice([D(0), D("0.05"), D("0.19"), D("0.08875")])
    return gross, _cents(gross * rate / (1 + rate))


def _cents(amount):
    return amount.quantize(D("0.01"))


def written_down(truth, rng):
    """The payload of `truth`, in one of the ways Amazon may choose."""
    items, grand = [], D(0)
    for number, (quantity, charges, facilitated) in enumerate(truth.items):
        rows, taxes, total = [], {}, D(0)
        for kind, (gross, tax) in charges.items():
            amount = gross if truth.inclusive else gross - tax
            sign = rng.choice([1, -1]) if kind == "DISCOUNT" else 1
            rows.append(row(kind, amount * sign))
            taxes[kind] = tax
            total += gross - (tax if truth.withheld else 0)
        stated = {kind: tax for kind, tax in taxes.items() if tax}
        if stated or rng.random() < 0.5:
            if "DISCOUNT" in stated and rng.random() < 0.5:
                stated["DISCOUNT"] = -stated["DISCOUNT"]
            rows.append(row("TAX", sum(taxes.values()), stated))
        rng.shuffle(rows)
        items.append(
            item(number, total, *rows, quantity=quantity, facilitated=facilitated)
        )
        grand += total
    tips = [row("DELIVERY_TIP", truth.tip)] if truth.tip else []
    grand += truth.tip * rng.choice([0, 1])
    return items, grand, tips


@tagged("post_install", "-at_install")
class TestRandomOrders(BaseCase):
    def test_charges_are_what_was_meant(self):
        decided = 0
        for seed in range(HISTORIES):
            rng = random.Random(seed)
            truth = random_truth(rng)
            items, grand, tips = written_down(truth, rng)
            with self.subTest(seed):
                amounts = order_amounts(
                    order(*items, grand=grand, breakdowns=tips),
                    fallback=truth.inclusive,
                )
                self.assertIs(amounts.inclusive, truth.inclusive)
                self.assertCharges(amounts, truth)
                decided += amounts.total_tax != 0
        self.assertGreater(decided, HISTORIES // 2)

    def assertCharges(self, amounts, truth):
        sums = {("TIP", None, 1, False): [truth.tip, D(0), D(0)]}
        for number, (quantity, charges, facilitated) in enumerate(truth.items):
            # tax that Amazon remits stays apart from what the seller owes
            for kind, (gross, tax) in charges.items():
                key = (kind, None, 1, bool(facilitated))
                if kind == "ITEM":
                    key = (kind, str(number), quantity, False)
                own = sums.setdefault(key, [D(0), D(0), D(0)])
                for index, value in enumerate((gross, tax, tax * facilitated)):
                    own[index] += value
        self.assertCountEqual(
            [
                (c.kind, c.order_item_id, c.quantity, [c.gross, c.tax, c.facilitated])
                for c in amounts.charges
            ],
            [
                (kind, number, quantity, values)
                for (kind, number, quantity, _apart), values in sums.items()
                if kind == "ITEM" or any(values)
            ],
        )
        for charge in amounts.charges:
            self.assertEqual(charge.net + charge.tax, charge.gross)
        totals = [sum(values) for values in zip(*sums.values(), strict=True)]
        self.assertEqual(
            [amounts.total_gross, amounts.total_tax, amounts.total_facilitated], totals
        )

    def test_a_cent_too_many_is_noticed(self):
        for seed in range(HISTORIES):
            rng = random.Random(seed)
            truth = random_truth(rng)
            if truth.hides_a_cent:
                continue
            items, grand, tips = written_down(truth, rng)
            wrong = rng.choice(items)
            place = rng.choice(["total", "part", "grand"])
            if place == "grand":
                grand += D("0.01")
            elif place == "total":
                total = wrong["proceeds"]["proceedsTotal"]
                total["amount"] = str(D(total["amount"]) + D("0.01"))
            else:
                part = next(
                    r for r in wrong["proceeds"]["breakdowns"] if r["type"] == "ITEM"
                )
                part["subtotal"]["amount"] = str(
                    D(part["subtotal"]["amount"]) + D("0.01")
                )
            with (
                self.subTest(seed=seed, place=place),
                self.assertRaises(AmountMismatch),
            ):
                order_amounts(
                    order(*items, grand=grand, breakdowns=tips),
                    fallback=truth.inclusive,
                )
