"""Debian packages the machine lacks: installed where we may, named where we may not."""

import functools
import glob
import os
import re
import shutil
import subprocess

from settings import IS_ROOT, Problem, say

CHROME_NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


@functools.cache
def postgres_bin():
    """Folder of the newest PostgreSQL server (13 or later) on this machine, or None."""
    folders = [
        os.path.dirname(path)
        for path in glob.glob("/usr/lib/postgresql/*/bin/postgres")
    ]
    if not folders and shutil.which("postgres"):
        folders = [os.path.dirname(os.path.realpath(shutil.which("postgres")))]
    programs = ("postgres", "initdb", "pg_ctl", "pg_isready", "psql")
    versions = []
    for folder in folders:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in programs):
            command = [os.path.join(folder, "postgres"), "--version"]
            answer = subprocess.run(command, capture_output=True, text=True).stdout
            versions.append((int(re.search(r"\d+", answer)[0]), folder))
    version, folder = max(versions, default=(0, None))
    return folder if version >= 13 else None


def missing(browser=False):
    packages = []
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        packages.append("python3-venv")
    if os.environ.get("PGHOST"):
        if not shutil.which("psql"):
            packages.append("postgresql-client")
    elif not postgres_bin():
        packages.append("postgresql")
    if browser and not any(map(shutil.which, CHROME_NAMES)):
        packages.append("chromium")
    return packages


def ensure(browser=False):
    packages = missing(browser)
    if not packages:
        return
    names = " ".join(packages)
    if not (IS_ROOT and shutil.which("apt-get")):
        raise Problem(
            f"Please install these Debian packages and run this again: {names}"
        )
    say(f"installing {names}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"]
    install = ["install", "-y", "--no-install-recommends", *packages]
    for command in (["update"], install):
        done = subprocess.run(
            ["apt-get", *options, *command],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(
                f"apt-get {command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
    postgres_bin.cache_clear()
    if missing(browser):
        raise Problem(
            f"Installed {names}, but this is still missing: {missing(browser)}"
        )
