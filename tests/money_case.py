"""What the tests of the sandbox's money share: ways to earn it, and a plain reader."""

import gzip
from collections import Counter
from datetime import datetime
from decimal import Decimal

import requests

from ..sandbox.settlements import flat_file
from .sandbox_case import US, SandboxCase

DAY = 86400
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
REPORTS = "/reports/2021-06-30/reports"
DOCUMENTS = "/reports/2021-06-30/documents"
OTHER = "other-transaction"
FORMATS = {"US": "%Y-%m-%d", "DE": "%d.%m.%Y", "FR": "%d/%m/%Y", "JP": "%Y-%m-%d"}


def read_settlement(text, country):
    """Header and rows of a settlement's file as its marketplace writes it."""
    lines = text.removesuffix("\n").split("\n")
    names = lines[0].split("\t")
    header, *rows = (
        dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]
    )

    def amount(written):
        return Decimal(
            written.replace(",", ".") if country in ("DE", "FR") else written
        )

    def moment(written):
        return datetime.strptime(written, f"{FORMATS[country]} %H:%M:%S UTC")

    header["total-amount"] = amount(header["total-amount"])
    for name in ("settlement-start-date", "settlement-end-date", "deposit-date"):
        header[name] = moment(header[name])
    for row in rows:
        row["amount"] = amount(row["amount"])
        row["posted-date-time"] = moment(row["posted-date-time"])
    return header, rows


def sums(rows):
    """{(transaction type, amount type, description): amount}"""
    total = Counter()
    for row in rows:
        names = ("transaction-type", "amount-type", "amount-description")
        total[tuple(row[name] for name in names)] += row["amount"]
    return total


class MoneyCase(SandboxCase):
    def shipped(self, *items, seller="US", **keywords):
        """An order of these items, sent by the merchant."""
        order = self.sandbox.add_order(seller, items=items, **keywords)
        self.assertEqual(self.confirm(order).status_code, 204)
        return order

    def events(self, order, transaction_type="Order"):
        found = self.sandbox.ledger.events_of(order)
        return [event for event in found if event.transaction_type == transaction_type]

    def amounts(self, order, transaction_type="Order"):
        """{"amount type/description": "amount"} over the order's events."""
        total = Counter()
        for event in self.events(order, transaction_type):
            for row in event.rows:
                total[f"{row.amount_type}/{row.description}"] += row.amount
        return {name: str(amount) for name, amount in total.items()}

    def settle(self, *arguments, after=0, **keywords):
        """Close a settlement some days later; header and rows of its file."""
        self.sandbox.clock.advance(after * DAY)
        settlement = self.sandbox.close_settlement(*arguments, **keywords)
        country = settlement.account.marketplace.country
        return read_settlement(flat_file(settlement), country)

    def fee(self, amount, seller="US", **keywords):
        return self.sandbox.charge(
            seller, "ServiceFee", OTHER, "Subscription Fee", amount, **keywords
        )


class ReportCase(MoneyCase):
    def list(self, seller=None, **query):
        if "nextToken" not in query:
            query.setdefault("reportTypes", SETTLEMENT)
        return self.call("GET", REPORTS, seller, params=query)

    def report_ids(self, seller=None, **query):
        answer = self.list(seller, **query)
        self.assertEqual(answer.status_code, 200, answer.text)
        return [report["reportId"] for report in answer.json()["reports"]]

    def report(self, report_id, seller=None):
        answer = self.call("GET", f"{REPORTS}/{report_id}", seller)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def request(self, report_type=LISTINGS, marketplaces=(US,), **body):
        body = {"reportType": report_type, "marketplaceIds": marketplaces, **body}
        return self.call("POST", REPORTS, json=body)

    def document(self, report_id, seller=None, **query):
        document_id = self.report(report_id, seller)["reportDocumentId"]
        answer = self.call("GET", f"{DOCUMENTS}/{document_id}", seller, params=query)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def download(self, report_id, seller=None):
        """The text of a report, fetched as anyone with its URL can."""
        document = self.document(report_id, seller)
        data = requests.get(document["url"], timeout=20).content
        if document.get("compressionAlgorithm") == "GZIP":
            data = gzip.decompress(data)
        return data.decode()

    def advance(self, seconds):
        self.sandbox.clock.advance(seconds)
        self.tokens.clear()
