"""Login with Amazon: a refresh token for an access token.

Source: developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api
"""

from .answers import json_object, retry_after
from .errors import Refused, Temporary, Throttled, Unauthorised

TOKEN_URL = "https://api.amazon.com/auth/o2/token"

# What has to be renewed, by the error code of LWA.
_MEND = {
    "invalid_grant": "refresh_token",
    "invalid_client": "client_secret",
    "unauthorized_client": "client_secret",
}


def token_form(credentials):
    """The form to post for an access token."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }


def read_token(response, credentials):
    """(access token, seconds it lives) out of LWA's answer, or an SpApiError."""
    status = response.status_code
    body = json_object(response.content)
    facts = {"operation": "token", "status": status}
    facts["request_id"] = response.headers.get("x-amzn-RequestId") or ""
    if status == 429:
        message = "Login with Amazon asks to slow down"
        raise Throttled(message, retry_after=retry_after(response), **facts)
    if body is None or status >= 500 or status < 200 or 300 <= status < 400:
        message = "Login with Amazon gave no readable answer"
        raise Temporary(message, sent=False, **facts)
    if status >= 400:
        raise _refusal(body, credentials, facts)
    token, life = body.get("access_token"), body.get("expires_in")
    if not isinstance(token, str) or not token or type(life) is not int:
        message = "the answer lacks its access_token or expires_in"
        raise Temporary(message, sent=False, **facts)
    return token, life


def _refusal(body, credentials, facts):
    code = str(body.get("error") or "")
    text = str(body.get("error_description") or "Login with Amazon refused")
    facts.update(code=code, message=credentials.hide(text))
    mend = _MEND.get(code)
    return Unauthorised(mend=mend, **facts) if mend else Refused(**facts)
