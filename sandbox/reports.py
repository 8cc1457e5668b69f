"""Reports API 2021-06-30, and the documents behind its pre-signed URLs.

Settlement reports appear by themselves, when a settlement is closed. Other types can
be requested; what `Reports.contents` says of a type becomes the document, and a report
about which it says nothing ends CANCELLED, as Amazon's do when there is no data.

Amazon leaves open, and the sandbox chose: a report waits 15 seconds and is done after
60; `createdSince` of more than 91 days ago is refused; documents of 4,000 bytes and more
are compressed; a report of a role the caller lacks is left out of a list, and refused
where it is asked for.
"""

import base64
import gzip
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.wrappers import Response

from .clock import iso, parse_time
from .errors import ApiError, denied, invalid
from .marketplaces import is_marketplace_id
from .search import _listed as listed
from .sellers import BASE, FINANCE
