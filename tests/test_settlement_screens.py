"""What the settlement's screens say, and that it adds up."""

from collections import Counter
from decimal import Decimal

from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .settlement_case import (
    ADS,
    COMMISSION,
    LOST,
    REFUND,
    RELEASED,
    RESERVED,
    SALE,
    SHIPPING,
    STORAGE,
    TAX,
    UNKNOWN,
    WITHHELD,
    SettlementCase,
)

GIVEN_BACK = ("Refund", "ItemFees", "Commission")


def cents(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"))


class ScreensCase(SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()

    def order_rows(self, ref):
        """Rows of an order of 105.00 and 8.25 of tax that Amazon remits."""
        return [
            self.row(SALE, "100.00", ref, sku="MUG-BLUE-350", quantity_purchased="2"),
            self.row(SHIPPING, "5.00", ref, sku="MUG-BLUE-350"),
            self.row(TAX, "8.25", ref, sku="MUG-BLUE-350"),
            self.row(WITHHELD, "-8.25", ref, sku="MUG-BLUE-350"),
            self.row(COMMISSION, "-15.00", ref, sku="MUG-BLUE-350"),
        ]

    def amounts(self, action):
        """The sum of what an action shows."""
        lines = self.env[action["res_model"]].search(action["domain"])
        return cents(sum(lines.mapped("amount"))), len(lines)


@tagged("post_install", "-at_install")
class TestStatement(ScreensCase):
    def setUp(self):
        super().setUp()
        ref, _invoice = self.sell(self.account, "105.00")
        self.settlement = self.settle(
            self.account,
            [
                self.row(RELEASED, "30.00"),
                *self.order_rows(ref),
                self.row(LOST, "12.00"),
                self.row(STORAGE, "-2.50"),
                self.row(ADS, "-20.00"),
                self.row(UNKNOWN, "-1.00"),
                self.row(RESERVED, "-45.00"),
            ],
        )

    def test_sections_add_up_to_the_total(self):
        """row 11.8: Seller Central's statement: from beginning balance to reserve"""
        found = {s["key"]: cents(s["amount"]) for s in self.settlement.statement}
        expected = {
            "beginning": "30.00",
            "sales": "125.25",
            "withheld": "-8.25",
            "expenses": "-37.50",
            "reserve": "-45.00",
            "unmapped": "-1.00",
        }
        self.assertEqual(found, {key: Decimal(a) for key, a in expected.items()})
        self.assertEqual(
            sum(found.values()), cents(self.settlement.total_amount), "the header's"
        )

    def test_every_line_opens_its_rows(self):
        """row 11.1: each figure of the statement leads to the rows it is made of"""
        rows = 0
        for section in self.settlement.statement:
            for category in section["categories"]:
                action = self.settlement.action_view_category(category["key"])
                self.assertEqual(
                    self.amounts(action), (cents(category["amount"]), category["rows"])
                )
                for line in category["lines"]:
                    total = self.env["amazon.settlement.total"].browse(line["id"])
                    self.assertEqual(
                        self.amounts(total.action_view_rows()),
                        (cents(line["amount"]), line["rows"]),
                    )
                rows += category["rows"]
        self.assertEqual(rows, self.settlement.row_count)

    def test_unexpected_sign_is_marked(self):
        """row 11.1: a reserve that Amazon pays is marked, where it is in the statement"""
        odd = self.settle(self.account, [self.row(RESERVED, "45.00")])
        (section,) = odd.statement
        (category,) = section["categories"]
        self.assertTrue(category["warning"])
        self.assertFalse(any(self._warnings(self.settlement)))

    def _warnings(self, settlement):
        for section in settlement.statement:
            for category in section["categories"]:
                yield category["warning"]

    def test_printed_statement(self):
        """row 11.1: the printed statement: summary, ledger, balances, proofs"""
        self.settlement.allow_suspense = True
        self.settlement.action_post()
        report = self.env.ref("amazon_connector.action_report_settlement_statement")
        html, _type = report._render_qweb_html(report, self.settlement.ids)
        text = html.decode()
        for words in ("Account Level Reserve", "Carried Balances", "Rows add up"):
            self.assertIn(words, text)
        ledger = self.settlement._statement_ledger()
        debit, credit = (cents(sum(line[k] for line in ledger)) for k in (1, 2))
        self.assertEqual(debit, credit)
        lines = self.settlement.move_ids.line_ids
        self.assertEqual(debit, cents(sum(lines.mapped("debit"))))
        kinds = {self.ledger(self.settlement, k) for k in ("reserve", "transit")}
        self.assertLessEqual(
            kinds, set(self.settlement._statement_balances().account_id)
        )

    def test_lights(self):
        """row 11.8: the worst proof and the bank's status stand on the form"""
        self.assertEqual(self.settlement.proof_state, "ok")
        self.assertEqual(self.settlement.payout_status, "Not booked yet")
        self.settlement.action_post_with_suspense()
        self.assertEqual(self.settlement.payout_status, "On its way to the bank")
        self.assertIn("Payout has arrived", self.settlement.proof_status)
        self.settlement.proof_ids[:1].state = "failed"
        self.assertEqual(self.settlement.proof_state, "failed")
        self.assertIn("Rows add up", self.settlement.proof_status)

    def test_neighbors(self):
        """row 11.8: one leads to the settlement before and the one after"""
        later = self.settle(
            self.account,
            [self.row(STORAGE, "-1.00", posted="2026-10-20 10:00:00 UTC")],
            start="2026-10-12 00:00:00 UTC",
            end="2026-10-26 00:00:00 UTC",
        )
        # a settlement without orders has no marketplace of its own: same account, same
        # currency, so the store's
        self.assertEqual(self.settlement.next_id, later)
        self.assertEqual(later.action_previous()["res_id"], self.settlement.id)
        self.assertFalse(later.next_id)


@tagged("post_install", "-at_install")
class TestSettlementScreens(ScreensCase):
    def sale(self, order):
        """A sale for an order of the inbox, as the import links it."""
        sale = self.env["sale.order"].create(
            {
                "partner_id": order.store_id.default_customer_id.id,
                "amazon_order_id": order.id,
                "amazon_store_id": order.store_id.id,
                "order_line": [Command.create({"product_id": self.mug.id})],
            }
        )
        order.sale_order_id = sale
        return sale

    def test_proceeds_of_a_sale(self):
        """row 11.4: a sale tells what Amazon paid, took, and left, over settlements"""
        ref, invoice = self.sell(self.account, "105.00")
        sale = self.sale(invoice.amazon_order_id)
        self.assertFalse(sale.amazon_settled_count)
        self.post(self.account, self.order_rows(ref))
        self.post(
            self.account,
            [
                self.row(REFUND, "-40.00", ref, sku="MUG-BLUE-350"),
                self.row(GIVEN_BACK, "6.00", ref, sku="MUG-BLUE-350"),
            ],
        )
        for record in (sale, invoice):
            record.invalidate_recordset()
            self.assertEqual(record.amazon_settled_count, 2)
            self.assertMoney(record.amazon_net_proceeds, "56.00")
        self.assertMoney(sale.amazon_settled, "65.00")
        self.assertMoney(sale.amazon_fees, "-9.00")
        orders = self.env["amazon.settlement.order"].search(
            sale.action_view_amazon_settlements()["domain"]
        )
        self.assertEqual(
            Counter({cents(o.sales + o.refunds + o.fees + o.other): 1 for o in orders}),
            Counter({cents(o.net): 1 for o in orders}),
        )
        self.assertEqual(orders.sale_order_id, sale)

    def test_rows_by_sku(self):
        """row 11.4: and each amount is there by SKU"""
        ref, invoice = self.sell(self.account, "105.00")
        sale = self.sale(invoice.amazon_order_id)
        rows = self.order_rows(ref)
        rows[-1]["sku"] = "BACKPACK-20L"
        self.settle(self.account, rows)
        action = sale.action_view_amazon_settlement_rows()
        self.assertEqual(action["context"], {"search_default_group_sku": 1})
        found = self.env["amazon.settlement.line"]._read_group(
            action["domain"], ["sku"], ["amount:sum"]
        )
        self.assertEqual(
            {sku: cents(amount) for sku, amount in found},
            {"MUG-BLUE-350": Decimal("105.00"), "BACKPACK-20L": Decimal("-15.00")},
        )

    def test_not_matched(self):
        """case 17: an order's money without invoice shows as not matched"""
        ref, _invoice = self.sell(self.account, "105.00")
        stranger = self.order_ref()
        settlement = self.post(
            self.account,
            [*self.order_rows(ref), self.row(SALE, "25.00", stranger)],
        )
        orders = self.env["amazon.settlement.order"].search(
            settlement.action_view_settled_orders()["domain"]
        )
        self.assertEqual(
            {order.order_ref: cents(order.unmatched) for order in orders},
            {ref: Decimal(0), stranger: Decimal("25.00")},
        )
        odd = orders.filtered_domain([("unmatched", "!=", 0)])
        self.assertEqual(odd.order_ref, settlement.issue_ids.order_ref)
        self.assertEqual(self.amounts(odd.action_view_rows()), (Decimal("25.00"), 1))

    def test_shipment_is_no_order(self):
        """case 36: an FBA shipment's id in the order column makes no settled order"""
        settlement = self.settle(
            self.account, [self.row(STORAGE, "-9.00", "FBA15ABCDEFG")]
        )
        self.assertFalse(
            self.env["amazon.settlement.order"].search(
                [("settlement_id", "=", settlement.id)]
            )
        )

    def test_from_the_entry_to_the_rows(self):
        """row 11.1: an entry, and each of its items, opens the rows it books"""
        ref, _invoice = self.sell(self.account, "105.00")
        settlement = self.post(
            self.account, [*self.order_rows(ref), self.row(STORAGE, "-2.50")]
        )
        entry = settlement.move_ids
        self.assertEqual(entry.action_view_amazon_settlement()["res_id"], settlement.id)
        self.assertEqual(
            self.amounts(entry.action_view_amazon_rows()), (Decimal("87.50"), 6)
        )
        carrying = entry.line_ids.filtered("amazon_row_count")
        self.assertEqual(sum(carrying.mapped("amazon_row_count")), 6)
        for item in carrying:
            amount, _count = self.amounts(item.action_view_amazon_rows())
            self.assertEqual(amount, -cents(item.amount_currency))

    def test_fees_by_kind_month_and_sku(self):
        """row 11.5: fees by what they are, month and SKU"""
        ref, _invoice = self.sell(self.account, "105.00")
        self.settle(self.account, [*self.order_rows(ref), self.row(STORAGE, "-2.50")])
        action = self.env.ref("amazon_connector.amazon_settlement_fee_action")
        self.assertEqual(action.views[0][1], "pivot")
        found = self.env["amazon.settlement.line"].formatted_read_group(
            [
                ("account_id", "=", self.account.id),
                ("role", "in", ("expense", "fee_tax")),
            ],
            ["kind", "sku", "accounting_date:month"],
            ["amount:sum"],
        )
        self.assertEqual(
            {(g["kind"], g["sku"]): cents(g["amount:sum"]) for g in found},
            {
                ("commission", "MUG-BLUE-350"): Decimal("-15.00"),
                ("storage", False): Decimal("-2.50"),
            },
        )

    def test_empty_lists_say_what_to_do(self):
        """row 11.8: every list of settlements explains itself while it is empty"""
        for name in ("settlement", "settlement_line", "settlement_order"):
            action = self.env.ref(f"amazon_connector.amazon_{name}_action")
            self.assertIn("o_view_nocontent_smiling_face", action.help)
        for name in ("settlement_issue", "settlement_fee", "deferred"):
            action = self.env.ref(f"amazon_connector.amazon_{name}_action")
            self.assertIn("o_view_nocontent_smiling_face", action.help)

    def test_to_do(self):
        """row 11.2: the filter To Do holds what waits for the accountant"""
        waiting = self.settle(self.account, [self.row(UNKNOWN, "-1.00")])
        done = self.post(self.account, [self.row(STORAGE, "-2.50")])
        arch = self.env["amazon.settlement"].get_view(view_type="search")["arch"]
        domain = self._filter(arch, "todo")
        found = self.env["amazon.settlement"].search(
            [("account_id", "=", self.account.id), *domain]
        )
        self.assertEqual(found, waiting)
        self.assertEqual(done.state, "booked")

    def _filter(self, arch, name):
        node = etree.fromstring(arch).find(f".//filter[@name='{name}']")
        return safe_eval(node.get("domain"))
