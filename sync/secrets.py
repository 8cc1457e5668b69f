"""Secrets at rest: encrypted with a key that is never in the database.

The key is, in this order: the environment variable ``AMAZON_CONNECTOR_KEY``, the
option ``amazon_connector_key`` of odoo.conf (set one of them when several nodes
share the database), or a file made once in Odoo's data directory.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from odoo.tools import config

KEY_FILE = "amazon_connector.key"


class SecretUnreadable(Exception):
    """The stored secret was encrypted with another key: it must be pasted again."""


def _key():
    key = os.environ.get("AMAZON_CONNECTOR_KEY") or config.get("amazon_connector_key")
    if key:
        return key
    path = Path(config["data_dir"]) / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # written aside and linked: of two workers starting at once one key wins
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(draft, path)
        except FileExistsError:  # the other worker's key is the one to use
            return path.read_text()
        finally:
            draft.unlink()
    return path.read_text()


def encrypt(text):
    """Cipher text of a secret; an empty one stays empty."""
    return Fernet(_key()).encrypt(text.encode()).decode() if text else False


def decrypt(token):
    """The secret behind :func:`encrypt`.

    :raises SecretUnreadable: when the key is not the one it was written with
    """
    if not token:
        return ""
    try:
        return Fernet(_key()).decrypt(token.encode()).decode()
    except (InvalidToken, ValueError) as exc:
        raise SecretUnreadable from exc
