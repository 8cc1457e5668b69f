"""Documents that sellers bring: an address to PUT a file to, good for five minutes.

Like Amazon's storage, the sandbox wants the Content-Type that was announced, refuses
`x-amz-…` headers that were not signed, and takes a file again until the time is up.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.wrappers import Response

from .documents import refuse

PATH = "/uploads/"
NAME = re.compile(re.escape(PATH) + r"(?P<document_id>[^/]+)")
LIFE = timedelta(minutes=5)


@dataclass(eq=False)
class Upload:
    document_id: str
    seller_key: str
    content_type: str
    created: datetime
    data: bytes | None = None
    used: bool = False  # by a feed


class Uploads:
    def __init__(self, clock, rng):
        self.clock = clock
        self._rng = rng
        self._secret = rng.randbytes(32)
        self._uploads = {}

    def add(self, seller, content_type):
        document_id = f"amzn1.tortuga.4.{self._rng.getrandbits(128):032x}"
        upload = Upload(document_id, seller.key, content_type, self.clock.now())
        self._uploads[document_id] = upload
        return upload

    def of(self, seller, document_id):
        """The seller's own upload of this id, or None."""
        upload = self._uploads.get(document_id)
        return upload if upload and upload.seller_key == seller.key else None

    def url(self, upload, base):
        signature = self._sign(upload.document_id)
        return f"{base}{PATH}{upload.document_id}?X-Amz-Signature={signature}"

    def _sign(self, document_id):
        return hmac.new(self._secret, document_id.encode(), hashlib.sha256).hexdigest()

    def take(self, request, document_id):
        upload = self._uploads.get(document_id)
        if request.method != "PUT" or upload is None:
            return refuse("NoSuchKey", "There is nothing to upload to.")
        if any(name.lower().startswith("x-amz-") for name in request.headers.keys()):
            text = "There were headers present in the request which were not signed"
            return refuse("AccessDenied", text)
        signed = request.args.get("X-Amz-Signature") == self._sign(document_id)
        if not signed or request.headers.get("Content-Type") != upload.content_type:
            text = "The request signature we calculated does not match."
            return refuse("SignatureDoesNotMatch", text)
        if self.clock.now() > upload.created + LIFE:
            return refuse("AccessDenied", "Request has expired")
        upload.data = request.get_data()
        return Response(status=200)
