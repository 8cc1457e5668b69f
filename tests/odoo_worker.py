"""The other side of `processes.py`: Odoo as a script, one forked process per job.

    python odoo_worker.py odoo.conf database

loads Odoo once and then reads jobs from its input, one JSON object a line. Each job
runs in a new process with its own connections, like the workers of a real server, and
its number is answered at once; what came of it is written to the file the job names.
"""

import json
import os
import random
import signal
import sys
import time
import traceback


def serve(conf, database):
    import odoo.sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["-c", conf, "-d", database, "--no-http", "--max-cron-threads=0"]
    config.parse_config([*options, "--log-level=warn"], setup_logging=True)
    registry = Registry(database)
    # nobody asks how a job ended: its number is free once it is gone
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say("ready")
    for line in sys.stdin:
        # a fork must not share a connection with its parent
        odoo.sql_db.close_all()
        pid = os.fork()
        if not pid:
            _work(registry, json.loads(line))
        _say(pid)


def _say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _work(registry, job):
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.sql_db import db_connect

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    registry._db = db_connect(registry.db_name)  # its sessions bear our own number
    outcome = {}
    try:
        registry.check_signaling()
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {"skip_sms": True})
            time.sleep(max(0, job["at"] - time.time()))
            outcome["began"] = time.time()
            outcome["result"] = JOBS[job["do"]](env, **job["arguments"])
    except Exception:
        outcome["error"] = traceback.format_exc()
    outcome["ended"] = time.time()
    draft = f"{job['answer']}.draft"
    with open(draft, "w") as file:
        json.dump(outcome, file)
    os.rename(draft, job["answer"])
    os._exit(0)


# -- jobs ---------------------------------------------------------------------------


def products(env, skus):
    """Storable products with plenty of stock, and a carrier for their parcels."""
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    Product = env["product.product"]
    known = set(Product.search([("default_code", "in", skus)]).mapped("default_code"))
    made = Product.create(
        [
            {
                "name": sku.title(),
                "default_code": sku,
                "is_storable": True,
                "taxes_id": [],
            }
            for sku in skus
            if sku not in known
        ]
    )
    for product in made:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 100_000
        )
    env["delivery.carrier"].create(
        {
            "name": "UPS Ground",
            "product_id": env.ref("amazon_connector.product_amazon_shipping").id,
        }
    )


def connect(env, seller, country, url):
    """Connect an account as its wizard does; returns its id."""
    env["amazon.connect"].create(
        {
            **seller,
            "marketplace_id": env.ref(
                f"amazon_connector.amazon_marketplace_{country.lower()}"
            ).id,
            "use_sandbox": True,
            "sandbox_url": url,
        }
    ).action_connect()
    account = env["amazon.account"].search([("seller_id", "=", seller["seller_id"])])
    account.store_ids.default_carrier_id = env["amazon.carrier"].search(
        [("name", "=", "UPS")]
    )
    return account.id


def call(env, account, method):
    """The method a scheduled job calls, without the scheduler's own lock."""
    getattr(env["amazon.account"].browse(account), method)()


def cron(env, account, job):
    """A scheduled job of the account, run as the scheduler runs it."""
    answer = env["amazon.account"].browse(account)[f"{job}_cron_id"]
    answer = answer.method_direct_trigger()
    if answer is not True:
        raise RuntimeError(json.dumps(answer, default=str))


def pack(env, account):
    """Validate all open transfers of the account, each with a tracking number."""
    orders = env["amazon.order"].search([("account_id", "=", account)])
    pickings = orders.sale_order_id.picking_ids
    carrier = env["delivery.carrier"].search([("name", "=", "UPS Ground")], limit=1)
    for picking in pickings:
        picking.carrier_id = carrier
        picking.carrier_tracking_ref = f"1Z{picking.id:016}"
        for move in picking.move_ids:
            move.picked = True
    pickings.with_context(skip_backorder=True).button_validate()


def enqueue(env, account, job):
    """Wake the scheduler for a job of the account."""
    env["amazon.account"].browse(account)._enqueue(job)


def write(env, model, ids, values):
    env[model].browse(ids).write(values)


def press(env, model, ids, button):
    """A button, tried again after a collision as the web server does."""
    from odoo.service.model import retrying

    retrying(getattr(env[model].browse(ids), button), env)


JOBS = {
    function.__name__: function
    for function in (products, connect, call, cron, pack, enqueue, write, press)
}


if __name__ == "__main__":
    del sys.path[0]  # the tests' own folder
    serve(*sys.argv[1:])
