"""One at a time: file locks, so that two checkouts never build the same thing twice."""

import fcntl
from contextlib import contextmanager

from settings import CACHE, say


@contextmanager
def lock(name, waiting=None):
    """Hold the lock ``name`` of the shared cache; it ends with the process in any case."""
    folder = CACHE / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting or f"waiting for another run that holds {name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
