"""Fetches a product's image from the address Amazon's catalog gives: its bytes."""

import contextlib
import time

from urllib3.exceptions import HTTPError

from .errors import NotFound, Refused, Temporary
from .file_store import HEADERS, proxies, session_of_ours
from .transport import reason

MAX_BYTES = 10 * 2**20
_CHUNK = 2**16
_TIMEOUT = 20  # seconds without a connection or without a byte
_DEADLINE = 60  # seconds for all of it: a slow drip never ends by itself


class NoImage(ValueError):
    """The address leads to something that is of no use. Fetching again won't help."""


def download_image(url, *, session=None, timeout=_TIMEOUT, max_bytes=MAX_BYTES):
    """The bytes of an image.

    session: a `requests.Session` without credentials instead of our own; it stays
    open. NotFound, Refused, NoImage: this address brings no image. Temporary: later.
    """
    if not url.startswith(("https://", "http://")):
        raise NoImage("the address is not an HTTP address")
    with contextlib.ExitStack() as stack:
        if session is None:
            session = stack.enter_context(session_of_ours())
        response = stack.enter_context(_open(url, session, timeout))
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if not kind.lower().startswith("image/") or "svg" in kind.lower():
            raise NoImage(f"the address leads to {kind or 'something unnamed'}")
        return _read(response, max_bytes)


def _open(url, session, timeout):
    try:
        response = session.get(
            url,
            headers=HEADERS,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
            proxies=proxies(url),
        )
    except ValueError as error:  # an address that is none; requests' are both
        raise NoImage(f"the address cannot be used ({type(error).__name__})") from None
    except OSError as error:
        message = f"the image did not come: {reason(error)}"
        raise Temporary(message, operation="image") from None
    status = response.status_code
    if status != 200:
        response.close()
        raise _refusal(status)
    return response


def _refusal(status):
    facts = {"operation": "image", "status": status}
    if status in (404, 410):
        return NotFound("there is no image at this address", **facts)
    if status >= 500 or status in (408, 429):
        return Temporary("the image store gave no image", **facts)
    return Refused("the image store refuses the image", **facts)


def _read(response, max_bytes):
    """Never more than max_bytes, whatever is announced."""
    announced = response.headers.get("Content-Length", "")
    announced = int(announced) if announced.isdigit() else None
    if announced and announced > max_bytes:
        raise _too_large(max_bytes)
    data, deadline = bytearray(), time.monotonic() + _DEADLINE
    while True:
        try:
            chunk = response.raw.read(_CHUNK, decode_content=True)
        except (OSError, HTTPError) as error:
            message = f"the image was cut off: {reason(error)}"
            raise Temporary(message, operation="image") from None
        if not chunk:
            break
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
        if time.monotonic() > deadline:
            raise Temporary("the image comes too slowly", operation="image")
    if announced is not None and len(data) < announced:
        raise Temporary("the image was cut off", operation="image")
    if not data:
        raise NoImage("the image is empty")
    return bytes(data)


def _too_large(max_bytes):
    return NoImage(f"the image is larger than {max_bytes // 2**20} MB")
