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
