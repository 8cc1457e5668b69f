"""Reports API 2021-06-30: which reports there are, and what is asked of Amazon.

The file behind a report comes from a link that anybody may open for five minutes;
report_download.py fetches it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from . import library
from .errors import Temporary
from .operations import Operation
from .report_download import DocumentError, Download, TooLong, download_document
from .shape import Malformed, iso, read

__all__ = [
    "DocumentError",
    "Download",
    "Report",
    "ReportDocument",
    "ReportsPage",
    "TooLong",
    "create_report",
    "download_document",
    "get_report",
    "get_report_document",
    "list_reports",
]

_ROLE = "the role of the report's type (settlements: Finance and Accounting)"

GET_REPORTS = Operation(
    name="getReports",
    api=library.api.Reports,
    method="get_reports",
    repeatable=True,
    role=_ROLE,
    required="reports",
)
GET_REPORT = Operation(
    name="getReport",
    api=library.api.Reports,
    method="get_report",
    repeatable=True,
    role=_ROLE,
    required="reportId",
)
CREATE_REPORT = Operation(
    name="createReport",
    api=library.api.Reports,
    method="create_report",
    # Once more would be a second report, which Amazon then cancels or fails.
    repeatable=False,
    role=_ROLE,
    required="reportId",
)
GET_REPORT_DOCUMENT = Operation(
    name="getReportDocument",
    api=library.api.Reports,
    method="get_report_document",
    repeatable=True,
    role=_ROLE,
    required="url",
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. report_id: unique per seller; processing_status: Amazon's word."""

    report_id: str
    report_type: str
    processing_status: str
    created_time: datetime
    marketplace_ids: tuple[str, ...] = ()
    data_start_time: datetime | None = None
    data_end_time: datetime | None = None
    processing_start_time: datetime | None = None
    processing_end_time: datetime | None = None
    report_document_id: str | None = None

    @property
    def in_progress(self):
        return self.processing_status in ("IN_QUEUE", "IN_PROGRESS")

    @property
    def done(self):
        return self.processing_status == "DONE"

    @property
    def cancelled(self):
        """By a request, or by Amazon itself because there is nothing to report."""
        return self.processing_status == "CANCELLED"

    @property
    def fatal(self):
        """Failed for good; a report_document_id, if any, leads to the reason."""
        return self.processing_status == "FATAL"


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """One page. next_token: None on the last page."""

    reports: tuple[Report, ...]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """url: whoever has it can read the report, so that it is kept out of texts;
    compression_algorithm: "GZIP" or None."""

    report_document_id: str
    url: str = field(repr=False)
    compression_algorithm: str | None = None


def list_reports(
    client,
    *,
    report_types=(),
    processing_statuses=(),
    marketplace_ids=(),
    created_since=None,
    created_until=None,
    page_size=100,
    next_token=None,
):
    """One ReportsPage, newest first.

    report_types: between 1 and 10; times aware, at most 90 days back (Amazon's own
    default). With a next_token Amazon wants nothing else, and gets nothing else.
    Source: getReports (spapi.md §8.1)
    """
    if next_token:
        parameters = {"nextToken": next_token}
    else:
        lists = {
            "reportTypes": report_types,
            "processingStatuses": processing_statuses,
            "marketplaceIds": marketplace_ids,
        }
        _check_list(lists, page_size)
        span = {"createdSince": created_since, "createdUntil": created_until}
        parameters = {key: list(values) for key, values in lists.items() if values}
        parameters |= {key: iso(value) for key, value in span.items() if value}
        parameters["pageSize"] = page_size
    return _read(ReportsPage, client.call(GET_REPORTS, **parameters), GET_REPORTS)


def get_report(client, report_id):
    """The Report. Source: getReport (spapi.md §8.1)"""
    _check_id(report_id)
    return _read(Report, client.call(GET_REPORT, report_id), GET_REPORT)


def create_report(
    client,
    report_type,
    marketplace_ids,
    data_start_time=None,
    data_end_time=None,
    options=None,
):
    """Ask for a report and get its id; settlements cannot be asked for.

    times: aware; options: {name: text}. Source: createReport (spapi.md §8.1)
    """
    if isinstance(marketplace_ids, str) or not 1 <= len(marketplace_ids) <= 25:
        raise ValueError("marketplace_ids: between 1 and 25 ids")
    body = {"reportType": report_type, "marketplaceIds": list(marketplace_ids)}
    if data_start_time:
        body["dataStartTime"] = iso(data_start_time)
    if data_end_time:
        body["dataEndTime"] = iso(data_end_time)
    if options:
        body["reportOptions"] = dict(options)
    answer = client.call(CREATE_REPORT, **body)
    return _read(_Created, answer, CREATE_REPORT).report_id


def get_report_document(client, document_id):
    """The ReportDocument; its link lives for five minutes.

    Source: getReportDocument (spapi.md §8.1)
    """
    _check_id(document_id)
    answer = client.call(GET_REPORT_DOCUMENT, document_id)
    return _read(ReportDocument, answer, GET_REPORT_DOCUMENT)


@dataclass(frozen=True, slots=True)
class _Created:
    report_id: str


def _check_list(lists, page_size):
    for name, values in lists.items():
        if isinstance(values, str) or len(values) > 10:
            raise ValueError(f"{name}: a list of at most 10")
    if not lists["reportTypes"]:
        raise ValueError("reportTypes: at least one")
    if not 1 <= page_size <= 100:
        raise ValueError("page_size: between 1 and 100")


def _check_id(value):
    """ValueError unless it may stand in a path."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z._~-]+", value):
        raise ValueError(f"{value!r} is not an id of Amazon's")
    if not value.strip("."):
        raise ValueError(f"{value!r} is not an id of Amazon's")


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
