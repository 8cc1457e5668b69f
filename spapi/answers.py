"""Judges an HTTP answer by status and content type before anything reads it.

The library would take a 503 with an HTML page, or half a JSON text, for an empty
success (reference: spapi.md §16). Here an answer is what Amazon promised, or an
error that says what it was.
"""

import json
from dataclasses import dataclass

from .errors import NotFound, Refused, Temporary, Throttled, Unauthorised

# Amazon's edge refuses these by size or shape, without a JSON body.
_FINAL_WITHOUT_WORDS = {405, 411, 413, 414, 415, 431}


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. body: the JSON object, {} for 204; numbers with a fraction are
    kept as strings, digit by digit, because amounts must not become floats."""

    status: int
    body: dict
    request_id: str


def judge(operation, response):
    """The Answer to `operation`, or the SpApiError it amounts to."""
    status = response.status_code
    facts = {"operation": operation.name, "status": status}
    facts["request_id"] = response.headers.get("x-amzn-RequestId") or ""
    if status == 204:
        return _answer(operation, status, {}, facts)
    body = _json_object(response)
    if 200 <= status < 300 and body is not None and not body.get("errors"):
        return _answer(operation, status, body, facts)
    facts.update(_amazons_words(body or {}))
    message = facts.pop("message", "")
    if status == 429:
        message = message or "You exceeded your quota for the requested resource."
        raise Throttled(message, retry_after=retry_after(response), **facts)
    if status < 400 or status >= 500 or status == 408:
        raise Temporary(message or _not_an_answer(response), **facts)
    if body is None and status not in _FINAL_WITHOUT_WORDS:
        # A proxy or a captive portal speaks here, not Amazon.
        raise Temporary(_not_an_answer(response), **facts)
    raise _refusal(operation, status, message or "Amazon gave no reason", facts)


def _answer(operation, status, body, facts):
    if operation.required and body.get(operation.required) is None:
        message = f'the answer lacks its "{operation.required}"'
        raise Temporary(message, **facts)
    return Answer(status, body, facts["request_id"])


def _refusal(operation, status, message, facts):
    if status in (401, 403):
        note = "or the account belongs to another region"
        return Unauthorised(
            message, mend="role", role=operation.role, note=note, **facts
        )
    return (NotFound if status == 404 else Refused)(message, **facts)


def retry_after(response):
    """Seconds Amazon asks us to wait; 0.0 when it does not say (it rarely does)."""
    return _positive(response.headers.get("Retry-After")) or 0.0


def rate_limit(response):
    """The rate Amazon states, in calls per second, or None."""
    return _positive(response.headers.get("x-amzn-RateLimit-Limit"))


def _positive(text):
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < 1e6 else None


def _json_object(response):
    content_type = response.headers.get("Content-Type") or "json"
    return json_object(response.content) if "json" in content_type.lower() else None


def json_object(content):
    """The JSON object in `content` (bytes), or None when it is anything else."""
    try:
        body = json.loads(content, parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_number(text):
    raise ValueError(f"{text} is not JSON")


def _amazons_words(body):
    """{code, message, details} of an error body; {} when it states no error."""
    errors = body.get("errors")
    if not isinstance(errors, list):
        message = body.get("message") or body.get("Message")
        return {"message": message} if isinstance(message, str) else {}
    errors = [error for error in errors if isinstance(error, dict)]
    if not errors:
        return {}
    texts = {
        key: "; ".join(dict.fromkeys(str(e[key]) for e in errors if e.get(key)))
        for key in ("message", "details")
    }
    code = str(errors[0].get("code") or "")
    return {**texts, "code": code, "message": texts["message"] or code or "error"}


def _not_an_answer(response):
    status = response.status_code
    if status >= 300:
        return f"Amazon answered HTTP {status} without a reason"
    content_type = (response.headers.get("Content-Type") or "nothing").split(";")[0]
    return f"the answer is not readable JSON (Content-Type: {content_type})"
