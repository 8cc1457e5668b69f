"""Login with Amazon: refresh tokens become access tokens that live for an hour."""

import secrets
from datetime import timedelta

from .errors import denied

LIFE = 3600


class Tokens:
    def __init__(self, clock, sellers):
        self.clock = clock
        self.sellers = sellers
        self._issued = {}  # access token → (seller key, expiry)

    def grant(self, form):
        """Answer `POST /auth/o2/token`: status and body."""
        clients = {seller.client_id: seller for seller in self.sellers.values()}
        client = clients.get(form.get("client_id"))
        if form.get("grant_type") != "refresh_token":
            text = "The authorization grant type is not supported by the sandbox"
            return _refuse(400, "unsupported_grant_type", text)
        if not client or client.client_secret != form.get("client_secret"):
            return _refuse(401, "invalid_client", "Client authentication failed")
        # Several sellers may have authorized the same application.
        for seller in self.sellers.values():
            if (
                seller.client_id == client.client_id
                and seller.refresh_token == form.get("refresh_token")
                and not seller.revoked
            ):
                break
        else:
            text = "The request has an invalid grant parameter : refresh_token"
            return _refuse(400, "invalid_grant", text)
        token = "Atza|" + secrets.token_urlsafe(48)
        now = self.clock.now()
        self._issued[token] = (seller.key, now + timedelta(seconds=LIFE))
        return 200, {
            "access_token": token,
            "refresh_token": seller.refresh_token,
            "token_type": "bearer",
            "expires_in": LIFE,
        }

    def seller(self, token, region):
        """Whose token it is; 403 where it opens nothing in this region."""
        if not token:
            raise denied("Access token is missing in the request header.")
        key, expiry = self._issued.get(token, (None, None))
        seller = self.sellers.get(key)
        if not seller or seller.revoked:
            raise denied("The access token you provided is revoked or malformed.")
        if expiry <= self.clock.now():
            raise denied("The access token you provided has expired.")
        if seller.region != region:
            raise denied()
        return seller


def _refuse(status, error, description):
    return status, {"error": error, "error_description": description}
