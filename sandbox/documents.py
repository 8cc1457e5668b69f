"""Report documents behind pre-signed URLs, as Amazon's storage serves them.

The URL needs no token; it dies after five minutes, and with any letter changed. Like
the storage, the sandbox refuses `x-amz-…` headers that were not signed: an access token
has no business there. Documents of 4,000 bytes and more are compressed (its choice);
`compress` True or False decides for all.
"""

import gzip
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from .clock import UTC
from .settlements import FAULTS, Settlement, flat_file

PATH = "/documents/"
LIFE = timedelta(minutes=5)
_LARGE = 4000
_TIME = "%Y%m%dT%H%M%SZ"
_ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>{}</Code><Message>{}</Message></Error>"
)


class Encoded(NamedTuple):
    """Bytes, and the charset the storage declares for them (which may be wrong)."""

    data: bytes
    charset: str


class Document(NamedTuple):
    data: bytes
    compressed: bool
    settlement: Settlement | None
    charset: str


class Documents:
    def __init__(self, clock, rng):
        self.clock = clock
        self.compress = None
        self._rng = rng
        self._secret = rng.randbytes(32)
        self._documents = {}

    def add(self, content, settlement=None):
        """Keep a document (text is UTF-8, bytes are `Encoded`); answers its id."""
        data, charset = content, "UTF-8"
        if isinstance(content, Encoded):
            data, charset = content
        elif isinstance(content, str):
            data = content.encode()
        compressed = len(data) >= _LARGE if self.compress is None else self.compress
        document_id = f"amzn1.spdoc.1.4.{self._rng.getrandbits(128):032x}"
        self._documents[document_id] = Document(data, compressed, settlement, charset)
        return document_id

    def view(self, document_id, base, by_header=False, name="reportDocumentId"):
        """`ReportDocument`, with a URL for the next five minutes."""
        document = self._documents[document_id]
        query = {
            "X-Amz-Date": self.clock.now().strftime(_TIME),
            "X-Amz-Expires": str(LIFE.seconds),
        }
        if document.compressed and by_header:
            query["response-content-encoding"] = "gzip"
        query["X-Amz-Signature"] = self._sign(document_id, query)
        shown = {
            name: document_id,
            "url": f"{base}{PATH}{document_id}?{urlencode(query)}",
        }
        if document.compressed:
            shown["compressionAlgorithm"] = "GZIP"
        return shown

    def _sign(self, document_id, query):
        signed = {n: v for n, v in sorted(query.items()) if n != "X-Amz-Signature"}
        text = f"{document_id}?{urlencode(signed)}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def download(self, request, call, faults):
        document_id, query = call["parameters"]["document_id"], call["query"]
        if any(name.lower().startswith("x-amz-") for name in request.headers.keys()):
            text = "There were headers present in the request which were not signed"
            return refuse("AccessDenied", text)
        if query.get("X-Amz-Signature") != self._sign(document_id, query):
            text = "The request signature we calculated does not match."
            return refuse("SignatureDoesNotMatch", text)
        signed = datetime.strptime(query["X-Amz-Date"], _TIME).replace(tzinfo=UTC)
        if self.clock.now() > signed + LIFE:
            return refuse("AccessDenied", "Request has expired")
        document = self._documents[document_id]
        data = document.data
        if document.settlement and (fault := faults.take(FAULTS, "document")):
            call["fault"] = fault.kind
            data = flat_file(document.settlement, fault.kind).encode()
        if document.compressed:
            data = gzip.compress(data, 6, mtime=0)
        kind = f"text/plain; charset={document.charset}"
        response = Response(data, content_type=kind)
        if "response-content-encoding" in query:
            response.headers["Content-Encoding"] = query["response-content-encoding"]
        return response


def refuse(code, message):
    return Response(_ERROR.format(code, message), 403, content_type="application/xml")
