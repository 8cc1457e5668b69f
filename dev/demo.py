"""The main job, end to end, as its users do it: ``make demo``.

A real Odoo server with its own scheduler, the sandbox Amazon, real HTTP in between.
The script only does what a person would: connect, load and link products, switch stock
out on (demo_catalog.py), press Pull Now, make one store's orders a sale a day
(demo_policies.py), type tracking numbers, validate transfers, book settlements
(demo_settlements.py). Loading, pulling, importing, sending, proving and
invoicing is the add-on's own work. Every figure at the end is counted in the two
databases.
"""

import json
import sys
import time
from decimal import Decimal

import demo_catalog
import demo_policies
import demo_settlements
from stack import Stack
from webclient import OdooError, WebClient, get_json, post_json

CARRIERS = {"US": ("UPS Ground", "UPS"), "DE": ("DHL Paket", "DHL-Paket")}
# each order's taxes that Amazon collects and remits, which Odoo's totals leave out
REMITTED = """
    SELECT COALESCE(SUM((amounts.value ->> 'tax_amount_currency')::numeric), 0)
      FROM sale_order_line line, amazon_store store,
           jsonb_each(line.extra_tax_data -> 'manual_tax_amounts') amounts
     WHERE line.order_id = sale.id AND store.id = sale.amazon_store_id
       AND amounts.key = store.collected_tax_id::text
"""
SALES = f"""
    SELECT o.amazon_order_ref, sale.amount_total + ({REMITTED})
      FROM sale_order sale JOIN amazon_order o ON o.id = sale.amazon_order_id
     WHERE sale.state = 'sale'
"""
INVOICES = f"""
    SELECT o.amazon_order_ref, SUM(move.amount_total) + MAX(({REMITTED}))
      FROM account_move move
      JOIN amazon_order o ON o.id = move.amazon_order_id
      JOIN sale_order sale ON sale.amazon_order_id = o.id
     WHERE move.state = 'posted' AND move.move_type = 'out_invoice'
     GROUP BY o.amazon_order_ref
"""


def main():
    started = time.monotonic()
    with Stack("demo") as stack:
        sandbox = stack.start_sandbox("--seed", "1")
        odoo = stack.start_odoo(crons=2)
        say(f"Odoo at {odoo.url}, sandbox Amazon at {sandbox.url}")
        user = WebClient(odoo.url, stack.database)
        state = get_json(f"{sandbox.url}/sandbox/state")
        accounts = {key: connect(user, state, sandbox.url, key) for key in CARRIERS}
        settings(user, accounts)
        demo_catalog.load(user, accounts, sandbox.url)
        demo_catalog.link(user)
        demo_catalog.count_stock(user, accounts)
        demo_policies.oppose(user, sandbox.url)
        pull(user, accounts, get_json(f"{sandbox.url}/sandbox/state"))
        demo_policies.consolidate(user)
        ship(user)
        prove(user, accounts, sandbox.url)
        demo_catalog.stock_out(user, accounts, sandbox.url)
        wait_for_invoices(user)
        demo_settlements.settle(user, accounts, sandbox.url)
        demo_catalog.prove(user, accounts)
        result = count(stack, sandbox.url)
    result["seconds"] = round(time.monotonic() - started, 1)
    summary(result)
    print("DEMO_RESULT", json.dumps(result), flush=True)
    return 0 if not result.pop("problems", None) else 1


def say(text):
    print(text, flush=True)


def connect(user, state, sandbox_url, key):
    """Paste the credentials into the Connect dialog; stores are found by themselves."""
    credentials = state["sellers"][key]["credentials"]
    marketplace = user.search(
        "amazon.marketplace", [("country_id.code", "=", key)], ["id"]
    )
    wizard = user.create(
        "amazon.connect",
        {
            "marketplace_id": marketplace[0]["id"],
            "seller_id": credentials["seller_id"],
            "client_id": credentials["client_id"],
            "client_secret": credentials["client_secret"],
            "refresh_token": credentials["refresh_token"],
            "use_sandbox": True,
            "sandbox_url": sandbox_url,
        },
    )
    account_id = user.call("amazon.connect", "action_connect", wizard)["res_id"]
    account = user.search("amazon.account", [("id", "=", account_id)], ["name"])[0]
    # first the products, then the orders
    user.call("amazon.account", "write", [account_id], {"sync_orders": False})
    stores = user.search("amazon.store", [("account_id", "=", account_id)], ["name"])
    say(f"{account['name']} connected: {', '.join(s['name'] for s in stores)}")
    return account_id


def settings(user, accounts):
    """The few things only a person can decide: rates, VAT, carriers, invoices."""
    for name, rate in (("EUR", 0.9), ("CAD", 1.35)):
        currency = user.search("res.currency", [("name", "=", name)], ["id"])[0]["id"]
        user.create(
            "res.currency.rate",
            {"currency_id": currency, "name": "2020-01-01", "rate": rate},
        )
    vat = user.create(
        "account.tax",
        {
            "name": "19 % USt",
            "amount": 19.0,
            "type_tax_use": "sale",
            "price_include_override": "tax_included",
        },
    )[0]
    service = user.search(
        "product.product", [("name", "=", "Amazon shipping")], ["id"]
    )[0]["id"]
    for key, account_id in accounts.items():
        own, amazon = CARRIERS[key]
        delivery = user.create(
            "delivery.carrier", {"name": own, "product_id": service}
        )[0]
        code = user.search("amazon.carrier", [("name", "=", amazon)], ["id"])[0]["id"]
        stores = user.search(
            "amazon.store",
            [("account_id", "=", account_id)],
            ["tax_mode"],
        )
        for store in stores:
            values = {
                "invoice_policy": "posted",
                "carrier_mapping_ids": [
                    (0, 0, {"delivery_carrier_id": delivery, "carrier_id": code})
                ],
            }
            if store["tax_mode"] == "inclusive":
                values["tax_id"] = vat
            user.call("amazon.store", "write", [store["id"]], values)


def pull(user, accounts, state):
    """Press Pull Now; the scheduler does the rest."""
    user.call("amazon.account", "write", list(accounts.values()), {"sync_orders": True})
    for account_id in accounts.values():
        user.call("amazon.account", "action_pull_now", [account_id])
    wanted = len(state["orders"])
    user.wait("orders captured", lambda: user.count("amazon.order", []) >= wanted)
    wait_until_processed(user)
    for order in user.search(
        "amazon.order", [("state", "=", "blocked")], ["amazon_order_ref", "reason"]
    ):
        say(f"  blocked {order['amazon_order_ref']}: {order['reason']}")
    say(f"{user.count('amazon.order', [('state', '=', 'imported')])} orders imported")


def wait_until_processed(user):
    user.wait(
        "orders processed",
        lambda: not user.count(
            "amazon.order",
            # a day's sale waits for the end of the day
            [("next_try", "!=", False), ("store_id.order_mode", "!=", "daily")],
        ),
    )


def ship(user):
    """Type tracking numbers and validate; the first of some orders go in two parcels."""
    carriers = {
        carrier["name"]: carrier["id"]
        for carrier in user.search("delivery.carrier", [], ["name"])
    }
    parcels = 0
    while True:
        pickings = user.search(
            "stock.picking",
            [
                ("state", "in", ("assigned", "confirmed")),
                ("sale_id.amazon_order_id", "!=", False),
            ],
            ["sale_id", "move_ids", "backorder_id"],
            order="id",
        )
        if not pickings:
            break
        for number, picking in enumerate(pickings):
            store = user.search(
                "sale.order", [("id", "=", picking["sale_id"][0])], ["amazon_store_id"]
            )[0]["amazon_store_id"][1]
            own = CARRIERS["DE" if store.endswith((".de", ".fr")) else "US"][0]
            parcels += 1
            user.call(
                "stock.picking",
                "write",
                [picking["id"]],
                {
                    "carrier_id": carriers[own],
                    "carrier_tracking_ref": f"1Z999AA1{parcels:010d}",
                },
            )
            pack(user, picking, partly=not picking["backorder_id"] and number % 5 == 0)
            user.call(
                "stock.picking",
                "button_validate",
                [picking["id"]],
                context={"skip_backorder": True, "skip_sms": True},
            )
    say(f"{parcels} transfers validated")


def pack(user, picking, partly):
    """Pick everything, or one unit of the first product for a first parcel."""
    moves = user.search(
        "stock.move",
        [("id", "in", picking["move_ids"])],
        ["product_uom_qty"],
        order="id",
    )
    partly = partly and sum(m["product_uom_qty"] for m in moves) > 1
    for position, move in enumerate(moves):
        quantity = move["product_uom_qty"]
        if partly:
            quantity = 1 if position == 0 else 0
        user.call(
            "stock.move",
            "write",
            [move["id"]],
            {"quantity": quantity, "picked": bool(quantity)},
        )


def prove(user, accounts, sandbox_url):
    """The scheduler sends; two minutes of Amazon's time later the pull proves it."""
    user.wait(
        "shipments sent",
        lambda: not user.count("amazon.submission", [("state", "=", "queued")]),
    )
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": 180})
    for account_id in accounts.values():
        user.call("amazon.account", "action_pull_now", [account_id])
    user.wait(
        "shipments proven",
        lambda: not user.count("amazon.submission", [("state", "=", "sent")]),
    )
    for row in user.search(
        "amazon.submission", [("state", "=", "refused")], ["reference", "reason"]
    ):
        say(f"  refused {row['reference']}: {row['reason']}")


def wait_for_invoices(user):
    wait_until_processed(user)
    user.wait(
        "invoices",
        lambda: not user.count("amazon.order", [("to_invoice", "=", True)]),
    )


def count(stack, sandbox_url):
    """All figures from Odoo's database and the sandbox's state, and what contradicts."""
    state = get_json(f"{sandbox_url}/sandbox/state")

    def number(table, where):
        return int(stack.sql(f"SELECT count(*) FROM {table} WHERE {where}")[0])

    orders = {order["orderId"]: order for order in state["orders"]}
    sales, invoices = amounts(stack, SALES), amounts(stack, INVOICES)
    off = sum(
        abs(total - Decimal(orders[reference]["grandTotal"] or 0)) * 100
        for books in (sales, invoices)
        for reference, total in books.items()
    )
    packages = {
        (order["orderId"], package["trackingNumber"])
        for order in state["orders"]
        for package in order["packages"]
    }
    confirmed = {
        tuple(row.split("|"))
        for row in stack.sql(
            "SELECT o.amazon_order_ref, s.payload ->> 'tracking' FROM amazon_submission s"
            " JOIN amazon_order o ON o.id = s.order_id WHERE s.state = 'confirmed'"
        )
    }
    result = {
        "orders_captured": number("amazon_order", "true"),
        "orders_imported": number("amazon_order", "state = 'imported'"),
        "orders_blocked": number("amazon_order", "state = 'blocked'"),
        "shipments_confirmed": len(confirmed & packages),
        "invoices_posted": number(
            "account_move", "state = 'posted' AND amazon_order_id IS NOT NULL"
        ),
        "cents_off": int(off) if off == int(off) else float(off),
        "api_calls": sum(n for name, n in state["calls"].items() if name != "token"),
    }
    unpaid = {
        reference
        for reference, total in sales.items()
        if total and reference not in invoices
    }
    open_orders = {
        order["orderId"]
        for order in state["orders"]
        if order["fulfilledBy"] == "MERCHANT"
        and order["status"] in ("UNSHIPPED", "PARTIALLY_SHIPPED")
        and "FBM_SHIP_PLUS" not in order["programs"]
    }
    problems = {
        "orders missing in Odoo": len(orders) - result["orders_captured"],
        "orders blocked": result["orders_blocked"],
        "orders Amazon still waits for": len(open_orders),
        "confirmations refused": number("amazon_submission", "state = 'refused'"),
        "confirmations Amazon does not show": len(confirmed - packages),
        "sales without invoice": len(unpaid),
        "cents off": result["cents_off"],
    }
    for part, source in (
        (demo_catalog, sandbox_url),
        (demo_settlements, state),
        (demo_policies, sandbox_url),
    ):
        figures, unsolved = part.count(stack, source)
        result |= figures
        problems |= unsolved
    problems = {what: str(n) for what, n in problems.items() if n}
    if problems:
        result["problems"] = problems
    return result


def amounts(stack, query):
    rows = (row.split("|") for row in stack.sql(query))
    return {reference: Decimal(total) for reference, total in rows}


def summary(result):
    say("\nIn Odoo and at Amazon, counted in both databases:")
    for name, value in result.items():
        if isinstance(value, dict):
            for part, figures in value.items():
                words = ", ".join(f"{v} {k}" for k, v in figures.items())
                say(f"  {part:22} {words}")
        else:
            say(f"  {name.replace('_', ' '):22} {value}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OdooError as error:
        say(f"Stopped: {error}")
        sys.exit(1)
