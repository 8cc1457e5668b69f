"""Where access tokens wait until they expire."""

import threading
import time
from typing import Protocol


class TokenCache(Protocol):
    """Shared by all clients of an installation; keys are `Credentials.cache_key`."""

    def get(self, key: str) -> str | None:
        """The token, or None when there is none or it has expired."""

    def put(self, key: str, token: str, expires_at: float) -> None:
        """Keep `token` until `expires_at` (seconds since the epoch)."""

    def drop(self, key: str) -> None:
        """Forget the token, if there is one."""


class MemoryTokenCache:
    """A TokenCache for one process, safe to share between threads."""

    def __init__(self, clock=time.time):
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = {}

    def get(self, key):
        with self._lock:
            token, expires_at = self._tokens.get(key, (None, 0.0))
            return token if self._clock() < expires_at else None

    def put(self, key, token, expires_at):
        with self._lock:
            self._tokens[key] = (token, expires_at)

    def drop(self, key):
        with self._lock:
            self._tokens.pop(key, None)
