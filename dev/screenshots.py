"""The README's pictures: ``dev/python dev/screenshots.py`` writes docs/images/*.png.

A real Odoo server with the seeded sandbox, a little work done as its users do it, and
the web client in headless Chromium.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import demo
import demo_catalog
import demo_settlements
from settings import ROOT, Problem
from stack import Stack
from webclient import WebClient, get_json, post_json

try:
    import websocket
except ImportError:  # this is the outer Python; the environment's has it
    websocket = None

IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1400, 720
CHROMIUM = [
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-quic", "--disable-background-networking", "--hide-scrollbars"),
    *("--disable-component-update", "--disable-sync", "--remote-debugging-port=0"),
]
UNDERWAY = [("state", "in", ("queued", "sent"))]
REFUSAL = "The tracking number you have submitted is not valid for the carrier UPS."


class Browser:
    """Just enough of Chromium's own protocol: go, click, wait, picture."""

    def __init__(self, folder, url, session):
        self.url = url
        self.process = subprocess.Popen(
            [*CHROMIUM, f"--user-data-dir={folder}"], stderr=subprocess.DEVNULL
        )
        port = Path(folder, "DevToolsActivePort")
        self._until(lambda: port.exists() and port.read_text().strip(), "Chromium")
        base = f"http://127.0.0.1:{port.read_text().split()[0]}"
        pages = json.load(urllib.request.urlopen(f"{base}/json"))
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], suppress_origin=True, timeout=60
        )
        self.number = 0
        self.call("Network.setCookie", name="session_id", value=session, url=url)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1}
        self.call("Emulation.setDeviceMetricsOverride", mobile=False, **size)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        while (answer := json.loads(self.socket.recv())).get("id") != self.number:
            pass  # an event
        return answer["result"]

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression)
        return answer["result"].get("value")

    def go(self, path, wanted):
        self.call("Page.navigate", url=self.url + path)
        self.wait(wanted)

    def click(self, selector, wanted):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait(wanted)

    def wait(self, selector):
        found = (
            f"!!document.querySelector({json.dumps(selector)})"
            " && !document.querySelector('.o_loading_indicator')"
        )
        self._until(lambda: self.evaluate(found), selector)
        time.sleep(1)  # animations, late images

    def picture(self, name):
        self.evaluate(
            "document.querySelectorAll('.o_notification_close').forEach(x => x.click())"
        )
        self._until(
            lambda: self.evaluate("!document.querySelector('.o_notification')"),
            "an end of the notifications",
        )
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path = IMAGES / f"{name}.png"
        path.write_bytes(base64.b64decode(data))
        demo.say(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    @staticmethod
    def _until(condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            if time.monotonic() > deadline:
                raise Problem(f"Waited in vain for {what}")
            time.sleep(0.2)


def main():
    with Stack("screenshots", browser=True) as stack:
        if websocket is None:
            return stack.run_script("dev/screenshots.py")
        stack.fresh_database()
        sandbox = stack.start_sandbox("--seed", "1")
        odoo = stack.start_odoo(crons=2)
        user = WebClient(odoo.url, stack.database)
        accounts = work(user, sandbox.url)
        session = next(
            cookie.value
            for handler in user.opener.handlers
            for cookie in getattr(handler, "cookiejar", ())
            if cookie.name == "session_id"
        )
        IMAGES.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            browser = Browser(folder, odoo.url, session)
            try:
                take(browser, user)
                fetch(user, accounts)
                browser.go("/odoo/amazon-deferred", ".o_data_row")
                browser.picture("deferred-funds")
                settle(user, accounts, sandbox.url)
                take_settlements(browser, user)
            finally:
                browser.stop()
    return 0


def work(user, sandbox_url):
    """Two connected sellers, orders in every state, some shipments, one refused."""
    state = get_json(f"{sandbox_url}/sandbox/state")
    accounts = {
        key: demo.connect(user, state, sandbox_url, key) for key in demo.CARRIERS
    }
    demo.settings(user, accounts)
    demo_catalog.load(user, accounts, sandbox_url)
    demo_catalog.link(user)
    demo_catalog.count_stock(user, accounts)
    unknown = user.call(
        "amazon.listing", "search", [("sku", "in", state["unlinkedSkus"])]
    )
    user.call("amazon.listing", "action_unlink_product", unknown)
    demo.pull(user, accounts, state)
    carrier = user.search("delivery.carrier", [("name", "=", "UPS Ground")], ["id"])
    pickings = user.search(
        "stock.picking",
        [
            ("state", "=", "assigned"),
            ("sale_id.amazon_store_id.name", "=", "Amazon.com"),
        ],
        ["name"],
        limit=9,
        order="id desc",
    )
    for number, picking in enumerate(reversed(pickings)):
        if number == len(pickings) - 3:
            refuse_next(sandbox_url)
        values = {
            "carrier_id": carrier[0]["id"],
            "carrier_tracking_ref": f"1Z999AA1{number + 10123456:010d}",
        }
        if number == len(pickings) - 2:
            values["carrier_tracking_ref"] = False  # the number comes later
        user.call("stock.picking", "write", [picking["id"]], values)
        user.call(
            "stock.picking",
            "button_validate",
            [picking["id"]],
            context={"skip_backorder": True, "skip_sms": True},
        )
        user.wait("sent", lambda: not user.count("amazon.submission", UNDERWAY))
    demo.wait_for_invoices(user)
    return accounts


def fetch(user, accounts):
    """What Amazon holds, by its own ledger."""
    for account_id in accounts.values():
        user.call("amazon.account", "action_fetch_settlements", [account_id])
    user.wait("transactions", lambda: user.count("amazon.transaction", []))


def settle(user, accounts, sandbox_url):
    """Two posted periods, and a third with a fee that no rule knows."""
    demo_settlements.settle(user, accounts, sandbox_url)
    for kind, amount in (
        ("Yearly Seller Programme", "-19.00"),
        ("Storage Fee", "-8.40"),
    ):
        post_json(
            f"{sandbox_url}/sandbox/sellers/US/charge",
            {
                "transaction_type": "other-transaction",
                "amount_type": "other-transaction",
                "description": kind,
                "amount": amount,
            },
        )
    day = {"advance": 14 * demo_settlements.DAY}
    post_json(f"{sandbox_url}/sandbox/clock", day)
    post_json(f"{sandbox_url}/sandbox/sellers/US/settle", {"marketplace": "US"})
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": 600})
    fetch(user, {"US": accounts["US"]})
    user.wait(
        "the settlement to map",
        lambda: user.count("amazon.settlement", [("state", "=", "to_map")]),
    )


def refuse_next(sandbox_url):
    error = {"code": "InvalidInput", "message": REFUSAL, "details": ""}
    post_json(
        f"{sandbox_url}/sandbox/faults",
        {
            "operation": "confirmShipment",
            "status": 400,
            "times": 1,
            "body": {"errors": [error]},
        },
    )


def take(browser, user):
    def first(model, *domain):
        return user.call(model, "search", list(domain), limit=1)[0]

    def shown(button):
        return f".o_form_view button[name={button}]"

    browser.go("/odoo/amazon-orders", ".o_data_row")
    browser.picture("orders")
    blocked = first("amazon.order", ("reason_code", "=", "unlinked"))
    browser.go(f"/odoo/amazon-orders/{blocked}", shown("action_link"))
    browser.click(shown("action_link"), ".modal .o_data_row")
    browser.click(".modal .o_data_row td[name=product_id]", ".modal input")
    browser.picture("blocked-order")
    browser.go("/odoo/amazon-listings", ".o_data_row")
    browser.picture("listings")
    account = first("amazon.account", ("name", "=like", "%US%"))
    user.call("amazon.account", "action_compare_stock", [account])
    browser.go("/odoo/amazon-stock", ".o_data_row")
    browser.picture("stock")
    browser.go("/odoo/amazon-shipments", ".o_data_row")
    browser.picture("shipments")
    submission = first("amazon.submission", ("state", "=", "confirmed"))
    picking, order = (
        user.search(
            "amazon.submission", [("id", "=", submission)], ["picking_id", "order_id"]
        )[0][name][0]
        for name in ("picking_id", "order_id")
    )
    browser.go(
        f"/odoo/action-stock.action_picking_tree_all/{picking}",
        shown("action_view_amazon_submissions"),
    )
    browser.click("a.nav-link[name=amazon]", ".tab-pane.active .o_data_row")
    browser.picture("transfer")
    sale = first("sale.order", ("amazon_order_id", "=", order))
    browser.go(f"/odoo/sales/{sale}", shown("action_view_amazon_order"))
    browser.click("a.nav-link[name=amazon]", ".tab-pane.active .o_data_row")
    browser.picture("sale")
    browser.go(
        f"/odoo/amazon-accounts/{first('amazon.account')}", ".o_form_view .o_data_row"
    )
    browser.picture("account")
    browser.go("/odoo/amazon-accounts", ".o_data_row")
    browser.click(".o_control_panel button.btn-primary", ".modal .o_form_view")
    browser.picture("connect")


def take_settlements(browser, user):
    browser.go("/odoo/amazon-settlements", ".o_data_row")
    browser.picture("settlements")
    settlement = user.call(
        "amazon.settlement",
        "search",
        [("state", "in", ("booked", "paid")), ("marketplace_name", "=", "Amazon.com")],
        order="order_count desc",
        limit=1,
    )[0]
    browser.go(f"/odoo/amazon-settlements/{settlement}", ".o_amazon_statement")
    browser.picture("settlement")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        sys.exit(1)
