"""A plugin that nobody here knows brings a ticket type, a field, a page and an importer to one company."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from flask import Flask

from gongdan.errors import InvalidInput, MoveRefused, NotFound, PluginDisabled
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.imports import Source
from gongdan.services.intake import NewTicket
from gongdan.services.tickets import TicketFilter
from gongdan.testing.conformance import PluginConformance
from gongdan.testing.factories import People
from tests.web.visitor import Visitor

NEW = NewTicket(type="fountain_repair", description="喷泉不喷水", fields={"basin": "东门 1 号池"})
LIST = "日期,池号,情况,报修人\n2026-02-01,南门 3 号池,水有异味,王芳\n2026-02-03,东门 1 号池,灯不亮,\n"


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏", login="zhangmin")


@pytest.fixture
def visitor(app: Flask, agent: CompanyDesk) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("zhangmin")
    return visitor


@pytest.fixture
def roster(tmp_path: Path) -> Source:
    path = tmp_path / "水景报修.csv"
    path.write_text(LIST, encoding="utf-8")
    return Source(path=path)


class TestConformance(PluginConformance):
    name = "fountain"

    @pytest.fixture(autouse=True)
    def _take_the_installed_module(self, site: Path) -> None:
        assert site.exists()
        self.module = importlib.import_module("gongdan_fountain.plugin")


def test_the_plugin_comes_from_its_own_wheel(desk: Desk, site: Path) -> None:
    (loaded,) = desk.plugins.loaded
    assert (loaded.name, loaded.distribution, loaded.version) == ("fountain", "gongdan-fountain", "0.1")
    assert Path(str(loaded.module.__file__)).is_relative_to(site)
    assert desk.plugins.failures == []


def test_its_type_and_field_are_used_as_those_of_any_other(agent: CompanyDesk) -> None:
    ticket = agent.intake.open(NEW)
    assert (ticket.number, ticket.fields) == ("SJ202603-001", {"basin": "东门 1 号池"})
    assert [line.ticket.id for line in agent.tickets.list(TicketFilter(text="东门")).lines] == [ticket.id]
    with pytest.raises(InvalidInput):
        agent.intake.open(NewTicket(type="fountain_repair", description="喷泉不喷水"))
    with pytest.raises(MoveRefused) as refused:
        agent.moves.make(ticket.id, "repair", 1, {"result": "更换滤网"})
    assert [refusal.guard for refusal in refused.value.refusals] == ["pump_off"]
    repaired = agent.moves.make(ticket.id, "repair", 1, {"result": "更换滤网", "pump_off": "是"})
    assert (repaired.state, repaired.is_open) == ("repaired", False)


def test_its_page_and_menu_entry_stand_in_the_frame(visitor: Visitor, agent: CompanyDesk) -> None:
    agent.intake.open(NEW)
    answer = visitor.get("/x/fountain/basins")
    assert answer.status_code == 200
    assert "<li>东门 1 号池: 1</li>" in answer.text
    assert 'href="/x/fountain/basins"' in visitor.get("/").text
    assert "SJ202603-001" in visitor.get("/tickets").text
    assert "水池编号" in visitor.get("/tickets/new/fountain_repair").text


def test_its_importer_reads_a_companys_own_list(company_desk: CompanyDesk, roster: Source) -> None:
    for counts in ({"imported": 2}, {"same": 2}):
        run = company_desk.imports.run("fountain_repairs", roster)
        assert run.state == "finished"
        assert counts.items() <= run.counts.items()
    lines = company_desk.tickets.list(TicketFilter(types=("fountain_repair",))).lines
    assert [(line.ticket.fields["basin"], line.ticket.description, line.ticket.contact_name) for line in lines] == [
        ("东门 1 号池", "灯不亮", ""),
        ("南门 3 号池", "水有异味", "王芳"),
    ]
    assert lines[0].ticket.opened_at.isoformat() == "2026-02-03T01:00:00+00:00"


def test_the_company_next_door_sees_none_of_it(agent: CompanyDesk, neighbour: CompanyDesk, roster: Source) -> None:
    ticket = agent.intake.open(NEW)
    assert (neighbour.intake.types(), neighbour.imports.kinds()) == ((), ())
    with pytest.raises(PluginDisabled):
        neighbour.intake.open(NEW)
    with pytest.raises(PluginDisabled):
        neighbour.imports.run("fountain_repairs", roster)
    with pytest.raises(NotFound):
        neighbour.tickets.find(ticket.id)
    assert neighbour.tickets.list(TicketFilter(text="东门")).lines == []


def test_the_page_is_closed_to_people_of_the_company_next_door(
    app: Flask, person: People, neighbour: CompanyDesk
) -> None:
    person("agent", login="lina", company=neighbour.company)
    visitor = Visitor(app)
    visitor.log_in("lina")
    answer = visitor.get("/x/fountain/basins")
    assert answer.status_code in {403, 404, 409}
    assert "水景一览" not in answer.text
    assert "/x/fountain/basins" not in visitor.get("/").text
