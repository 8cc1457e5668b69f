"""The one door to Amazon: every request of ours leaves through `Client.call`."""

import logging
import random
import time

from . import library, lwa
from .answers import judge, rate_limit
from .credentials import Credentials
from .errors import Temporary, Throttled, Unauthorised
from .limiter import PLANS
from .transport import Transport, never_arrived, reason

__all__ = ["ENDPOINTS", "Client", "Credentials"]

_logger = logging.getLogger(__name__)

ENDPOINTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
# Amazon's policy asks every application to say what it is.
USER_AGENT = "AmazonConnector/19.0 (Language=Python; Platform=Odoo)"


class Client:
    """One selling partner in one region, for one run of one thread.

    region: "na", "eu" or "fe"; endpoint, token_url: other addresses than Amazon's,
    a path prefix is kept. token_cache, limiter: see tokens.py and limiter.py.
    timeout: (connect, read) in seconds; max_wait: the most seconds one call may
    sleep, all waits together; max_tries: the most requests one call may send.
    transport: an object with request() and close() instead of our own; it stays
    open, its maker closes it. on_call(operation, status, request_id, seconds) hears
    of every request; status is None when nothing came back, and the operation is
    "token" for Login with Amazon.

    `calls` counts the requests to the Selling Partner API, `token_calls` those to
    Login with Amazon.
    """

    def __init__(
        self,
        region,
        credentials,
        *,
        endpoint=None,
        token_url=None,
        token_cache,
        limiter,
        clock=time.time,
        sleep=time.sleep,
        timeout=(5, 30),
        max_wait=10.0,
        max_tries=3,
        transport=None,
        on_call=None,
        jitter=random.random,
    ):
        if region not in ENDPOINTS:
            raise ValueError(f"{region!r} is none of Amazon's regions")
        self.region = region
        self.credentials = credentials
        self.endpoint = _address(endpoint or ENDPOINTS[region])
        self.token_url = _address(token_url or lwa.TOKEN_URL)
        self.token_cache = token_cache
        self.limiter = limiter
        self.max_wait = max_wait
        self.max_tries = max_tries
        self.calls = 0
        self.token_calls = 0
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._on_call = on_call
        self._transport = transport or Transport(timeout)
        self._owns_transport = transport is None
        self._rates = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        if self._owns_transport:
            self._transport.close()

    def call(self, operation, *args, **parameters):
        """Amazon's Answer to `operation` (an Operation), or an SpApiError.

        args, parameters: those of the library's method; parameters keep Amazon's
        spelling.
        """
        door = _Door(self, operation)
        api = library.bind(operation.api, self.endpoint, door)
        getattr(api, operation.method)(*args, **parameters)
        return door.answer

    def send(self, operation, request):
        """Send `request` (arguments of transport.request) until it is answered."""
        patience = _Patience(self)
        fresh = False
        while True:
            try:
                token, fresh = self._token(fresh)
                self._wait_for_turn(operation, patience)
                return self._send_once(operation, request, token)
            except Unauthorised as error:
                if fresh or error.mend != "role":
                    raise
                # The token may be older than its cache believes: once more, with a
                # new one.
                self._drop_token(token)
                fresh = True
            except Throttled as error:
                if error.status is None:  # our own limiter: nothing was sent
                    raise
                if error.operation == operation.name:
                    self.limiter.throttled(operation.name)
                patience.rest(error, self._pause(error))
            except Temporary as error:
                if error.sent and not operation.repeatable:
                    raise
                patience.rest(error)

    def _send_once(self, operation, request, token):
        self.calls += 1
        headers = {
            **request["headers"],
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
            "x-amz-access-token": token,
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock())),
        }
        response = self._exchange(operation.name, **{**request, "headers": headers})
        rate = rate_limit(response)
        if rate and self._rates.get(operation.name) != rate:
            self._rates[operation.name] = rate
            self.limiter.learn(operation.name, rate)
        return judge(operation, response)

    def _exchange(self, name, **request):
        """One request and its response, timed, told to on_call; else Temporary."""
        start = time.monotonic()
        response = None
        try:
            response = self._transport.request(**request)
            return response
        except OSError as error:  # requests' own exceptions are OSErrors, too
            sent = name != "token" and not never_arrived(error)
            message = f"Amazon did not answer: {reason(error)}"
            # "from None": the original may hold the query in its text.
            raise Temporary(message, sent=sent, operation=name) from None
        finally:
            status, request_id = None, ""
            if response is not None:
                status = response.status_code
                request_id = response.headers.get("x-amzn-RequestId") or ""
            seconds = time.monotonic() - start
            _logger.debug("%s: %s in %.3f s (%s)", name, status, seconds, request_id)
            if self._on_call:
                self._on_call(name, status, request_id, seconds)

    # Tokens

    def _token(self, fresh):
        """(access token, whether it is brand-new)."""
        token = self.token_cache.get(self.credentials.cache_key)
        if token:
            return token, fresh
        self.token_calls += 1
        response = self._exchange(
            "token",
            method="POST",
            url=self.token_url,
            data=lwa.token_form(self.credentials),
            headers={"Accept": "application/json", "User-Agent": USER_AGENT},
        )
        token, life = lwa.read_token(response, self.credentials)
        # Given back a little early, so that it does not expire on its way.
        expires_at = self._clock() + life - min(60, life / 10)
        self.token_cache.put(self.credentials.cache_key, token, expires_at)
        return token, True

    def _drop_token(self, token):
        # Another worker may have put a newer one there meanwhile.
        if self.token_cache.get(self.credentials.cache_key) == token:
            self.token_cache.drop(self.credentials.cache_key)

    # Turns

    def _wait_for_turn(self, operation, patience):
        while wait := self.limiter.acquire(operation.name):
            message = f"{operation.name} may be called again in {wait:.0f} s"
            patience.spend(
                wait,
                Throttled(message, retry_after=wait, operation=operation.name),
            )

    def _pause(self, error):
        """Seconds until Amazon's bucket holds a token again."""
        plan = PLANS.get(error.operation, (1.0, 1))
        return max(error.retry_after, 1 / self._rates.get(error.operation, plan[0]))


class _Door:
    """The transport the library gets: our client, bound to one operation."""

    def __init__(self, client, operation):
        self._client = client
        self._operation = operation
        self.answer = None

    def request(self, **request):
        self.answer = self._client.send(self._operation, request)
        return library.Blank

    def close(self):
        pass


class _Patience:
    """How long and how often one call may still try."""

    def __init__(self, client):
        self._client = client
        self._seconds = client.max_wait
        self._tries = 1

    def spend(self, seconds, error):
        """Sleep, or raise `error` when that is longer than the call may take."""
        if seconds > self._seconds:
            raise error
        self._seconds -= seconds
        self._client._sleep(seconds)

    def rest(self, error, least=0.0):
        """Sleep before the next try, at least `least` seconds, or raise `error`."""
        wait = max(least, 0.5 * 2 ** (self._tries - 1))
        if isinstance(error, Throttled):
            error.retry_after = wait
        self._tries += 1
        if self._tries > self._client.max_tries or wait > self._seconds:
            raise error
        # Workers that failed together must not come back together.
        jitter = wait * self._client._jitter()
        self.spend(min(wait + jitter, self._seconds), error)


def _address(url):
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url!r} is not an HTTP address")
    return url.rstrip("/")
