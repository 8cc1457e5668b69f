"""The virtual environment: built once for each content of the requirements files."""

import shutil
import subprocess
import sys

from locks import lock
from settings import CACHE, ROOT, Problem, say, short_hash

FILES = ("requirements.txt", "requirements-dev.txt")


def ensure():
    """Return the venv's Python; nothing is downloaded when the requirements are unchanged."""
    base = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix}"
    home = (
        CACHE
        / "venv"
        / short_hash(base, *((ROOT / name).read_text() for name in FILES))
    )
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        with lock("venv"):
            if not (home / "complete").exists():
                _build(home, python)
    return python


def _build(home, python):
    say("building the Python environment")
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "venv", home)
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--retries",
        "5",
    ]
    _run(*pip, "-r", ROOT / "requirements-dev.txt")
    (home / "complete").touch()


def _run(*command):
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        words = " ".join(map(str, command))
        raise Problem(f"{words} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
