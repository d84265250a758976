import logging
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from gongdan.domain.importing import Importer
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.people import Permission, Role
from gongdan.domain.presenting import Panel
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.snapshots import Draft
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import State, StateCategory, Workflow
from gongdan.errors import DeclarationError, Refusal
from gongdan.hooks.isolation import Failure
from gongdan.hooks.manager import Answer, LoadFailure, PluginManager
from gongdan.testing.fakes import make_plugin

DRAFT = Draft("repair", "漏水", "厨房漏水", "3-2-501", "phone", {}, {})
FLOW = Workflow(states=(State("new", "待办", StateCategory.NEW),), moves=())


def _type(name: str) -> TicketType:
    return TicketType(name=name, label="报修", description="x", workflow=FLOW, number=NumberPattern("{serial}"))


def _book(**values: object) -> Callable[[], Rulebook]:
    return lambda: Rulebook(label="物业", description="物业服务", **values)  # type: ignore[arg-type]  # any part of it


def _importer(kind: str) -> Importer:
    return Importer(kind=kind, label="业主名册", columns=(), key=lambda values: None)


@pytest.fixture
def manager() -> PluginManager:
    return PluginManager()


@pytest.fixture
def failures() -> list[Failure]:
    return []


# --- Loading -------------------------------------------------------------------------------------------------------


def test_a_registered_plugin_is_loaded_and_its_declarations_are_in_the_catalogue(manager: PluginManager) -> None:
    manager.register("estate", make_plugin(register_rulebook=_book(ticket_types=(_type("repair"),))), "gongdan-estate")
    assert [(plugin.name, plugin.distribution) for plugin in manager.loaded] == [("estate", "gongdan-estate")]
    assert manager.catalogue.ticket_types.plugin_of("repair") == "estate"


@pytest.mark.parametrize("name", ["", "x", "../estate", "Estate", "estate.two", "2estate", "a" * 42, "物业"])
def test_a_plugin_name_that_could_be_a_path_is_refused(manager: PluginManager, name: str) -> None:
    with pytest.raises(DeclarationError, match="plugin names consist of"):
        manager.register(name, make_plugin())
    assert manager.loaded == ()


def test_two_plugins_of_one_name_are_refused_naming_both(manager: PluginManager) -> None:
    manager.register("estate", make_plugin(), "gongdan-estate")
    with pytest.raises(DeclarationError, match="other-estate and gongdan-estate both bring a plugin of this name"):
        manager.register("estate", make_plugin(), "other-estate")
    assert [plugin.distribution for plugin in manager.loaded] == ["gongdan-estate"]


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"ticket_types": (_type("repair"),)}, "ticket type repair is already declared by estate"),
        ({"roles": (Role("keeper", "管家", frozenset()),)}, "role keeper is already declared by estate"),
        ({"permissions": (Permission("trade.price", "定价"),)}, "permission estate.price does not begin with trade."),
        ({"roles": (Role("agent", "客服", frozenset()),)}, "role agent is already declared by core"),
    ],
    ids=["ticket type", "role", "permission", "core role"],
)
def test_two_plugins_that_declare_one_thing_are_refused_naming_both(
    manager: PluginManager, declared: dict[str, object], problem: str
) -> None:
    first = {
        "ticket_types": (_type("repair"),),
        "roles": (Role("keeper", "管家", frozenset()),),
        "permissions": (Permission("estate.price", "定价"),),
    }
    manager.register("estate", make_plugin(register_rulebook=_book(**first)))
    if "permissions" in declared:
        declared = {"permissions": first["permissions"]}
    with pytest.raises(DeclarationError) as refused:
        manager.register("trade", make_plugin(register_rulebook=_book(**declared)))
    assert (refused.value.plugin, refused.value.problem) == ("trade", problem)
    assert [plugin.name for plugin in manager.loaded] == ["estate"]


def test_two_plugins_that_import_one_kind_are_refused(manager: PluginManager) -> None:
    manager.register("estate", make_plugin(register_importers=lambda: [_importer("owners")]))
    with pytest.raises(DeclarationError, match="import kind owners is already declared by estate"):
        manager.register("trade", make_plugin(register_importers=lambda: [_importer("owners")]))


def _misspelled() -> ModuleType:
    return make_plugin(chekc_move=lambda ticket: None)


def _unknown_argument() -> ModuleType:
    return make_plugin(check_move=lambda ticket, colour: None)


def _raising() -> ModuleType:
    return make_plugin(register_rulebook=lambda: 1 / 0)


def _rubbish() -> ModuleType:
    return make_plugin(register_rulebook=lambda: "物业")


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (_misspelled, "chekc_move"),
        (_unknown_argument, "colour"),
        (_raising, "ZeroDivisionError"),
        (_rubbish, "'str' object"),
    ],
    ids=["misspelled hook", "unknown argument", "raising", "no rulebook"],
)
def test_a_plugin_that_cannot_be_leaves_no_trace(
    manager: PluginManager, make: Callable[[], ModuleType], named: str
) -> None:
    with pytest.raises(DeclarationError, match=named):
        manager.register("broken", make())
    assert manager.loaded == ()
    manager.register("estate", make_plugin(register_rulebook=_book(ticket_types=(_type("repair"),))))
    assert manager.catalogue.ticket_types.plugin_of("repair") == "estate"


def test_a_broken_flow_is_refused_with_every_problem(manager: PluginManager) -> None:
    flow = Workflow(states=(*FLOW.states, State("done", "完成", StateCategory.DONE)), moves=())
    broken = TicketType(name="repair", label="报修", description="x", workflow=flow, number=NumberPattern("BX"))
    with pytest.raises(DeclarationError) as refused:
        manager.register("estate", make_plugin(register_rulebook=_book(ticket_types=(broken,))))
    assert refused.value.problem == (
        "ticket type repair: number pattern has no {serial}; ticket type repair: state done cannot be reached"
    )


def test_an_installed_plugin_that_fails_is_listed_with_where_it_comes_from(
    manager: PluginManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, "gongdan-broken", broken="broken_plugin_of_a_test")
    (tmp_path / "broken_plugin_of_a_test.py").write_text("import no_such_module_anywhere\n", encoding="utf-8")
    _install(tmp_path, "gongdan-sound", sound="sound_plugin_of_a_test")
    (tmp_path / "sound_plugin_of_a_test.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    manager.load_installed({"broken", "sound"})
    assert [plugin.name for plugin in manager.loaded] == ["sound"]
    assert manager.failures == [
        LoadFailure(
            "broken",
            "gongdan-broken",
            "broken_plugin_of_a_test",
            "ModuleNotFoundError: No module named 'no_such_module_anywhere'",
        )
    ]


def test_of_two_installed_plugins_of_one_name_the_second_is_listed_with_both(
    manager: PluginManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for distribution in ("gongdan-estate", "other-estate"):
        _install(tmp_path, distribution, estate="estate_plugin_of_a_test")
    (tmp_path / "estate_plugin_of_a_test.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    manager.load_installed({"estate"})
    assert [plugin.distribution for plugin in manager.loaded] == ["gongdan-estate"]
    (failure,) = manager.failures
    assert (failure.distribution, "other-estate and gongdan-estate both" in failure.cause) == ("other-estate", True)


def _install(site: Path, distribution: str, **points: str) -> None:
    folder = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", encoding="utf-8")
    lines = "\n".join(f"{name} = {module}" for name, module in points.items())
    (folder / "entry_points.txt").write_text(f"[gongdan.plugins]\n{lines}\n", encoding="utf-8")


# --- Asking --------------------------------------------------------------------------------------------------------


def test_the_owner_is_asked_first_then_the_others_by_name(manager: PluginManager, failures: list[Failure]) -> None:
    for name in ("trade", "estate", "zoo", "auto"):
        manager.register(name, make_plugin(choose_assignee=lambda name=name: name))
    asked = manager.ask("choose_assignee", ("zoo", "trade", "estate", "auto"), first="trade", report=failures.append)
    assert [answer.value for answer in asked] == ["trade", "auto", "estate", "zoo"]


def test_only_enabled_plugins_are_asked(manager: PluginManager, failures: list[Failure]) -> None:
    for name in ("trade", "estate"):
        manager.register(name, make_plugin(choose_assignee=lambda draft, name=name: name))
    asked = manager.ask("choose_assignee", ("estate", "gone"), report=failures.append, draft=DRAFT)
    assert list(asked) == [Answer("estate", "estate")]


def test_none_is_no_opinion(manager: PluginManager, failures: list[Failure]) -> None:
    manager.register("estate", make_plugin(choose_assignee=lambda draft: None))
    assert list(manager.ask("choose_assignee", ("estate",), report=failures.append, draft=DRAFT)) == []
    assert failures == []


def test_a_raising_plugin_is_reported_and_the_others_are_heard(manager: PluginManager, failures: list[Failure]) -> None:
    manager.register("estate", make_plugin(choose_assignee=lambda draft: draft.colour))
    manager.register("trade", make_plugin(choose_assignee=lambda draft: "zhangmin"))
    asked = manager.ask("choose_assignee", ("estate", "trade"), report=failures.append, draft=DRAFT)
    assert list(asked) == [Answer("trade", "zhangmin")]
    assert [(failure.plugin, failure.hook, failure.kind) for failure in failures] == [
        ("estate", "choose_assignee", "raised")
    ]


@pytest.mark.parametrize(
    ("hook", "rubbish"),
    [
        ("classify_draft", ["severity"]),
        ("classify_draft", {"severity": 3}),
        ("choose_assignee", 7),
        ("check_move", "不行"),
        ("check_move", [None]),
        ("check_move", Refusal("guard", "不行")),
        ("ticket_panels", [{"title": "x"}]),
        ("menu_entries", 1),
        ("dashboard_tiles", [Panel("x", ())]),
    ],
)
def test_an_answer_that_nobody_could_read_is_a_failure(
    manager: PluginManager, failures: list[Failure], hook: str, rubbish: object
) -> None:
    manager.register("estate", make_plugin(**{hook: lambda: rubbish}))
    assert list(manager.ask(hook, ("estate",), report=failures.append)) == []
    (failure,) = failures
    assert failure.detail.startswith(f"TypeError: {hook} may not answer")


def test_every_hook_is_traced_with_its_duration_when_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="gongdan.hooks")
    for trace in (False, True):
        manager = PluginManager(trace=trace)
        manager.register("estate", make_plugin(choose_assignee=lambda draft: "zhangmin"))
        list(manager.ask("choose_assignee", ("estate",), report=lambda failure: None, draft=DRAFT))
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith("hook choose_assignee of estate: ")
    assert line.endswith(" ms")


def test_declarations_do_not_depend_on_the_order_of_loading() -> None:
    books = {name: make_plugin(register_rulebook=_book(ticket_types=(_type(f"{name}_case"),))) for name in "ba"}
    books = {f"{name}{name}": book for name, book in books.items()}
    orders = (["aa", "bb"], ["bb", "aa"])
    seen = []
    for order in orders:
        manager = PluginManager()
        for name in order:
            manager.register(name, books[name])
        seen.append([each.name for each in manager.catalogue.ticket_types.of(("aa", "bb"))])
    assert seen == [["a_case", "b_case"]] * 2


def test_clauses_of_all_plugins_can_be_looked_up(manager: PluginManager) -> None:
    manager.register(
        "estate", make_plugin(register_rulebook=_book(clauses=(Clause("001-13-07", "回访", "Call back"),)))
    )
    assert manager.catalogue.clauses["001-13-07"].zh == "回访"
