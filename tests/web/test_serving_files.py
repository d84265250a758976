"""Whatever somebody brings, no browser runs it, shows it as a page, or learns of it without the right."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from gongdan.domain.subjects import SubjectKey
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import ALLOWED, Upload
from gongdan.storage.attachments import AttachmentRow
from gongdan.testing.factories import Factory
from tests.core.services.pictures import PHOTO, PNG, picture
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]
Add = Callable[[str, bytes], AttachmentView]

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


@pytest.fixture
def ticket_id(factory: Factory) -> UUID:
    return factory.ticket().id


@pytest.fixture
def add(company_desk: CompanyDesk, ticket_id: UUID) -> Add:
    def attach(name: str, content: bytes) -> AttachmentView:
        (added,) = company_desk.attachments.add(SubjectKey("ticket", ticket_id), [Upload(name, content)])
        return added

    return attach


@pytest.mark.clause("FILE-04")
@pytest.mark.parametrize(
    ("name", "content", "media_type", "disposition"),
    [
        ("现场.png", PNG, "image/png", "inline"),
        ("现场.jpg", PHOTO.content, "image/jpeg", "inline"),
        ("现场.gif", picture("GIF"), "image/gif", "inline"),
        ("现场.heic", HEIC, "image/heic", "attachment"),
        ("合同.pdf", PDF, "application/pdf", "attachment"),
        ("名单.csv", b"a,b\n1,2\n", "text/csv", "attachment"),
        ("说明.txt", HTML, "text/plain", "attachment"),
    ],
)
def test_only_an_image_that_was_drawn_anew_is_shown_and_everything_else_is_downloaded(
    agent: Visitor, add: Add, name: str, content: bytes, media_type: str, disposition: str
) -> None:
    answer = agent.get(f"/attachments/{add(name, content).id}")
    assert answer.headers["Content-Type"] == media_type
    said, _, encoded = answer.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert (said, unquote(encoded)) == (disposition, name)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.clause("FILE-04")
@pytest.mark.parametrize(
    "stored", ["text/html", "text/html;x", "image/svg+xml", "text/xml", "application/xhtml+xml", ""]
)
def test_a_type_that_is_not_on_the_list_reaches_no_browser(
    agent: Visitor, company_desk: CompanyDesk, add: Add, stored: str
) -> None:
    assert stored not in ALLOWED.values()
    added = add("说明.txt", HTML)
    with company_desk.working() as work:
        row = work.session.scalars(select(AttachmentRow).where(AttachmentRow.id == added.id)).one()
        row.media_type = stored
    answer = agent.get(f"/attachments/{added.id}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.clause("FILE-06")
@pytest.mark.parametrize("name", ["简历.html", "简历.svg", "简历.txt.xhtml", "简历.png", "简历．ｈｔｍｌ"])
def test_a_page_is_taken_from_nobody_whatever_it_is_called(
    agent: Visitor, ticket_id: UUID, unchanged: Unchanged, name: str
) -> None:
    agent.get(f"/tickets/{ticket_id}")
    with unchanged():
        answer = agent.post(f"/attachments/on/ticket/{ticket_id}", {"files": [(io.BytesIO(HTML), name)]})
    assert answer.status_code == 422


@pytest.mark.clause("FILE-08")
@pytest.mark.parametrize("bad", [("木马.exe", b"MZ\x90\x00"), ("现场.png", HTML), ("空.txt", b"")])
def test_every_part_of_a_request_is_checked_before_any_is_stored(
    agent: Visitor, company_desk: CompanyDesk, ticket_id: UUID, unchanged: Unchanged, bad: tuple[str, bytes]
) -> None:
    agent.get(f"/tickets/{ticket_id}")
    for place in range(3):
        files = [("一.png", PNG), ("二.txt", b"abc")]
        files.insert(place, bad)
        sent = {"files": [(io.BytesIO(content), name) for name, content in files]}
        with unchanged():
            assert agent.post(f"/attachments/on/ticket/{ticket_id}", sent).status_code == 422
    assert list(company_desk.installation.files.kept(company_desk.company.id)) == []


@pytest.mark.clause("FILE-16")
def test_a_full_quota_answers_413_in_words_and_the_administrator_sees_a_bar(
    administrator: Visitor, company_desk: CompanyDesk, ticket_id: UUID, add: Add, unchanged: Unchanged
) -> None:
    add("一.txt", b"0123456789abcdef" * 49152)
    assert "768 KB" in administrator.get("/settings").text
    company_desk.policies.set("core.files_mb", "1")
    page = administrator.get("/settings").text
    assert '<progress class="room-bar" max="100" value="75"' in page
    administrator.get(f"/tickets/{ticket_id}")
    with unchanged():
        answer = administrator.post(
            f"/attachments/on/ticket/{ticket_id}", {"files": [(io.BytesIO(b"0" * 300_000), "二.txt")]}
        )
    assert answer.status_code == 413
    assert "附件的空间不够：共 1 MB，已用 0.8 MB，这次要 0.3 MB" in answer.text
    assert "请公司管理员在制度里调高" in answer.text


def test_a_browser_keeps_a_file_and_asks_each_time_whether_it_still_may(
    agent: Visitor, stranger: Visitor, add: Add, company_desk: CompanyDesk
) -> None:
    added = add("现场.png", PNG)
    for path in (f"/attachments/{added.id}", f"/attachments/{added.id}/thumbnail"):
        answer = agent.get(path)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        known = {"If-None-Match": answer.headers["ETag"]}
        assert agent.client.get(path, headers=known).status_code == 304
        assert agent.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert stranger.client.get(path, headers=known).status_code == 303
        company_desk.installation.files.remove(company_desk.company.id, answer.headers["ETag"].strip('"'))


def test_whoever_loses_the_right_gets_the_answer_of_a_file_that_never_was(
    app: Flask, visitor_as: Callable[..., Visitor], company_desk: CompanyDesk, add: Add
) -> None:
    company_desk.roles.save("archivist", "资料员", {"asset.view"}, new=True)
    visitor = visitor_as("archivist")
    added = add("现场.png", PNG)
    known = {"If-None-Match": f'"{added.sha256}"'}
    for path in (f"/attachments/{added.id}", f"/attachments/{added.id}/thumbnail", f"/attachments/{uuid4()}"):
        assert visitor.client.get(path, headers=known).status_code == 404


def test_what_is_no_image_has_no_small_picture(agent: Visitor, add: Add) -> None:
    assert agent.get(f"/attachments/{add('说明.txt', b'abc').id}/thumbnail").status_code == 404
