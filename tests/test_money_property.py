"""Random orders: sale, invoices and credit notes equal Amazon's amounts to the cent.

What is expected is computed in Decimal from the sandbox's own payloads, not by the
connector's parser. A failure names the seed: AMAZON_CONNECTOR_SEED=… repeats it.

All 300 become sales. `make test` ships a quarter of them, in parts, invoices it, and
makes credit notes for a third of the invoices; `make drill` takes all of them all the way.
"""

import os
import random
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .common import AmazonCase

LONG = os.environ.get("AMAZON_CONNECTOR_DRILL") == "long"
ORDERS = 150  # with each way of rounding: 300 in all
# seller: {marketplace: the VAT its store takes out of the price, None for US tax}
SELLERS = {
    "US": {"US": None, "CA": None},
    "DE": {"DE": 19, "FR": 20, "GB": 20},
    "JP": {"JP": 10, "AU": 10},
}
RATES = {"EUR": 0.9137, "GBP": 0.79, "JPY": 151.37, "CAD": 1.3714, "AUD": 1.5233}
ROUNDS = 3  # an order leaves in at most so many transfers
# of the orders that is shipped and invoiced; of the invoices that gets a credit note
SHIPPED = 1.0 if LONG else 0.25
CREDITED = 1.0 if LONG else 0.3


def amazon_due(order):
    """What the seller gets: Amazon's grand total without the tax it remits itself."""
    return order.grand_total - sum(
        tax_of(item) for item in order.items if is_remitted(item)
    )


def amazon_tax(order):
    """The tax that is left to the seller, as Amazon states it."""
    return sum(
        (tax_of(item) for item in order.items if not is_remitted(item)), Decimal()
    )


def rule_tax(order, rate):
    """The tax of the store's own rule: out of each item, and each kind of charge."""
    amounts = []
    charges = Counter()
    for item in order.items:
        for row in item["proceeds"]["breakdowns"]:
            amount = Decimal(row["subtotal"]["amount"])
            if row["type"] == "ITEM":
                amounts.append(amount)
            elif row["type"] != "TAX":
                charges[row["type"]] += amount
    cent = Decimal(1).scaleb(-order.marketplace.decimals)
    return sum(
        (amount * rate / (100 + rate)).quantize(cent, ROUND_HALF_UP)
        for amount in (*amounts, *charges.values())
    )


def tax_of(item):
    return sum(
        Decimal(row["subtotal"]["amount"])
        for row in item["proceeds"]["breakdowns"]
        if row["type"] == "TAX"
    )


def is_remitted(item):
    return "taxCollections" in item.get("tax", {})


@tagged("post_install", "-at_install")
class TestMoneyProperty(AmazonCase):
    def setUp(self):
        super().setUp()
        self.seed = int(
            os.environ.get("AMAZON_CONNECTOR_SEED") or random.randrange(10**9)
        )
        self.rng = random.Random(self.seed)
        self.problems = []
        for sku in self.sandbox.catalog:
            if sku not in ("MUG-BLUE-350", "BACKPACK-20L"):
                self._product(sku)
        products = self.env["product.product"].search(
            [("default_code", "in", list(self.sandbox.catalog))]
        )
        # no stock to run out of
        products.write({"is_storable": False, "invoice_policy": "delivery"})
        for currency, rate in RATES.items():
            self.rate(currency, rate)

    def test_round_per_line(self):
        """rows 5.28, 6.1, 6.2, 6.3, 6.8: exact with tax rounded line by line"""
        self.check("round_per_line")

    def test_round_globally(self):
        """rows 5.28, 6.1, 6.2, 6.3, 6.8: exact with tax rounded once per document"""
        self.check("round_globally")

    def check(self, rounding):
        self.company.tax_calculation_rounding_method = rounding
        self.orders = {}
        # keys of its own: the sandbox lives as long as the class
        accounts = [self.sell(key, rates) for key, rates in SELLERS.items()]
        self.assertEqual(len(self.orders), ORDERS)
        self.records = self.env["amazon.order"].search(
            [("account_id", "in", [account.id for account in accounts])]
        )
        self.check_sales()
        self.records = self.records.filtered(lambda _r: self.rng.random() < SHIPPED)
        for number in range(ROUNDS):
            self.ship_some(last=number == ROUNDS - 1)
            for account in accounts:
                self.run_out(account.process_cron_id, [("to_invoice", "=", True)])
        self.check_invoices()
        self.assertFalse(
            self.problems, f"{len(self.problems)} problems, seed {self.seed}"
        )

    # -- the chain ------------------------------------------------------------------

    def sell(self, key, rates):
        account, seller = self.connect(f"{key}-{self._testMethodName}", list(rates))
        stores = [country for rates in SELLERS.values() for country in rates]
        share, more = divmod(ORDERS, len(stores))
        for country, rate in rates.items():
            orders = self.sandbox.generate_orders(
                seller,
                share + (stores.index(country) < more),
                seed=self.rng.randrange(10**9),
                marketplace=country,
                kind="random",
            )
            self.orders |= {order.order_id: (order, rate) for order in orders}
            store = account.store_ids.filtered(
                lambda s, country=country: s.marketplace_id.country_id.code == country
            )
            posted = (
                LONG or country == "US"
            )  # posting takes time, and changes no amount
            store.invoice_policy = "posted" if posted else "draft"
            if country in ("US", "CA"):
                self.map_rates(store)
            if rate:
                store.tax_mode = "inclusive"
                tax = self.tax(f"{rate} % included {country}", rate, included=True)
                if country == "AU":  # no product has a tax: the mapping decides
                    self.map(store, tax)
                else:
                    store.tax_id = tax
        self.pull(account)
        self.run_out(account.process_cron_id, [("next_try", "!=", False)])
        return account

    def tax(self, name, amount, included=False, **values):
        include = "tax_included" if included else "tax_excluded"
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": include,
            }
            | values
        )

    def map(self, store, tax, kind="any", **values):
        return self.env["amazon.tax.mapping"].create(
            {"store_id": store.id, "kind": kind, "tax_id": tax.id} | values
        )

    def map_rates(self, store):
        """Taxes whose rates are wrong for most lines: the amounts stay Amazon's."""
        country = store.marketplace_id.country_id
        name = country.code
        gst, qst = self.tax(f"GST {name}", 5), self.tax(f"QST {name}", 9.975)
        group = self.tax(
            f"Group {name}",
            0,
            amount_type="group",
            children_tax_ids=[Command.set((gst | qst).ids)],
        )
        self.map(store, group)
        self.map(store, self.tax(f"State {name}", 8.25), country_id=country.id)
        self.map(store, self.tax(f"Free {name}", 0), "tax_free")
        self.map(store, self.tax(f"Wrap {name}", 4, included=True), "gift_wrap")
        ship = self.tax(f"Ship {name}", 6, included=True)
        self.map(store, ship, "shipping", country_id=country.id)
        states = country.state_ids.filtered(lambda s: s.code in ("TX", "IL", "QC"))
        here = {"country_id": country.id, "state_ids": [Command.set(states.ids)]}
        self.map(store, group, **here)
        self.map(store, ship, amazon_rate=8.25, **here)

    def run_out(self, cron, domain):
        """Run the job as often as it takes; the scheduler gives it ten seconds."""
        domain = [*domain, ("account_id.process_cron_id", "=", cron.id)]
        for _number in range(ORDERS):
            self._run(cron)
            if not self.env["amazon.order"].search_count(domain):
                return
        self.fail("the job does not come to its end")

    def ship_some(self, last):
        """Validate a random part of everything that is open."""
        pickings = self.records.sale_order_id.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        for picking in pickings:
            in_parts = not last and self.rng.random() < 0.5
            for move in picking.move_ids:
                units = move.product_uom_qty
                if in_parts:
                    units = self.rng.randint(0, int(units))
                move.quantity = units
                move.picked = bool(units)
        pickings = pickings.filtered(lambda p: any(p.move_ids.mapped("picked")))
        pickings.with_context(skip_backorder=True).button_validate()
        self.assertLessEqual(set(pickings.mapped("state")), {"done"})

    # -- what must hold ---------------------------------------------------------------

    def expect(self, order, what, moves, expected):
        found = sum((exact(move[what]) for move in moves), Decimal())
        if found != expected:
            name = moves._description
            self.problems.append(
                f"{order.order_id}: {name} {what} {found}, not {expected}"
            )

    def expected_tax(self, order, rate):
        """None where only our own parser could tell."""
        if rate is None:
            return amazon_tax(order)
        if any(is_remitted(item) for item in order.items):
            return None
        return rule_tax(order, rate)

    def check_sales(self):
        blocked = self.records.filtered(lambda r: r.state != "imported")
        self.assertFalse(blocked, f"{blocked.mapped('reason')}, seed {self.seed}")
        self.assertEqual(len(self.records), ORDERS)
        for record in self.records:
            order, rate = self.orders[record.amazon_order_ref]
            self.expect_all(order, rate, record.sale_order_id)

    def expect_all(self, order, rate, documents):
        self.expect(order, "amount_total", documents, amazon_due(order))
        tax = self.expected_tax(order, rate)
        if tax is not None:
            self.expect(order, "amount_tax", documents, tax)

    def check_invoices(self):
        invoices = self.records.sale_order_id.invoice_ids
        by_order = invoices.grouped("amazon_order_id")
        parts = Counter()
        for record in self.records:
            order, rate = self.orders[record.amazon_order_ref]
            own = by_order.get(record, invoices.browse())
            parts[len(own)] += 1
            if amazon_due(order):
                self.expect_all(order, rate, own)
                state = (
                    "posted" if record.store_id.invoice_policy == "posted" else "draft"
                )
                self.assertEqual(set(own.mapped("state")), {state})
            else:
                self.assertFalse(own)
        self.assertTrue(parts[1] and parts[2], f"{parts}, seed {self.seed}")
        for invoice in invoices:
            self.check_remitted(invoice)
        self.check_credit_notes(invoices)

    def check_credit_notes(self, invoices):
        """A credit note takes back the whole invoice, to the cent."""
        chosen = invoices.filtered(lambda _move: self.rng.random() < CREDITED)
        self.assertTrue(chosen)
        for invoice, note in zip(chosen, chosen._reverse_moves(), strict=True):
            order, _rate = self.orders[invoice.amazon_order_id.amazon_order_ref]
            for name in ("amount_total", "amount_tax"):
                self.expect(order, name, note, exact(invoice[name]))
            self.check_remitted(note)

    def check_remitted(self, move):
        """Tax that Amazon collects and remits nets to zero on every document."""
        store = move.amazon_store_id
        pair = store.collected_tax_id | store.remitted_tax_id
        lines = move.line_ids.filtered(lambda line: line.tax_line_id in pair)
        if exact(sum(lines.mapped("amount_currency"))):
            self.problems.append(
                f"{move.amazon_order_ref}: remitted tax of {move.name}"
            )


def exact(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"))
