"""The catalog's half of the demo: products come in, one quantity per SKU goes out.

As elsewhere, the script does what a person would: press Load Products, look at the list of
listings, link a two-pack to two bottles, count the stock; later compare Odoo's stock with
Amazon's and switch stock out on. Loading, matching and sending are the scheduler's work.
"""

from webclient import OdooError, get_json, post_json

PACK, UNIT, UNITS = "BOTTLE-750-2PK", "BOTTLE-750", 2
STOCK = 500
REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"


def load(user, accounts, sandbox_url):
    """Load Products in all stores, from an empty catalog; products are created."""
    stores = user.search(
        "amazon.store", [("account_id", "in", list(accounts.values()))], ["name"]
    )
    wizard = user.create(
        "amazon.load.products",
        {
            "store_ids": [(6, 0, [store["id"] for store in stores])],
            "match_mode": "sku",
            "create_products": True,
        },
    )
    user.call("amazon.load.products", "action_load", wizard)
    asked = [("report_type", "=", REPORT)]
    user.wait(
        "reports asked for",
        lambda: user.count("amazon.report", asked) >= len(stores),
    )
    # Amazon takes over a minute to make a report; who presses again looks at once
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": 120})
    user.call("amazon.load.products", "action_load", wizard)
    done = [("state", "=", "done"), ("kind", "=", "all")]
    user.wait(
        "products loaded",
        lambda: user.count("amazon.catalog.load", done) >= len(stores),
        seconds=300,
    )
    for store in user.search(
        "amazon.catalog.load", done, ["store_id", "total", "linked", "created"]
    ):
        say_load(store)
    owned = [("location_id.usage", "=", "internal"), ("quantity", ">", 0)]
    if user.count("stock.quant", owned):
        raise OdooError("The load has created stock")


def say_load(row):
    print(
        f"{row['store_id'][1]}: {row['total']} listings, {row['linked']} linked, "
        f"{row['created']} products created",
        flush=True,
    )


def link(user):
    """What only a person knows: the two-pack is two of the bottle."""
    listings = user.call("amazon.listing", "search", [("sku", "=", PACK)])
    bottle = user.call("product.product", "search", [("default_code", "=", UNIT)])
    for listing in listings:
        wizard = user.create(
            "amazon.link.listing",
            {
                "listing_ids": [(6, 0, [listing])],
                "choice": "existing",
                "product_id": bottle[0],
                "quantity_factor": UNITS,
                "all_stores": False,
            },
        )
        user.call("amazon.link.listing", "action_apply", wizard)
    print(f"  linked {PACK} to {UNITS} of {UNIT}", flush=True)


def count_stock(user, accounts):
    """Every product gets stock, in the warehouse and at Amazon's (FBA)."""
    rows = user.search("amazon.listing", [("product_id", "!=", False)], ["product_id"])
    products = sorted({row["product_id"][0] for row in rows})
    templates = user.search(
        "product.product", [("id", "in", products)], ["product_tmpl_id"]
    )
    user.call(
        "product.template",
        "write",
        sorted({row["product_tmpl_id"][0] for row in templates}),
        {"invoice_policy": "delivery"},
    )
    warehouse = user.search("stock.warehouse", [], ["lot_stock_id"], limit=1)[0]
    places = [warehouse["lot_stock_id"][0]]
    for account_id in accounts.values():
        store = user.search(
            "amazon.store", [("account_id", "=", account_id)], ["fba_location_id"]
        )[0]
        places.append(store["fba_location_id"][0])
    for place in places:
        put(user, products, place)
    print(f"{len(products)} products with stock", flush=True)


def put(user, products, location_id):
    quants = user.call(
        "stock.quant",
        "create",
        [
            {"product_id": i, "location_id": location_id, "inventory_quantity": STOCK}
            for i in products
        ],
        context={"inventory_mode": True},
    )
    user.call("stock.quant", "action_apply_inventory", quants)


def stock_out(user, accounts, sandbox_url):
    """Compare, switch on, let the scheduler send."""
    for account_id in accounts.values():
        user.call("amazon.account", "action_compare_stock", [account_id])
    differ = [("difference", "!=", 0)]
    print(f"{user.count('amazon.quantity', differ)} quantities differ", flush=True)
    for account_id in accounts.values():
        wizard = user.create(
            "amazon.activate.stock", {"account_id": account_id, "confirmed": True}
        )
        user.call("amazon.activate.stock", "action_activate", wizard)
    user.wait(
        "quantities sent",
        lambda: user.count("amazon.quantity", [("sent_date", "!=", False)])
        and not user.count("amazon.quantity", [("state", "=", "queued")]),
    )
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": 300})


def prove(user, accounts):
    """A minute later what buyers meet can be read back."""

    def looked():
        for account_id in accounts.values():
            user.call("amazon.account", "action_push_stock", [account_id])
        open_rows = [("state", "in", ("queued", "sent"))]
        return not user.count("amazon.quantity", open_rows)

    user.wait("quantities in effect", looked, pause=3)
    for row in user.search(
        "amazon.quantity",
        [("state", "in", ("refused", "mismatch"))],
        ["sku", "reason"],
    ):
        print(f"  {row['sku']}: {row['reason']}", flush=True)


def count(stack, sandbox_url):
    """(figures, problems), from Odoo's database and what buyers meet in the sandbox."""
    listings = get_json(f"{sandbox_url}/sandbox/listings")
    sellers = get_json(f"{sandbox_url}/sandbox/state")["sellers"]
    key_of = {
        seller["credentials"]["seller_id"]: key for key, seller in sellers.items()
    }
    at_amazon = {
        (row["seller"], row["sku"]): row["quantity"]
        for row in listings
        if row["channel"] == "DEFAULT"
    }
    sent = {
        (key_of[seller], sku): int(quantity)
        for seller, sku, quantity in (
            row.split("|")
            for row in stack.sql(
                "SELECT a.seller_id, q.sku, q.quantity FROM amazon_quantity q"
                " JOIN amazon_account a ON a.id = q.account_id"
                " WHERE q.sent_date IS NOT NULL"
            )
        )
    }

    def number(where):
        return int(stack.sql(f"SELECT count(*) FROM amazon_listing WHERE {where}")[0])

    figures = {
        "listings_loaded": number("status = 'listed'"),
        "listings_linked": number("status = 'listed' AND product_id IS NOT NULL"),
        "quantities_pushed": len(sent),
        "quantities_effective": sum(
            at_amazon.get(key) == quantity for key, quantity in sent.items()
        ),
    }
    sellable = number("status = 'listed' AND is_parent IS NOT TRUE")
    problems = {
        "listings missing in Odoo": len(listings) - figures["listings_loaded"],
        "listings without product": sellable - figures["listings_linked"],
        "quantities without effect": len(sent) - figures["quantities_effective"],
        "no quantity pushed": int(not sent),
    }
    return figures, problems
