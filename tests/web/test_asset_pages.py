from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def supervisor(visitor_as: Callable[..., Visitor]) -> Visitor:
    """刘文静, who may change assets."""
    return visitor_as("supervisor", login="liuwenjing", name="刘文静")


def filled(page: str) -> dict[str, str]:
    """Return what the form holds, as a browser would send it."""
    form = page[page.index('data-keep="asset-') :]
    form = form[: form.index("</form>")]
    values = dict(re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', form))
    chosen = re.search(r'name="state".*?value="(\w+)" selected', form, re.DOTALL)
    values["state"] = chosen[1] if chosen else ""
    return values


def test_the_tree_opens_step_by_step(agent: Visitor, factory: Factory) -> None:
    building = factory.building(code="3", label="3栋")
    factory.unit(building, code="501", label="3-501", state="occupied")
    tree = agent.get("/assets/tree").text
    assert "3栋" in tree
    assert "3-501" not in tree
    assert f"/assets/{building.id}/branch" in tree
    branch = agent.get(f"/assets/{building.id}/branch", fragment=True).text
    assert re.search(r"3-501</a>.*?房屋.*?已入住", branch, re.DOTALL)


def test_a_search_finds_by_the_former_name_too(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    unit = factory.unit(code="501", label="A座501")
    company_desk.assets.change(unit.id, 1, AssetInput(kind="sample_unit", code="501", label="3-2-501"))
    assert "3-2-501" in agent.get("/assets/tree?q=A座501").text
    assert "没有找到“niemand”" in agent.get("/assets/tree?q=niemand").text


def test_the_rail_calls_assets_what_the_trade_calls_them(agent: Visitor) -> None:
    assert re.search(r'<a class="rail-link" href="/assets">.*?房屋</a>', agent.get("/").text)


def test_an_asset_is_added_at_its_place(supervisor: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    building = factory.building(code="3")
    page = supervisor.get(f"/assets/new?parent={building.id}&kind=sample_unit").text
    assert "建筑面积" in page
    supervisor.post(
        "/assets",
        {"kind": "sample_unit", "parent": str(building.id), "code": "501", "label": "3-501", "position": "5",
         "state": "empty", "x-area": "89.5"},
    )  # fmt: skip
    (unit,) = company_desk.assets.children(building.id)
    assert (unit.label, unit.path, unit.position, unit.state, unit.fields) == (
        "3-501", "/3/501", "5", "empty", {"area": "89.5"},
    )  # fmt: skip


def test_wrong_values_stand_beside_their_fields(supervisor: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    building = factory.building(code="3")
    factory.unit(building, code="501")
    supervisor.get("/assets/tree")
    given = {"kind": "sample_unit", "parent": str(building.id)}
    with unchanged():
        wrong = supervisor.post("/assets", {**given, "code": "5/1", "state": "broken", "x-area": "很大"})
        taken = supervisor.post("/assets", {**given, "code": "501"})
        nowhere = supervisor.post("/assets", {**given, "parent": "x", "code": "502"})
    assert [answer.status_code for answer in (wrong, taken, nowhere)] == [422, 409, 422]
    for field in ("code", "state", "x-area"):
        assert f'id="p-{field}"' in wrong.text, field
    assert "这一级里已有这个编号" in taken.text


def test_a_change_is_saved_and_a_field_can_be_emptied(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit = factory.unit(code="501", label="3-501", state="empty", fields={"area": "89.5"})
    values = filled(supervisor.get(f"/assets/{unit.id}/edit").text)
    supervisor.post(f"/assets/{unit.id}", {**values, "label": "3-2-501", "x-area": ""})
    saved = company_desk.assets.find(unit.id)
    assert (saved.label, saved.state, saved.fields, saved.code) == ("3-2-501", "empty", {}, "501")
    assert "曾用名" in supervisor.get(f"/assets/{unit.id}").text


def test_two_people_saving_see_both_versions(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    unit = factory.unit(code="501", label="3-501", fields={"area": "89.5"})
    mine = filled(supervisor.get(f"/assets/{unit.id}/edit").text)
    theirs = AssetInput(kind="sample_unit", code="501", label="3-501", state="occupied", fields={"area": "90"})
    company_desk.assets.change(unit.id, 1, theirs)
    with unchanged():
        answer = supervisor.post(f"/assets/{unit.id}", {**mine, "x-area": "91"})
    assert answer.status_code == 409
    assert re.search(r'name="x-area" value="90"', answer.text)
    assert re.search(r'name="x-area" value="91" checked', answer.text)
    chosen = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    chosen.pop("csrf_token")
    supervisor.post(f"/assets/{unit.id}", {**chosen, "x-area": "90"})
    saved = company_desk.assets.find(unit.id)
    assert (saved.state, saved.fields) == ("occupied", {"area": "90"})


def test_a_party_is_linked_from_a_day_and_the_link_ended(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit, party = factory.unit(label="3-501"), factory.party(name="王芳")
    supervisor.get(f"/assets/{unit.id}")
    supervisor.post(
        f"/assets/{unit.id}/links",
        {"role": "sample_owner", "party": str(party.id), "begins": "2024-05-01"},
        fragment=True,
    )
    (link,) = company_desk.assets.links(unit.id)
    assert (link.party_name, link.begins, link.ends) == ("王芳", date(2024, 5, 1), None)
    page = supervisor.get(f"/assets/{unit.id}").text
    assert re.search(r"王芳</a>.*?业主.*?2024-05-01 起", page, re.DOTALL)

    supervisor.post(f"/assets/{unit.id}/links/{link.id}/end", {"ends": "2026-03-01"}, fragment=True)
    (ended,) = company_desk.assets.links(unit.id)
    assert ended.ends == date(2026, 3, 1)
    page = supervisor.get(f"/assets/{unit.id}").text
    assert "is-over" in page
    assert "结束了关系" in page


def test_a_second_tenant_is_refused_in_words(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    unit = factory.unit(label="3-501")
    first, second = factory.party(name="王芳"), factory.party(name="李建国")
    company_desk.assets.link(unit.id, "sample_tenant", party_id=first.id, begins=date(2025, 1, 1))
    supervisor.get(f"/assets/{unit.id}")
    with unchanged():
        answer = supervisor.post(
            f"/assets/{unit.id}/links", {"role": "sample_tenant", "party": str(second.id)}, fragment=True
        )
    assert answer.status_code == 409
    assert "与已有记录冲突：3-501 · 王芳" in answer.text
    assert "请先结束或更正原有记录" in answer.text


def test_a_link_without_a_far_side_or_with_a_wrong_day_is_refused(
    supervisor: Visitor, factory: Factory, unchanged: Unchanged
) -> None:
    unit, party = factory.unit(), factory.party()
    supervisor.get(f"/assets/{unit.id}")
    address = f"/assets/{unit.id}/links"
    with unchanged():
        nobody = supervisor.post(address, {"role": "sample_owner"}, fragment=True)
        never = supervisor.post(
            address, {"role": "sample_owner", "party": str(party.id), "begins": "2026-02-30"}, fragment=True
        )
    assert "请选择一位客户或一项资产" in nobody.text
    assert "应为日期" in never.text
    assert [nobody.status_code, never.status_code] == [422, 422]


def test_an_asset_linked_to_another_is_seen_from_both_sides(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit, meter = factory.unit(label="3-501"), factory.unit(label="水表甲")
    company_desk.assets.link(unit.id, "sample_meter", other_asset_id=meter.id)
    assert re.search(r"水表甲</a>.*?水表", supervisor.get(f"/assets/{unit.id}").text, re.DOTALL)
    far = supervisor.get(f"/assets/{meter.id}").text
    assert "3-501</a>" in far
    assert "/end" not in far


def test_another_companys_asset_is_not_there(supervisor: Visitor, other_factory: Factory, unchanged: Unchanged) -> None:
    theirs = other_factory.unit()
    supervisor.get("/assets/tree")
    with unchanged():
        answers = [
            supervisor.get(f"/assets/{theirs.id}"),
            supervisor.get(f"/assets/{theirs.id}/grid"),
            supervisor.post(f"/assets/{theirs.id}", {"label": "改名", "version": "1"}),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_agents_see_and_change_nothing(agent: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    unit = factory.unit(label="3-501")
    assert "修改资料" not in agent.get(f"/assets/{unit.id}").text
    with unchanged():
        answers = [
            agent.get("/assets/new?kind=sample_building"),
            agent.post("/assets", {"kind": "sample_building", "code": "9"}),
            agent.post(f"/assets/{unit.id}", {"label": "改名", "version": "1"}),
            agent.post(f"/assets/{unit.id}/links", {"role": "sample_owner"}),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]


def test_the_tree_can_be_narrowed_to_one_kind(agent: Visitor, factory: Factory) -> None:
    building = factory.building(code="3", label="3栋")
    factory.unit(building, code="501", label="3-501")
    page = agent.get("/assets/tree?kind=sample_unit").text.partition('class="tree')[2]
    assert "3-501" in page
    assert "3栋" not in page
