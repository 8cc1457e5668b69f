"""Product images behind links that anyone can fetch, as Amazon's storage serves them.

Kinds: `good` (a small PNG), `missing` (404), `huge` (40 MB), `text` (200, but a page
of HTML instead of an image).
"""

import re
import struct
import zlib

from werkzeug.wrappers import Response

PATH = "/images/I/"
NAME = re.compile(re.escape(PATH) + r"(?P<image>[^/]+)")
KINDS = ("good", "missing", "huge", "text")
SIZES = (500, 160, 75)  # Amazon keeps each image in several; the largest first
HUGE = 40 * 1024 * 1024
_PIECE = 64 * 1024
_FILE = re.compile(r"(\w+)-(\w+)\.(\w+)\._SL(\d+)_\.png")


def link(base, kind, asin, variant, size):
    if kind not in KINDS:
        raise ValueError(f"Unknown kind of image {kind!r}: {', '.join(KINDS)}")
    return f"{base}{PATH}{kind}-{asin}.{variant}._SL{size}_.png"


def serve(request, name):
    match = _FILE.fullmatch(name)
    if request.method not in ("GET", "HEAD"):
        return Response(status=405)
    if not match or match[1] == "missing" or int(match[4]) not in SIZES:
        return Response("Not Found", 404, content_type="text/plain")
    kind, asin, variant, size = match.groups()
    if kind == "text":
        return Response("<html><body>Sorry!</body></html>", content_type="text/html")
    picture = png(int(size), f"{asin} {variant}")
    if kind == "good":
        return Response(picture, content_type="image/png")
    response = Response(_padded(picture), content_type="image/png")
    response.headers["Content-Length"] = str(HUGE)
    return response


def png(size, name):
    """A square of a colour of its own."""
    colour = struct.pack(">I", zlib.crc32(name.encode()))[:3]
    rows = (b"\0" + colour * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def _padded(picture):
    """The picture and zeros after it, piece by piece: few clients take them all."""
    yield picture
    left = HUGE - len(picture)
    while left > 0:
        yield bytes(min(left, _PIECE))
        left -= _PIECE
