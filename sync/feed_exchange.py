"""A feed's way to Amazon and its report's way back, whatever the feed is about."""

import io
from datetime import timedelta

from odoo import fields

from ..spapi.errors import Refused
from ..spapi.feeds import (
    CONTENT_TYPE,
    LISTINGS_FEED,
    create_feed,
    create_feed_document,
    get_feed_document,
    upload,
)
from ..spapi.report_download import DocumentError, download_document

POLLS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5))
LAST_POLL = timedelta(minutes=15)
# what asks about a feed of this kind
JOBS = {"quantity": "stock", "acknowledgement": "shipments"}


def hand_over(
    api, content, marketplaces, feed_type=LISTINGS_FEED, content_type=CONTENT_TYPE
):
    """The new feed's number at Amazon."""
    document = create_feed_document(api, content_type)
    upload(document, content, content_type)
    return create_feed(api, document.feed_document_id, marketplaces, feed_type)


def processing_report(api, state, reader):
    """(content, ProcessingReport or None): None when it can't be read."""
    if not state.result_feed_document_id:
        return b"", None
    file = io.BytesIO()
    try:
        download_document(get_feed_document(api, state.result_feed_document_id), file)
        return file.getvalue(), reader(file.getvalue())
    except (DocumentError, Refused):
        return file.getvalue(), None


def wait(feed, status, words):
    """Amazon is still at work on it: it is asked again, less and less often."""
    delay = POLLS[feed.tries] if feed.tries < len(POLLS) else LAST_POLL
    feed.write(
        {
            "processing_status": status,
            "reason": words or False,
            "tries": feed.tries + 1,
            "next_try": fields.Datetime.now() + delay,
        }
    )
    feed.account_id._enqueue(JOBS[feed.kind], delay)


def attach(feed, content, extension="json"):
    """The id of an attachment with the processing report."""
    if not content:
        return False
    return (
        feed.env["ir.attachment"]
        .create(
            {
                "name": f"feed-{feed.feed_ref}.{extension}",
                "raw": content,
                "res_model": feed._name,
                "res_id": feed.id,
                "mimetype": "application/octet-stream",
            }
        )
        .id
    )
