"""Databases: a template with the core modules, made once per cache, and clones of it.

A database and its filestore belong together; both are copied, renamed and dropped here.
"""

import shutil
import time
from pathlib import Path

import odoo_install
import odoo_source
import postgres
from locks import lock
from settings import CACHE, CORE_MODULES, DATA, RUN, Problem, say, short_hash

RECIPE = "1"  # another number makes the template anew


def exists(name):
    return bool(postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(name, data=DATA):
    postgres.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(data / "filestore" / name, ignore_errors=True)


def clone(source, target, source_data=DATA):
    drop(target)
    for attempt in range(30):  # a connection that is just ending would make it fail
        try:
            postgres.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
            break
        except Problem:
            if attempt == 29:
                raise
            time.sleep(0.5)
    files = source_data / "filestore" / source
    if files.is_dir():
        shutil.copytree(files, DATA / "filestore" / target)


def template(python, env, odoo_folder):
    """Name and data folder of the template; it is made if this cache has none yet."""
    identity = short_hash(RECIPE, odoo_source.version(odoo_folder), CORE_MODULES, CACHE)
    name = f"ac_core_{identity}"
    data = CACHE / "template" / identity
    marker = data / "complete"
    if not (marker.exists() and exists(name)):
        with lock(
            "template", "waiting for another checkout that makes the template database"
        ):
            if not (marker.exists() and exists(name)):
                _make(name, data, python, env, odoo_folder)
    return name, data


def _make(name, data, python, env, odoo_folder):
    say(f"making the template database with {CORE_MODULES}")
    started = time.monotonic()
    marker = data / "complete"
    marker.unlink(missing_ok=True)
    drop(name, data)
    postgres.sql(
        f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
    )
    conf = data / "odoo.conf"
    odoo_install.write_conf(odoo_source.core_addons(odoo_folder), path=conf, data=data)
    odoo_install.apply(python, env, name, CORE_MODULES, conf=conf, strict=False)
    postgres.sql("ANALYZE", database=name)  # clones start with good query plans
    marker.touch()
    say(f"template database: {time.monotonic() - started:.1f} s")


def drop_templates():
    for data in (CACHE / "template").glob("*"):
        drop(f"ac_core_{data.name}", data)


def drop_all(checkout, data):
    """Every database of one checkout."""
    for name in postgres.sql(
        f"SELECT datname FROM pg_database WHERE datname LIKE 'ac\\_{checkout}\\_%'"
    ):
        drop(name, data)


def prune():
    """Forget checkouts whose folder is gone: a throw-away clone leaves nothing behind."""
    for run in (CACHE / "run").glob("*"):
        root = run / "root"
        if run != RUN and root.exists() and not Path(root.read_text().strip()).exists():
            drop_all(run.name, run / "data")
            shutil.rmtree(run, ignore_errors=True)
