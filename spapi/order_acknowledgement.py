"""POST_ORDER_ACKNOWLEDGEMENT_DATA: "these orders are in our books", many in one XML feed.

Amazon's page of the flat file with the same purpose says that it acknowledges nothing;
of the XML feed it says neither. Its report is the XML of Amazon's older feeds.
"""

from lxml import etree

from .feed_report import FeedIssue, ProcessingReport
from .report_download import DocumentError

__all__ = ["CONTENT_TYPE", "FEED_TYPE", "acknowledgement_feed", "read_xml_report"]

FEED_TYPE = "POST_ORDER_ACKNOWLEDGEMENT_DATA"
CONTENT_TYPE = "text/xml; charset=UTF-8"
_SEVERITIES = {"error": "ERROR", "fatal": "ERROR", "warning": "WARNING"}


def acknowledgement_feed(seller_id, orders):
    """(the feed's content, {message id: order id}) of (order id, own number) pairs."""
    envelope = etree.Element("AmazonEnvelope")
    header = etree.SubElement(envelope, "Header")
    _add(header, "DocumentVersion", "1.01")
    _add(header, "MerchantIdentifier", seller_id)
    _add(envelope, "MessageType", "OrderAcknowledgement")
    messages = {}
    for number, (order_id, own_number) in enumerate(orders, 1):
        messages[number] = order_id
        message = etree.SubElement(envelope, "Message")
        _add(message, "MessageID", str(number))
        deed = etree.SubElement(message, "OrderAcknowledgement")
        _add(deed, "AmazonOrderID", order_id)
        if own_number:
            _add(deed, "MerchantOrderID", own_number)
        _add(deed, "StatusCode", "Success")
    if not messages:
        raise ValueError("A feed holds at least one message")
    content = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return content, messages


def _add(parent, name, text):
    etree.SubElement(parent, name).text = text


def read_xml_report(content):
    """The ProcessingReport in `content` (bytes), or DocumentError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        words = f"Amazon's processing report is not readable XML ({error})"
        raise DocumentError(words) from None
    report = root.find("Message/ProcessingReport")
    summary = report.find("ProcessingSummary") if report is not None else None
    if summary is None:
        raise DocumentError("Amazon's processing report has no summary")
    return ProcessingReport(
        seller_id=root.findtext("Header/MerchantIdentifier") or "",
        feed_id=report.findtext("DocumentTransactionID") or "",
        processed=_number(summary.findtext("MessagesProcessed")),
        accepted=_number(summary.findtext("MessagesSuccessful")),
        invalid=_number(summary.findtext("MessagesWithError")),
        issues=tuple(map(_issue, report.findall("Result"))),
    )


def _issue(result):
    word = (result.findtext("ResultCode") or "").strip()
    return FeedIssue(
        message=(result.findtext("ResultDescription") or "").strip() or word,
        severity=_SEVERITIES.get(word.casefold(), "INFO"),
        # 0: the feed as a whole
        message_id=_number(result.findtext("MessageID")) or None,
        code=(result.findtext("ResultMessageCode") or "").strip(),
    )


def _number(text):
    text = (text or "").strip()
    return int(text) if text.isdecimal() else 0
