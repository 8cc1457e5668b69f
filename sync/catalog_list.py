"""The list of listings: the report, row by row, and what is no longer in it."""

from functools import partial

from ..spapi.listings_report import (
    EmptyReport,
    ListingsReportError,
    Problem,
    read_listings_report,
)
from . import catalog_listings, catalog_offers, catalog_report, report_file

BATCH = 500


def take_in(work):
    """All rows of the load's report; whether the load may go on with its details."""
    report = catalog_report.obtain(work)
    if not report:
        return False
    try:
        with report_file.opened(report, ListingsReportError) as file:
            return _read(work, report, file)
    except EmptyReport:
        return work.step(partial(_end_empty, work, report))
    except ListingsReportError as exc:
        work.step(partial(_unreadable, work, report, str(exc)))
        return False


def _read(work, report, file):
    """Batch by batch; what an earlier wake-up took in is read again, and not taken.

    Rows are kept as they come, so after the last one it is known what is gone.
    """
    country = work.store.marketplace_id.country_id.code
    source = read_listings_report(
        file, charset=report.charset or "", country=country or ""
    )
    seen, doubtful = set(), 0
    moment = report.data_end or report.created
    for batch in _batches(work, source):
        seen |= batch.seen
        doubtful += batch.doubtful
        if batch.last_line > work.load.lines_done:
            if not work.step(partial(_take, work, batch, moment), len(batch.offers)):
                return False
    return work.step(partial(_end, work, report, seen, doubtful))


class _Batch:
    """Rows that are taken in together, and what was wrong with them."""

    def __init__(self):
        self.offers = {}
        self.problems = []
        self.remarks = {}  # what its listing says of itself, by SKU
        self.seen = set()
        self.doubtful = 0  # rows of which nobody knows the SKU
        self.last_line = 0

    def add_row(self, work, row):
        self.last_line = row.line
        self.seen.add(row.sku)
        if words := catalog_offers.too_long(work.env, row.sku):
            self._tell(work, row.line, words)
        else:
            self.offers[row.sku] = catalog_offers.of_row(row)

    def add_problem(self, work, problem):
        self.last_line = problem.line
        self._tell(work, problem.line, problem.words)
        if problem.sku:
            self.seen.add(problem.sku)
        elif problem.left_out:
            self.doubtful += 1
        if not problem.left_out:
            words = problem.words[:1].upper() + problem.words[1:]
            self.remarks.setdefault(problem.sku, []).append(words)

    def _tell(self, work, line, words):
        self.problems.append(
            work.env._("Line %(line)s: %(words)s", line=line, words=words)
        )


def _batches(work, source):
    """A line and what is wrong with it are never parted."""
    batch = _Batch()
    for each in source:
        if len(batch.offers) >= BATCH and each.line > batch.last_line:
            yield batch
            batch = _Batch()
        if isinstance(each, Problem):
            batch.add_problem(work, each)
        else:
            batch.add_row(work, each)
    if batch.last_line:
        yield batch


def _take(work, batch, moment):
    load = work.load
    if batch.last_line <= load.lines_done:
        return  # another worker was faster
    for sku, words in batch.remarks.items():
        if sku in batch.offers:
            batch.offers[sku].problems = words
    catalog_listings.upsert(work, list(batch.offers.values()), moment)
    load._note_problems(batch.problems)
    load.lines_done = batch.last_line
    work.run._add(blocked=len(batch.problems), pages=1)


def _end(work, report, seen, doubtful):
    """Whatever was listed and is not in the report is gone, if all of it was read."""
    env, load = work.env, work.load
    load._sum_up_problems()
    ids = catalog_listings.gone(work, seen, report.created)
    if ids and not seen:
        load._note(_empty(work))
    elif ids and doubtful:
        load._note(
            env._(
                "%(missing)s listed SKUs are not in the report, but %(rows)s of its rows "
                "could not be read and may be theirs: nothing was canceled.",
                missing=len(ids),
                rows=doubtful,
            )
        )
    else:
        catalog_listings.cancel(work, ids)
    _close(work, report)


def _end_empty(work, report):
    if catalog_report.has_listed(work):
        work.load._note(_empty(work))
    _close(work, report)


def _empty(work):
    return work.env._(
        "Amazon's list of listings is empty, though this store had some: nothing was "
        "canceled. Look into Seller Central, and load again."
    )


def _close(work, report):
    """The file of the last report is kept, to look things up in it."""
    report.write({"state": "done", "reason": False})
    earlier = work.env["amazon.report"].search(
        [
            ("account_id", "=", report.account_id.id),
            ("report_type", "=", report.report_type),
            ("marketplace_id", "=", report.marketplace_id.id),
            ("state", "=", "done"),
            ("attachment_id", "!=", False),
            ("id", "!=", report.id),
        ]
    )
    earlier.attachment_id.unlink()
    work.next_stage("details")


def _unreadable(work, report, words):
    reason = work.env._(
        "The list of listings can't be read. %s Nothing was canceled.", words
    )
    report._fail(reason)
    work.load._fail(reason)
