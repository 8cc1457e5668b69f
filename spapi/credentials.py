"""The three secrets that open one selling partner in one region."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """Login with Amazon (LWA) credentials. Only the client id may be printed."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def cache_key(self):
        """Key for an access token: a rotated secret must not find the old one."""
        parts = (self.client_id, self.client_secret, self.refresh_token)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def hide(self, text):
        """`text` without any of the secrets, for errors and logs."""
        for secret in (self.client_secret, self.refresh_token):
            if secret:
                text = text.replace(secret, "***")
        return text
