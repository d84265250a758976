"""Forms on pages: the card of a ticket, filling in, signing, filing, correcting."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from io import BytesIO
from types import ModuleType

import pytest

from gongdan.domain.form_views import FormState
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import PASSWORD, Factory, People
from gongdan.testing.sample_forms import PATROL, REPAIR_ORDER, with_forms
from tests.core.services.papers import DONE, Paperwork, begin
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

#: A signature: a zigzag over the pad.
STROKES = "[[[20,20],[100,200],[180,30],[260,200]],[[300,120],[580,120]]]"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


@pytest.fixture
def work(person: People, factory: Factory) -> Paperwork:
    return begin(person, factory)


@pytest.fixture
def engineer(work: Paperwork, stranger: Visitor) -> Visitor:
    """李建国, who mends and fills the order in."""
    del work
    stranger.arrive("lijianguo")
    return stranger


def filled(version: int, act: str = "save") -> dict[str, object]:
    return {
        "version": version,
        "fields.hours": "1.5",
        "fields.outcome": "mended",
        "table": "materials",
        "lines.materials.1.item": "水龙头",
        "lines.materials.1.amount": "85.50",
        "lines.materials.7.item": "生料带",
        "lines.materials.7.amount": "4.50",
        "act": act,
    }


def test_the_ticket_shows_its_papers_and_what_each_waits_for(work: Paperwork, engineer: Visitor) -> None:
    page = engineer.get(f"/tickets/{work.ticket.id}").text
    assert f'href="/papers/{work.order.id}"' in page
    assert "待填写：维修（维修工程师）" in page
    work.filled()
    assert "待签名：维修人签字" in engineer.get(f"/tickets/{work.ticket.id}").text


def test_a_refused_move_leads_to_the_paper_that_it_asks_for(work: Paperwork, engineer: Visitor) -> None:
    page = engineer.get(f"/tickets/{work.ticket.id}/moves/finish").text
    link = re.search(r'href="([^"]+)">须先归档《维修工作单》', page)
    assert link
    assert engineer.get(link[1]).headers["Location"] == f"/papers/{work.order.id}"


def test_a_form_is_filled_in_signed_and_filed(work: Paperwork, engineer: Visitor) -> None:
    address = f"/papers/{work.order.id}"
    page = engineer.get(address).text
    assert ("3-2-501" in page, "归档时编号" in page) == (True, True)
    answer = engineer.post(address, filled(work.order.version, "sign.engineer"))
    assert answer.headers["Location"] == f"{address}/sign/engineer"
    sign = engineer.get(f"{address}/sign/engineer").text
    assert ("人民币玖拾元整" in sign, "水龙头" in sign, "客户意见" in sign) == (True, True, False)
    seen = work.now().digests["engineer"]
    engineer.post(f"{address}/sign/engineer", {"way": "typed", "seen": seen, "password": PASSWORD})
    engineer.post(address, {"version": work.now().version, "act": "file"})
    view = work.now()
    assert (view.state, view.number) == (FormState.FILED, "GZD2026-0001")
    page = engineer.get(address).text
    assert (view.hash[:16] in page, "fields.hours" in page) == (True, False)


def test_what_was_typed_stays_beside_its_problems(work: Paperwork, engineer: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        answer = engineer.post(
            f"/papers/{work.order.id}", {**filled(work.order.version, "file"), "lines.materials.7.amount": "viel"}
        )
    assert answer.status_code == 422
    assert ('name="lines.materials.2.amount" value="viel"' in answer.text, "金额（第 2 行）" in answer.text) == (
        True,
        True,
    )


def test_a_form_that_is_sent_twice_is_filed_once(work: Paperwork, engineer: Visitor, unchanged: Unchanged) -> None:
    version = work.signed().version
    sent = {"version": version, "act": "file"}
    assert engineer.post(f"/papers/{work.order.id}", sent).status_code == 303
    with unchanged():
        again = engineer.post(f"/papers/{work.order.id}", sent)
    assert (again.status_code, "《维修工作单》GZD2026-0001 已归档或作废，不能再修改" in again.text) == (409, True)


def test_a_customer_draws_his_signature_in_front_of_a_member(work: Paperwork, engineer: Visitor) -> None:
    view = work.filled()
    address = f"/papers/{view.id}/sign/customer"
    sent = {"way": "drawn", "seen": view.digests["customer"], "strokes": STROKES, "name": "王芳"}
    assert engineer.post(address, sent).status_code == 303
    (signed,) = work.now().signatures
    assert (signed.name, signed.account_id, signed.witness, signed.way.value) == ("王芳", None, "李建国", "drawn")
    picture = engineer.get(f"/attachments/{signed.attachment_id}")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert "王芳" in engineer.get(f"/papers/{view.id}").text


@pytest.mark.parametrize("strokes", ["", "[]", "[[[1,1],[2,2]]]", "[[[1,9999]]]", "{}", "[[1,2]]", '[[["a",1]]]'])
def test_a_scribble_that_is_no_name_is_not_kept(
    work: Paperwork, engineer: Visitor, unchanged: Unchanged, strokes: str
) -> None:
    view = work.filled()
    sent = {"way": "drawn", "seen": view.digests["customer"], "strokes": strokes, "name": "王芳"}
    with unchanged():
        answer = engineer.post(f"/papers/{view.id}/sign/customer", sent)
    assert answer.status_code == 422


def test_a_paper_that_was_signed_by_hand_is_kept_as_a_scan(work: Paperwork, engineer: Visitor) -> None:
    view = work.filled()
    sent = {"way": "on_paper", "seen": view.digests["customer"], "name": "王芳", "scan": (BytesIO(PNG), "签字.png")}
    engineer.post(f"/papers/{view.id}/sign/customer", sent, content_type="multipart/form-data")
    (signed,) = work.now().signatures
    assert (signed.way.value, signed.image, signed.attachment_id is not None) == ("on_paper", "", True)


def test_somebody_without_the_right_is_offered_no_way_and_signs_nothing(
    work: Paperwork, stranger: Visitor, unchanged: Unchanged, person: People
) -> None:
    person("observer", login="guest", name="吴桂兰")
    stranger.arrive("guest")
    view = work.filled()
    assert "这里由别人签名" in stranger.get(f"/papers/{view.id}/sign/engineer").text
    with unchanged():
        answer = stranger.post(f"/papers/{view.id}/sign/engineer", {"way": "typed", "seen": "", "password": PASSWORD})
    assert answer.status_code == 409


def test_a_filed_form_is_corrected_by_a_new_edition_and_made_void(
    work: Paperwork, stranger: Visitor, person: People, company_desk: CompanyDesk
) -> None:
    person("supervisor", "sample_engineer", login="boss", name="周杰")
    stranger.arrive("boss")
    old = work.filed()
    assert stranger.post(f"/papers/{old.id}/correct", {"reason": " "}).status_code == 422
    answer = stranger.post(f"/papers/{old.id}/correct", {"reason": "工时写错"})
    new = company_desk.forms.find(company_desk.forms.find(old.id).next_id)  # type: ignore[arg-type]  # it has one
    assert (answer.headers["Location"], new.edition, new.number) == (f"/papers/{new.id}", 2, old.number)
    assert "更正第 1 版：工时写错" in stranger.get(f"/papers/{new.id}").text
    assert "正在更正：工时写错" in stranger.get(f"/papers/{old.id}").text
    stranger.post(f"/papers/{new.id}/void", {"version": new.version, "reason": "不用改"})
    assert "周杰 于" in stranger.get(f"/papers/{new.id}").text


def test_a_patrol_is_begun_from_the_ticket_and_its_findings_are_tapped(
    work: Paperwork, engineer: Visitor, company_desk: CompanyDesk
) -> None:
    dialog = engineer.get(f"/tickets/{work.ticket.id}/papers/{PATROL.name}", fragment=True).text
    page = re.search(r'name="page" value="(\w+)"', dialog)
    assert page
    for _ in range(2):
        engineer.post(f"/tickets/{work.ticket.id}/papers/{PATROL.name}", {"page": page[1]})
    patrols = [view for view in company_desk.forms.of_ticket(work.ticket.id) if view.kind.name == PATROL.name]
    assert [view.number for view in patrols] == ["XC202603-001"]
    sent = {
        "version": patrols[0].version,
        "answers.lights.result": "failed",
        "answers.lights.remark": "三楼不亮",
        "photos.lights": (BytesIO(PNG), "灯.png"),
        "act": "save",
    }
    engineer.post(f"/papers/{patrols[0].id}", sent, content_type="multipart/form-data")
    found = company_desk.forms.find(patrols[0].id).answers["lights"]
    assert (found.result and found.result.value, found.remark, len(found.photos)) == ("failed", "三楼不亮", 1)
    assert f"/attachments/{found.photos[0]}" in engineer.get(f"/papers/{patrols[0].id}").text


def test_a_paper_that_is_not_there_is_offered(work: Paperwork, engineer: Visitor) -> None:
    assert engineer.get(f"/tickets/{work.ticket.id}/papers/nothing").status_code == 404
    assert REPAIR_ORDER.label in engineer.get(f"/tickets/{work.ticket.id}/papers/{REPAIR_ORDER.name}/another").text


def test_others_see_a_part_that_is_not_theirs_without_inputs(
    work: Paperwork, visitor_as: Callable[..., Visitor]
) -> None:
    work.engineer.forms.save(work.order.id, work.order.version, DONE)
    page = visitor_as("agent").get(f"/papers/{work.order.id}").text
    assert ("由维修工程师填写" in page, 'name="fields.hours"' in page, 'name="fields.opinion"' in page) == (
        True,
        False,
        True,
    )


def test_papers_are_listed_by_kind_state_and_number_and_exported(work: Paperwork, administrator: Visitor) -> None:
    work.filed()
    page = administrator.get("/papers?state=filed&number=GZD").text
    assert ("GZD2026-0001" in page, f"/papers/{work.order.id}" in page) == (True, True)
    assert "GZD2026-0001" not in administrator.get("/papers?state=draft").text
    assert "没有这样的单据" in administrator.get("/papers?number=XYZ").text
    table = administrator.get("/exports/forms?format=csv&state=filed").data.decode("utf-8-sig")
    assert table.splitlines()[1].split(",")[:4] == ["维修工作单", "GZD2026-0001", "1", "已归档"]


def test_copies_are_shown_and_ticked_off(work: Paperwork, engineer: Visitor) -> None:
    view = work.filed()
    address = f"/papers/{view.id}"
    assert "第二联 业户" in engineer.get(address).text
    assert engineer.post(f"{address}/copies/2", {"received_by": " "}).status_code == 422
    engineer.post(f"{address}/copies/2", {"received_by": "王芳"})
    assert "王芳 已签收" in engineer.get(address).text
