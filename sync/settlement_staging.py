"""A settlement's file ► its rows in the database, as Amazon wrote them.

Nothing here interprets a row. All of a file comes in or nothing of it: the rows are
read as a stream and inserted in pages, so memory does not grow with the file.
"""

import logging
from functools import partial
from itertools import islice

from psycopg2.errors import UniqueViolation
from psycopg2.extras import Json

from odoo.exceptions import LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..spapi.settlement import Ambiguous, SettlementError, read_settlement
from . import settlement_twin
from .order_snapshot import naive

_logger = logging.getLogger(__name__)

PAGE = 2000
COLUMNS = """
    settlement_id account_id company_id currency_id category
    number file_line transaction_type amount_type amount_description
    order_ref merchant_order_ref adjustment_ref shipment_ref marketplace_name
    fulfillment order_item_ref sku quantity promotion_ref amount posted extra
""".split()
INSERT = f"INSERT INTO amazon_settlement_line ({', '.join(COLUMNS)}) VALUES %s"
MONTH_FIRST = ("US",)


def stage(report, file):
    """Take the file's settlement in, or say on the report why not; one transaction.

    Concurrent writers surface as the database's own errors: start again then.

    :param file: binary and seekable
    :return: the settlement, or an empty record
    """
    report = report.sudo()
    settlements = report.env["amazon.settlement"]
    try:
        with report.env.cr.savepoint():
            settlement = _stage(report, file)
    except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation, LockError):
        raise
    except settlement_twin.Unchanged as exc:
        report._done(exc.settlement, str(exc))
        return exc.settlement
    except settlement_twin.Revision as exc:
        report._fail(str(exc), settlement=exc.settlement)
        _tell_revision(exc.settlement, str(exc))
        return settlements
    except Ambiguous as exc:
        report._fail(str(exc), question=exc.question)
        return settlements
    except SettlementError as exc:
        report._fail(str(exc))
        return settlements
    except Exception as exc:
        _logger.exception("Amazon report %s can't be stored", report.report_ref)
        report._fail(f"{type(exc).__name__}: {exc}")
        return settlements
    report._done(settlement)
    return settlement


def _stage(report, file):
    env, account = report.env, report.account_id
    source = _read(report, file)
    known = env["amazon.settlement"].search(
        [("settlement_ref", "=", source.header.settlement_id)]
    )
    settlement = known.filtered(lambda s: s.account_id == account)
    if settlement:
        settlement.lock_for_update()
        settlement_twin.check(settlement, source)
    elif owner := known.account_id.filtered(partial(_same_amazon, account)):
        raise SettlementError(_of_other_account(account, owner[0], source))
    values = _prepare_settlement(report, source)
    if settlement:
        _clear(settlement)
        settlement.write(values)
        settlement.message_post(
            body=env._("Rows replaced by those of report %s.", report.display_name)
        )
    else:
        settlement = settlement.create(values)
    _insert(settlement, source.rows)
    settlement.digest = source.digest
    settlement.marketplace_name = _marketplace_name(settlement, report)
    if report.source == "upload":
        _check_account(settlement)
    _link_orders(settlement)
    env["amazon.settlement.line"].invalidate_model()
    settlement.invalidate_recordset(["line_ids"])
    return settlement


# -- reading ------------------------------------------------------------------------


def _read(report, file):
    """The file as a spapi Settlement.

    Who fetched the file from Amazon knows how its marketplace writes dates; one that a
    user has had in hands may come from any spreadsheet, so the user is asked.
    """
    options = {
        "charset": report.charset or "",
        "decimal": report.decimal or None,
        "date_order": report.date_order or None,
    }
    try:
        return read_settlement(file, **options)
    except Ambiguous as exc:
        if exc.question != "date_order" or report.source == "upload":
            raise
        currency = read_settlement(
            file, **{**options, "date_order": "dmy"}
        ).header.currency
        options["date_order"] = _date_order(report.account_id, currency)
        if not options["date_order"]:
            raise
    return read_settlement(file, **options)


def _date_order(account, currency):
    """How the marketplaces of that currency write dates; None when they differ."""
    stores = account.with_context(active_test=False).store_ids
    stores = stores.filtered(lambda s: s.currency_id.name == currency)
    orders = {
        "mdy" if country.code in MONTH_FIRST else "dmy"
        for country in stores.marketplace_id.country_id
    }
    return orders.pop() if len(orders) == 1 else None


def _currency(env, name):
    currency = (
        env["res.currency"]
        .with_context(active_test=False)
        .search([("name", "=", name)], limit=1)
    )
    if not currency:
        raise SettlementError(
            env._(
                "Odoo does not know the currency %s. Create it (Invoicing > "
                "Configuration > Currencies) and press Retry.",
                name,
            ),
            column="currency",
        )
    return currency


def _same_amazon(account, other):
    """Amazon's numbers are its own; every sandbox counts anew."""
    return account.sudo().sandbox_url == other.sudo().sandbox_url


def _of_other_account(account, owner, source):
    """Names the other account only to who may see it in the same company."""
    if owner.company_id == account.company_id:
        name = f"{owner.name} ({owner.seller_id})"
    else:
        name = account.env._("another company's account")
    return account.env._(
        "Settlement %(settlement)s is here already and belongs to %(owner)s, not to "
        "%(account)s. Choose that account.",
        settlement=source.header.settlement_id,
        owner=name,
        account=account.name,
    )


# -- writing ------------------------------------------------------------------------


def _prepare_settlement(report, source):
    header = source.header
    return {
        "settlement_ref": header.settlement_id,
        "account_id": report.account_id.id,
        "currency_id": _currency(report.env, header.currency).id,
        "start": naive(header.start),
        "end": naive(header.end),
        "deposit_date": naive(header.deposit_date),
        "total_amount": header.total,
        "row_count": source.row_count,
        "version": source.version,
        "report_id": report.id,
        "attachment_id": report.attachment_id.id,
        "state": "imported",
        "reason": False,
    }


def _tell_revision(settlement, detail):
    """On the accountant's list, once; the ledger is left as it is."""
    env = settlement.env
    known = settlement.issue_ids.filtered(
        lambda issue: issue.kind == "revision" and issue.detail == detail
    )
    if not known:
        env["amazon.settlement.issue"].create(
            {"settlement_id": settlement.id, "kind": "revision", "detail": detail}
        )
    settlement._tell_accountant(env._("Amazon changed a booked settlement"), detail)


def _clear(settlement):
    """What was made of the old rows goes with them; nothing of it was booked."""
    settlement.env.flush_all()
    settlement.env.cr.execute(
        "DELETE FROM amazon_settlement_line WHERE settlement_id = %s", [settlement.id]
    )
    settlement.total_ids.unlink()
    settlement.proof_ids.unlink()
    settlement.issue_ids.unlink()
    settlement.write({"book_requested": False, "allow_suspense": False})


def _insert(settlement, rows):
    account = settlement.account_id
    shared = (
        settlement.id,
        account.id,
        account.company_id.id,
        settlement.currency_id.id,
        "unmapped",
    )
    rows = iter(rows)
    while page := [(*shared, *_values(row)) for row in islice(rows, PAGE)]:
        settlement.env.cr.execute_values(INSERT, page, page_size=PAGE)


def _values(row):
    extra = dict(row.extra)
    if row.merchant_order_item_id:
        extra["merchant-order-item-id"] = row.merchant_order_item_id
    if row.merchant_adjustment_item_id:
        extra["merchant-adjustment-item-id"] = row.merchant_adjustment_item_id
    return (
        row.number,
        row.line,
        row.transaction_type or None,
        row.amount_type or None,
        row.amount_description or None,
        row.order_id or None,
        row.merchant_order_id or None,
        row.adjustment_id or None,
        row.shipment_id or None,
        row.marketplace_name or None,
        row.fulfillment_id or None,
        row.order_item_id or None,
        row.sku or None,
        row.quantity,
        row.promotion_id or None,
        row.amount,
        row.posted and row.posted.replace(tzinfo=None),
        Json(extra) if extra else None,
    )


def _marketplace_name(settlement, report):
    """The marketplace rows without one belong to: what most others name, else what the
    report was made for, else the account's only store with that currency."""
    account = settlement.account_id
    known = {m.name.lower(): m.name for m in account.marketplace_id.search([])}
    settlement.env.cr.execute(
        """
        SELECT lower(marketplace_name) FROM amazon_settlement_line
        WHERE settlement_id = %s AND lower(marketplace_name) IN %s
        GROUP BY lower(marketplace_name) ORDER BY count(*) DESC LIMIT 1
        """,
        [settlement.id, tuple(known)],
    )
    if found := settlement.env.cr.fetchone():
        return known[found[0]]
    stores = account.with_context(active_test=False).store_ids
    stores = stores.filtered(lambda s: s.currency_id == settlement.currency_id)
    return report.marketplace_id.name or (
        len(stores) == 1 and stores.marketplace_id.name
    )


def _link_orders(settlement):
    settlement.env.cr.execute(
        """
        UPDATE amazon_settlement_line line
           SET amazon_order_id = o.id
          FROM amazon_order o
         WHERE line.settlement_id = %s
           AND o.account_id = line.account_id
           AND o.amazon_order_ref = line.order_ref
        """,
        [settlement.id],
    )


# -- whose settlement is it? -----------------------------------------------------------


def _check_account(settlement):
    """A file by hand may be any seller's; Amazon itself gives only the account's own."""
    account = settlement.account_id
    stores = account.with_context(active_test=False).store_ids
    if settlement.currency_id not in stores.currency_id:
        raise SettlementError(
            account.env._(
                "%(currency)s is the currency of no store of %(account)s: the file is "
                "another account's. Choose that account.",
                currency=settlement.currency_id.name,
                account=account.name,
            ),
            column="currency",
        )
    _check_marketplaces(settlement, stores.marketplace_id)
    _check_orders(settlement)


def _check_marketplaces(settlement, own):
    """Refused when known marketplaces are named, and none is the account's."""
    account = settlement.account_id
    known = {m.name.lower(): m for m in own.search([])}
    settlement.env.cr.execute(
        """
        SELECT marketplace_name, min(file_line) FROM amazon_settlement_line
        WHERE settlement_id = %s AND marketplace_name IS NOT NULL
        GROUP BY marketplace_name ORDER BY min(file_line)
        """,
        [settlement.id],
    )
    named = [
        (known[name.lower()], name, line)
        for name, line in settlement.env.cr.fetchall()
        if name.lower() in known
    ]
    if named and not any(marketplace in own for marketplace, *_rest in named):
        _marketplace, name, line = named[0]
        raise SettlementError(
            account.env._(
                "%(marketplace)s is no store of %(account)s: the file is another "
                "account's. Choose that account.",
                marketplace=name,
                account=account.name,
            ),
            line,
            "marketplace-name",
        )


def _check_orders(settlement):
    """Amazon numbers orders once in the world: one known elsewhere tells the owner."""
    account = settlement.account_id
    settlement.env.cr.execute(
        """
        SELECT line.file_line, line.order_ref FROM amazon_settlement_line line
        JOIN amazon_order o ON o.amazon_order_ref = line.order_ref
        WHERE line.settlement_id = %s
        GROUP BY line.file_line, line.order_ref
        HAVING bool_and(o.account_id != %s)
        ORDER BY line.file_line LIMIT 1
        """,
        [settlement.id, account.id],
    )
    if found := settlement.env.cr.fetchone():
        raise SettlementError(
            account.env._(
                "order %(order)s came in through another account than %(account)s: the "
                "file is that account's. Choose it.",
                order=found[1],
                account=account.name,
            ),
            found[0],
            "order-id",
        )
