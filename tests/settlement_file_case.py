"""Settlement files on their way into Odoo: from the sandbox's Amazon, or by hand."""

import io
from datetime import timedelta
from decimal import Decimal

from odoo.tests import Form

from ..sandbox.settlements import flat_file
from ..spapi.settlement import read_settlement
from .common import AmazonCase
from .test_spapi_settlement import sale, text

REPORTS = ("getReports", "getReportDocument", "document")


class SettlementFileCase(AmazonCase):
    """A US account; what is settled, published and uploaded for it."""

    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        # importing is what these tests are about: nothing is booked by itself
        self.account.settlement_policy = "manual"
        self.sandbox.calls.clear()
        self.addCleanup(self.sandbox.faults.clear)

    # -- at Amazon ----------------------------------------------------------------------

    def sell(self, *items, seller=None, **keywords):
        """An order that Amazon shipped a month ago: its money is released."""
        old = self.sandbox.clock.now() - timedelta(days=30)
        return self.sandbox.add_order(
            seller or self.seller,
            status="SHIPPED",
            fulfilled_by="AMAZON",
            created=old,
            updated=old,
            items=items or ["MUG-BLUE-350"],
            **keywords,
        )

    def fee(self, amount="-12.00", seller=None, **keywords):
        return self.sandbox.charge(
            seller or self.seller,
            "ServiceFee",
            "other-transaction",
            "Subscription Fee",
            amount,
            **keywords,
        )

    def close(self, amount="-12.00", seller=None, **keywords):
        """A closed settlement with at least one row, and its report."""
        seller = seller or self.seller
        self.fee(amount, seller)
        return self.sandbox.close_settlement(seller, **keywords)

    def publish(self, content, **keywords):
        """A settlement report with this content; the id Amazon gives it."""
        if isinstance(content, str):
            content = content.encode()
        return self.sandbox.reports.publish_file(
            self.seller, content, **keywords
        ).report_id

    def calls(self, *operations):
        return [
            call
            for operation in operations or REPORTS
            for call in self.sandbox.calls_of(operation)
        ]

    # -- in Odoo ------------------------------------------------------------------------

    def fetch(self, account=None):
        """The scheduled job, as the scheduler runs it."""
        self._run((account or self.account).settlements_cron_id)

    def again(self, account=None):
        """The account lists from the start: it has forgotten what it saw."""
        (account or self.account).settlements_cursor = False

    def report(self, reference=None, account=None):
        domain = [("account_id", "=", (account or self.account).id)]
        if reference:
            domain.append(("report_ref", "=", reference))
        return self.env["amazon.report"].search(domain, limit=1)

    def reports(self, *states):
        return self.env["amazon.report"].search(
            [("account_id", "=", self.account.id), ("state", "in", states)]
        )

    def settlement(self, reference):
        """The settlement of this id (or of a sandbox settlement)."""
        reference = getattr(reference, "settlement_id", reference)
        return self.env["amazon.settlement"].search(
            [("settlement_ref", "=", reference)]
        )

    def upload(self, *contents, account=None, user=None, names=None):
        """The wizard after Upload, and what it answered."""
        names = names or [f"settlement-{n}.txt" for n in range(len(contents))]
        env = self.env(user=user) if user else self.env
        files = env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content.encode() if isinstance(content, str) else content,
                    "res_model": "amazon.settlement.upload",
                    "res_id": 0,
                }
                for name, content in zip(names, contents, strict=True)
            ]
        )
        form = Form(env["amazon.settlement.upload"])
        form.account_id = env["amazon.account"].browse((account or self.account).id)
        for file in files:
            form.attachment_ids.add(file)
        wizard = form.save()
        return wizard, wizard.action_upload()

    # -- what must hold -------------------------------------------------------------------

    def assertRowsOf(self, settlement, content):
        """The settlement has the file's rows, each as it is written there."""
        source = read_settlement(io.BytesIO(content))
        expected = [
            (
                row.number,
                row.line,
                row.transaction_type,
                row.amount_type,
                row.amount_description,
                row.order_id,
                row.shipment_id,
                row.marketplace_name,
                row.sku,
                row.quantity or 0,
                f"{row.amount:.2f}",
                row.posted.replace(tzinfo=None),
            )
            for row in source.rows
        ]
        found = [
            (
                line.number,
                line.file_line,
                line.transaction_type or "",
                line.amount_type or "",
                line.amount_description or "",
                line.order_ref or "",
                line.shipment_ref or "",
                line.marketplace_name or "",
                line.sku or "",
                line.quantity,
                f"{line.amount:.2f}",
                line.posted,
            )
            for line in settlement.line_ids.sorted("number")
        ]
        self.assertEqual(found, expected)
        self.assertTrue(found)
        self.assertEqual(settlement.row_count, len(found))
        self.assertMoney(settlement.total_amount, f"{source.header.total:.2f}")
        self.assertMoney(sum(settlement.line_ids.mapped("amount")), source.header.total)

    def assertRefused(self, report, words, content=None):
        """One sentence; the file is kept; there is no settlement and no entry."""
        self.assertEqual(report.state, "failed", report.reason)
        self.assertIn(words, report.reason)
        self.assertRegex(report.reason, r"^[A-Z][^\n]*\.$")
        self.assertFalse(report.settlement_id)
        if content is not None:
            content = content.encode() if isinstance(content, str) else content
            self.assertEqual(report.attachment_id.raw, content)
        self.assertNothingBooked()

    def assertNothingBooked(self):
        domain = [("amazon_settlement_id.account_id", "=", self.account.id)]
        self.assertFalse(self.env["account.move"].search(domain))


def written(settlement, **fault):
    """The bytes of a sandbox settlement's file."""
    return flat_file(settlement, **fault).encode()


def rows_of(number, amount="1.00"):
    """A file of `number` rows that add up."""
    total = Decimal(amount) * number
    return text(
        [sale(amount, sku=f"SKU-{n}") for n in range(number)], total_amount=f"{total}"
    )
