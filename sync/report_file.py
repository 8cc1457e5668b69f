"""The file of a report: kept as an attachment, and opened again without filling memory.

An attachment passes through memory as a whole, so a large file is kept packed; it is
read from a temporary file, whatever its size.
"""

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import tempfile
import zlib

from ..spapi.report_download import MAX_BYTES
from ..spapi.settlement import SettlementError

PLAIN = 8 * 2**20
CHUNK = 2**16
GZIP = b"\x1f\x8b"


def temporary():
    """A file for a report's content; gone when it is closed."""
    return tempfile.TemporaryFile(prefix="amazon-report-")


def fingerprint(file):
    """(SHA-256, size) of all of ``file``."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def keep(report, file, name):
    """Attach ``file`` to its report, packed when it is large."""
    sha256, size = fingerprint(file)
    file.seek(0)
    if size <= PLAIN:
        content = file.read()
    else:
        packed = io.BytesIO()
        with gzip.GzipFile(name, "wb", 6, packed, mtime=0) as archive:
            shutil.copyfileobj(file, archive, CHUNK)
        content, name = packed.getvalue(), f"{name}.gz"
    attachment = report.env["ir.attachment"].create(
        {
            "name": name,
            "raw": content,
            "res_model": report._name,
            "res_id": report.id,
            # of a text Odoo would keep all words once more, to search in them
            "mimetype": "application/octet-stream",
        }
    )
    report.write({"attachment_id": attachment.id, "sha256": sha256, "size": size})


@contextlib.contextmanager
def raw(attachment):
    """The attachment's bytes as an open file, from the disk where they are on it."""
    attachment = attachment.sudo()
    path = attachment.store_fname and attachment._full_path(attachment.store_fname)
    if path and os.path.isfile(path):
        with open(path, "rb") as file:
            yield file
    else:
        yield io.BytesIO(attachment.raw or b"")


@contextlib.contextmanager
def opened(report, error=SettlementError):
    """The content of a report's kept file, unpacked, as an open file.

    :raises error: too long, or its gzip is damaged
    """
    with raw(report.attachment_id) as file:
        if file.read(2) != GZIP:
            _check_size(report.env, file.seek(0, os.SEEK_END), error)
            yield file
            return
        file.seek(0)
        with temporary() as content:
            _unpack(report.env, file, content, error)
            yield content


def _unpack(env, file, content, error):
    size = 0
    try:
        with gzip.GzipFile(fileobj=file) as archive:
            while chunk := archive.read(CHUNK):
                size += len(chunk)
                _check_size(env, size, error)
                content.write(chunk)
    except EOFError:
        raise error(
            env._(
                "The gzip file ends too early: it was not copied completely. Download "
                "it once more."
            )
        ) from None
    except (OSError, zlib.error):
        raise error(env._("The gzip file is damaged. Download it once more.")) from None


def _check_size(env, size, error):
    if size > MAX_BYTES:
        raise error(
            env._(
                "The file is longer than %s MB, which no report is. Check that it "
                "is the right file.",
                MAX_BYTES // 2**20,
            )
        )
