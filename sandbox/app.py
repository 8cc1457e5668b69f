"""The door: every request is routed, checked, answered and recorded here."""

import json
import re
import socket
from urllib.parse import unquote

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from . import (
    catalog_items,
    control,
    documents,
    faults,
    feeds,
    finances,
    images,
    listings_items,
    reports,
    summaries,
    uploads,
)
from .clock import iso
from .errors import ApiError, denied, invalid
from .page import page
from .search import get_order, search_orders
from .sellers import BASE, FINANCE, LISTING
from .shipments import confirm_shipment

REGIONS = ("na", "eu", "fe")


def participations(sandbox, call):
    return 200, {"payload": sandbox.sellers[call["seller"]].participations()}


# Operation: method, path, the role it takes, what answers it.
OPERATIONS = {
    "getMarketplaceParticipations": (
        "GET",
        re.compile(r"/sellers/v1/marketplaceParticipations"),
        None,
        participations,
    ),
    "searchOrders": (
        "GET",
        re.compile(r"/orders/2026-01-01/orders"),
        BASE,
        search_orders,
    ),
    "getOrder": (
        "GET",
        re.compile(r"/orders/2026-01-01/orders/(?P<order_id>[^/]+)"),
        BASE,
        get_order,
    ),
    "confirmShipment": (
        "POST",
        re.compile(r"/orders/v0/orders/(?P<order_id>[^/]+)/shipmentConfirmation"),
        BASE,
        confirm_shipment,
    ),
    "getReports": (
        "GET",
        re.compile(r"/reports/2021-06-30/reports"),
        None,  # depends on the type of report, for all these
        reports.get_reports,
    ),
    "getReport": (
        "GET",
        re.compile(r"/reports/2021-06-30/reports/(?P<report_id>[^/]+)"),
        None,
        reports.get_report,
    ),
    "createReport": (
        "POST",
        re.compile(r"/reports/2021-06-30/reports"),
        None,
        reports.create_report,
    ),
    "cancelReport": (
        "DELETE",
        re.compile(r"/reports/2021-06-30/reports/(?P<report_id>[^/]+)"),
        None,
        reports.cancel_report,
    ),
    "getReportDocument": (
        "GET",
        re.compile(r"/reports/2021-06-30/documents/(?P<document_id>[^/]+)"),
        None,
        reports.get_report_document,
    ),
    "listTransactions": (
        "GET",
        re.compile(r"/finances/2024-06-19/transactions"),
        FINANCE,
        finances.list_transactions,
    ),
    "listSummary": (
        "GET",
        re.compile(r"/finances/2024-06-19/summary"),
        FINANCE,
        summaries.list_summary,
    ),
    "getListingsItem": (
        "GET",
        re.compile(r"/listings/2021-08-01/items/(?P<seller_id>[^/]+)/(?P<sku>[^/]+)"),
        LISTING,
        listings_items.get_listings_item,
    ),
    "searchListingsItems": (
        "GET",
        re.compile(r"/listings/2021-08-01/items/(?P<seller_id>[^/]+)"),
        LISTING,
        listings_items.search_listings_items,
    ),
    "patchListingsItem": (
        "PATCH",
        re.compile(r"/listings/2021-08-01/items/(?P<seller_id>[^/]+)/(?P<sku>[^/]+)"),
        LISTING,
        listings_items.patch_listings_item,
    ),
    "getCatalogItem": (
        "GET",
        re.compile(r"/catalog/2022-04-01/items/(?P<asin>[^/]+)"),
        LISTING,
        catalog_items.get_catalog_item,
    ),
    "searchCatalogItems": (
        "GET",
        re.compile(r"/catalog/2022-04-01/items"),
        LISTING,
        catalog_items.search_catalog_items,
    ),
    "createFeedDocument": (
        "POST",
        re.compile(r"/feeds/2021-06-30/documents"),
        LISTING,
        feeds.create_feed_document,
    ),
    "getFeedDocument": (
        "GET",
        re.compile(r"/feeds/2021-06-30/documents/(?P<document_id>[^/]+)"),
        LISTING,
        feeds.get_feed_document,
    ),
    "createFeed": (
        "POST",
        re.compile(r"/feeds/2021-06-30/feeds"),
        LISTING,
        feeds.create_feed,
    ),
    "getFeeds": (
        "GET",
        re.compile(r"/feeds/2021-06-30/feeds"),
        LISTING,
        feeds.get_feeds,
    ),
    "getFeed": (
        "GET",
        re.compile(r"/feeds/2021-06-30/feeds/(?P<feed_id>[^/]+)"),
        LISTING,
        feeds.get_feed,
    ),
    "cancelFeed": (
        "DELETE",
        re.compile(r"/feeds/2021-06-30/feeds/(?P<feed_id>[^/]+)"),
        LISTING,
        feeds.cancel_feed,
    ),
}
# Amazon's other houses: no access token, no region, no model.
OUTSIDE = {
    "token": re.compile(r"/auth/o2/token"),
    "document": re.compile(re.escape(documents.PATH) + r"(?P<document_id>[^/]+)"),
    "upload": uploads.NAME,
    "image": images.NAME,
}


class App:
    """The WSGI application over one sandbox."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    def __call__(self, environ, start_response):
        request = Request(environ)
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = error.get_response(environ)
        return response(environ, start_response)

    def _answer(self, request):
        if request.path == "/":
            with self.sandbox.lock:
                return Response(page(self.sandbox), mimetype="text/html")
        if request.path.startswith("/sandbox/"):
            with self.sandbox.lock:
                return control.answer(self.sandbox, request)
        path = _raw_path(request)
        if any(pattern.fullmatch(path) for pattern in OUTSIDE.values()):
            return self._call(request, "", path)
        region, slash, path = path.removeprefix("/").partition("/")
        if region in REGIONS and slash:
            return self._call(request, region, "/" + path)
        return _json(404, ApiError(404).body)

    def _call(self, request, region, path):
        """One request as Amazon would take it; recorded whatever comes of it."""
        sandbox = self.sandbox
        operation, parameters = _route(request.method, region, path)
        call = {
            "time": iso(sandbox.clock.now()),
            "operation": operation,
            "method": request.method,
            "region": region,
            "path": path,
            "order_id": parameters.get("order_id"),
            "parameters": parameters,
            "seller": None,
            "query": request.args.to_dict(),
            "request_body": _request_body(request, operation),
            "status": None,
            "response_body": None,
            "fault": None,
        }
        headers = {"x-amzn-RequestId": sandbox.request_id()}
        try:
            response = self._perform(request, call, headers)
        except ApiError as error:
            response = _json(error.status, error.body)
        response.headers.extend(headers)
        call["status"] = response.status_code
        if operation not in OUTSIDE:  # secrets and whole files are not for keeping
            call["response_body"] = _parsed(response)
        sandbox.record(call)
        if call["fault"] in ("timeout_before", "timeout_after"):
            call["status"] = None
            _hang_up(request)
        return response

    def _perform(self, request, call, headers):
        sandbox, operation = self.sandbox, call["operation"]
        about = call["order_id"], call["parameters"].get("sku")
        if operation is None:
            raise ApiError(404)
        with sandbox.lock:
            if operation not in OUTSIDE:
                self._admit(request, call, headers)
            before = ("status", "slow", "timeout_before")
            fault = sandbox.faults.take(before, operation, *about)
        if fault:
            call["fault"] = fault.kind
            if fault.kind == "slow":
                faults.wait(fault)  # outside the lock: the others go on
            elif fault.kind == "status":
                return _faulty(fault)
            else:
                return Response(status=500)
        with sandbox.lock:
            if operation == "token":
                response = _json(*sandbox.tokens.grant(request.form))
            elif operation == "document":
                response = sandbox.reports.documents.download(
                    request, call, sandbox.faults
                )
            elif operation == "upload":
                response = sandbox.feeds.uploads.take(
                    request, call["parameters"]["document_id"]
                )
            elif operation == "image":
                response = images.serve(request, call["parameters"]["image"])
            else:
                # Within the lock: the views share parts with the orders.
                response = _json(*OPERATIONS[operation][3](sandbox, call))
            after = ("truncate", "timeout_after")
            fault = sandbox.faults.take(after, operation, *about)
        if fault:
            call["fault"] = fault.kind
            if fault.kind == "truncate":
                data = response.get_data()
                response.set_data(data[: len(data) // 2])
        return response

    def _admit(self, request, call, headers):
        """Token, quota, role; who calls is known from here on."""
        sandbox, operation = self.sandbox, call["operation"]
        token = request.headers.get("x-amz-access-token")
        seller = sandbox.tokens.seller(token, call["region"])
        call["seller"] = seller.key
        sandbox.limits.take(seller, operation)
        headers["x-amzn-RateLimit-Limit"] = sandbox.limits.header(operation)
        role = OPERATIONS[operation][2]
        if role and role not in seller.roles:
            del headers["x-amzn-RateLimit-Limit"]
            raise denied()
        if any(len(values) > 1 for _name, values in request.args.lists()):
            raise invalid("Invalid Input", "A list is one comma-separated parameter")


def _raw_path(request):
    """The path as it was sent: in a SKU a slash is `%2F`, which a path hides."""
    return request.environ.get("RAW_URI", request.path).partition("?")[0]


def _route(method, region, path):
    """The operation and the parameters in its path."""
    if not region:
        for operation, pattern in OUTSIDE.items():
            if match := pattern.fullmatch(path):
                return operation, match.groupdict()
    for operation, (its_method, pattern, _role, _answer) in OPERATIONS.items():
        match = pattern.fullmatch(path)
        if match and method == its_method:
            return operation, {n: unquote(v) for n, v in match.groupdict().items()}
    return None, {}


def _request_body(request, operation):
    """The JSON of the request, or its text where it isn't JSON."""
    if operation in OUTSIDE or request.method == "GET":
        return None
    text = request.get_data(as_text=True)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(status, body):
    if body is None:
        return Response(status=status)
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/json")


def _faulty(fault):
    if fault.body is None:
        return _json(fault.status, ApiError(fault.status).body)
    body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    return Response(body, fault.status, content_type=fault.content_type)


def _parsed(response):
    text = response.get_data(as_text=True)
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _hang_up(request):
    """Close the line; the answer werkzeug still tries to send goes nowhere."""
    line = request.environ.get("werkzeug.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
