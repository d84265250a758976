"""The file store of those who have an S3-compatible one: bytes as objects of a bucket."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from gongdan.errors import FileStoreFailed, SettingsError
from gongdan.storage.files import StoredBytes, name_of
from gongdan.text import msg

if TYPE_CHECKING:
    from obstore.store import S3Config

#: For how long a store may be silent before a person hears that it does not answer.
_CONNECT: Final = timedelta(seconds=5)
_ANSWER: Final = timedelta(seconds=30)
_RETRY_FOR: Final = timedelta(seconds=20)
_RETRIES: Final = 2
_PARAMETERS: Final = frozenset({"endpoint", "region", "virtual_host"})


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """Where a bucket is, as ``GONGDAN_FILES_URL`` says; keys come from the environment and stand in no address."""

    bucket: str
    #: In front of every name; empty for none.
    prefix: str
    #: Empty for Amazon's own.
    endpoint: str
    region: str
    #: The bucket is a part of the host name, as some providers want it.
    is_virtual_host: bool


def read_address(url: str) -> BucketAddress:
    """Read ``s3://bucket/prefix?endpoint=…&region=…&virtual_host=true``; raises ``SettingsError``."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint = given.get("endpoint", "")
    if "@" in parts.netloc or "@" in urlsplit(endpoint).netloc:
        # The address itself must not be repeated: it would stand in the log.
        rule = msg("密钥不能写在地址里，请用 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY")
        raise SettingsError("files_url", "s3://…", rule)
    if not parts.hostname or ".." in parts.path.split("/"):
        raise SettingsError("files_url", url, msg("须形如 s3://bucket/prefix?endpoint=https://…&region=…"))
    if unknown := sorted(given.keys() - _PARAMETERS):
        raise SettingsError("files_url", unknown[0], msg("没有这个参数；可用的有 endpoint、region、virtual_host"))
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise SettingsError("files_url", endpoint, msg("endpoint 须以 http:// 或 https:// 开头"))
    region, is_virtual = given.get("region") or "us-east-1", given.get("virtual_host") == "true"
    return BucketAddress(parts.hostname, parts.path.strip("/"), endpoint, region, is_virtual)


class BucketStore:
    """Keeps files in a bucket; an object is there as a whole or not at all."""

    def __init__(self, where: BucketAddress) -> None:
        self._where = where
        self._store = S3Store(
            where.bucket,
            prefix=where.prefix or None,
            config=_config(where),
            client_options={
                "allow_http": where.endpoint.startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": _ANSWER,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
        )

    @property
    def address(self) -> str:
        """Return bucket, prefix and endpoint."""
        where = self._where
        return f"s3://{where.bucket}/{where.prefix}".rstrip("/") + (f" ({where.endpoint})" if where.endpoint else "")

    def put(self, company_id: UUID, content: bytes) -> str:
        """Store ``content`` as ``FileStore.put`` says."""
        digest = hashlib.sha256(content).hexdigest()
        with self._answering():
            try:
                obstore.put(self._store, name_of(company_id, digest), content)
            except FileNotFoundError as problem:
                raise FileStoreFailed(self.address, msg("没有这个存储桶")) from problem
        return digest

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes as ``FileStore.get`` says."""
        with self._answering():
            return bytes(obstore.get(self._store, name_of(company_id, digest)).bytes())

    def has(self, company_id: UUID, digest: str) -> bool:
        """Tell whether the bytes are there."""
        with self._answering():
            try:
                obstore.head(self._store, name_of(company_id, digest))
            except FileNotFoundError:
                return False
            return True

    def remove(self, company_id: UUID, digest: str) -> None:
        """Delete the bytes."""
        with self._answering():
            obstore.delete(self._store, name_of(company_id, digest))

    def kept(self, company_id: UUID) -> Iterator[StoredBytes]:
        """Yield what lies there, a page of the bucket's list at a time."""
        now = datetime.now(UTC)
        with self._answering():
            for page in obstore.list(self._store, prefix=company_id.hex):
                for found in page:
                    age = max(now - found["last_modified"], timedelta())
                    yield StoredBytes(found["path"].rpartition("/")[2], found["size"], age)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as problem:
            raise FileStoreFailed(self.address, msg("没有权限，或密钥不对")) from problem
        except (BaseError, ConnectionError, TimeoutError) as problem:
            raise FileStoreFailed(self.address, msg("没有应答")) from problem


def _config(where: BucketAddress) -> "S3Config":
    found: S3Config = {"region": where.region, "virtual_hosted_style_request": where.is_virtual_host}
    if where.endpoint:
        found["endpoint"] = where.endpoint
    return found
