"""Reports API 2021-06-30.

Settlement reports appear by themselves, when a settlement is closed. Other types can
be requested: what `Reports.contents` holds for a type becomes the document, and where
it holds nothing the report ends CANCELLED, as Amazon's do when there is no data.

Amazon leaves open, and the sandbox chose: a report waits 15 seconds and is done after
60; a `createdSince` of more than 91 days ago is refused; a report of a type whose role
the caller lacks is left out of a list, and refused where it is asked for; the listings
report takes one of two roles.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .clock import iso, parse_time
from .documents import Documents
from .errors import ApiError, denied, invalid
from .listings_report import REPORT_TYPE as LISTINGS
from .listings_report import ListingsReport
from .queries import check_marketplaces, listed, page_token, read_token, time_of
from .sellers import BASE, FINANCE, LISTING
from .settlements import flat_file

SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
RETENTION = timedelta(days=90)
_TYPE = re.compile(r"[A-Z][A-Z0-9_]+")
_FIRST_ID = 50100020000
_NEVER = timedelta(0)
_FATAL = '{"errorDetails":"The request could not be completed: internal error."}'


@dataclass(eq=False)
class Report:
    report_id: str
    report_type: str
    seller_key: str
    marketplace_ids: list
    created: datetime
    data_start: datetime
    data_end: datetime
    wait: timedelta  # until it is worked on
    work: timedelta  # until it is done
    document_id: str = ""  # none: it will end CANCELLED
    cancelled: bool = False
    fatal: bool = False

    def status(self, now):
        if self.cancelled:
            return "CANCELLED"
        if now < self.created + self.wait:
            return "IN_QUEUE"
        if now < self.created + self.work:
            return "IN_PROGRESS"
        if self.fatal:
            return "FATAL"
        return "DONE" if self.document_id else "CANCELLED"

    def view(self, now):
        status = self.status(now)
        shown = {
            "reportId": self.report_id,
            "reportType": self.report_type,
            "marketplaceIds": self.marketplace_ids,
            "createdTime": iso(self.created),
            "dataStartTime": iso(self.data_start),
            "dataEndTime": iso(self.data_end),
            "processingStatus": status,
        }
        if not self.cancelled and status != "IN_QUEUE":
            shown["processingStartTime"] = iso(self.created + self.wait)
            if status != "IN_PROGRESS":
                shown["processingEndTime"] = iso(self.created + self.work)
        if status in ("DONE", "FATAL"):
            shown["reportDocumentId"] = self.document_id
        return shown


class Reports:
    """All reports. Tests and drills change the attributes.

    `contents`: {report type: text, bytes, `Encoded`, or a function of sandbox, seller
    and request that answers one}. `wait` and `work`: how long requested reports take.
    `listings`: how the listings report is written.
    """

    def __init__(self, clock, faults, seed=0):
        self.clock = clock
        self.faults = faults
        self.listings = ListingsReport()
        self.contents = {LISTINGS: self.listings}
        self.wait = timedelta(seconds=15)
        self.work = timedelta(seconds=60)
        self.documents = Documents(clock, Random(f"documents {seed}"))
        self._reports = {}  # report id → Report

    def publish(self, settlement):
        """The report of a closed settlement, there at once."""
        account = settlement.account
        report = self._add(
            SETTLEMENT,
            account.seller,
            [account.marketplace.id],
            settlement.start,
            settlement.end,
            lambda: flat_file(settlement),
            settlement=settlement,
        )
        settlement.reports.append(report)
        return report

    def publish_file(self, seller, content, work=_NEVER):
        """A settlement report with any content, done after `work`: for bad files."""
        now = self.clock.now()
        return self._add(
            SETTLEMENT,
            seller,
            [seller.marketplaces[0].id],
            now,
            now,
            lambda: content,
            work=work,
        )

    def request(self, sandbox, seller, body, start, end):
        def content():
            found = self.contents.get(body["reportType"])
            return found(sandbox, seller, body) if callable(found) else found

        slow = self.faults.take(("slow_report",), "createReport")
        report = self._add(
            body["reportType"],
            seller,
            body["marketplaceIds"],
            start,
            end,
            content,
            wait=self.wait,
            work=self.work + timedelta(seconds=slow.seconds if slow else 0),
        )
        if self.faults.take(("fatal_report",), "createReport"):
            report.fatal = True
            report.document_id = self.documents.add(_FATAL)
        return report

    def _add(
        self,
        report_type,
        seller,
        marketplace_ids,
        start,
        end,
        content,
        wait=_NEVER,
        work=_NEVER,
        settlement=None,
    ):
        report_id = str(_FIRST_ID + len(self._reports))
        now = self.clock.now()
        report = Report(
            report_id,
            report_type,
            seller.key,
            marketplace_ids,
            now,
            start,
            end,
            wait,
            work,
        )
        if not self.faults.take(("cancelled_report",), "createReport"):
            data = content()
            if data is not None:
                report.document_id = self.documents.add(data, settlement)
        self._reports[report_id] = report
        return report

    def of(self, seller):
        """Those Amazon still keeps, the newest first."""
        oldest = self.clock.now() - RETENTION
        found = [
            report
            for report in self._reports.values()
            if report.seller_key == seller.key and report.created >= oldest
        ]
        return sorted(found, key=_key, reverse=True)


def _key(report):
    return iso(report.created), report.report_id


def is_settlement(report_type):
    return report_type.startswith("GET_V2_SETTLEMENT_REPORT_DATA")


def _allowed(report_type, seller):
    if is_settlement(report_type):
        return FINANCE in seller.roles
    either = {BASE, LISTING} if report_type == LISTINGS else {BASE}
    return bool(either & seller.roles)


# The operations


def get_reports(sandbox, call):
    query, now = call["query"], sandbox.clock.now()
    seller = sandbox.sellers[call["seller"]]
    seen = None
    if "nextToken" in query:
        if len(query) > 1:
            raise invalid("Invalid Input", "nextToken must be the only parameter")
        owner, query, seen = read_token(query["nextToken"], 3)
        if owner != seller.key:
            raise invalid("Invalid Input", "nextToken is not valid")
    size, chosen = _page_size(query), _filter(query, seller, now)
    rows = [report for report in sandbox.reports.of(seller) if chosen(report)]
    if seen:
        rows = [report for report in rows if _key(report) < tuple(seen)]
    body = {"reports": [report.view(now) for report in rows[:size]]}
    if len(rows) > size:
        body["nextToken"] = page_token(seller.key, query, _key(rows[size - 1]))
    return 200, body


def _page_size(query):
    text = query.get("pageSize", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid("Invalid Input", "pageSize must be between 1 and 100")
    return int(text)


def _filter(query, seller, now):
    types = listed(query, "reportTypes")
    if not types:
        raise invalid("Invalid Input", "Either reportTypes or nextToken is required")
    marketplaces = listed(query, "marketplaceIds")
    statuses = listed(query, "processingStatuses", STATUSES)
    for name, values in (("reportTypes", types), ("marketplaceIds", marketplaces)):
        if len(values) > 10:
            raise invalid("Invalid Input", f"{name} may hold up to 10 values")
    check_marketplaces(marketplaces, seller)
    if not all(_allowed(report_type, seller) for report_type in types):
        raise denied()
    since, until = now - RETENTION, now
    if "createdSince" in query:
        since = time_of(query, "createdSince")
        if since < now - RETENTION - timedelta(days=1):
            raise invalid("Invalid Input", "createdSince is more than 90 days ago")
    if "createdUntil" in query:
        until = time_of(query, "createdUntil")
    return lambda report: (
        report.report_type in types
        and since <= report.created <= until
        and (not statuses or report.status(now) in statuses)
        and (not marketplaces or set(marketplaces) & set(report.marketplace_ids))
    )


def get_report(sandbox, call):
    return 200, _find(sandbox, call).view(sandbox.clock.now())


def _find(sandbox, call, name="report_id"):
    """The caller's own report that a path names, by its id or its document's."""
    wanted = call["parameters"][name]
    seller = sandbox.sellers[call["seller"]]
    for report in sandbox.reports.of(seller):
        if getattr(report, name) == wanted:
            if not _allowed(report.report_type, seller):
                raise denied()
            return report
    raise ApiError(404, details=f"{wanted} was not found")


def create_report(sandbox, call):
    seller, now = sandbox.sellers[call["seller"]], sandbox.clock.now()
    body = call["request_body"]
    if not isinstance(body, dict):
        raise invalid("Invalid Input", "The body must be a JSON object")
    report_type, marketplaces = body.get("reportType"), body.get("marketplaceIds")
    if not isinstance(report_type, str) or not _TYPE.fullmatch(report_type):
        raise invalid("Invalid Input", "reportType is missing or no report type")
    if not isinstance(marketplaces, list) or not 1 <= len(marketplaces) <= 25:
        raise invalid("Invalid Input", "marketplaceIds must hold 1 to 25 values")
    check_marketplaces(marketplaces, seller)
    if is_settlement(report_type):
        raise invalid("Request for report type 1118 is not allowed at this time.")
    if not _allowed(report_type, seller):
        raise denied()
    start, end = (
        _data_time(body, name, now) for name in ("dataStartTime", "dataEndTime")
    )
    if start > end:
        raise invalid("Invalid Input", "dataStartTime must not be after dataEndTime")
    report = sandbox.reports.request(sandbox, seller, body, start, end)
    return 202, {"reportId": report.report_id}


def _data_time(body, name, now):
    if name not in body:
        return now
    moment = parse_time(body[name])
    if moment is None or moment > now:
        raise invalid("Invalid Input", f"{name} must be an ISO 8601 time of the past")
    return moment


def cancel_report(sandbox, call):
    report = _find(sandbox, call)
    if report.status(sandbox.clock.now()) != "IN_QUEUE":
        raise invalid("Invalid Input", "Only a report IN_QUEUE can be cancelled")
    report.cancelled = True
    return 200, None


def get_report_document(sandbox, call):
    report = _find(sandbox, call, "document_id")
    if report.status(sandbox.clock.now()) not in ("DONE", "FATAL"):
        raise ApiError(404, details=f"{report.document_id} was not found")
    by_header = call["query"].get("enableContentEncodingUrlHeader") == "true"
    documents = sandbox.reports.documents
    return 200, documents.view(report.document_id, sandbox.url, by_header)
