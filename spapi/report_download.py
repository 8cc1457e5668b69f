"""Fetches the file behind a report, piece by piece, whatever its size."""

import contextlib
import hashlib
import zlib
from dataclasses import dataclass
from email.message import Message

from urllib3.exceptions import HTTPError

from .errors import NotFound, Refused, Temporary
from .file_store import HEADERS, proxies, session_of_ours, silent
from .transport import reason

MAX_BYTES = 256 * 2**20
_CHUNK = 2**16
_TIMEOUT = 30  # seconds without a connection or without a byte


class DocumentError(ValueError):
    """The file came as Amazon has it, and is of no use. Fetching again won't help."""


class TooLong(DocumentError):
    """No report is that long: what came of it is worth nothing."""


@dataclass(frozen=True, slots=True)
class Download:
    """size, sha256: of what was written, unpacked; charset: as the file store names
    it, "" when it does not."""

    size: int
    sha256: str
    charset: str


def download_document(
    document,
    file,
    *,
    session=None,
    timeout=_TIMEOUT,
    chunk_size=_CHUNK,
    max_bytes=MAX_BYTES,
):
    """Write the content of `document` (a ReportDocument), unpacked, to `file`.

    file: binary and open for writing; on an error it holds a part, to be thrown
    away. session: a `requests.Session` without credentials instead of our own; it
    stays open. Temporary: fetch again, with a fresh ReportDocument. DocumentError:
    the file itself is damaged or longer than max_bytes.
    """
    algorithm = document.compression_algorithm
    if algorithm not in (None, "GZIP"):
        raise DocumentError(f"the report is packed with {algorithm!r}, not with GZIP")
    if not document.url.startswith(("https://", "http://")):
        raise DocumentError("the link to the report is not an HTTP address")
    with contextlib.ExitStack() as stack:
        if session is None:
            session = stack.enter_context(session_of_ours())
        stack.enter_context(silent())
        response = stack.enter_context(_open(document.url, session, timeout))
        chunks = _received(response, chunk_size, max_bytes)
        if algorithm or response.headers.get("Content-Encoding") == "gzip":
            chunks = _unpacked(chunks, chunk_size, _says_its_length(response))
        return _write(chunks, file, max_bytes, _charset(response))


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
    except OSError as error:  # requests' own exceptions are OSErrors, too
        message = f"the report's file did not come: {reason(error)}"
        # "from None": the original may hold the link in its text.
        raise Temporary(message, operation="download") from None
    if response.status_code != 200:
        response.close()
        raise _refusal(response.status_code)
    return response


def _refusal(status):
    facts = {"operation": "download", "status": status}
    if status == 403:
        return Temporary("the link to the report is no longer valid", **facts)
    if status == 404:
        return NotFound("the report's file no longer exists", **facts)
    if status < 400 or status >= 500 or status in (408, 429):
        return Temporary("the file store gave no report", **facts)
    return Refused("the file store refuses the report", **facts)


def _received(response, chunk_size, max_bytes):
    """The bytes as they come; Temporary when fewer come than were announced."""
    announced = response.headers.get("Content-Length", "")
    announced = int(announced) if announced.isdigit() else None
    if announced and announced > max_bytes:
        raise _too_long(max_bytes)
    received = 0
    while True:
        try:
            chunk = response.raw.read(chunk_size, decode_content=False)
        except (OSError, HTTPError) as error:
            message = f"the report's file was cut off: {reason(error)}"
            raise Temporary(message, operation="download") from None
        if not chunk:
            break
        received += len(chunk)
        if received > max_bytes:
            raise _too_long(max_bytes)
        yield chunk
    if announced is not None and received < announced:
        message = f"the report's file was cut off: {received} of {announced} bytes"
        raise Temporary(message, operation="download")


def _says_its_length(response):
    """Whether a transfer that was cut off would have been noticed."""
    headers = response.headers
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def _unpacked(chunks, chunk_size, complete):
    """The content of gzip members, in pieces of at most chunk_size."""
    inflate = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        while chunk:
            if inflate.eof:
                chunk = chunk.lstrip(b"\0")  # padding, or the next member
                if not chunk:
                    break
                inflate = zlib.decompressobj(wbits=31)
            yield from _inflated(inflate, chunk, chunk_size)
            chunk = inflate.unused_data
    if inflate.eof:
        return
    if not complete:
        raise Temporary("the report's file was cut off", operation="download")
    raise DocumentError("the report's file ends too early: its gzip is truncated")


def _inflated(inflate, data, chunk_size):
    """What `data` unpacks to, until it or its gzip member ends."""
    while True:
        try:
            piece = inflate.decompress(data, chunk_size)
        except zlib.error as error:
            if "header" in str(error):
                words = "the report's file is not packed with gzip, as it should be"
            else:
                words = "the report's file is damaged: its gzip cannot be unpacked"
            raise DocumentError(words) from None
        yield piece
        data = inflate.unconsumed_tail
        # A full piece may have left some output behind.
        if inflate.eof or (not data and len(piece) < chunk_size):
            return


def _write(chunks, file, max_bytes, charset):
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_long(max_bytes)
        digest.update(chunk)
        file.write(chunk)
    return Download(size, digest.hexdigest(), charset)


def _too_long(max_bytes):
    return TooLong(f"the report's file is longer than {max_bytes:,} bytes")


def _charset(response):
    message = Message()
    message["Content-Type"] = response.headers.get("Content-Type", "")
    return message.get_param("charset") or ""
