"""Install or update modules in a database, and read what Odoo has to say about it."""

import os
import re
import subprocess
import time
from pathlib import Path

import postgres
from settings import ADDONS, CONF, DATA, DB_PREFIX, LOGS, MODULE, ROOT, RUN, Problem

SERVER = ROOT / "dev" / "odoo_server.py"
LINE = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (\S+): (.*)")
OURS = re.compile(r"amazon[._]")


def write_conf(core_addons=None, path=CONF, data=DATA):
    """Odoo's configuration; ports and database are given on the command line."""
    server = postgres.connection()
    values = {
        "db_host": server.get("PGHOST"),
        "db_port": server.get("PGPORT"),
        "db_user": server.get("PGUSER"),
        "db_password": server.get("PGPASSWORD"),
        "db_maxconn": 32,
        "dbfilter": f"^{DB_PREFIX}_",
        "list_db": False,
        "addons_path": ",".join(map(str, filter(None, [core_addons, ADDONS]))),
        "data_dir": data,
        "http_interface": "127.0.0.1",
    }
    lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
    path.parent.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("[options]\n" + "\n".join(lines) + "\n")
    draft.replace(path)


def link_addon():
    link = ADDONS / MODULE
    link.parent.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    (RUN / "root").write_text(f"{ROOT}\n")  # says whose run directory this is
    if not link.is_symlink() or os.readlink(link) != str(ROOT):
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT)


def apply(python, env, database, modules, update=False, conf=CONF, strict=True):
    """Install or update ``modules``; any error, or a warning about our module, is a failure."""
    log = LOGS / f"{'update' if update else 'install'}-{database}-{time.time_ns()}.log"
    command = [
        python,
        SERVER,
        "-c",
        conf,
        "-d",
        database,
        "-u" if update else "-i",
        modules,
    ]
    command += ["--stop-after-init", "--no-http", "--max-cron-threads=0"]
    with open(log, "w") as output:
        code = subprocess.run(
            list(map(str, command)),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    text = log.read_text(errors="replace")
    bad = complaints(text) if strict else []
    if code or bad:
        shown = "\n".join(bad) if bad else text[-6000:]
        raise Problem(
            f"Odoo could not {log.name.split('-')[0]} {modules}, see {log}\n{shown}"
        )
    _remove_old_logs()


def complaints(text):
    """Log lines that must not be there, each with the traceback below it."""
    found = []
    keep = False
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            level, logger, message = match.groups()
            keep = level != "WARNING" or bool(OURS.search(f"{logger} {message}"))
        elif re.match(r"^\d{4}-\d\d-\d\d ", line):
            keep = False
        if keep:
            found.append(line)
    return found[:200]


def _remove_old_logs():
    logs = sorted(Path(LOGS).glob("*-*-*.log"), key=lambda path: path.stat().st_mtime)
    for path in logs[:-10]:
        path.unlink(missing_ok=True)
