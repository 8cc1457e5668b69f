"""The store of Amazon's files: addresses that let in whoever has them.

They need no token, so they get none, and whoever reads one in a log could use it, so
they are in none.
"""

import contextlib
import logging
import threading
from urllib.parse import urlsplit

import requests

from .client import USER_AGENT

# "identity": nothing between us and the file store shall compress once more.
HEADERS = {"Accept-Encoding": "identity", "User-Agent": USER_AGENT}
# A proxy of the environment cannot reach the sandbox on this very machine.
_LOCAL = ("127.0.0.1", "localhost", "::1")
_DIRECTLY = {"http": None, "https": None, "all": None}


class _Here(threading.local):
    quiet = False


_here = _Here()


def _may_be_logged(record):
    return not _here.quiet


# urllib3 writes the whole link at debug level, and in one of its warnings.
logging.getLogger("urllib3.connectionpool").addFilter(_may_be_logged)


@contextlib.contextmanager
def silent():
    """Nothing done inside, in this thread, gets an address into a log."""
    _here.quiet = True
    try:
        yield
    finally:
        _here.quiet = False


def session_of_ours():
    """A `requests.Session` without credentials, to be closed."""
    session = requests.Session()
    session.auth = lambda request: request  # nor the password of a ~/.netrc
    return session


def proxies(url):
    """The `proxies` of a request to `url`."""
    return _DIRECTLY if urlsplit(url).hostname in _LOCAL else None
