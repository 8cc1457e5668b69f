"""Odoo 19 Community: the one given by ODOO=, or Debian's own package unpacked in the cache.

Debian carries Odoo 19 in its unstable suite. It is taken from the mirror this machine's apt
already uses, with apt directories of its own: the system's sources and state stay as they are.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from locks import lock
from settings import CACHE, RUN, Problem, say, short_hash

RECIPE = "1"  # another number fetches Odoo anew
STABLE = "bookworm"
UNSTABLE = "sid"
# Font Awesome must be 4.7: the one in unstable is 7.x, with which every icon is a blank box.
STABLE_PACKAGES = (
    "fonts-font-awesome fonts-roboto-unhinted fonts-inconsolata fonts-ocr-b"
    " libjs-jquery libjs-jquery-form libjs-underscore"
).split()
UNSTABLE_PACKAGES = ["odoo-19", "fonts-montserrat"]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DIST_PACKAGES = Path("root/usr/lib/python3/dist-packages")


def ensure():
    """Return the folder that holds the ``odoo`` Python package."""
    if os.environ.get("ODOO"):
        folder = Path(os.environ["ODOO"]).expanduser().resolve()
    else:
        home = CACHE / "odoo" / short_hash(RECIPE, *STABLE_PACKAGES, *UNSTABLE_PACKAGES)
        folder = home / DIST_PACKAGES
        if not (home / "complete").exists():
            with lock("odoo"):
                if not (home / "complete").exists():
                    _fetch(home)
    version(folder)
    return folder


def version(folder):
    release = folder / "odoo" / "release.py"
    found = (
        re.search(r"^version_info = (\(.*\))", release.read_text(), re.M)
        if release.exists()
        else None
    )
    if not found or not found[1].startswith("(19,"):
        raise Problem(
            f"No Odoo 19 in {folder}: expected odoo/release.py of series 19.0 there."
        )
    return f"{folder} {found[1]} {release.stat().st_mtime_ns}"


def core_addons(folder):
    """A source checkout keeps most modules beside the package, a Debian package inside it."""
    beside = folder / "addons"
    return beside if (beside / "sale").is_dir() else None


def link(folder):
    """A folder for PYTHONPATH with nothing but Odoo in it, whatever stands beside it."""
    target = RUN / "python" / "odoo"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_symlink() or os.readlink(target) != str(folder / "odoo"):
        target.unlink(missing_ok=True)
        target.symlink_to(folder / "odoo")
    return target.parent


def _fetch(home):
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Problem(
            "This is not Debian: please give an Odoo 19 with ODOO=/path/to/odoo"
        )
    say("fetching Odoo 19 from Debian (about 130 MB)")
    shutil.rmtree(home, ignore_errors=True)
    apt = home / "apt"
    for name in ("lists/partial", "cache/archives/partial", "etc", "state", "debs"):
        (apt / name).mkdir(parents=True)
    mirror = _mirror(apt)
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    sources = apt / "etc" / "sources.list"
    sources.write_text(
        "".join(f"deb {signed}{mirror} {s} main\n" for s in (STABLE, UNSTABLE))
    )
    _apt(apt, "update", sources=sources)
    packages = [f"{p}/{STABLE}" for p in STABLE_PACKAGES]
    packages += [f"{p}/{UNSTABLE}" for p in UNSTABLE_PACKAGES]
    _apt(apt, "download", *packages, sources=sources)
    say("unpacking Odoo 19")
    for package in sorted((apt / "debs").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, home / "root"], check=True)
    # Debian leaves this file out; without it every browser tour stops at a missing asset.
    stub = home / DIST_PACKAGES / "odoo/addons/mail/static/lib/selfie_segmentation"
    stub.mkdir(parents=True, exist_ok=True)
    (stub / "selfie_segmentation.js").write_text("/* stub */\n")
    shutil.rmtree(apt)
    (home / "complete").touch()


def _mirror(apt):
    """Address of the Debian mirror this machine uses, read from apt itself."""
    ask = ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    answer = _apt(apt, *ask, system=True)
    if not answer.strip():  # no package lists on this machine yet: get them aside
        _apt(apt, "update")
        answer = _apt(apt, *ask)
    suites = ("bookworm", "trixie", "forky", "stable", "testing", "sid", "unstable")
    for line in answer.splitlines():
        address, _, release = line.partition(" ")
        if release in suites:
            return address
    raise Problem(
        "apt has no Debian mirror: please give an Odoo 19 with ODOO=/path/to/odoo"
    )


def _apt(apt, *arguments, sources=None, system=False):
    options = [] if system else _private_directories(apt, sources)
    done = subprocess.run(
        ["apt-get", "-qq", *options, *arguments],
        cwd=apt / "debs",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Problem(f"apt-get {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _private_directories(apt, sources):
    values = {
        "Dir::State": apt / "state",
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": apt / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "1",
    }
    if os.geteuid() == 0:
        values["APT::Sandbox::User"] = "root"
    if sources:
        values |= {
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null",
        }
    return [word for key, value in values.items() for word in ("-o", f"{key}={value}")]
