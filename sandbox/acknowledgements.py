"""`POST_ORDER_ACKNOWLEDGEMENT_DATA`: which orders the seller has in his books.

What it does at Amazon is not documented; here it is noted at the order, which does not
change by it. Unknown orders, those that are cancelled and messages that say anything
but Success are errors; an envelope that can't be read makes the feed FATAL. The report
is the XML of Amazon's older feeds.
"""

from xml.etree import ElementTree

FEED_TYPE = "POST_ORDER_ACKNOWLEDGEMENT_DATA"


def process(sandbox, seller, feed, data):
    """Judge the messages of a feed, note what is acknowledged, write the report."""
    try:
        root = ElementTree.fromstring(data or b"")
    except ElementTree.ParseError:
        root = None
    if root is None or root.findtext("Header/MerchantIdentifier") != seller.seller_id:
        feed.fatal = True
        return
    report = ElementTree.Element("AmazonEnvelope")
    header = ElementTree.SubElement(report, "Header")
    _add(header, "DocumentVersion", "1.02")
    _add(header, "MerchantIdentifier", seller.seller_id)
    _add(report, "MessageType", "ProcessingReport")
    message = ElementTree.SubElement(report, "Message")
    _add(message, "MessageID", 1)
    body = ElementTree.SubElement(message, "ProcessingReport")
    _add(body, "DocumentTransactionID", feed.feed_id)
    _add(body, "StatusCode", "Complete")
    messages = root.findall("Message")
    problems = {
        one.findtext("MessageID"): problem
        for one in messages
        if (problem := _take(sandbox, seller, one.find("OrderAcknowledgement")))
    }
    summary = ElementTree.SubElement(body, "ProcessingSummary")
    _add(summary, "MessagesProcessed", len(messages))
    _add(summary, "MessagesSuccessful", len(messages) - len(problems))
    _add(summary, "MessagesWithError", len(problems))
    _add(summary, "MessagesWithWarning", 0)
    for number, problem in problems.items():
        result = ElementTree.SubElement(body, "Result")
        _add(result, "MessageID", number)
        _add(result, "ResultCode", "Error")
        _add(result, "ResultMessageCode", "18028")
        _add(result, "ResultDescription", problem)
    text = ElementTree.tostring(report, encoding="unicode", xml_declaration=False)
    feed.document_id = sandbox.reports.documents.add(text)


def _take(sandbox, seller, told):
    """What is wrong with a message, or nothing: then its order is acknowledged."""
    order_id = told.findtext("AmazonOrderID") if told is not None else ""
    order = sandbox.orders.get(order_id or "")
    if order is None or order.seller is not seller:
        return f"The order {order_id} was not found in this seller's account."
    if told.findtext("StatusCode") != "Success":
        return "The sandbox takes StatusCode Success only."
    if order.status == "CANCELLED":
        return f"The order {order_id} is canceled."
    order.acknowledged = told.findtext("MerchantOrderID") or ""
    return ""


def _add(parent, name, value):
    ElementTree.SubElement(parent, name).text = str(value)
