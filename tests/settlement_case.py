"""Settlements made of a few rows, against invoices made without the whole main job."""

import base64
from decimal import Decimal

from odoo.fields import Command

from .common import AmazonCase

COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()
SALE = ("Order", "ItemPrice", "Principal")
SHIPPING = ("Order", "ItemPrice", "Shipping")
TAX = ("Order", "ItemPrice", "Tax")
WITHHELD = ("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal")
COMMISSION = ("Order", "ItemFees", "Commission")
REFUND = ("Refund", "ItemPrice", "Principal")
STORAGE = ("other-transaction", "other-transaction", "Storage Fee")
SUBSCRIPTION = ("other-transaction", "other-transaction", "Subscription Fee")
RESERVED = ("other-transaction", "other-transaction", "Current Reserve Amount")
RELEASED = ("other-transaction", "other-transaction", "Previous Reserve Amount Balance")
PAYABLE = ("other-transaction", "other-transaction", "Payable to Amazon")
CHARGED = ("other-transaction", "other-transaction", "Successful charge")
ADS = ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount")
LOST = ("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_LOST")
UNKNOWN = ("other-transaction", "other-transaction", "Something new")


class SettlementCase(AmazonCase):
    """`settle` uploads a file of a few rows as a user does; `sell` makes an invoiced
    order of the inbox, as the main job leaves it."""

    # whether the tests of the class begin with a connected account and its ledger accounts
    prepared = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.prepared:
            cls._account, cls._seller = cls.connect_for_all("USA", ["US"])
            cls._account.action_create_settlement_accounts()

    def setUp(self):
        super().setUp()
        self._numbers = iter(range(1, 1000))
        self._taken = not self.prepared

    def bookable(self, key="US", fresh=False, **values):
        """An Amazon account of the sandbox with all its settlement accounts.

        :param fresh: with a seller of its own, for tests in which the seller sells: the
            sandbox does not forget what happened in another test
        """
        if key == "US" and not fresh and not self._taken:
            self._taken = True
            account, seller = self._account, self._seller
        else:
            account, seller = self.us() if key == "US" else self.de()
            account.action_create_settlement_accounts()
        account.write({"settlement_user_id": self.env.uid, **values})
        return account, seller

    # -- Odoo's side ----------------------------------------------------------------

    def order_ref(self):
        return f"113-0000000-{next(self._numbers):07d}"

    def captured(self, account, ref=None, **values):
        """An order in the inbox, nothing made of it yet."""
        store = account.store_ids[0]
        return self.env["amazon.order"].create(
            {
                "amazon_order_ref": ref or self.order_ref(),
                "account_id": account.id,
                "store_id": store.id,
                "currency_id": store.currency_id.id,
                "state": "imported",
                **values,
            }
        )

    def invoice(self, order, amount, date="2026-10-05", post=True, **values):
        """An invoice (or credit note, `move_type`) of the order."""
        product = self.env.ref("amazon_connector.product_amazon_other")
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": order.store_id.default_customer_id.id,
                "invoice_date": date,
                "currency_id": order.store_id.currency_id.id,
                "amazon_order_id": order.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": float(amount),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def sell(self, account, amount, ref=None, **values):
        """(order number, posted invoice)"""
        order = self.captured(account, ref)
        return order.amazon_order_ref, self.invoice(order, amount, **values)

    def credit(self, account, ref, amount, **values):
        """A posted credit note of the order, not matched with its invoice."""
        order = self.env["amazon.order"].search([("amazon_order_ref", "=", ref)])
        return self.invoice(order, amount, move_type="out_refund", **values)

    # -- Amazon's side ----------------------------------------------------------------

    def row(self, triple, amount, order="", posted="2026-10-07 10:00:00 UTC", **values):
        """One row; values: columns with _ for -, e.g. adjustment_id, sku."""
        marketplace = "Amazon.com" if order else ""
        cells = dict.fromkeys(COLUMNS, "")
        cells |= dict(
            zip(
                ("transaction-type", "amount-type", "amount-description"),
                triple,
                strict=True,
            )
        )
        cells |= {
            "order-id": order,
            "amount": str(amount),
            "posted-date": posted[:10],
            "posted-date-time": posted,
            "marketplace-name": marketplace,
        }
        cells |= {name.replace("_", "-"): text for name, text in values.items()}
        return cells

    def file(
        self,
        rows,
        number=None,
        start="2026-09-28 00:00:00 UTC",
        end="2026-10-12 00:00:00 UTC",
        deposit="2026-10-14 00:00:00 UTC",
        currency="USD",
        total=None,
    ):
        """(settlement id, the flat file's bytes)"""
        number = number or str(26000000000 + next(self._numbers))
        if total is None:
            total = sum((Decimal(row["amount"] or 0) for row in rows), Decimal(0))
        head = dict.fromkeys(COLUMNS, "")
        head |= {
            "settlement-start-date": start,
            "settlement-end-date": end,
            "deposit-date": deposit,
            "total-amount": str(total),
            "currency": currency,
        }
        lines = [COLUMNS]
        for cells in (head, *rows):
            cells["settlement-id"] = number
            lines.append([cells[column] for column in COLUMNS])
        return number, ("\n".join("\t".join(line) for line in lines) + "\n").encode()

    def upload(self, account, content, name="settlement.txt"):
        """What the upload wizard says: the action it returns."""
        wizard = self.env["amazon.settlement.upload"].create(
            {
                "account_id": account.id,
                "attachment_ids": [
                    Command.create(
                        {
                            "name": name,
                            "datas": base64.b64encode(content),
                            "res_model": "amazon.settlement.upload",
                        }
                    )
                ],
            }
        )
        wizard.action_upload()
        return wizard

    def settle(self, account, rows, **values):
        """Upload a file of these rows and ask the rules; the settlement."""
        number, content = self.file(rows, **values)
        wizard = self.upload(account, content)
        settlement = self.env["amazon.settlement"].search(
            [("account_id", "=", account.id), ("settlement_ref", "=", number)]
        )
        self.assertTrue(settlement, wizard.report_ids.mapped("reason"))
        settlement.action_classify()
        return settlement

    def post(self, account, rows, **values):
        settlement = self.settle(account, rows, **values)
        settlement.action_post()
        return settlement

    # -- what came of it ------------------------------------------------------------

    def ledger(self, settlement, kind):
        """The ledger account of a kind."""
        Setting = self.env["amazon.settlement.account"]
        return Setting._resolver(settlement.account_id).get(kind).ledger_account_id

    def balance(self, settlement, kind):
        """What the settlement's entries come to on the account of a kind."""
        lines = settlement.move_ids.line_ids.filtered(
            lambda line: line.account_id == self.ledger(settlement, kind)
        )
        return sum(Decimal(str(line.balance)) for line in lines)

    def open_balance(self, settlement, kind):
        """The open items of all postings on the account of a kind."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.ledger(settlement, kind).id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(Decimal(str(line.amount_residual)) for line in lines)

    def proofs(self, settlement):
        return {proof.code: proof.state for proof in settlement.proof_ids}

    def assertProved(self, settlement):
        """P1 to P6 hold."""
        proofs = self.proofs(settlement)
        for code in ("P1", "P2", "P3", "P4", "P5"):
            self.assertEqual(proofs.get(code), "ok", code)
        self.assertIn(proofs.get("P6"), ("ok", "warning"))
