"""Files on the pages of what they hang on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

from gongdan.domain.subjects import SubjectKey
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.testing.factories import Factory
from tests.core.services.pictures import PNG
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def sent(*files: tuple[str, bytes]) -> dict[str, object]:
    return {"files": [(io.BytesIO(content), name) for name, content in files]}


def test_the_card_of_a_customer_and_of_an_asset_takes_files_and_shows_them(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    for kind, key, page in (
        ("party", factory.party().id, "/parties/"),
        ("asset", factory.unit().id, "/assets/"),
        ("ticket", factory.ticket().id, "/tickets/"),
    ):
        administrator.get(f"{page}{key}")
        answer = administrator.post(
            f"/attachments/on/{kind}/{key}", sent(("现场.png", PNG), ("说明.txt", b"abc")), buffered=True
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}{key}")
        shown = administrator.get(f"{page}{key}").text
        assert re.search(r'<img src="/attachments/[0-9a-f-]+/thumbnail" alt="现场.png"', shown)
        assert "说明.txt</span>" in shown
        assert [file.name for file in company_desk.attachments.of(SubjectKey(kind, key))] == ["现场.png", "说明.txt"]


def test_htmx_gets_the_card_again_and_a_refusal_in_words(
    administrator: Visitor, factory: Factory, unchanged: Unchanged
) -> None:
    party = factory.party()
    administrator.get(f"/parties/{party.id}")
    address = f"/attachments/on/party/{party.id}"
    answer = administrator.post(address, sent(("现场.png", PNG)), fragment=True)
    assert 'alt="现场.png"' in answer.text
    assert "<html" not in answer.text
    with unchanged():
        refused = administrator.post(address, sent(("现场.png", PNG), ("木马.exe", b"MZ")), fragment=True)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#notices")
    assert "文件“木马.exe”不能接收：不支持这种文件类型" in refused.text


def test_who_may_not_change_a_thing_sees_its_files_and_no_way_to_add(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    unit = factory.unit()
    company_desk.attachments.add(SubjectKey("asset", unit.id), [Upload("图纸.png", PNG)])
    page = agent.get(f"/assets/{unit.id}").text
    assert 'alt="图纸.png"' in page
    assert "/attachments/on/" not in page
    with unchanged():
        assert agent.post(f"/attachments/on/asset/{unit.id}", sent(("现场.png", PNG))).status_code == 403


def test_a_file_of_what_one_may_not_see_answers_like_one_that_never_was(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk, other_desk: CompanyDesk,
    other_factory: Factory,
) -> None:  # fmt: skip
    company_desk.roles.save("archivist", "资料员", {"asset.view"}, new=True)
    visitor = visitor_as("archivist")
    (hidden,) = company_desk.attachments.add(SubjectKey("party", factory.party().id), [Upload("证件.png", PNG)])
    (foreign,) = other_desk.attachments.add(SubjectKey("asset", other_factory.unit().id), [Upload("图.png", PNG)])
    answers = [visitor.get(f"/attachments/{key}") for key in (hidden.id, foreign.id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({re.sub(r"/attachments/[0-9a-f-]+|[\w.-]{40,}", "", answer.text) for answer in answers}) == 1


def test_photos_of_a_ticket_stand_in_a_strip_with_before_and_after_side_by_side(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket()
    names = ("修前.png", "修后.png", "全景.png")
    before, after, _ = company_desk.attachments.add(
        SubjectKey("ticket", ticket.id), [Upload(name, PNG) for name in names]
    )
    page = agent.get(f"/tickets/{ticket.id}").text
    assert f"/attachments/{after.id}/words" in page
    dialog = agent.get(f"/attachments/{after.id}/words", fragment=True).text
    assert re.findall(r'<option value="([0-9a-f-]{36})">', dialog)[0] == str(before.id)
    answer = agent.post(
        f"/attachments/{after.id}/words",
        {
            "caption": "已换新管", "taken_at": "2026-03-05T09:30", "latitude": "31.2284", "longitude": "121.4782",
            "system": "GCJ-02", "other": str(before.id), "side": "after",
        },
    )  # fmt: skip
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tickets/{ticket.id}")
    page = agent.get(f"/tickets/{ticket.id}").text
    strip = page[page.index('class="photo-strip"') : page.index("timeline-kinds")]
    pair = strip[strip.index('class="photo-pair"') :]
    assert (
        pair.index('alt="修前.png"')
        < pair.index("处理前</span>")
        < pair.index('alt="已换新管"')
        < pair.index("处理后</span>")
    )
    assert "处理后 · 已换新管 · 2026-03-05 09:30 · 31.228400, 121.478200 (GCJ-02) · 手工填写" in strip
    assert "把照片“修前.png”与“修后.png”配成处理前后" in page
    agent.post(f"/attachments/{after.id}/unpair")
    assert 'class="photo-pair"' not in agent.get(f"/tickets/{ticket.id}").text


def test_a_wrong_place_is_told_beside_its_field_and_changes_nothing(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    (photo,) = company_desk.attachments.add(SubjectKey("ticket", factory.ticket().id), [Upload("现场.png", PNG)])
    agent.get(f"/attachments/{photo.id}/words")
    with unchanged():
        answer = agent.post(f"/attachments/{photo.id}/words", {"caption": "水管", "latitude": "91", "longitude": "12"})
    assert answer.status_code == 422
    assert 'aria-describedby="p-latitude' in answer.text
    assert 'value="水管"' in answer.text
