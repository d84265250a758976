"""Keys: encryption of identity numbers, digests for finding them again, and the key of the journal's seal."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Vault:
    """Everything that is derived from the installation's one secret."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"identity numbers"))
        self._digest_key = _derive(secret, b"identity digests")
        #: Key of the journal's HMAC chain.
        self.journal_key = _derive(secret, b"journal")
        #: Key of the web's signed cookies and forms.
        self.web_key = _derive(secret, b"web")

    def encrypt(self, plain: str) -> str:
        """Return ``plain`` encrypted, as text; the same input gives another text each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain.encode(), None)).decode()

    def decrypt(self, cipher: str) -> str:
        """Return what ``encrypt`` was given; raises ``InvalidTag`` when text or key is wrong."""
        raw = b64decode(cipher)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()

    def digest(self, plain: str) -> str:
        """Return a keyed digest, equal for equal input, as 64 hex digits."""
        return hmac.new(self._digest_key, plain.encode(), hashlib.sha256).hexdigest()


def read_or_make_secret(path: Path) -> bytes:
    """Return the secret in ``path``, making it on first use; only the owner may read the file."""
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = os.urandom(32)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return read_or_make_secret(path)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret.hex())
        return secret


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"gongdan:" + purpose, hashlib.sha256).digest()
