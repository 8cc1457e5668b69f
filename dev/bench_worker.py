"""What ``bench.py`` measures, inside one Odoo process: the add-on, or bare Odoo."""

import json
import resource
import time
import urllib.request

from webclient import post_json

from odoo import fields, sql_db

BATCH = 50


def measured(work):
    """{"seconds", "queries", …} of ``work()`` and what it returns itself."""
    queries, started = sql_db.sql_counter, time.perf_counter()
    result = work() or {}
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "queries": sql_db.sql_counter - queries,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **result,
    }


def state(url):
    with urllib.request.urlopen(f"{url}/sandbox/state") as response:
        return json.load(response)


def advance(url, seconds):
    """Let time pass at Amazon."""
    post_json(f"{url}/sandbox/clock", {"advance": seconds})


def prepare(env, url):
    """Products with stock and a connected US store, alike in both databases."""
    catalog = state(url)["catalog"]
    products = env["product.product"].create(
        [
            {"name": item["title"], "default_code": sku, "is_storable": True}
            for sku, item in catalog.items()
        ]
    )
    warehouse = env["stock.warehouse"].search([], limit=1)
    for product in products:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 100000
        )
    seller = state(url)["sellers"]["US"]["credentials"]
    names = ("seller_id", "client_id", "client_secret", "refresh_token")
    wizard = env["amazon.connect"].create(
        {name: seller[name] for name in names}
        | {
            "marketplace_id": env.ref("amazon_connector.amazon_marketplace_us").id,
            "use_sandbox": True,
            "sandbox_url": url,
        }
    )
    wizard.action_connect()
    stores = env["amazon.store"].search([])
    stores.default_carrier_id = env["amazon.carrier"].search([("name", "=", "UPS")])
    stores.invoice_policy = "none"
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def orders_in(env):
    """The add-on: from HTTP to confirmed sales."""
    account = env["amazon.account"].search([])
    account._cron_pull_orders()
    account._cron_process_orders()
    env.cr.commit()
    orders = env["amazon.order"].search([("state", "=", "imported")])
    runs = env["amazon.sync.run"].search([])
    return {"n": len(orders), "api_calls": sum(runs.mapped("calls"))}


def orders_floor(env, url):
    """Bare Odoo: the same sales, from data that is already there, in batches."""
    products = {
        product.default_code: product for product in env["product.product"].search([])
    }
    shipping = env.ref("amazon_connector.product_amazon_shipping")
    documents = state(url)["orders"]
    team = env["amazon.store"].search([], limit=1)
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        partners = env["res.partner"].create(
            [
                {
                    "name": f"Buyer {order['orderId']}",
                    "street": "1 Main Street",
                    "city": "Springfield",
                    "zip": "12345",
                    "country_id": env.ref("base.us").id,
                }
                for order in batch
            ]
        )
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "partner_invoice_id": partner.id,
                    "partner_shipping_id": partner.id,
                    "client_order_ref": order["orderId"],
                    "date_order": fields.Datetime.now(),
                    "pricelist_id": team.pricelist_id.id,
                    "fiscal_position_id": False,
                    "user_id": False,
                    "warehouse_id": team.warehouse_id.id,
                    "order_line": _floor_lines(order, products, shipping),
                }
                for order, partner in zip(batch, partners, strict=True)
            ]
        )
        orders.action_confirm()
        env.cr.commit()
    return {"n": len(documents)}


def _floor_lines(order, products, shipping):
    lines = [
        (
            0,
            0,
            {
                "product_id": products[item["sku"]].id,
                "product_uom_qty": item["quantity"],
                "price_unit": float(item["total"]) / item["quantity"],
                "tax_ids": [],
            },
        )
        for item in order["items"]
    ]
    values = {"product_id": shipping.id, "price_unit": 5.0, "tax_ids": []}
    return [*lines, (0, 0, values | {"product_uom_qty": 1, "is_delivery": True})]


def ship(env, count):
    """Validate transfers in batches, tracking on each, as a wave picker does."""
    pickings = env["stock.picking"].search(
        [("state", "=", "assigned"), ("picking_type_code", "=", "outgoing")],
        limit=count,
        order="id",
    )
    for start in range(0, len(pickings), BATCH):
        batch = pickings[start : start + BATCH]
        for picking in batch:
            picking.carrier_tracking_ref = f"1Z999AA1{picking.id:010d}"
        batch.move_ids.picked = True
        batch.with_context(skip_backorder=True, skip_sms=True).button_validate()
        env.cr.commit()
    return {"n": len(pickings)}


def send(env):
    """The outbox to Amazon, one call a package, and what the pull then proves."""
    account = env["amazon.account"].search([])
    account._cron_send_shipments()
    env.cr.commit()
    sent = env["amazon.submission"].search_count([("state", "=", "sent")])
    runs = env["amazon.sync.run"].search([("kind", "=", "shipments")])
    return {"n": sent, "api_calls": sum(runs.mapped("calls"))}


def prove(env, url):
    """Read back: pages of the pull prove what was sent."""
    advance(url, 180)
    account = env["amazon.account"].search([])
    known = env["amazon.sync.run"].search([]).ids
    account._cron_pull_orders()
    env.cr.commit()
    runs = env["amazon.sync.run"].search([("id", "not in", known)])
    confirmed = env["amazon.submission"].search_count([("state", "=", "confirmed")])
    return {"n": confirmed, "api_calls": sum(runs.mapped("calls"))}


def quiet_hour(env, url):
    """What changed last drops out of the overlap of the next pull."""
    advance(url, 3000)
    env["amazon.account"].search([])._cron_pull_orders()
    env.cr.commit()


def idle(env):
    """An hourly run that finds nothing new."""
    account = env["amazon.account"].search([])
    known = env["amazon.sync.run"].search([]).ids
    account._cron_pull_orders()
    account._cron_process_orders()
    account._cron_send_shipments()
    env.cr.commit()
    runs = env["amazon.sync.run"].search([("id", "not in", known)])
    return {"n": 1, "api_calls": sum(runs.mapped("calls"))}


def mapped(env, url):
    """Fifty orders with 4 rows of each mapping, and fifty with 40; none of them fits."""
    queries = []
    for start, end in ((0, 4), (4, 40)):
        _map(env, start, end)
        post_json(
            f"{url}/sandbox/orders",
            {"count": BATCH, "marketplace": "US", "kind": "plain", "seed": 100 + end},
        )
        advance(url, 180)
        account = env["amazon.account"].search([])
        account.orders_cursor = False  # the new orders are dated back by days
        account._cron_pull_orders()
        env.invalidate_all()
        figures = measured(account._cron_process_orders)
        queries.append(figures["queries"])
    more = max(0, queries[1] - queries[0])
    return {"n": BATCH, "queries": queries[1], "more_queries": more}


def _map(env, start, end):
    store = env["amazon.store"].search([])
    countries = env["res.country"].search([("code", "!=", "US")], limit=end)
    tax = env["account.tax"].search([("type_tax_use", "=", "sale")], limit=1)
    service = env.ref("amazon_connector.product_amazon_shipping")
    carrier = env["amazon.carrier"].search([("name", "=", "UPS")])
    for number in range(start, end):
        country = countries[number]
        method = env["delivery.carrier"].create(
            {"name": f"Method {number}", "product_id": service.id}
        )
        level = env["amazon.service.level"].create({"name": f"Level {number}"})
        warehouse = {"warehouse_id": store.warehouse_id.id}
        rows = {
            "amazon.tax.mapping": {"country_id": country.id, "tax_id": tax.id},
            "amazon.routing.rule": {"country_ids": [(6, 0, country.ids)]} | warehouse,
            "amazon.location.mapping": {"location": f"Location {number}"} | warehouse,
            "amazon.service.mapping": {
                "level_id": level.id,
                "delivery_carrier_id": method.id,
            },
            "amazon.carrier.mapping": {
                "delivery_carrier_id": method.id,
                "carrier_id": carrier.id,
            },
        }
        for model, values in rows.items():
            env[model].create(values | {"store_id": store.id})
    env.cr.commit()


def main(env, who, url, transfers):
    """Run all of one side and print its figures as one line of JSON."""
    env = env(context=dict(env.context, lang="en_US"))
    prepare(env, url)
    if who == "amazon":
        figures = {
            "orders_in": measured(lambda: orders_in(env)),
            "ship": measured(lambda: ship(env, transfers)),
            "send": measured(lambda: send(env)),
            "prove": measured(lambda: prove(env, url)),
        }
        quiet_hour(env, url)
        figures["idle"] = measured(lambda: idle(env))
        figures["orders_in_mapped"] = measured(lambda: mapped(env, url))
    else:
        figures = {
            "orders_in": measured(lambda: orders_floor(env, url)),
            "ship": measured(lambda: ship(env, transfers)),
        }
    print("FIGURES", json.dumps(figures))
