from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
from gongdan.storage.assets import AssetRow
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor


def counts(page: str, question: str) -> dict[str, int]:
    """Return answer → number of units in the legend of a question."""
    legend = page[page.index(f'data-legend="{question}"') :]
    legend = legend[: legend.index("</ul>")]
    return {
        label: int(count) for label, count in re.findall(r"</span>(.*?) <span class=\"legend-count\">(\d+)", legend)
    }


def test_floors_stand_from_the_top_and_free_places_stay_free(agent: Visitor, factory: Factory) -> None:
    building = factory.building(code="3", label="3栋")
    for code in ("101", "102", "202", "1001", "1002"):
        factory.unit(building, code=code, position=code[:-2])
    page = agent.get("/assets/grid").text
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == ["10 层", "2 层", "1 层"]
    second = re.search(r">2 层</th>(.*?)</tr>", page, re.DOTALL)
    assert second
    assert re.findall(r'class="unit-gap"|<strong>(\d+)</strong>', second[1]) == ["", "202"]


def test_tiles_say_in_words_what_their_colours_say(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    building = factory.building(code="3")
    busy = factory.unit(building, code="501", label="3-501", position="5", state="occupied")
    factory.unit(building, code="502", label="3-502", position="5", state="empty")
    party = factory.party(name="王芳")
    company_desk.assets.link(busy.id, "sample_owner", party_id=party.id)
    factory.ticket(asset_id=busy.id)
    factory.ticket(asset_id=busy.id, description="楼道灯不亮")
    page = agent.get("/assets/grid").text
    assert 'aria-label="3-501，已入住，业主 王芳，2 件未结工单"' in page
    assert counts(page, "open") == {"没有": 1, "1 件": 0, "2–3 件": 1, "4 件以上": 0}
    assert counts(page, "state") == {"空置": 1, "已入住": 1}
    assert counts(page, "people") == {"已登记": 1, "无人登记": 1}
    assert counts(page, "flags") == {"待核对": 0, "没有标记": 2}


def test_people_whose_link_has_ended_live_there_no_more(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    from datetime import date

    unit = factory.unit(factory.building(code="3"), code="501", label="3-501", position="5")
    party = factory.party(name="王芳")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id, ends=date(2026, 3, 5))
    assert 'aria-label="3-501"' in agent.get("/assets/grid").text


def test_flagged_data_is_shown_with_its_reasons(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    unit = factory.unit(factory.building(code="3"), code="501", label="3-501", position="5")
    with company_desk.working() as work:
        work.session.get_one(AssetRow, unit.id).flags = ["bad_checksum"]
    page = agent.get("/assets/grid?by=flags").text
    assert re.search(r'value="flags"[^>]* checked', page)
    assert "3-501，校验码不对" in page


def test_every_building_has_its_tab_with_its_open_cases(agent: Visitor, factory: Factory) -> None:
    first, second = factory.building(code="1", label="1栋"), factory.building(code="2", label="2栋")
    factory.unit(first, code="101", position="1")
    factory.ticket(asset_id=factory.unit(second, code="201", position="2").id)
    page = agent.get(f"/assets/{first.id}/grid").text
    assert re.search(r'aria-current="page">1栋</a>', page)
    assert re.search(r'2栋 <span class="busy"[^>]*>1</span>', page)


def test_what_is_open_about_no_unit_is_told_beside_what_is_open_about_units(agent: Visitor, factory: Factory) -> None:
    building = factory.building(code="1", label="1栋")
    quiet = factory.unit(building, code="101", label="1-101", position="1")
    busy = factory.unit(building, code="102", label="1-102", position="1")
    other = factory.unit(building, code="201", label="1-201", position="2")
    for asset in (busy, busy, other, building):
        factory.ticket(asset_id=asset.id)
    page = agent.get("/assets/grid").text
    assert "3 户 · 未结工单 3 件" in page
    assert f'href="/tickets?open=1&amp;asset={building.id}">另有公共部位 1 件</a>' in page
    strip = page.partition('<ul aria-label="有未结工单的">')[2].partition("</ul>")[0]
    found = re.findall(r'href="([^"]*)">(.*?) <span class="busy">(\d+)</span>', strip)
    # The unit with the most comes first, what is no unit last.
    assert found == [
        (f"/tickets?open=1&amp;asset={asset.id}", label, count)
        for asset, label, count in ((busy, "1-102", "2"), (other, "1-201", "1"), (building, "1栋", "1"))
    ]
    assert str(quiet.id) not in strip


def test_where_nothing_is_open_nothing_is_said_of_it(agent: Visitor, factory: Factory) -> None:
    factory.unit(factory.building(code="1"), code="101", position="1")
    page = agent.get("/assets/grid").text
    assert "另有公共部位" not in page
    assert "有未结工单的" not in page


def test_assets_open_as_the_grid_where_there_is_one(agent: Visitor, factory: Factory) -> None:
    assert agent.get("/assets").headers["Location"] == "/assets/tree"
    factory.building(code="3")
    assert agent.get("/assets").headers["Location"] == "/assets/grid"


def test_four_hundred_tiles_need_a_handful_of_statements(
    agent: Visitor,
    factory: Factory,
    company_desk: CompanyDesk,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    from gongdan.storage.assets import AssetRow as Row

    building = factory.building(code="3")
    with company_desk.working() as work:
        for floor in range(1, 41):
            for place in range(1, 11):
                code = f"{floor}{place:02d}"
                work.session.add(Row(
                    kind="sample_unit", code=code, label=f"3-{code}", parent_id=building.id, path=f"/3/{code}",
                    position=str(floor), state="occupied", fields={}, created_at=work.now, flags=[],
                ))  # fmt: skip
    with statements() as sent:
        page = agent.get("/assets/grid").text
    assert page.count("data-unit") == 400
    assert len(sent) < 25


def test_others_see_no_grid(visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk) -> None:
    building = factory.building(code="3")
    company_desk.roles.save("clerk", "文员", ["ticket.view"], new=True)
    clerk = visitor_as("clerk", login="clerk", name="文员")
    answers = [clerk.get("/assets"), clerk.get("/assets/grid"), clerk.get(f"/assets/{building.id}/grid")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "/assets" not in clerk.get("/").text
