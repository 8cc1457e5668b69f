"""Where things are, and what this checkout's databases are called.

A checkout is known by a hash of its path, so that several checkouts share one PostgreSQL
and one cache and never meet. SLOT gives one checkout several sets of databases, for test
runs side by side in the same tree.
"""

import hashlib
import os
import sys
from pathlib import Path

MODULE = "amazon_connector"
CORE_MODULES = "sale_management,stock_delivery,account,l10n_us,sale_mrp"

ROOT = Path(__file__).resolve().parent.parent
IS_ROOT = os.geteuid() == 0
SLOT = os.environ.get("SLOT", "")


def _default_cache():
    if (
        IS_ROOT
    ):  # not below /root: PostgreSQL runs as an ordinary user and must reach it
        return "/var/cache/amazon-connector"
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "amazon-connector")


def short_hash(*parts, length=8):
    digest = hashlib.sha256("\0".join(map(str, parts)).encode())
    return digest.hexdigest()[:length]


CACHE = Path(os.environ.get("AMAZON_CONNECTOR_CACHE") or _default_cache()).absolute()
CHECKOUT = short_hash(ROOT, SLOT)
RUN = CACHE / "run" / CHECKOUT
LOGS = RUN / "log"
CONF = RUN / "odoo.conf"
DATA = RUN / "data"
# Odoo wants the folder named as the module. The link stands outside the checkout, where no
# tool that walks the tree can follow it in circles.
ADDONS = RUN / "addons"
DB_PREFIX = f"ac_{CHECKOUT}"


class Problem(Exception):
    """Something the person at the keyboard can put right; shown without a traceback."""


def database_name(purpose):
    return f"{DB_PREFIX}_{purpose}"


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)
