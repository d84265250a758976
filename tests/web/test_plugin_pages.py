from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

import pytest
from flask import Blueprint

from gongdan.api import MenuEntry, Panel, Tile, hookimpl
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from gongdan.web import kit
from tests.web.visitor import Visitor

PAGES = "tests_sample_pages"


@pytest.fixture
def pages() -> Iterator[Blueprint]:
    """Put a module with a plugin's pages where the application finds it."""
    blueprint = kit.pages("fees", __name__)

    @blueprint.get("/fees")
    def fees() -> str:
        return f"{kit.current_desk().company.code}：待缴"

    @blueprint.get("/prices")
    @kit.needs("sample.price")
    def prices() -> str:
        return "价目"

    inner = Blueprint("inner", __name__, url_prefix="/inner")

    @inner.get("/sums")
    @kit.member
    def sums() -> str:
        return "合计"

    blueprint.register_blueprint(inner)
    module = ModuleType(PAGES)
    module.pages = blueprint  # type: ignore[attr-defined]  # a module made here
    sys.modules[PAGES] = module
    yield blueprint
    del sys.modules[PAGES]


@pytest.fixture
def plugin_modules(pages: Blueprint) -> Mapping[str, ModuleType]:
    del pages
    module = ModuleType("with_pages")

    @hookimpl
    def register_blueprints() -> Sequence[str]:
        return [f"{PAGES}:pages", "nowhere.to_be_found:pages"]

    @hookimpl
    def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
        del company
        return [
            MenuEntry("缴费", "/x/with_pages/fees", "coin"),
            MenuEntry("价目", "/x/with_pages/prices", permission="sample.price"),
        ]

    @hookimpl
    def dashboard_tiles(company: CompanyView) -> Sequence[Tile]:
        del company
        return [Tile("待回访", "stage=done&open=1"), Tile("坏的", "nonsense=1")]

    @hookimpl
    def ticket_panels(ticket: TicketView) -> Sequence[Panel]:
        return [Panel("欠费", (("物业费", f"¥{ticket.number}"),), link="/x/with_pages/fees")]

    for hook in (register_blueprints, menu_entries, dashboard_tiles, ticket_panels):
        setattr(module, hook.__name__, hook)
    return {sample.NAME: sample, "with_pages": module}


def test_a_plugins_page_opens_where_the_plugin_is_enabled(agent: Visitor) -> None:
    assert agent.get("/x/with_pages/fees").text == "xingfu：待缴"


def test_a_plugins_page_is_not_there_where_the_plugin_is_off(agent: Visitor, company_desk: CompanyDesk) -> None:
    company_desk.plugins.disable("with_pages")
    answer = agent.get("/x/with_pages/fees")
    assert answer.status_code == 404
    assert "本公司未启用扩展“with_pages”" in answer.text
    assert "缴费" not in agent.get("/tickets").text


def test_a_page_of_a_blueprint_inside_the_plugins_is_the_plugins_as_well(
    agent: Visitor, company_desk: CompanyDesk
) -> None:
    assert agent.get("/x/with_pages/inner/sums").text == "合计"
    company_desk.plugins.disable("with_pages")
    assert agent.get("/x/with_pages/inner/sums").status_code == 404


def test_a_plugins_page_is_for_members_only(stranger: Visitor) -> None:
    assert stranger.get("/x/with_pages/fees").status_code == 303


def test_a_plugins_page_may_ask_for_a_permission_of_its_own(agent: Visitor) -> None:
    answer = agent.get("/x/with_pages/prices")
    assert answer.status_code == 403
    assert "调整维修报价" in answer.text
    assert ">价目<" not in agent.get("/tickets").text


def test_menu_tiles_and_panels_of_a_plugin_stand_on_the_pages(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    home = agent.get("/").text
    assert 'href="/x/with_pages/fees"' in home
    assert "待回访" in home
    assert "坏的" not in home
    assert f"¥{ticket.number}" in agent.get(f"/tickets/{ticket.id}").text
