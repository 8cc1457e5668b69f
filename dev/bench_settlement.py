"""Settlements in ``make bench``: reading a large file, and booking it beside the plain way.

The plain way is what a careful Odoo programmer writes first: one ``create`` with a line
per order, ``action_post``, one ``_reconcile_plan``. Both sides book the same rows against
the same posted invoices of real sales, each in a process of its own; the plain side is
rolled back.
"""

import io
import json
import sys
from pathlib import Path

PRICE, TAX, COMMISSION, FULFILLMENT = "20.00", "1.60", "-3.00", "-1.00"
NET = 2000 - 300 - 100
COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()
ROWS = (
    ("ItemPrice", "Principal", PRICE),
    ("ItemPrice", "Tax", TAX),
    ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", f"-{TAX}"),
    ("ItemFees", "Commission", COMMISSION),
    ("ItemFees", "FBAPerUnitFulfillmentFee", FULFILLMENT),
)
START, END = "2026-10-01 08:00:00 UTC", "2026-10-15 08:00:00 UTC"


def reference(number):
    return f"113-0000000-{number:07d}"


def write_file(file, orders):
    """A V2 settlement of `orders` orders, five rows each; binary."""

    def line(**cells):
        texts = (cells.get(column.replace("-", "_"), "") for column in COLUMNS)
        file.write(("\t".join(texts) + "\n").encode())

    file.write(("\t".join(COLUMNS) + "\n").encode())
    line(
        settlement_id="26000000001",
        settlement_start_date=START,
        settlement_end_date=END,
        deposit_date="2026-10-17 08:00:00 UTC",
        total_amount=f"{orders * NET / 100:.2f}",
        currency="USD",
    )
    for number in range(1, orders + 1):
        for amount_type, description, amount in ROWS:
            line(
                settlement_id="26000000001",
                transaction_type="Order",
                order_id=reference(number),
                marketplace_name="Amazon.com",
                amount_type=amount_type,
                amount_description=description,
                amount=amount,
                fulfillment_id="AFN",
                posted_date="2026-10-07",
                posted_date_time="2026-10-07 10:00:00 UTC",
                order_item_code=str(number),
                sku="MUG-BLUE-350",
                quantity_purchased="1",
            )


def parse(path):
    """Read a file to its last row; run as a process of its own for its memory."""
    import resource
    import time

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from spapi.settlement import read_settlement

    started = time.perf_counter()
    with open(path, "rb") as file:
        settlement = read_settlement(file)
        count = sum(1 for _row in settlement.rows)
    figures = {
        "n": count,
        "seconds": round(time.perf_counter() - started, 2),
        "queries": 0,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print("FIGURES", json.dumps({"settlement_parse": figures}))


# -- inside Odoo ----------------------------------------------------------------------


def prepare(env, url, orders):
    """One real invoiced sale of the store, and so many like it, copied row by row."""
    import bench_worker

    bench_worker.prepare(env, url)
    account = env["amazon.account"].search([])
    account.action_create_settlement_accounts()
    store = account.store_ids
    product = env["product.product"].search([("default_code", "=", "MUG-BLUE-350")])
    product.invoice_policy = "order"
    sale = env["sale.order"].create(
        {
            "partner_id": store.default_customer_id.id,
            "amazon_store_id": store.id,
            "order_line": [
                (0, 0, {"product_id": product.id, "price_unit": 20.0, "tax_ids": []})
            ],
        }
    )
    order = env["amazon.order"].create(
        {
            "amazon_order_ref": reference(0),
            "account_id": account.id,
            "store_id": store.id,
            "currency_id": store.currency_id.id,
            "state": "imported",
            "sale_order_id": sale.id,
        }
    )
    sale.amazon_order_id = order
    sale.action_confirm()
    invoice = sale._create_invoices()
    invoice.invoice_date = "2026-10-05"
    invoice.action_post()
    env.flush_all()
    _multiply(env, order, sale, invoice, orders)
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def _multiply(env, order, sale, invoice, orders):
    cr = env.cr
    new_order = _copies(
        cr,
        "amazon_order",
        order.id,
        orders,
        amazon_order_ref="'113-0000000-' || lpad(g::text, 7, '0')",
        sale_order_id="NULL",
    )
    new_sale = _copies(
        cr,
        "sale_order",
        sale.id,
        orders,
        name="'BENCH' || g",
        amazon_order_id=f"{new_order} + g",
    )
    cr.execute(
        "UPDATE amazon_order SET sale_order_id = id - %s + %s WHERE id > %s",
        [new_order, new_sale, new_order],
    )
    new_line = _copies(
        cr, "sale_order_line", sale.order_line.id, orders, order_id=f"{new_sale} + g"
    )
    new_move = _copies(
        cr,
        "account_move",
        invoice.id,
        orders,
        name="'BENCH/' || g",
        amazon_order_id=f"{new_order} + g",
    )
    for item in invoice.line_ids:
        first = _copies(
            cr,
            "account_move_line",
            item.id,
            orders,
            move_id=f"{new_move} + g",
            move_name="'BENCH/' || g",
        )
        if item.sale_line_ids:
            cr.execute(
                """INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
                   SELECT %s + g, %s + g FROM generate_series(1, %s) g""",
                [first, new_line, orders],
            )
    env.invalidate_all()


def _copies(cr, table, source, count, **expressions):
    """Copy a row `count` times; returns the id before the first copy's."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    cr.execute(f"SELECT max(id) FROM {table}")
    (base,) = cr.fetchone()
    expressions["id"] = f"{base} + g"
    values = ", ".join(expressions.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cr.execute(
        f"""INSERT INTO {table} ({names})
            SELECT {values} FROM {table}, generate_series(1, %s) g WHERE id = %s""",
        [count, source],
    )
    cr.execute(f"SELECT setval('{table}_id_seq', {base + count})")
    return base


def stage(env, orders):
    """The file comes in as by the upload wizard; commits."""
    from odoo.addons.amazon_connector.sync import settlement_import

    file = io.BytesIO()
    write_file(file, orders)
    attachment = env["ir.attachment"].create(
        {"name": "bench.txt", "raw": file.getvalue()}
    )
    account = env["amazon.account"].search([])
    report = env["amazon.report"]._from_upload(account, attachment)
    settlement_import.read_now(report)
    env.cr.commit()
    if report.state != "done":
        raise RuntimeError(report.reason)
    return {"n": report.settlement_id.row_count}


def book(env, orders):
    """Ours: rules, entries, posted, reconciled, proved."""
    settlement = env["amazon.settlement"].search([])
    settlement._book_now("posted")
    env.cr.commit()
    return {"n": orders, "open_invoices": _open_invoices(env)}


def plain(env, orders):
    """The plain way: the same items in one entry, one plan."""
    account = env["amazon.account"].search([])
    settings = env["amazon.settlement.account"]._resolver(account)
    invoices = env["account.move"].search([("name", "=like", "BENCH/%")], order="id")
    receivables = invoices.line_ids.filtered(
        lambda line: line.display_type == "payment_term"
    )
    lines = [
        {
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "name": line.move_id.name,
            "balance": -line.balance,
        }
        for line in receivables
    ]
    fees = {"commission": 3.0, "fba": 1.0}
    for kind, fee in fees.items():
        ledger = settings.get(kind).ledger_account_id
        lines.append({"account_id": ledger.id, "name": kind, "balance": fee * orders})
    transit = settings.get("transit").ledger_account_id
    lines.append(
        {"account_id": transit.id, "name": "Payout", "balance": NET * orders / 100}
    )
    journal = env["account.journal"].search(
        [("type", "=", "general"), ("id", "!=", account.settlement_journal_id.id)],
        limit=1,
    )
    move = env["account.move"].create(
        {
            "journal_id": journal.id,
            "date": "2026-10-15",
            "line_ids": [(0, 0, line) for line in lines],
        }
    )
    move.action_post()
    own = move.line_ids.sorted("id")[: len(receivables)]
    plan = [line | other for line, other in zip(receivables, own, strict=True)]
    env["account.move.line"]._reconcile_plan(plan)
    env.flush_all()
    left = _open_invoices(env)
    env.cr.rollback()
    return {"n": orders, "open_invoices": left}


def _open_invoices(env):
    return env["account.move"].search_count(
        [("name", "=like", "BENCH/%"), ("payment_state", "!=", "paid")]
    )


def main(env, what, url, orders):
    """Run one side and print its figures as one line of JSON."""
    from bench_worker import measured

    env = env(context=dict(env.context, lang="en_US"))
    figures = {}
    if what == "prepare":
        prepare(env, url, orders)
        figures["settlement_stage"] = measured(lambda: stage(env, orders))
    elif what == "plain":
        figures["settlement_book"] = measured(lambda: plain(env, orders))
    else:
        figures["settlement_book"] = measured(lambda: book(env, orders))
    for name, each in figures.items():
        if each.get("open_invoices"):
            raise RuntimeError(f"{name}: {each['open_invoices']} invoices left open")
    print("FIGURES", json.dumps(figures))


if __name__ == "__main__":
    parse(sys.argv[1])
