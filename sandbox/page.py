"""The page at `/`: what this is and which credentials to paste."""

from collections import Counter
from html import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Amazon sandbox</title>
<style>
body {{ font: 15px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; }}
code {{ overflow-wrap: anywhere; }}
th {{ text-align: left; padding-right: 1rem; vertical-align: top; }}
</style></head><body>
<h1>Amazon sandbox</h1>
<p>A small Amazon of its own: it speaks the part of the Selling Partner API that the
Amazon connector uses. Nothing here reaches the real Amazon. Connect an account with
these credentials; what you send changes the orders here.</p>
{sellers}
<p>For programs: <a href="/sandbox/state">/sandbox/state</a></p>
</body></html>
"""


def page(sandbox):
    sections = (_section(sandbox, seller) for seller in sandbox.sellers.values())
    return _PAGE.format(sellers="".join(sections))


def _section(sandbox, seller):
    listed = sum(1 for _ in sandbox.listings.of(seller, seller.marketplace_ids))
    counts = Counter(o.status for o in sandbox.orders.values() if o.seller is seller)
    rows = {
        "Endpoint": f"{sandbox.url}/{seller.region}",
        "Token endpoint": f"{sandbox.url}/auth/o2/token",
        **seller.credentials,
        "Marketplaces": ", ".join(m.name for m in seller.marketplaces),
        "Roles": ", ".join(sorted(seller.roles)),
        "Orders": ", ".join(f"{n} {s}" for s, n in sorted(counts.items())) or "none",
        "Listings": f"{listed} SKUs",
    }
    cells = "".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(value)}</code></td></tr>"
        for name, value in rows.items()
    )
    return f"<h2>{escape(seller.name)}</h2><table>{cells}</table>"
