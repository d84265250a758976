"""What every store of files promises, and what each kind does about trouble of its own."""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from gongdan.bootstrap import open_files
from gongdan.errors import FileStoreFailed, FileStoreFull, SettingsError
from gongdan.services.file_keeping import try_out
from gongdan.settings import Settings, read_settings
from gongdan.storage.buckets import BucketStore, read_address
from gongdan.storage.files import FileStore, FolderStore
from tests.core.storage.buckets import BUCKET, KEYS, serving

COMPANY, OTHER_COMPANY = UUID(int=1), UUID(int=2)
#: Of b"photo", by sha256sum.
DIGEST = "55c64d0fcd6f9d5f7c828093857e3fdfda68478bb4e9bd24d481ef391c7804e8"

NO_KEYS = "密钥不能写在地址里，请用 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "files")
    endpoint = request.getfixturevalue("endpoint")
    return BucketStore(read_address(f"s3://{BUCKET}/{tmp_path.name}?endpoint={endpoint}&region=cn-north-1"))


class TestEveryStore:
    def test_bytes_come_back_by_their_hash_and_are_stored_once(self, store: FileStore) -> None:
        digest = store.put(COMPANY, b"photo")
        assert digest == DIGEST
        assert store.put(COMPANY, b"photo") == digest
        assert store.get(COMPANY, digest) == b"photo"
        assert [(found.digest, found.size_bytes) for found in store.kept(COMPANY)] == [(digest, 5)]
        (found,) = store.kept(COMPANY)
        assert timedelta() <= found.age < timedelta(minutes=5)

    def test_a_company_finds_nothing_of_another_one(self, store: FileStore) -> None:
        digest = store.put(COMPANY, b"photo")
        assert not store.has(OTHER_COMPANY, digest)
        assert list(store.kept(OTHER_COMPANY)) == []
        with pytest.raises(FileNotFoundError):
            store.get(OTHER_COMPANY, digest)
        store.remove(OTHER_COMPANY, digest)
        assert store.has(COMPANY, digest)

    def test_what_was_removed_is_gone_and_may_be_removed_again(self, store: FileStore) -> None:
        digest = store.put(COMPANY, b"photo")
        for _ in range(2):
            store.remove(COMPANY, digest)
            assert not store.has(COMPANY, digest)
        with pytest.raises(FileNotFoundError):
            store.get(COMPANY, digest)

    @pytest.mark.parametrize(
        "name",
        ["", "..", "../secret.key", "../../secret.key", "/etc/passwd", "现场.png", "a" * 63, "A" * 64, "a" * 64 + "/x"],
    )
    def test_what_is_no_hash_names_nothing(self, store: FileStore, name: str) -> None:
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.get(COMPANY, name)
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.has(COMPANY, name)
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.remove(COMPANY, name)

    def test_twenty_megabytes_and_nothing_at_all_come_back_whole(self, store: FileStore) -> None:
        for content in (b"", os.urandom(1024) * 20 * 1024):
            assert store.get(COMPANY, store.put(COMPANY, content)) == content

    def test_trying_it_out_leaves_nothing(self, store: FileStore) -> None:
        assert try_out(store) == store.address
        assert list(store.kept(UUID(int=0))) == []


class TestFolder:
    def test_only_the_owner_of_the_installation_reads_it(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path)
        store.put(COMPANY, b"photo")
        (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        ("number", "error"),
        [(errno.ENOSPC, FileStoreFull), (errno.EACCES, FileStoreFailed), (errno.EIO, FileStoreFailed)],
    )
    def test_a_disk_that_takes_no_more_leaves_nothing_half_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[FileStoreFailed]
    ) -> None:
        def fail(descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("gongdan.storage.files.os.fsync", fail)
        with pytest.raises(error) as failed:
            FolderStore(tmp_path).put(COMPANY, b"photo")
        assert failed.value.store == str(tmp_path)
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class TestBucket:
    def test_one_that_does_not_answer_is_named_and_keeps_nobody_waiting(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        store = BucketStore(read_address(f"s3://{BUCKET}/x?endpoint={address}"))
        calls = (
            lambda: store.put(COMPANY, b"photo"),
            lambda: store.get(COMPANY, "a" * 64),
            lambda: store.has(COMPANY, "a" * 64),
            lambda: store.remove(COMPANY, "a" * 64),
            lambda: list(store.kept(COMPANY)),
        )
        for call in calls:
            with pytest.raises(FileStoreFailed) as failed:
                call()
            assert (failed.value.store, failed.value.reason) == (f"s3://gongdan/x ({address})", "没有应答")

    def test_a_bucket_that_is_not_there_is_named(self, endpoint: str) -> None:
        with pytest.raises(FileStoreFailed) as failed:
            BucketStore(read_address(f"s3://nirgends?endpoint={endpoint}")).put(COMPANY, b"photo")
        assert failed.value.reason == "没有这个存储桶"


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://bucket", "须以 s3:// 开头，或留空"),
        ("/srv/files", "须以 s3:// 开头，或留空"),
        ("s3://", "须形如 s3://bucket/prefix?endpoint=https://…&region=…"),
        ("s3://bucket/../other", "须形如 s3://bucket/prefix?endpoint=https://…&region=…"),
        ("s3://bucket?endpoint=oss.example.cn", "endpoint 须以 http:// 或 https:// 开头"),
        ("s3://bucket?acl=public", "没有这个参数；可用的有 endpoint、region、virtual_host"),
        (
            "s3://bucket?endpoint=http://key:secret@127.0.0.1",
            "密钥不能写在地址里，请用 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY",
        ),
        ("s3://key:secret@bucket", NO_KEYS),
    ],
)
def test_an_address_that_cannot_be_is_refused_at_the_start(tmp_path: Path, url: str, rule: str) -> None:
    settings = read_settings({"GONGDAN_HOME": str(tmp_path), "GONGDAN_FILES_URL": url})
    with pytest.raises(SettingsError) as refused:
        open_files(settings)
    assert (refused.value.name, refused.value.rule) == ("files_url", rule)
    assert "secret" not in refused.value.value


def test_without_an_address_files_lie_in_a_folder_at_home(settings: Settings) -> None:
    assert open_files(settings).address == str(settings.home / "files")
    assert list(open_files(settings).kept(COMPANY)) == []
