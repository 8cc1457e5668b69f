"""Speed and cost beside bare Odoo, in one run: ``make bench``.

Each line ``BENCH {json}`` names the work, its size, our seconds, the floor's (bare Odoo
doing the same documents in batches, right before, on a database of its own), their
ratio, and what it cost. Sizes: BENCH_ORDERS (1000), BENCH_TRANSFERS (500).
"""

import json
import os
import sys

from settings import ROOT
from stack import Stack
from webclient import post_json

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000"))
TRANSFERS = int(os.environ.get("BENCH_TRANSFERS", "500"))
# design: speed we hold ourselves to
BOUNDS = {"orders_in": 1.25, "ship": 1.10}


def main():
    with Stack("bench") as stack:
        floor = run(stack, "floor")
        ours = run(stack, "amazon")
    late = []
    for name, figures in ours.items():
        line = describe(name, figures, floor.get(name))
        print("BENCH", json.dumps(line), flush=True)
        if line.get("ratio", 0) > BOUNDS.get(name, float("inf")):
            late.append(f"{name}: {line['ratio']} > {BOUNDS[name]}")
    for miss in late:
        print(f"Over its bound: {miss}", flush=True)
    return 1 if late else 0


def run(stack, who):
    """One side on a fresh copy of the database, against a fresh sandbox."""
    database = stack.clone_database(f"bench_{who}")
    sandbox = stack.start_sandbox("--seed", "1", "--rate-factor", "0", "--empty")
    seller(sandbox.url)
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "dev")!r})
import bench_worker
bench_worker.main(env, {who!r}, {sandbox.url!r}, {TRANSFERS})
"""
    printed = stack.shell(code, database)
    stack.stop()
    stack.drop_database(f"bench_{who}")
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
    line["queries_per_record"] = round(figures["queries"] / n, 2) if n else None
    if floor:
        line["floor_queries_per_record"] = round(floor["queries"] / n, 2)
    return line | {"peak_mb": figures["peak_mb"]}


if __name__ == "__main__":
    sys.exit(main())
