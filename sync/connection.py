"""From an account's record to a client, and the live test that names what is missing."""

import hashlib
from datetime import UTC, datetime, timedelta

from ..spapi import sellers
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import SpApiError, Unauthorised
from ..spapi.orders import search_orders
from ..spapi.tokens import MemoryTokenCache
from . import secrets
from .rate_limit import DatabaseLimiter

# one per process: an access token lives an hour and fetching one costs a call
TOKENS = MemoryTokenCache()
PROBE = timedelta(hours=1)


class NotConfigured(Exception):
    """A credential is missing or unreadable; the text says which and what to do."""


def credentials(account):
    """The account's :class:`Credentials`, decrypted.

    :raises NotConfigured: one plain sentence
    """
    account = account.sudo()
    names = {
        "client_id": account.env._("LWA Client ID"),
        "client_secret": account.env._("LWA Client Secret"),
        "refresh_token": account.env._("Refresh Token"),
    }
    try:
        values = {
            "client_id": account.client_id,
            "client_secret": secrets.decrypt(account.client_secret_encrypted),
            "refresh_token": secrets.decrypt(account.refresh_token_encrypted),
        }
    except secrets.SecretUnreadable as exc:
        raise NotConfigured(
            account.env._(
                "The stored secrets of %s were encrypted with another key. Paste the "
                "client secret and the refresh token again.",
                account.name,
            )
        ) from exc
    missing = [names[key] for key, value in values.items() if not value]
    if missing:
        raise NotConfigured(
            account.env._("Fill in first: %s.", ", ".join(map(str, missing)))
        )
    return Credentials(**values)


def client(account, **kwargs):
    """A :class:`Client` for the account; its limiter is shared by all workers."""
    credential = credentials(account)
    sandbox_url = account.sudo().sandbox_url
    if sandbox_url:
        base = sandbox_url.rstrip("/")
        kwargs["endpoint"] = f"{base}/{account.region}"
        kwargs["token_url"] = f"{base}/auth/o2/token"
    key = hashlib.sha256(
        f"{account.seller_id}|{credential.client_id}|{sandbox_url or ''}".encode()
    ).hexdigest()[:32]
    kwargs.setdefault("limiter", DatabaseLimiter(account.env.registry, key))
    return Client(account.region, credential, token_cache=TOKENS, **kwargs)


def explain(account, error):
    """One plain sentence for what stopped a call: what, why, what to do."""
    if isinstance(error, NotConfigured):
        return str(error)
    if not isinstance(error, Unauthorised):
        return account.env._("Amazon could not be asked: %s", error)
    if error.mend == "refresh_token":
        return account.env._(
            "Amazon no longer accepts the refresh token of %s (revoked or expired). "
            "Authorize the app again in the Developer Console and paste the new token.",
            account.name,
        )
    if error.mend == "client_secret":
        return account.env._(
            "Amazon refuses the LWA client ID or secret of %s (wrong or rotated). Copy "
            "both again from the Developer Console.",
            account.name,
        )
    if error.mend == "region":
        return account.env._(
            "Amazon knows these credentials but not in region %(region)s. Choose a home "
            "marketplace in the region where the token was issued.",
            region=dict(
                account.marketplace_id._fields["region"]._description_selection(
                    account.env
                )
            )[account.region],
        )
    return account.env._(
        "Amazon denies %(operation)s: the app lacks the role '%(role)s'. Add the role in "
        "the Developer Console, authorize the app again and paste the new token.",
        operation=error.operation,
        role=getattr(error, "role", "")
        or account.env._("Inventory and Order Tracking"),
    )


def check(account):
    """Test the credentials live and take over the stores Amazon names.

    :return: False, or what is wrong in one sentence (the account is marked)
    """
    try:
        with client(account) as api:
            participations = _participations(api)
            known = account.env["amazon.store"]._discover(account, participations)
            if not known:
                raise NotConfigured(
                    account.env._(
                        "The credentials work, but Amazon names no marketplace in which "
                        "this seller sells."
                    )
                )
            # the role for orders shows only when orders are asked for
            search_orders(
                api,
                marketplace_ids=known.mapped("marketplace_id.api_id"),
                last_updated_after=datetime.now(UTC) - PROBE,
                page_size=1,
            )
    except (NotConfigured, SpApiError) as exc:
        message = explain(account, exc)
    else:
        account._mark_connected()
        return False
    account._mark_attention(message)
    return message


def _participations(api):
    try:
        return sellers.marketplace_participations(api)
    except Unauthorised as exc:
        if exc.mend == "role":
            # any role opens this operation: a refusal here means another region
            exc.mend = "region"
        raise
