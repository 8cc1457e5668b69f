"""Products and stock in ``make bench``: a large catalog in, its quantities out.

The floor of the load is bare Odoo making the same templates, variants and pricelist items
with the same fields, from data that is already there, in batches. The floor of the
quantities is what a careful Odoo programmer asks first: ``free_qty`` of every product,
over the same warehouses.
"""

import json
import time
import urllib.request
from datetime import timedelta

from odoo import fields

BATCH = 200
KITS = 500  # at most a twentieth of the listings
WAREHOUSES = 3
CHANGED = 20


def listings(url):
    """What the seller has listed, parents included."""
    with urllib.request.urlopen(f"{url}/sandbox/listings") as response:
        return json.load(response)


# -- load -----------------------------------------------------------------------------


def load(env, url):
    """Press Load Products and let the scheduled job run until it is done."""
    import bench_worker

    account = env["amazon.account"].search([])
    store = account.store_ids
    store.write({"create_products": True, "load_images": False})
    record = env["amazon.catalog.load"]._start(store)
    env.cr.commit()
    waited = 0.0
    while record.state == "running":
        account._cron_load_products()
        env.cr.commit()
        record.invalidate_recordset()
        if record.report_id.state == "requested":
            # Amazon makes the report meanwhile: not our time
            bench_worker.advance(url, 120)
            started = time.perf_counter()
            time.sleep(1)
            waited += time.perf_counter() - started
    if record.state != "done":
        raise RuntimeError(record.message)
    runs = env["amazon.sync.run"].search([("kind", "=", "catalog")])
    return {
        "n": record.total,
        "api_calls": sum(runs.mapped("calls")),
        "waited": round(waited, 1),
        "created": record.created,
        "linked": record.linked,
    }


def load_floor(env, url):
    """The same products and prices, made by bare Odoo in batches."""
    rows = [row for row in listings(url) if row["price"] is not None]
    categories = env["product.category"].create(
        [{"name": f"Floor {number}"} for number in range(20)]
    )
    families, simple = {}, []
    for row in rows:
        name, _comma, options = row["title"].partition(", ")
        if options:
            families.setdefault(name, []).append((row, options.split(", ")))
        else:
            simple.append(row)
    attributes = env["product.attribute"].create(
        [{"name": name, "create_variant": "dynamic"} for name in ("Color", "Size")]
    )
    pricelist = env["amazon.store"].search([], limit=1).pricelist_id
    made = _floor_families(env, families, attributes, categories)
    made += _floor_simple(env, simple, categories)
    for start in range(0, len(made), BATCH):
        env["product.pricelist.item"].create(
            [
                {
                    "pricelist_id": pricelist.id,
                    "applied_on": "0_product_variant",
                    "product_id": product.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": float(price),
                }
                for product, price in made[start : start + BATCH]
            ]
        )
        env.cr.commit()
    return {"n": len(listings(url))}


def _floor_families(env, families, attributes, categories):
    values = {}
    for attribute, place in zip(attributes, (0, 1), strict=True):
        names = sorted({o[place] for rows in families.values() for _row, o in rows})
        created = env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in names]
        )
        values[place] = dict(zip(names, created, strict=True))
    made, names = [], list(families)
    size = BATCH // 4
    for start in range(0, len(names), size):
        batch = names[start : start + size]
        templates = env["product.template"].create(
            [
                {
                    "name": name,
                    "is_storable": True,
                    "taxes_id": [],
                    "categ_id": categories[number % len(categories)].id,
                    "description_sale": f"All about {name}",
                    "attribute_line_ids": [
                        (
                            0,
                            0,
                            {
                                "attribute_id": attribute.id,
                                "value_ids": [
                                    (6, 0, list(_used(families[name], place, values)))
                                ],
                            },
                        )
                        for attribute, place in zip(attributes, (0, 1), strict=True)
                    ],
                }
                for number, name in enumerate(batch)
            ]
        )
        wanted = []
        for name, template in zip(batch, templates, strict=True):
            by_name = {
                value.name: value
                for value in template.attribute_line_ids.product_template_value_ids
            }
            for row, options in families[name]:
                combination = env["product.template.attribute.value"].union(
                    *(by_name[option] for option in options)
                )
                wanted.append(
                    (
                        row,
                        template._prepare_variant_values(combination)
                        | _floor_values(row),
                    )
                )
        products = env["product.product"].create([vals for _row, vals in wanted])
        made += [
            (product, row["price"])
            for product, (row, _vals) in zip(products, wanted, strict=True)
        ]
        env.cr.commit()
    return made


def _floor_values(row):
    return {
        "default_code": row["sku"],
        "barcode": f"9{row['asin']}",
        "weight": 0.5,
        "volume": 0.01,
        "amazon_length": 10.0,
        "amazon_width": 10.0,
        "amazon_height": 10.0,
    }


def _used(rows, place, values):
    return {values[place][options[place]].id for _row, options in rows}


def _floor_simple(env, rows, categories):
    made = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        products = env["product.product"].create(
            [
                {
                    "name": row["title"],
                    "is_storable": True,
                    "taxes_id": [],
                    "categ_id": categories[number % len(categories)].id,
                    "description_sale": f"All about {row['title']}",
                    **_floor_values(row),
                }
                for number, row in enumerate(batch)
            ]
        )
        made += [(p, row["price"]) for p, row in zip(products, batch, strict=True)]
        env.cr.commit()
    return made


# -- stock ----------------------------------------------------------------------------


def prepare_stock(env, url):
    """Stock in three warehouses, kits among the products, each SKU linked."""
    account = env["amazon.account"].search([])
    store = account.store_ids
    company = account.company_id
    rows = [row for row in listings(url) if row["price"] is not None]
    products = env["product.product"]
    for start in range(0, len(rows), 1000):
        products |= env["product.product"].create(
            [
                {
                    "name": row["title"],
                    "default_code": row["sku"],
                    "is_storable": True,
                    "taxes_id": [],
                }
                for row in rows[start : start + 1000]
            ]
        )
    warehouses = env["stock.warehouse"].search([("company_id", "=", company.id)])
    warehouses |= env["stock.warehouse"].create(
        [
            {"name": f"Bench {n}", "code": f"B{n}", "company_id": company.id}
            for n in range(WAREHOUSES - len(warehouses))
        ]
    )
    store.write(
        {"stock_source": "chosen", "stock_warehouse_ids": [(6, 0, warehouses.ids)]}
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO stock_quant (product_id, location_id, company_id, quantity,
                                 reserved_quantity, in_date, create_date, write_date)
        SELECT product.id, warehouse.lot_stock_id, %s, 10 + product.id %% 50,
               product.id %% 5, now(), now(), now()
          FROM product_product product, stock_warehouse warehouse
         WHERE product.id = ANY(%s) AND warehouse.id = ANY(%s)
        """,
        [company.id, products.ids, warehouses.ids],
    )
    count = min(KITS, len(products) // 20)
    kits, parts = products[:count], products[count : 3 * count]
    env["mrp.bom"].create(
        [
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "product_id": kit.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": parts[2 * n].id, "product_qty": 2}),
                    (0, 0, {"product_id": parts[2 * n + 1].id, "product_qty": 1}),
                ],
            }
            for n, kit in enumerate(kits)
        ]
    )
    by_sku = {product.default_code: product for product in products}
    store.match_mode = "manual"
    env["amazon.listing"].create(
        [
            {
                "store_id": store.id,
                "sku": row["sku"],
                "asin": row["asin"],
                "name": row["title"],
                "status": "listed",
                "product_id": by_sku[row["sku"]].id,
            }
            for row in rows
        ]
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {"n": len(rows)}


def stock_floor(env):
    """``free_qty`` of every product of the listings, as the ORM gives it."""
    listed = env["amazon.listing"].search([("product_id", "!=", False)])
    store = listed.store_id
    env.invalidate_all()
    wanted = listed.product_id.with_context(warehouse_id=store.stock_warehouse_ids.ids)
    figures = wanted.mapped("free_qty")
    return {"n": len(figures)}


def stock_levels(env):
    """What is to sell of every product, over the same warehouses."""
    from odoo.addons.amazon_connector.sync.stock_levels import Source, levels

    store = env["amazon.store"].search([])
    products = env["amazon.listing"].search([("product_id", "!=", False)]).product_id
    source = Source(frozenset(store.stock_warehouse_ids.ids), store.stock_basis, 0)
    company, wanted = store.company_id, {source: products.ids}

    def work():
        return {"n": len(levels(env, company, wanted))}

    return work


def stock_push(env):
    """Everything for the first time: computed, handed over as one feed."""
    account = env["amazon.account"].search([])
    account.with_context(amazon_stock_unchecked=True).sync_stock = True
    env.cr.commit()
    return _sent(env, account._cron_send_quantities)


def stock_proof(env, url):
    """Amazon is done with the feed, and shows what buyers meet, twenty SKUs a call."""
    import bench_worker

    bench_worker.advance(url, 600)
    account = env["amazon.account"].search([])
    past = fields.Datetime.now() - timedelta(minutes=1)

    def look():
        env["amazon.feed"].search([]).next_try = past
        account._cron_send_quantities()  # settles the feed
        sent = env["amazon.quantity"].search([("state", "=", "sent")])
        sent.next_try = past
        env.cr.commit()
        account._cron_send_quantities()
        env.cr.commit()

    figures = _sent(env, look)
    confirmed = env["amazon.quantity"].search_count([("state", "=", "confirmed")])
    return figures | {"n": confirmed}


def stock_push_again(env):
    """Twenty products sell a unit elsewhere: only they go out."""
    account = env["amazon.account"].search([])
    store = account.store_ids
    location = store.stock_warehouse_ids[:1].lot_stock_id
    rows = env["amazon.quantity"].search([("quantity", ">", 20)])
    kits = env["mrp.bom"].search([]).product_id
    parts = env["mrp.bom.line"].search([]).product_id
    plain = rows.filtered(lambda row: row.product_id not in kits | parts)[:CHANGED]
    for product in plain.product_id:
        env["stock.quant"]._update_available_quantity(product, location, -1)
    env.cr.commit()
    return _sent(env, account._cron_send_quantities)


def _sent(env, work):
    known = env["amazon.sync.run"].search([]).ids
    work()
    env.cr.commit()
    runs = env["amazon.sync.run"].search([("id", "not in", known)])
    return {
        "n": sum(runs.mapped("processed")),
        "api_calls": sum(runs.mapped("calls")),
        "feeds": env["amazon.feed"].search_count([]),
    }


def main(env, side, url):
    """Run one side and print its figures as one line of JSON."""
    import bench_worker

    measured = bench_worker.measured
    env = env(context=dict(env.context, lang="en_US"))
    bench_worker.prepare(env, url)
    if side == "load":
        figures = {"catalog_load": measured(lambda: load(env, url))}
        # Amazon makes the report meanwhile: not our time
        figures["catalog_load"]["seconds"] -= figures["catalog_load"].pop("waited")
    elif side == "load_floor":
        figures = {"catalog_load": measured(lambda: load_floor(env, url))}
    else:
        prepare_stock(env, url)
        floor = measured(lambda: stock_floor(env))
        figures = {
            "stock_levels": measured(stock_levels(env)),
            "stock_push": measured(lambda: stock_push(env)),
            "stock_proof": measured(lambda: stock_proof(env, url)),
            "stock_push_again": measured(lambda: stock_push_again(env)),
        }
        figures["stock_levels"]["floor"] = floor
    print("FIGURES", json.dumps(figures))
