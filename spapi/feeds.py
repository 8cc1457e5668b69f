"""Feeds API 2021-06-30: many changes in one file, and what became of each.

A document is opened, its content uploaded to a link that lives for five minutes, the
feed created from it, and, once Amazon is DONE, its processing report read: DONE says
that Amazon has read the feed, not that it liked it. feed_report.py reads the report.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from . import library
from .errors import Refused, Temporary
from .file_store import HEADERS, proxies, session_of_ours, silent
from .operations import Operation
from .quantities import FEED_MESSAGES
from .shape import Malformed, iso, read
from .transport import reason

__all__ = [
    "CONTENT_TYPE",
    "LISTINGS_FEED",
    "Feed",
    "FeedDocument",
    "FeedsPage",
    "create_feed",
    "create_feed_document",
    "get_feed",
    "get_feed_document",
    "list_feeds",
    "quantity_feed",
    "upload",
]

LISTINGS_FEED = "JSON_LISTINGS_FEED"
CONTENT_TYPE = "application/json; charset=UTF-8"

_ROLE = "the role of the feed's type (listings: Product Listing)"
_TIMEOUT = 30  # seconds without a connection or without a byte


class _Feeds(library.api.FeedsV20210630):
    """The library's own methods move the documents, too, and decide alone what came
    of it; here they only ask Amazon."""

    def open_document(self, **body):
        data = {"method": "POST", **body}
        return self._request("/feeds/2021-06-30/documents", data=data)

    def start(self, **body):
        data = {"method": "POST", **body}
        return self._request("/feeds/2021-06-30/feeds", data=data)

    def find_document(self, document_id):
        return self._request(f"/feeds/2021-06-30/documents/{document_id}", params={})


CREATE_FEED_DOCUMENT = Operation(
    name="createFeedDocument",
    api=_Feeds,
    method="open_document",
    # A document that nobody uses is forgotten.
    repeatable=True,
    role=_ROLE,
    required="url",
)
CREATE_FEED = Operation(
    name="createFeed",
    api=_Feeds,
    method="start",
    # Once more would be a second feed: look into list_feeds first.
    repeatable=False,
    role=_ROLE,
    required="feedId",
)
GET_FEED = Operation(
    name="getFeed",
    api=_Feeds,
    method="get_feed",
    repeatable=True,
    role=_ROLE,
    required="feedId",
)
GET_FEEDS = Operation(
    name="getFeeds",
    api=_Feeds,
    method="get_feeds",
    repeatable=True,
    role=_ROLE,
    required="feeds",
)
GET_FEED_DOCUMENT = Operation(
    name="getFeedDocument",
    api=_Feeds,
    method="find_document",
    repeatable=True,
    role=_ROLE,
    required="url",
)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed. feed_id: unique per seller; processing_status: Amazon's word."""

    feed_id: str
    feed_type: str
    processing_status: str
    created_time: datetime
    marketplace_ids: tuple[str, ...] = ()
    processing_start_time: datetime | None = None
    processing_end_time: datetime | None = None
    result_feed_document_id: str | None = None

    @property
    def in_progress(self):
        return self.processing_status in ("IN_QUEUE", "IN_PROGRESS")

    @property
    def done(self):
        """Read to its end; the processing report says what became of it."""
        return self.processing_status == "DONE"

    @property
    def cancelled(self):
        return self.processing_status == "CANCELLED"

    @property
    def fatal(self):
        """Given up; a result_feed_document_id, if any, leads to the reason."""
        return self.processing_status == "FATAL"


@dataclass(frozen=True, slots=True)
class FeedsPage:
    """One page. next_token: None on the last page."""

    feeds: tuple[Feed, ...]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """url: whoever has it can write (or read) the document, so that it is kept out of
    texts; compression_algorithm: "GZIP" or None. download_document() fetches one."""

    feed_document_id: str
    url: str = field(repr=False)
    compression_algorithm: str | None = None


def create_feed_document(client, content_type=CONTENT_TYPE):
    """A FeedDocument to upload to within five minutes, with this content type.

    Source: createFeedDocument (spapi.md §5.3)
    """
    answer = client.call(CREATE_FEED_DOCUMENT, contentType=content_type)
    return _read(FeedDocument, answer, CREATE_FEED_DOCUMENT)


def upload(
    document, content, content_type=CONTENT_TYPE, *, session=None, timeout=_TIMEOUT
):
    """Put `content` (bytes) where `document` says; content_type: as it was opened.

    session: a `requests.Session` without credentials instead of our own; it stays
    open. Temporary: begin again, with a fresh FeedDocument.
    """
    if not isinstance(content, bytes) or not content:
        raise ValueError("content: some bytes")
    if not document.url.startswith(("https://", "http://")):
        raise ValueError("The link to the feed's document is not an HTTP address")
    own = None if session else session_of_ours()
    try:
        with silent():
            response = (session or own).put(
                document.url,
                data=content,
                headers={**HEADERS, "Content-Type": content_type},
                timeout=timeout,
                allow_redirects=False,
                proxies=proxies(document.url),
            )
    except OSError as error:  # requests' own exceptions are OSErrors, too
        message = f"the feed's document did not arrive: {reason(error)}"
        # "from None": the original may hold the link in its text.
        raise Temporary(message, operation="upload") from None
    finally:
        if own:
            own.close()
    if not 200 <= response.status_code < 300:
        raise _not_uploaded(response.status_code)


def create_feed(
    client, document_id, marketplace_ids, feed_type=LISTINGS_FEED, options=None
):
    """Hand the uploaded document to Amazon and get the feed's id.

    After a Temporary nobody knows whether there is a feed: list_feeds() does.
    options: {name: text}. Source: createFeed (spapi.md §5.3)
    """
    if isinstance(marketplace_ids, str) or not 1 <= len(marketplace_ids) <= 25:
        raise ValueError("marketplace_ids: between 1 and 25 ids")
    body = {
        "feedType": feed_type,
        "marketplaceIds": list(marketplace_ids),
        "inputFeedDocumentId": _check_id(document_id),
    }
    if options:
        body["feedOptions"] = dict(options)
    return _read(_Created, client.call(CREATE_FEED, **body), CREATE_FEED).feed_id


def get_feed(client, feed_id):
    """The Feed. Source: getFeed (spapi.md §5.3)"""
    return _read(Feed, client.call(GET_FEED, _check_id(feed_id)), GET_FEED)


def list_feeds(
    client,
    *,
    feed_types=(LISTINGS_FEED,),
    processing_statuses=(),
    marketplace_ids=(),
    created_since=None,
    created_until=None,
    page_size=100,
    next_token=None,
):
    """One FeedsPage, newest first; times aware, at most 90 days back. With a
    next_token Amazon wants nothing else, and gets nothing else.

    Source: getFeeds
    """
    lists = {
        "feedTypes": feed_types,
        "processingStatuses": processing_statuses,
        "marketplaceIds": marketplace_ids,
    }
    for name, values in lists.items():
        if isinstance(values, str) or len(values) > 10:
            raise ValueError(f"{name}: a list of at most 10")
    if not feed_types:
        raise ValueError("feedTypes: at least one")
    if not 1 <= page_size <= 100:
        raise ValueError("page_size: between 1 and 100")
    if next_token:
        parameters = {"nextToken": next_token}
    else:
        span = {"createdSince": created_since, "createdUntil": created_until}
        parameters = {key: ",".join(values) for key, values in lists.items() if values}
        parameters |= {key: iso(value) for key, value in span.items() if value}
        parameters["pageSize"] = page_size
    return _read(FeedsPage, client.call(GET_FEEDS, **parameters), GET_FEEDS)


def get_feed_document(client, document_id):
    """The FeedDocument of a processing report; its link lives for five minutes.

    Source: getFeedDocument (spapi.md §5.3)
    """
    answer = client.call(GET_FEED_DOCUMENT, _check_id(document_id))
    return _read(FeedDocument, answer, GET_FEED_DOCUMENT)


def quantity_feed(seller_id, changes, issue_locale="en_US"):
    """(the content of a JSON_LISTINGS_FEED, {message id: SKU}) of QuantityChanges."""
    changes = list(changes)
    if not 1 <= len(changes) <= FEED_MESSAGES:
        raise ValueError(f"A feed holds between 1 and {FEED_MESSAGES} messages")
    if len({change.sku for change in changes}) < len(changes):
        raise ValueError("A SKU occurs twice in one feed")
    messages = [
        {
            "messageId": number,
            "sku": change.sku,
            "operationType": "PATCH",
            "productType": change.product_type,
            "patches": change.patches(),
        }
        for number, change in enumerate(changes, 1)
    ]
    header = {"sellerId": seller_id, "version": "2.0", "issueLocale": issue_locale}
    body = {"header": header, "messages": messages}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return content.encode(), {row["messageId"]: row["sku"] for row in messages}


@dataclass(frozen=True, slots=True)
class _Created:
    feed_id: str


def _check_id(value):
    """The id, or ValueError unless it may stand in a path."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z._~-]+", value):
        raise ValueError(f"{value!r} is not an id of Amazon's")
    if not value.strip("."):
        raise ValueError(f"{value!r} is not an id of Amazon's")
    return value


def _not_uploaded(status):
    facts = {"operation": "upload", "status": status}
    if status == 403:
        return Temporary("the link to the feed's document is no longer valid", **facts)
    if status < 400 or status >= 500 or status in (404, 408, 429):
        return Temporary("the file store did not take the feed's document", **facts)
    return Refused("the file store refuses the feed's document", **facts)


def _read(cls, answer, operation):
    try:
        return read(cls, answer.body)
    except Malformed as error:
        raise Temporary(
            f"the answer is not as Amazon's model has it ({error})",
            operation=operation.name,
            status=answer.status,
            request_id=answer.request_id,
        ) from None
