"""PostgreSQL: the one given by PGHOST, or a private cluster on a unix socket.

The private cluster keeps nothing that matters, so it trades durability for speed. It listens
on no port, and is run by an ordinary user because PostgreSQL refuses to run as root.
"""

import os
import pwd
import subprocess
from pathlib import Path

import system_packages
from locks import lock
from settings import CACHE, DB_PREFIX, IS_ROOT, Problem, say, short_hash

ROLE = "odoo"
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "300",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # steadier query times in benchmarks
    "random_page_cost": "1.1",
}


def is_given():
    return bool(os.environ.get("PGHOST"))


def is_possible():
    return is_given() or bool(system_packages.postgres_bin())


def connection():
    """Environment for libpq clients, and the values for Odoo's configuration."""
    if is_given():
        keys = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {key: os.environ[key] for key in keys if os.environ.get(key)}
    return {"PGHOST": str(home() / "socket"), "PGPORT": "5432", "PGUSER": ROLE}


def ensure():
    if is_given():
        if os.environ.get("PGUSER") == "postgres":
            raise Problem(
                "Odoo refuses the user postgres: please name another one in PGUSER."
            )
        sql("SELECT 1")
    elif not _ready():
        with lock("postgres"):
            if not _ready():
                _start()


def stop():
    """Stop the private cluster, unless somebody else is using it."""
    if is_given() or not _ready():
        return
    others = sql(
        "SELECT DISTINCT datname FROM pg_stat_activity WHERE backend_type = 'client backend'"
        f" AND pid <> pg_backend_pid() AND datname NOT LIKE '{DB_PREFIX}%'"
    )
    if others:
        say(f"PostgreSQL stays up, it is in use: {' '.join(others)}")
        return
    _as_user(_bin() / "pg_ctl", "-D", home() / "data", "-m", "fast", "-w", "stop")
    say("PostgreSQL stopped")


def sql(statement, database="postgres"):
    """Run one statement and return its rows, one text each."""
    done = subprocess.run(
        [
            _client("psql"),
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            statement,
        ],
        env={**os.environ, **connection()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Problem(f"PostgreSQL: {done.stderr.strip()}\n  in: {statement}")
    return done.stdout.splitlines()


def _bin():
    return Path(system_packages.postgres_bin())


def _client(name):
    own = system_packages.postgres_bin()
    return os.path.join(own, name) if own and not is_given() else name


def _user():
    """The ordinary user that runs the cluster; Debian's package brings one."""
    if not IS_ROOT:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        subprocess.run(["useradd", "--system", "postgres"], check=True)
        return pwd.getpwnam("postgres")


def _as_user(*command, check=True):
    prefix = ["runuser", "-u", _user().pw_name, "--"] if IS_ROOT else []
    done = subprocess.run(
        [*prefix, *map(str, command)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if check and done.returncode:
        raise Problem(
            f"{Path(str(command[0])).name} failed:\n{done.stdout}{done.stderr}"
        )
    return done.returncode == 0


def home():
    """Where the cluster lives: in the cache if its user can get there and the name is short.

    A unix socket's path may have 107 characters, and a cache below a private folder is out of
    reach for the user that runs the cluster.
    """
    version = _bin().parent.name if _bin().parent.name.isdigit() else "postgres"
    inside = CACHE / f"pg-{version}"
    reachable = not IS_ROOT or _as_user("test", "-x", CACHE, check=False)
    if reachable and len(str(inside)) < 80:
        return inside
    return Path(f"/var/tmp/amazon-connector-{short_hash(CACHE)}-pg-{version}")


def _ready():
    command = [_bin() / "pg_isready", "-q", "-h", home() / "socket", "-p", "5432"]
    return subprocess.run(command, capture_output=True).returncode == 0


def _start():
    folder = home()
    data = folder / "data"
    socket = folder / "socket"
    folder.mkdir(parents=True, exist_ok=True)
    socket.mkdir(
        mode=0o700, exist_ok=True
    )  # trust is safe: only this user and root get in
    if IS_ROOT:
        for path in (folder, socket):
            os.chown(path, _user().pw_uid, _user().pw_gid)
    if not (data / "PG_VERSION").exists():
        say("creating a private PostgreSQL cluster")
        options = [
            "-U",
            ROLE,
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        _as_user(_bin() / "initdb", "-D", data, *options)
    say("starting PostgreSQL")
    values = {**OPTIONS, "unix_socket_directories": socket, "port": "5432"}
    flags = " ".join(f"-c {key}='{value}'" for key, value in values.items())
    log = folder / "postgres.log"
    _as_user(
        _bin() / "pg_ctl",
        "-D",
        data,
        "-l",
        log,
        "-w",
        "-t",
        "120",
        "-o",
        flags,
        "start",
    )
