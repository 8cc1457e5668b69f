"""``make test`` and ``make drill``: lint, install, and one pytest over all tests."""

import os
import subprocess

import lint
import postgres
from locks import lock
from settings import CHECKOUT, CONF, MODULE, ROOT, Problem, say
from stack import Stack, timed

# Let a wait in PostgreSQL end by itself: no time-out of pytest's reaches into it. The usual
# case is a test that holds a row in its transaction, while the code under test wants the
# same row in another one.
NEVER_HANG = "-c lock_timeout=20s -c statement_timeout=240s"
WORKERS = min(4, os.cpu_count() or 1)
# the longest first, so that no worker is left with one of them at the end
LONGEST = (
    "tests/test_settlement_property.py",
    "tests/test_money_property.py",
    "tests/test_processes.py",
    "tests/test_settlement_processes.py",
    "tests/test_tour.py",
)
# What every page of the web client loads: built once here instead of by each worker's
# first tour, while its browser waits.
BUNDLES = """
for bundle in ("web.assets_web", "web.assets_tests"):
    assets = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)
    assets.js(), assets.css()
env.cr.commit()
"""


def main(drill=False):
    """Return pytest's exit code; its closing line is the last thing printed."""
    paths = (os.environ.get("T") or "tests").split()
    keyword = os.environ.get("K")
    for path in paths:
        if not (ROOT / path.partition("::")[0]).exists():
            raise Problem(f"No such test file: {path} (T= is a path in the checkout)")
    some = paths != ["tests"] or bool(keyword)
    with lock(
        f"test-{CHECKOUT}",
        "another test run of this checkout is on (SLOT=name avoids this)",
    ):
        stack = Stack("installed", browser=True)
        with stack:
            if not (some or drill):  # a run of some tests is for the impatient
                with timed("lint"):
                    lint.check(stack.python)
            if os.environ.get("FAST"):
                stack.updated_database()
            else:
                stack.fresh_database()
            if not some:
                with timed("build the browser's assets"):
                    stack.shell(BUNDLES)
            # Tests get copies: what one run leaves behind never reaches the next. The second
            # copy is for tests that start Odoo processes of their own and commit.
            with timed("clone for the tests"):
                database = stack.clone_database("test")
                workers = [""] if some else [f"gw{n}" for n in range(WORKERS)]
                drills = [stack.clone_database(f"drill{worker}") for worker in workers]
            env = stack.env | postgres.connection()
            env |= {
                "AMAZON_CONNECTOR_DB": database,
                # each worker adds its own name
                "AMAZON_CONNECTOR_DRILL_DB": drills[0].removesuffix(workers[0]),
                "AMAZON_CONNECTOR_ODOO": str(ROOT / "dev" / "odoo_server.py"),
                "PGOPTIONS": NEVER_HANG,
            }
            if drill:
                env["AMAZON_CONNECTOR_DRILL"] = "long"
            return _pytest(stack, env, database, paths, keyword, drill, len(workers))


def _pytest(stack, env, database, paths, keyword, drill, workers):
    command = [
        # the program, not "python -m pytest", which would put addons/ on the import path
        stack.python.parent / "pytest",
        f"--odoo-config={CONF}",
        f"--odoo-database={database}",
        "--odoo-http",
        f"--odoo-extra=db-filter=^{database}$",
    ]
    if workers > 1:  # each gets a copy of the database from pytest-odoo
        command += ["-n", workers, "--dist", "loadfile", "-p", "shared_filestore"]
        plugins = str(ROOT / "dev" / "pytest_plugins")
        env |= {"PYTHONPATH": f"{env['PYTHONPATH']}:{plugins}"}
        paths = [*LONGEST, *paths]
    command += [f"{MODULE}/{os.path.normpath(path)}" for path in paths]
    if keyword:
        command += ["-k", keyword]
    if drill:
        command += ["--timeout=7200"]  # 500 histories of settlements
    say(f"pytest on {' '.join(paths)}")
    # From the folder above the add-on: the name of its folder must be the name of the module.
    return subprocess.run(
        list(map(str, command)), env=env, cwd=stack.addons, stdin=subprocess.DEVNULL
    ).returncode
