"""Speed and cost beside bare Odoo, in one run: ``make bench``.

Each line ``BENCH {json}`` names the work, its size, our seconds, the floor's (bare Odoo
doing the same documents in batches, right before, on a database of its own), their
ratio, and what it cost. Sizes: BENCH_ORDERS (1000), BENCH_TRANSFERS (500),
BENCH_SETTLED (10000 orders, five rows each), BENCH_LISTINGS (10000).
``BENCH=settlement``, ``orders``, ``catalog`` or ``stock`` measures one of them alone.
"""

import json
import os
import subprocess
import sys
import tempfile

import bench_settlement
from settings import ROOT
from stack import Stack
from webclient import post_json

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000"))
TRANSFERS = int(os.environ.get("BENCH_TRANSFERS", "500"))
SETTLED = int(os.environ.get("BENCH_SETTLED", "10000"))
LISTINGS = int(os.environ.get("BENCH_LISTINGS", "10000"))
# design: speed we hold ourselves to; (figure, at most)
BOUNDS = {
    "orders_in": {"ratio": 1.25},
    # 40 rows of each mapping cost what 4 cost
    "orders_in_mapped": {"more_queries": 0},
    "ship": {"ratio": 1.10},
    "catalog_load": {"ratio": 1.25},
    "stock_levels": {"queries": 10},
    "stock_push": {"feeds": 1},
    "stock_push_again": {"api_calls": 24},
    "settlement_parse": {"seconds": 3.0, "peak_mb": 100},
    "settlement_book": {"ratio": 0.5, "queries_per_record": 0.2},
}


def main():
    wanted = os.environ.get("BENCH", "orders settlement catalog stock")
    late = []
    with Stack("bench") as stack:
        if "settlement" in wanted:
            report(parse_settlement(), {}, late)
            report(*book_settlement(stack), late)
        if "orders" in wanted:
            floor = run(stack, "floor")
            report(run(stack, "amazon"), floor, late)
        if "catalog" in wanted:
            floor = catalog(stack, "load_floor")
            report(catalog(stack, "load"), floor, late)
        if "stock" in wanted:
            ours = catalog(stack, "stock")
            report(ours, {"stock_levels": ours["stock_levels"].pop("floor")}, late)
    for miss in late:
        print(f"Over its bound: {miss}", flush=True)
    return 1 if late else 0


def report(ours, floor, late):
    for name, figures in ours.items():
        line = describe(name, figures, floor.get(name))
        print("BENCH", json.dumps(line), flush=True)
        for figure, bound in BOUNDS.get(name, {}).items():
            if line[figure] > bound:
                late.append(f"{name}: {figure} {line[figure]} > {bound}")


def parse_settlement():
    """In a process of its own, so that its memory is what reading takes."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        bench_settlement.write_file(file, SETTLED)
        file.flush()
        code = bench_settlement.__file__
        command = [sys.executable, code, file.name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True)
    return figures_in(printed.stdout)


def book_settlement(stack):
    """(ours, the plain way's): same database, same invoices, a process each."""
    database = stack.clone_database("bench_settlement")
    sandbox = stack.start_sandbox("--seed", "1", "--rate-factor", "0", "--empty")
    post_json(f"{sandbox.url}/sandbox/sellers", {"key": "US", "countries": ["US"]})
    sides = {}
    for side in ("prepare", "plain", "book"):
        arguments = f"env, {side!r}, {sandbox.url!r}, {SETTLED}"
        sides[side] = work(stack, database, "bench_settlement", arguments)
    stack.stop()
    stack.drop_database("bench_settlement")
    return sides["prepare"] | sides["book"], sides["plain"]


def catalog(stack, side):
    """One side on a fresh copy of the database, beside a seller with many listings."""
    database = stack.clone_database(f"bench_{side}")
    sandbox = stack.start_sandbox("--seed", "1", "--rate-factor", "0", "--empty")
    post_json(f"{sandbox.url}/sandbox/sellers", {"key": "US", "countries": ["US"]})
    post_json(
        f"{sandbox.url}/sandbox/listings",
        {"seller": "US", "count": LISTINGS, "families": LISTINGS // 5},
    )
    arguments = f"env, {side!r}, {sandbox.url!r}"
    figures = work(stack, database, "bench_catalog", arguments)
    stack.stop()
    stack.drop_database(f"bench_{side}")
    return figures


def run(stack, who):
    """One side on a fresh copy of the database, against a fresh sandbox."""
    database = stack.clone_database(f"bench_{who}")
    sandbox = stack.start_sandbox("--seed", "1", "--rate-factor", "0", "--empty")
    seller(sandbox.url)
    arguments = f"env, {who!r}, {sandbox.url!r}, {TRANSFERS}"
    figures = work(stack, database, "bench_worker", arguments)
    stack.stop()
    stack.drop_database(f"bench_{who}")
    return figures


def work(stack, database, module, arguments):
    """The figures of ``module.main(arguments)``, run inside Odoo."""
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "dev")!r})
import {module}
{module}.main({arguments})
"""
    return figures_in(stack.shell(code, database))


def figures_in(printed):
    line = next(x for x in printed.splitlines() if x.startswith("FIGURES "))
    return json.loads(line.removeprefix("FIGURES "))


def seller(url):
    post_json(f"{url}/sandbox/sellers", {"key": "US", "countries": ["US"]})
    post_json(
        f"{url}/sandbox/orders",
        {"count": ORDERS, "marketplace": "US", "kind": "plain", "seed": 7},
    )


def describe(name, figures, floor):
    n = figures["n"]
    line = {"name": name, "n": n, "seconds": figures["seconds"]}
    if floor:
        line["floor_seconds"] = floor["seconds"]
        line["ratio"] = round(figures["seconds"] / floor["seconds"], 3)
    if "api_calls" in figures:
        line["api_calls"] = figures["api_calls"]
    for name in ("queries", "feeds", "more_queries"):
        if name in BOUNDS.get(line["name"], {}):
            line[name] = figures[name]
    line["queries_per_record"] = round(figures["queries"] / n, 2) if n else None
    if floor:
        line["floor_queries_per_record"] = round(floor["queries"] / n, 2)
    return line | {"peak_mb": figures["peak_mb"]}


if __name__ == "__main__":
    sys.exit(main())
