"""HTTP, and nothing else: one session, time-outs that are always set."""

from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

# A proxy of the environment cannot reach the sandbox on this very machine.
_LOCAL = ("127.0.0.1", "localhost", "::1")
_DIRECTLY = {"http": None, "https": None, "all": None}


class _TimedAdapter(HTTPAdapter):
    """Sets the time-out where no caller can forget it."""

    def __init__(self, timeout):
        self._timeout = timeout
        super().__init__()

    def send(self, request, **options):
        options["timeout"] = self._timeout
        return super().send(request, **options)


class Transport:
    """One `requests.Session`. timeout: (connect, read) in seconds.

    A proxy from the environment is used, except to this machine; a ~/.netrc is not,
    since its password for the host would travel along.
    """

    def __init__(self, timeout):
        self._session = requests.Session()
        self._session.auth = lambda request: request
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _TimedAdapter(timeout))

    def request(
        self, method, url, *, params=None, data=None, content=None, headers=None
    ):
        """A response with status_code, headers and content (bytes), or OSError."""
        # A redirect would carry the access token to wherever it points.
        return self._session.request(
            method,
            url,
            params=params,
            data=data if content is None else content,
            headers=headers,
            proxies=_DIRECTLY if urlsplit(url).hostname in _LOCAL else None,
            allow_redirects=False,
        )

    def close(self):
        self._session.close()


def reason(error):
    """Why a request brought no answer, in words fit for a user and a log.

    The text of the exception itself is not: it may hold the URL with its query.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection within the time-out"
    if isinstance(error, (requests.exceptions.Timeout, TimeoutError)):
        return "no answer within the time-out"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy cannot be reached or refuses"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS connection failed"
    cause = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return f"the connection broke ({type(error).__name__})"


def never_arrived(error):
    """Whether the request certainly did not reach the other side."""
    # requests wraps urllib3's reason twice.
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, (NewConnectionError, ConnectTimeoutError))
