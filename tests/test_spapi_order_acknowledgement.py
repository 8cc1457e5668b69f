"""The XML of order acknowledgements, and of the report about them."""

from lxml import etree

from odoo.tests import BaseCase, tagged

from ..spapi.order_acknowledgement import acknowledgement_feed, read_xml_report
from ..spapi.report_download import DocumentError

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<AmazonEnvelope>
  <Header><DocumentVersion>1.02</DocumentVersion>
    <MerchantIdentifier>A1</MerchantIdentifier></Header>
  <MessageType>ProcessingReport</MessageType>
  <Message><MessageID>1</MessageID><ProcessingReport>
    <DocumentTransactionID>5</DocumentTransactionID><StatusCode>Complete</StatusCode>
    <ProcessingSummary><MessagesProcessed>{processed}</MessagesProcessed>
      <MessagesSuccessful>{successful}</MessagesSuccessful>
      <MessagesWithError>{errors}</MessagesWithError>
      <MessagesWithWarning>0</MessagesWithWarning></ProcessingSummary>{results}
  </ProcessingReport></Message>
</AmazonEnvelope>"""
RESULT = """<Result><MessageID>{number}</MessageID><ResultCode>{code}</ResultCode>
  <ResultMessageCode>18028</ResultMessageCode>
  <ResultDescription>Not so</ResultDescription></Result>"""


def report(processed, successful, *results):
    text = REPORT.format(
        processed=processed,
        successful=successful,
        errors=processed - successful,
        results="".join(RESULT.format(number=n, code=c) for n, c in results),
    )
    return read_xml_report(text.encode())


@tagged("post_install", "-at_install")
class TestOrderAcknowledgement(BaseCase):
    def test_feed(self):
        """row 4.20: one message an order, with the seller's own number, escaped"""
        content, messages = acknowledgement_feed(
            "A1", [("111-1", "S00001"), ("111-2", "A & <B>"), ("111-3", False)]
        )
        self.assertEqual(messages, {1: "111-1", 2: "111-2", 3: "111-3"})
        root = etree.fromstring(content)
        self.assertEqual(root.findtext("Header/MerchantIdentifier"), "A1")
        told = [
            (
                one.findtext("MessageID"),
                one.findtext("OrderAcknowledgement/AmazonOrderID"),
                one.findtext("OrderAcknowledgement/MerchantOrderID"),
                one.findtext("OrderAcknowledgement/StatusCode"),
            )
            for one in root.findall("Message")
        ]
        self.assertEqual(
            told,
            [
                ("1", "111-1", "S00001", "Success"),
                ("2", "111-2", "A & <B>", "Success"),
                ("3", "111-3", None, "Success"),
            ],
        )
        with self.assertRaises(ValueError):
            acknowledgement_feed("A1", [])

    def test_report(self):
        """row 4.20: who is not named was accepted, if Amazon's counts agree"""
        messages = {1: "111-1", 2: "111-2"}
        taken = {o.sku: o.accepted for o in report(2, 2).outcomes(messages)}
        self.assertEqual(taken, {"111-1": True, "111-2": True})
        mixed = report(2, 1, (2, "Error")).outcomes(messages)
        self.assertEqual([o.accepted for o in mixed], [True, False])
        self.assertEqual(mixed[1].reason, "18028: Not so")
        warned = report(2, 2, (2, "Warning")).outcomes(messages)
        self.assertEqual([o.accepted for o in warned], [True, True])
        doubtful = report(2, 1).outcomes(messages)
        self.assertEqual([o.accepted for o in doubtful], [None, None])
        whole = report(2, 0, (0, "Error")).outcomes(messages)
        self.assertEqual([o.accepted for o in whole], [False, False])

    def test_unreadable(self):
        """row 4.20: what is no report is said to be none; no entity is followed"""
        bomb = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
        for content in (b"", b"<html>", b"<AmazonEnvelope/>", b"{}", bomb):
            with self.assertRaises(DocumentError):
                read_xml_report(content)
