"""Feeds API 2021-06-30: `JSON_LISTINGS_FEED`, and orders acknowledged in XML.

Amazon leaves open, and the sandbox chose: a feed waits 15 seconds and is done after 60;
its messages are judged when it is created, and its quantities take effect as those of a
patch would that came when it is done; feed types Amazon has removed end FATAL, and so
does a feed without a document, with one that is no JSON or that is not a listings feed
of this seller; other types are refused. A document serves one feed. Of messages with
the same SKU the later ones win; the same messageId twice is an error of the second.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from . import acknowledgements, patches
from .clock import iso
from .errors import ApiError, denied, invalid
from .queries import check_marketplaces, listed, page_token, read_token, time_of
from .sellers import BASE, LISTING
from .uploads import Uploads

JSON_LISTINGS = "JSON_LISTINGS_FEED"
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
REMOVED = re.compile(
    r"POST_(PRODUCT_(DATA|OVERRIDES_DATA|PRICING_DATA|IMAGE_DATA|RELATIONSHIP_DATA)"
    r"|INVENTORY_AVAILABILITY_DATA|UIEE_BOOKLOADER_DATA"
    r"|FLAT_FILE_(INVLOADER|LISTINGS|BOOKLOADER|CONVERGENCE_LISTINGS"
    r"|PRICEANDQUANTITYONLY_UPDATE)_DATA)"
)
RETENTION = timedelta(days=90)
DOCUMENT_LIFE = timedelta(days=28)
MOST_MESSAGES = 25000
_FIRST_ID = 60200030000


@dataclass(eq=False)
class Feed:
    feed_id: str
    feed_type: str
    seller_key: str
    marketplace_ids: list
    created: datetime
    wait: timedelta  # until it is worked on
    work: timedelta  # until it is done
    document_id: str = ""  # of the processing report
    cancelled: bool = False
    fatal: bool = False

    def status(self, now):
        if self.cancelled:
            return "CANCELLED"
        if now < self.created + self.wait:
            return "IN_QUEUE"
        if now < self.created + self.work:
            return "IN_PROGRESS"
        return "FATAL" if self.fatal else "DONE"

    def view(self, now):
        status = self.status(now)
        shown = {
            "feedId": self.feed_id,
            "feedType": self.feed_type,
            "marketplaceIds": self.marketplace_ids,
            "createdTime": iso(self.created),
            "processingStatus": status,
        }
        if status in ("IN_PROGRESS", "DONE", "FATAL"):
            shown["processingStartTime"] = iso(self.created + self.wait)
        if status in ("DONE", "FATAL"):
            shown["processingEndTime"] = iso(self.created + self.work)
            if self.document_id:
                shown["resultFeedDocumentId"] = self.document_id
        return shown


class Feeds:
    """All feeds. Tests and drills change `wait` and `work`: how long they take."""

    def __init__(self, clock, seed=0):
        self.clock = clock
        self.wait = timedelta(seconds=15)
        self.work = timedelta(seconds=60)
        self.uploads = Uploads(clock, Random(f"uploads {seed}"))
        self._feeds = {}  # feed id → Feed

    def add(self, seller, feed_type, marketplace_ids, more_work=0):
        feed_id = str(_FIRST_ID + len(self._feeds))
        work = self.work + timedelta(seconds=more_work)
        now = self.clock.now()
        feed = Feed(
            feed_id, feed_type, seller.key, marketplace_ids, now, self.wait, work
        )
        self._feeds[feed_id] = feed
        return feed

    def of(self, seller):
        """Those Amazon still keeps, the newest first."""
        oldest = self.clock.now() - RETENTION
        found = [
            feed
            for feed in self._feeds.values()
            if feed.seller_key == seller.key and feed.created >= oldest
        ]
        return sorted(found, key=_key, reverse=True)


def _key(feed):
    return iso(feed.created), feed.feed_id


# The operations


def create_feed_document(sandbox, call):
    body = call["request_body"]
    content_type = body.get("contentType") if isinstance(body, dict) else None
    if not isinstance(content_type, str) or "/" not in content_type:
        raise invalid("Invalid Input", "contentType is missing")
    uploads = sandbox.feeds.uploads
    upload = uploads.add(sandbox.sellers[call["seller"]], content_type)
    url = uploads.url(upload, sandbox.url)
    return 201, {"feedDocumentId": upload.document_id, "url": url}


def create_feed(sandbox, call):
    seller, body = sandbox.sellers[call["seller"]], call["request_body"]
    if not isinstance(body, dict):
        raise invalid("Invalid Input", "The body must be a JSON object")
    feed_type, marketplaces = body.get("feedType"), body.get("marketplaceIds")
    removed = isinstance(feed_type, str) and REMOVED.fullmatch(feed_type)
    acknowledges = feed_type == acknowledgements.FEED_TYPE
    if feed_type != JSON_LISTINGS and not acknowledges and not removed:
        raise invalid("Invalid Input", f"feedType {feed_type} is not valid")
    if not isinstance(marketplaces, list) or not 1 <= len(marketplaces) <= 25:
        raise invalid("Invalid Input", "marketplaceIds must hold 1 to 25 values")
    check_marketplaces(marketplaces, seller)
    if (BASE if acknowledges else LISTING) not in seller.roles:
        raise denied()
    upload = sandbox.feeds.uploads.of(seller, body.get("inputFeedDocumentId"))
    if upload is None or upload.used:
        raise invalid("Invalid Input", "inputFeedDocumentId is not valid")
    upload.used = True
    slow = sandbox.faults.take(("slow_feed",), "createFeed")
    feed = sandbox.feeds.add(
        seller, feed_type, marketplaces, slow.seconds if slow else 0
    )
    if sandbox.faults.take(("cancelled_feed",), "createFeed"):
        feed.cancelled = True
    elif removed or sandbox.faults.take(("fatal_feed",), "createFeed"):
        feed.fatal = True
    elif acknowledges:
        acknowledgements.process(sandbox, seller, feed, upload.data)
    else:
        _process(sandbox, seller, feed, upload.data)
    return 202, {"feedId": feed.feed_id}


def _process(sandbox, seller, feed, data):
    problem, messages = _read(data, seller)
    report = _Report(seller, feed)
    if problem:
        feed.fatal = True
        report.note(None, patches.issue("4000000", problem, "header"))
    seen = set()
    for message in messages:
        issues = _judge(sandbox, seller, feed, message, seen)
        seen.add(message.get("messageId"))
        report.count(message, issues)
        if not issues:
            patches.accept(
                sandbox,
                seller,
                message["sku"],
                message["patches"],
                "createFeed",
                feed.feed_id,
                feed.work,
            )
    text = json.dumps(report.content, ensure_ascii=False)
    feed.document_id = sandbox.reports.documents.add(text)


def _read(data, seller):
    """What makes the whole feed FATAL, or nothing, and its messages."""
    try:
        body = json.loads((data or b"").decode())
        header, messages = body["header"], body["messages"]
        owner, version = header["sellerId"], header["version"]
    except (ValueError, KeyError, TypeError):
        return "The document is no JSON listings feed.", []
    if owner != seller.seller_id or version != "2.0":
        return "The header's sellerId or version is not valid.", []
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        return "messages must be a list of objects.", []
    if not 1 <= len(messages) <= MOST_MESSAGES:
        return f"A feed holds 1 to {MOST_MESSAGES} messages.", []
    return "", messages


def _judge(sandbox, seller, feed, message, seen):
    number, sku = message.get("messageId"), message.get("sku")
    if not isinstance(number, int) or number < 1 or number in seen:
        return [patches.issue("4000001", "messageId is no number of its own.", "")]
    if not isinstance(sku, str) or not sku:
        return [patches.issue("4000001", "sku is missing.", "sku")]
    if message.get("operationType") != "PATCH":
        return [patches.issue("4000001", "The sandbox takes PATCH only.", "")]
    try:
        wanted = patches.check_patches(message)
    except ApiError as error:
        return [patches.issue("4000001", error.details, "")]
    return patches.problems(
        sandbox, seller, sku, feed.marketplace_ids, wanted, "createFeed"
    )


class _Report:
    """The processing report of a listings feed."""

    def __init__(self, seller, feed):
        self.summary = dict.fromkeys(
            (
                "errors",
                "warnings",
                "messagesProcessed",
                "messagesAccepted",
                "messagesInvalid",
            ),
            0,
        )
        self.content = {
            "header": {
                "sellerId": seller.seller_id,
                "version": "2.0",
                "feedId": feed.feed_id,
            },
            "issues": [],
            "summary": self.summary,
        }

    def count(self, message, issues):
        self.summary["messagesProcessed"] += 1
        self.summary["messagesInvalid" if issues else "messagesAccepted"] += 1
        for issue in issues:
            self.note(message, issue)

    def note(self, message, issue):
        self.summary["errors"] += 1
        shown = {name: issue[name] for name in ("code", "severity", "message")}
        if issue["attributeNames"] != [""]:
            shown["attributeName"] = issue["attributeNames"][0]
        number, sku = (message or {}).get("messageId"), (message or {}).get("sku")
        if isinstance(number, int) and number > 0:
            shown["messageId"] = number
        if isinstance(sku, str) and sku:
            shown["sku"] = sku
        self.content["issues"].append(shown)


def get_feed(sandbox, call):
    return 200, _find(sandbox, call).view(sandbox.clock.now())


def _find(sandbox, call, name="feed_id"):
    """The caller's own feed that a path names, by its id or its report's."""
    wanted, seller = call["parameters"][name], sandbox.sellers[call["seller"]]
    for feed in sandbox.feeds.of(seller):
        if getattr(feed, name) == wanted:
            return feed
    raise ApiError(404, details=f"{wanted} was not found")


def cancel_feed(sandbox, call):
    feed = _find(sandbox, call)
    if feed.status(sandbox.clock.now()) != "IN_QUEUE":
        raise invalid("Invalid Input", "Only a feed IN_QUEUE can be cancelled")
    feed.cancelled = True
    sandbox.listings.drop_changes(feed.feed_id)
    return 200, None


def get_feed_document(sandbox, call):
    """The processing report; a document that was uploaded is not given back."""
    now, feed = sandbox.clock.now(), _find(sandbox, call, "document_id")
    ended = feed.status(now) in ("DONE", "FATAL")
    if not ended or now > feed.created + feed.work + DOCUMENT_LIFE:
        raise ApiError(404, details=f"{feed.document_id} was not found")
    by_header = call["query"].get("enableContentEncodingUrlHeader") == "true"
    documents = sandbox.reports.documents
    return 200, documents.view(
        feed.document_id, sandbox.url, by_header, "feedDocumentId"
    )


def get_feeds(sandbox, call):
    query, now = call["query"], sandbox.clock.now()
    seller = sandbox.sellers[call["seller"]]
    seen = None
    if "nextToken" in query:
        if len(query) > 1:
            raise invalid("Invalid Input", "nextToken must be the only parameter")
        owner, query, seen = read_token(query["nextToken"], 3)
        if owner != seller.key:
            raise invalid("Invalid Input", "nextToken is not valid")
    text = query.get("pageSize", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid("Invalid Input", "pageSize must be between 1 and 100")
    size, chosen = int(text), _filter(query, seller, now)
    rows = [feed for feed in sandbox.feeds.of(seller) if chosen(feed)]
    if seen:
        rows = [feed for feed in rows if _key(feed) < tuple(seen)]
    body = {"feeds": [feed.view(now) for feed in rows[:size]]}
    if len(rows) > size:
        body["nextToken"] = page_token(seller.key, query, _key(rows[size - 1]))
    return 200, body


def _filter(query, seller, now):
    types = listed(query, "feedTypes")
    if not types:
        raise invalid("Invalid Input", "Either feedTypes or nextToken is required")
    marketplaces = listed(query, "marketplaceIds")
    statuses = listed(query, "processingStatuses", STATUSES)
    for name, values in (("feedTypes", types), ("marketplaceIds", marketplaces)):
        if len(values) > 10:
            raise invalid("Invalid Input", f"{name} may hold up to 10 values")
    check_marketplaces(marketplaces, seller)
    since, until = now - RETENTION, now
    if "createdSince" in query:
        since = time_of(query, "createdSince")
        if since < now - RETENTION - timedelta(days=1):
            raise invalid("Invalid Input", "createdSince is more than 90 days ago")
    if "createdUntil" in query:
        until = time_of(query, "createdUntil")
    return lambda feed: (
        feed.feed_type in types
        and since <= feed.created <= until
        and (not statuses or feed.status(now) in statuses)
        and (not marketplaces or set(marketplaces) & set(feed.marketplace_ids))
    )
