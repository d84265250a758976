"""Plugins are enabled company by company; what they brought stays readable without them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.bootstrap import load_plugins, open_desk
from gongdan.domain.events import Event
from gongdan.domain.presenting import MenuEntry
from gongdan.domain.snapshots import CompanyView, Draft, TicketView
from gongdan.errors import Conflict, NotAllowed, NotFound, PluginDisabled
from gongdan.hooks.manager import LoadFailure, PluginManager
from gongdan.services import plugins
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.intake import NewTicket
from gongdan.services.tickets import TicketFilter
from gongdan.settings import Settings
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]


class Watcher:
    """A plugin that writes down every company it hears of."""

    def __init__(self) -> None:
        self.companies: list[UUID] = []
        self.descriptions: list[str] = []

    def module(self) -> ModuleType:
        return make_plugin(
            classify_draft=self.classify_draft,
            choose_assignee=self.classify_draft,
            check_move=self.check_move,
            handle_event=self.handle_event,
        )

    def classify_draft(self, draft: Draft) -> None:
        self.descriptions.append(draft.description)

    def check_move(self, ticket: TicketView) -> None:
        self.companies.append(ticket.company_id)

    def handle_event(self, event: Event, desk: CompanyDesk) -> None:
        self.companies += [event.company_id, desk.company.id]
        self.descriptions += [line.ticket.description for line in desk.tickets.list(TicketFilter()).lines]


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def plugin_modules(watcher: Watcher) -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "watcher": watcher.module()}


def _now(desk: CompanyDesk) -> CompanyDesk:
    """Return the desk as the next request sees it."""
    return desk.installation.at(desk.company, desk.actor)


def test_a_plugin_hears_of_the_companies_that_enabled_it_and_of_no_other(
    company_desk: CompanyDesk, other_desk: CompanyDesk, watcher: Watcher
) -> None:
    other_desk.plugins.disable("watcher")
    company_desk.installation.timers.drain()
    watcher.companies.clear()
    for desk, description in ((company_desk, "三号楼漏水"), (other_desk, "六栋大门无法关闭")):
        ticket = Factory(_now(desk)).ticket(description=description)
        _now(desk).moves.make(ticket.id, "void", 1, {"remark": "重复"})
        _now(desk).notes.write(ticket.id, "已通知")
    company_desk.installation.timers.drain()
    assert set(watcher.companies) == {company_desk.company.id}
    assert set(watcher.descriptions) <= {"三号楼漏水", ""}


def test_each_company_sees_the_types_roles_and_permissions_of_its_own_plugins(
    company_desk: CompanyDesk, other_desk: CompanyDesk
) -> None:
    other_desk.plugins.disable("sample")
    assert [each.name for each in _now(company_desk).intake.types()] == ["sample_repair"]
    assert _now(other_desk).intake.types() == ()
    assert _now(other_desk).assets.kinds() == ()
    names = [[each.name for each in _now(desk).roles.permissions()] for desk in (company_desk, other_desk)]
    assert ["sample.price" in each for each in names] == [True, False]
    shown = {view.name: view.is_enabled for view in _now(other_desk).plugins.all()}
    assert shown == {"sample": False, "watcher": True}


def test_a_company_without_the_plugin_opens_none_of_its_tickets(other_desk: CompanyDesk, unchanged: Unchanged) -> None:
    other_desk.plugins.disable("sample")
    with unchanged(), pytest.raises(PluginDisabled) as refused:
        Factory(_now(other_desk)).ticket()
    assert refused.value.plugin == "sample"


def test_a_disabled_plugins_tickets_stay_readable_and_are_not_moved_or_changed(
    company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged
) -> None:
    ticket = factory.ticket(description="厨房漏水", fields={"estimate": "80"})
    company_desk.plugins.disable("sample")
    today = _now(company_desk)
    assert today.tickets.find(ticket.id) == ticket
    assert [line.ticket.id for line in today.tickets.list(TicketFilter(text="漏水")).lines] == [ticket.id]
    assert today.moves.offers(ticket) == ()
    with unchanged(), pytest.raises(PluginDisabled):
        today.moves.make(ticket.id, "void", 1, {"remark": "重复"})
    with unchanged(), pytest.raises(PluginDisabled):
        today.tickets.change(ticket.id, 1, {"subject": "漏水"})
    today.notes.write(ticket.id, "扩展停用期间仍可备注")


def test_an_enabled_plugin_goes_on_where_it_was_left(company_desk: CompanyDesk, factory: Factory) -> None:
    ticket = factory.ticket()
    company_desk.plugins.disable("sample")
    _now(company_desk).plugins.enable("sample")
    assert _now(company_desk).moves.make(ticket.id, "void", 1, {"remark": "重复"}).state == "void"
    assert Factory(_now(company_desk)).ticket().number == "BX202603-0002"


def test_an_uninstalled_plugins_tickets_still_open(
    company_desk: CompanyDesk, factory: Factory, settings: Settings, unchanged: Unchanged
) -> None:
    ticket = factory.ticket(description="厨房漏水", fields={"estimate": "80"})
    desk = open_desk(settings, plugins=PluginManager(), clock=company_desk.installation.clock)
    without = desk.at(company_desk.company)
    assert without.tickets.find(ticket.id) == ticket
    assert without.tickets.type_of(ticket) is None
    assert [line.ticket.id for line in without.tickets.list(TicketFilter(text="漏水")).lines] == [ticket.id]
    without.notes.write(ticket.id, "扩展已卸载")
    assert [line.ticket.id for line in without.tickets.list(TicketFilter(text="卸载")).lines] == [ticket.id]
    with unchanged(), pytest.raises(PluginDisabled):
        without.moves.make(ticket.id, "void", 1, {"remark": "重复"})
    gone = [(view.name, view.is_enabled, view.problem) for view in without.plugins.all()]
    assert gone == [("sample", True, "not installed"), ("watcher", True, "not installed")]
    desk.close()


def test_in_safe_mode_no_plugin_is_loaded_and_everything_can_be_read(
    company_desk: CompanyDesk, factory: Factory, settings: Settings
) -> None:
    ticket = factory.ticket()
    safe = Settings(home=settings.home, database_url=settings.database_url, safe_mode=True)
    desk = open_desk(safe)
    assert desk.plugins.loaded == ()
    assert desk.at(company_desk.company).tickets.find(ticket.id) == ticket
    desk.close()


def test_only_the_plugins_that_the_settings_name_are_loaded(settings: Settings) -> None:
    limited = Settings(home=settings.home, database_url=settings.database_url, plugins=("no_such_plugin",))
    assert load_plugins(limited).loaded == ()


def test_a_plugin_that_failed_to_load_is_shown_with_its_cause(company_desk: CompanyDesk) -> None:
    failure = LoadFailure("trade", "gongdan-trade", "gongdan_trade.plugin", "ImportError: no lxml")
    company_desk.installation.plugins.failures.append(failure)
    (shown,) = (view for view in company_desk.plugins.all() if view.name == "trade")
    assert (shown.distribution, shown.is_enabled, shown.problem) == ("gongdan-trade", False, "ImportError: no lxml")


def test_a_plugin_is_enabled_once_and_disabled_once(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(Conflict):
        company_desk.plugins.enable("sample")
    company_desk.plugins.disable("sample")
    with unchanged(), pytest.raises(NotFound):
        company_desk.plugins.disable("sample")
    with unchanged(), pytest.raises(NotFound):
        company_desk.plugins.enable("no_such_plugin")


def test_a_plugin_whose_seeds_fail_is_not_enabled_and_can_be_tried_again(
    company_desk: CompanyDesk, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[str] = []

    def seed(at: CompanyDesk) -> None:
        seeded.append(at.company.code)
        if len(seeded) == 1:
            message = "no price list"
            raise FileNotFoundError(message)

    desk.plugins.register("prices", make_plugin(register_seed=lambda: "prices:seed"))
    monkeypatch.setattr(plugins, "load_object", lambda name: {"prices:seed": seed}[name])
    with pytest.raises(FileNotFoundError):
        company_desk.plugins.enable("prices")
    assert "prices" not in _now(company_desk).enabled
    company_desk.plugins.enable("prices")
    assert "prices" in _now(company_desk).enabled
    assert seeded == ["xingfu", "xingfu"]


def test_enabling_brings_the_plugins_roles_and_keeps_what_the_company_changed(company_desk: CompanyDesk) -> None:
    company_desk.roles.save("sample_engineer", "工程师", ["ticket.view"])
    company_desk.plugins.disable("sample")
    _now(company_desk).plugins.enable("sample")
    (role,) = (role for role in company_desk.roles.all() if role.name == "sample_engineer")
    assert (role.label, role.permissions) == ("工程师", frozenset({"ticket.view"}))


def test_only_who_administers_plugins_switches_them(
    person: People, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    agent = person("agent")
    for switch in (agent.plugins.enable, agent.plugins.disable):
        with unchanged(), pytest.raises(NotAllowed):
            switch("sample")


def test_the_owner_of_a_type_classifies_first_and_what_a_person_chose_always_wins(
    desk: Desk, company: CompanyView
) -> None:
    for name, severity in (("aa_first", "minor"), ("zz_last", "major")):
        answer = {"severity": severity, "category": "water", "cause": "no such cause"}
        desk.plugins.register(name, make_plugin(classify_draft=lambda draft, answer=answer: answer))
        desk.at(company).plugins.enable(name)
    factory = Factory(desk.at(company))
    opened = factory.ticket()
    assert (opened.severity, opened.category, opened.cause) == ("minor", "water", "")
    assert factory.ticket(severity="major").severity == "major"


def test_a_proposal_that_the_type_does_not_declare_is_journalled_and_the_rest_of_the_answer_counts(
    desk: Desk, company: CompanyView
) -> None:
    answer = {"severity": "minor", "cause": "no such cause", "weather": "rain"}
    desk.plugins.register("guessing", make_plugin(classify_draft=lambda draft: answer))
    desk.at(company).plugins.enable("guessing")
    opened = Factory(desk.at(company)).ticket()
    assert (opened.severity, opened.cause) == ("minor", "")
    desk.timers.drain()
    (entry,) = desk.at(company).journal.latest(act="plugin.failed")
    assert {name: entry.after[name] for name in ("plugin", "hook", "kind", "detail")} == {
        "plugin": "guessing",
        "hook": "classify_draft",
        "kind": "raised",
        "detail": "ValueError: sample_repair does not declare cause='no such cause', weather='rain'",
    }


def test_a_plugin_proposes_a_member_as_assignee_and_nobody_else(
    desk: Desk, company: CompanyView, person: People, other_company: CompanyView
) -> None:
    proposed: list[str] = []
    desk.plugins.register("dispatcher", make_plugin(choose_assignee=lambda draft: proposed[-1]))
    desk.at(company).plugins.enable("dispatcher")
    member = person("worker", login="liqiang")
    person("worker", login="stranger", company=other_company)
    chosen = {}
    for login in ("liqiang", "stranger", "nobody"):
        proposed.append(login)
        chosen[login] = Factory(desk.at(company)).ticket().assignee_id
    assert chosen == {"liqiang": member.actor.account_id, "stranger": None, "nobody": None}


def test_menus_come_from_the_companys_own_plugins(desk: Desk, company: CompanyView, other_company: CompanyView) -> None:
    menu = make_plugin(menu_entries=lambda company: [MenuEntry(company.name, "/x/rooms/")])
    desk.plugins.register("rooms", menu)
    desk.at(company).plugins.enable("rooms")
    seen = {}
    for place in (company, other_company):
        at = desk.at(place)
        answers = desk.plugins.ask("menu_entries", at.enabled, report=at.report, company=place)
        seen[place.code] = [entry.label for answer in answers for entry in answer.value]
    assert seen == {"xingfu": ["幸福物业"], "anju": []}


def test_an_unknown_type_is_not_found(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotFound):
        company_desk.intake.open(NewTicket(type="no_such_type", description="漏水"))
