"""Keys: encryption of identity numbers, digests for finding them again, and the key of the journal's seal."""

import hashlib
import hmac
import os
import tempfile
from base64 import b64decode, b64encode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gongdan.errors import SettingsError
from gongdan.text import msg

_NONCE_BYTES = 12
_SECRET_BYTES = 32
_CODE_BYTES = 16


class Vault:
    """Everything that is derived from the installation's one secret."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"identity numbers"))
        self._files = AESGCM(_derive(secret, b"uploaded lists"))
        self._digest_key = _derive(secret, b"identity digests")
        self._code_key = _derive(secret, b"codes on papers")
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

    def seal(self, content: bytes, purpose: bytes) -> bytes:
        """Return ``content`` encrypted, to be opened for the same ``purpose`` only."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._files.encrypt(nonce, content, purpose)

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        """Return what ``seal`` was given; raises ``InvalidTag`` when content, purpose or key is wrong."""
        return self._files.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose)

    def code(self, plain: str) -> str:
        """Return 128 bits that only this installation can tell for ``plain``, in 22 characters of an address."""
        keyed = hmac.new(self._code_key, plain.encode(), hashlib.sha256).digest()[:_CODE_BYTES]
        return urlsafe_b64encode(keyed).decode().rstrip("=")

    def digest(self, plain: str) -> str:
        """Return a keyed digest, equal for equal input, as 64 hex digits."""
        return hmac.new(self._digest_key, plain.encode(), hashlib.sha256).hexdigest()


def read_or_make_secret(path: Path) -> bytes:
    """Return the secret in ``path``, making it on first use; only the owner may read the file.

    Raises ``SettingsError`` for a damaged one: with another secret nothing that was encrypted could be read.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_secret(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        secret = b""
    if len(secret) != _SECRET_BYTES:
        raise SettingsError(path.name, "", msg("密钥文件已损坏，请从备份恢复"))
    return secret


def _make_secret(path: Path) -> None:
    """Write a secret, whole or not at all; of two processes that start at once the first one's holds."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(os.urandom(_SECRET_BYTES).hex())
    with suppress(FileExistsError):
        path.hardlink_to(name)
    Path(name).unlink()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"gongdan:" + purpose, hashlib.sha256).digest()
