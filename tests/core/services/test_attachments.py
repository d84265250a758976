"""Files are what their bytes say, under a name that can hurt nobody."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

import pytest

from gongdan.domain.snapshots import TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FileMissing, FileRefused, NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import MAX_BYTES, Upload, clean_name
from gongdan.testing.factories import Factory, People
from tests.core.services.pictures import PNG

Unchanged = Callable[[], AbstractContextManager[None]]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 256


def on(ticket: TicketView) -> SubjectKey:
    return SubjectKey("ticket", ticket.id)


@pytest.fixture
def ticket(factory: Factory) -> TicketView:
    return factory.ticket()


@pytest.mark.parametrize(
    ("upload", "media_type"),
    [
        (Upload("合同.pdf", PDF), "application/pdf"),
        (Upload("说明.txt", "厨房漏水\n".encode()), "text/plain"),
        (Upload("说明.txt", "厨房漏水\n".encode("gb18030")), "text/plain"),
        (Upload("名单.csv", b"a,b\n1,2\n"), "text/csv"),
    ],
    ids=["pdf", "utf-8", "gb18030", "csv"],
)
def test_a_file_that_is_what_its_name_says_is_kept(
    company_desk: CompanyDesk, ticket: TicketView, upload: Upload, media_type: str
) -> None:
    (added,) = company_desk.attachments.add(on(ticket), [upload])
    assert (added.name, added.media_type, added.size_bytes) == (upload.name, media_type, len(upload.content))
    assert company_desk.attachments.read(added.id) == (added, upload.content)
    assert company_desk.attachments.of(on(ticket)) == (added,)


@pytest.mark.clause("FILE-02")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("现场.png", HTML),
        ("现场.png", SVG),
        ("现场.jpg", PNG),
        ("现场.png", EXE),
        ("现场.svg", SVG),
        ("网页.html", HTML),
        ("维修.exe", EXE),
        ("合同.pdf.exe", PDF),
        ("现场.php.png", b"<?php system($_GET['c']);"),
        ("合同.pdf", b"PK\x03\x04" + b"\x00" * 64),
        ("说明.txt", EXE),
        ("说明.txt", b"a\x00b"),
        ("说明.txt", PNG),
        ("表格.xlsm", b"PK\x03\x04" + b"\x00" * 64),
        ("没有扩展名", PNG),
        (".png", PNG),
        ("现场.png\u200b.exe", PNG),
        ("现场\u202egnp.exe", PNG),
        ("现场.png", b""),
        ("现场．ｅｘｅ", PNG),
        ("", PNG),
    ],
)
def test_a_disguised_file_is_refused_and_leaves_nothing(
    company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged, name: str, content: bytes
) -> None:
    with unchanged(), pytest.raises(FileRefused):
        company_desk.attachments.add(on(ticket), [Upload(name, content)])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("现场.png", "现场.png"),
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\windows\\现场.png", "现场.png"),
        ("/srv/现场.png", "现场.png"),
        ("C:现场.png", "C_现场.png"),
        ("现场\u200b.png", "现场.png"),
        ("现场\x00.png", "现场.png"),
        ("现场\r\nSet-Cookie: x.png", "现场Set-Cookie_ x.png"),
        ("现场.png. . ", "现场.png"),
        ("...png", "png"),
        ("现场．ｐｎｇ", "现场.png"),
        ('a"b<c>d.png', "a_b_c_d.png"),
        ("../..", "file"),
        ("", "file"),
        ("楼" * 200 + ".png", "楼" * 116 + ".png"),
    ],
)
def test_a_name_loses_paths_and_what_cannot_be_seen(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_file_of_twenty_megabytes_is_kept_and_one_byte_more_is_refused(
    company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged
) -> None:
    largest = PDF + b"\x00" * (MAX_BYTES - len(PDF))
    (added,) = company_desk.attachments.add(on(ticket), [Upload("合同.pdf", largest)])
    assert added.size_bytes == 20 * 1024 * 1024
    for content in (largest + b"\x00", largest + b"\x00" * 1024 * 1024):
        with unchanged(), pytest.raises(FileRefused) as refused:
            company_desk.attachments.add(on(ticket), [Upload("合同.pdf", content)])
        assert (refused.value.name, refused.value.reason) == ("合同.pdf", "超过 20 MB")


@pytest.mark.clause("FILE-08")
def test_of_several_files_all_are_kept_or_none(
    company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(FileRefused):
        company_desk.attachments.add(on(ticket), [Upload("现场.png", PNG), Upload("现场.jpg", HTML)])
    with unchanged(), pytest.raises(FileRefused):
        company_desk.notes.write(ticket.id, "请看照片", files=[Upload("现场.png", PNG), Upload("木马.exe", EXE)])
    added = company_desk.attachments.add(on(ticket), [Upload("现场.png", PNG), Upload("现场.png", PNG)])
    assert [each.name for each in added] == ["现场.png", "现场.png"]


def test_a_files_name_is_never_part_of_a_path(company_desk: CompanyDesk, ticket: TicketView, tmp_path: Path) -> None:
    (added,) = company_desk.attachments.add(on(ticket), [Upload("../../../现场.png", PNG)])
    files = [path for path in (tmp_path / "home" / "files").rglob("*") if path.is_file()]
    assert added.picture
    assert {path.name for path in files} == {added.sha256, added.picture.thumbnail_sha256}
    assert list(tmp_path.rglob("*现场*")) == []


def test_a_note_carries_its_files(company_desk: CompanyDesk, ticket: TicketView) -> None:
    note, added = company_desk.notes.write(ticket.id, "", files=[Upload("现场.png", PNG)])
    assert [each.note_id for each in added] == [note.id]


def test_the_other_companys_files_are_neither_listed_nor_read(
    company_desk: CompanyDesk, other_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged
) -> None:
    (added,) = company_desk.attachments.add(on(ticket), [Upload("现场.png", PNG)])
    with pytest.raises(NotFound):
        other_desk.attachments.of(on(ticket))
    for attachment_id in (added.id, UUID(int=6)):
        with pytest.raises(NotFound):
            other_desk.attachments.read(attachment_id)
    with unchanged(), pytest.raises(NotFound):
        other_desk.attachments.add(on(ticket), [Upload("现场.png", PNG)])


def test_who_may_only_look_attaches_nothing(person: People, ticket: TicketView, unchanged: Unchanged) -> None:
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed):
        observer.attachments.add(on(ticket), [Upload("现场.png", PNG)])


def test_an_attachment_is_journalled_with_its_hash(company_desk: CompanyDesk, ticket: TicketView) -> None:
    (added,) = company_desk.attachments.add(on(ticket), [Upload("现场.png", PNG)])
    entry = company_desk.journal.of(ticket.id)[-1]
    assert (entry.act, entry.after) == (
        "attachment.added",
        {"name": "现场.png", "sha256": added.sha256, "size_bytes": added.size_bytes},
    )


def test_a_file_that_is_gone_from_the_folder_is_told_by_its_name(
    company_desk: CompanyDesk, ticket: TicketView, tmp_path: Path
) -> None:
    (added,) = company_desk.attachments.add(on(ticket), [Upload("现场.png", PNG)])
    (stored,) = [path for path in tmp_path.rglob(added.sha256) if path.is_file()]
    stored.unlink()
    with pytest.raises(FileMissing) as missing:
        company_desk.attachments.read(added.id)
    assert missing.value.name == "现场.png"
