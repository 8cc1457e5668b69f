"""The whole environment in one object: Odoo, PostgreSQL, the sandbox Amazon.

    with Stack("demo") as stack:          # downloads and builds what is missing
        stack.fresh_database()            # the add-on, newly installed
        sandbox = stack.start_sandbox("--seed", "7")
        odoo = stack.start_odoo()         # HTTP and scheduled actions
        ...                               # sandbox.url, odoo.url, stack.conf, stack.database
    # both servers are stopped here, whatever happened

Standard library only, so that any Python can use it; nothing in the add-on imports it.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from functools import cached_property

import databases
import odoo_install
import odoo_source
import postgres
import processes
import python_env
import system_packages
from settings import (
    ADDONS,
    CACHE,
    CONF,
    LOGS,
    MODULE,
    ROOT,
    Problem,
    database_name,
    say,
)


class Stack:
    """One use of the environment; ``purpose`` names its database and its servers."""

    conf = CONF
    addons = ADDONS
    logs = LOGS
    root = ROOT

    def __init__(self, purpose, browser=False):
        self.purpose = purpose
        self.database = database_name(purpose)
        self.servers = []
        with timed("environment"):
            CACHE.mkdir(parents=True, exist_ok=True)
            system_packages.ensure(browser)
            self.odoo_folder = odoo_source.ensure()
            self.python = python_env.ensure()
            postgres.ensure()
            odoo_install.link_addon()
            odoo_install.write_conf(odoo_source.core_addons(self.odoo_folder))
            databases.prune()

    def __enter__(self):
        # "kill" and a closed terminal end us like Ctrl-C does: through the finally clauses
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(130))
        return self

    def __exit__(self, *_):
        self.stop()

    @cached_property
    def env(self):
        """Environment for everything that runs: Odoo importable, talk to this machine only."""
        unwanted = (
            ("ODOO_", "PYTHON") if postgres.is_given() else ("ODOO_", "PYTHON", "PG")
        )
        env = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
        return env | {
            "PATH": f"{self.python.parent}:{env.get('PATH', '/usr/bin:/bin')}",
            "PYTHONPATH": str(odoo_source.link(self.odoo_folder)),
            "PYTHONWARNINGS": "ignore::DeprecationWarning,ignore::SyntaxWarning",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "CHROMIUM_FLAGS": "--disable-component-update --disable-sync --disable-quic",
            "AMAZON_CONNECTOR_CONF": str(self.conf),
            "AMAZON_CONNECTOR_DB": self.database,
            "AMAZON_CONNECTOR_ROOT": str(ROOT),
        }

    # -- databases ---------------------------------------------------------------------------

    def fresh_database(self, install=True):
        """A new database: core modules from the template, and the add-on on top of them."""
        source, data = databases.template(self.python, self.env, self.odoo_folder)
        with timed("clone the template database"):
            databases.clone(source, self.database, data)
        if install:
            with timed("install the add-on"):
                odoo_install.apply(self.python, self.env, self.database, MODULE)
        return self.database

    def updated_database(self):
        """The database of the last time with the add-on updated, or a fresh one."""
        if not self.has_database():
            return self.fresh_database()
        with timed("update the add-on"):
            odoo_install.apply(
                self.python, self.env, self.database, MODULE, update=True
            )
        return self.database

    def has_database(self):
        return databases.exists(self.database) and bool(
            postgres.sql(
                f"SELECT 1 FROM ir_module_module WHERE name = '{MODULE}' AND state = 'installed'",
                database=self.database,
            )
        )

    def clone_database(self, purpose, source=None):
        """Copy a database of ours (and its filestore) under another purpose."""
        target = database_name(purpose)
        databases.clone(source or self.database, target)
        return target

    def drop_database(self, purpose=None):
        databases.drop(database_name(purpose) if purpose else self.database)

    def sql(self, statement):
        """Run one statement in the database; rows as texts, columns parted by ``|``."""
        return postgres.sql(statement, database=self.database)

    # -- servers -----------------------------------------------------------------------------

    def start_sandbox(self, *args, port=0, name="sandbox", timeout=60):
        """Start the sandbox Amazon and return it, ``.url`` being its address."""
        command = [self.python, ROOT / "sandbox", "--port", processes.free_port(port)]
        server = self._start(name, [*command, *args])
        server.wait_for_url_in_log(timeout)
        return server

    def start_odoo(
        self, *args, port=0, workers=0, crons=1, database=None, env=None, name="odoo"
    ):
        """Start Odoo (HTTP and scheduled actions) and return it once it answers.

        Several with different names may run on one database, like the nodes of a cluster.
        """
        port = processes.free_port(port)
        database = database or self.database
        command = [self.python, odoo_install.SERVER, "-c", self.conf]
        # the configuration's filter lets all databases of the checkout through, and
        # with more than one of them a browser is asked to choose
        command += ["-d", database, f"--db-filter=^{database}$", "--http-port", port]
        command += ["--gevent-port", processes.free_port(), "--workers", workers]
        command += [f"--max-cron-threads={crons}", *args]
        server = self._start(name, command, env)
        server.url = f"http://127.0.0.1:{port}"
        server.wait_for_answer("/web/health")
        return server

    def run_script(self, script, *args, env=None):
        """Run a Python file with this environment, output shown, and return its exit code."""
        command = [self.python, "-u", ROOT / script, *args]
        return subprocess.run(
            list(map(str, command)), env=self.env | (env or {})
        ).returncode

    def shell(self, code, database=None):
        """Run Python code in an Odoo shell (``env`` is there) and return what it printed."""
        command = [
            self.python,
            odoo_install.SERVER,
            "shell",
            "-c",
            self.conf,
            "--no-http",
        ]
        command += [
            "-d",
            database or self.database,
            "--log-level=error",
            "--max-cron-threads=0",
        ]
        done = subprocess.run(
            list(map(str, command)),
            input=code,
            env=self.env,
            capture_output=True,
            text=True,
        )
        if done.returncode or re.search(r"^Traceback ", done.stderr, re.M):
            raise Problem(
                f"Odoo shell failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
            )
        return done.stdout

    def stop(self):
        """Stop the servers, the last one started first."""
        while self.servers:
            with contextlib.suppress(ProcessLookupError):
                self.servers.pop().stop()

    def _start(self, name, command, env=None):
        full = f"{self.purpose}-{name}"
        server = processes.start(full, command, self.env | (env or {}), cwd=ADDONS)
        self.servers.append(server)
        return server


@contextlib.contextmanager
def timed(what):
    """Say how long a phase took."""
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")
