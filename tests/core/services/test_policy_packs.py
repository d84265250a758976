"""Policy packs: compared with what holds, applied as one run, taken back."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import ModuleType
from uuid import uuid4

import pytest

from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_packs import PolicyPack
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gongdan.hooks.packs import read_pack
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.policies import ChangeKind
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]

LATER = datetime(2026, 4, 1, tzinfo=UTC)
KEYS = (
    PolicyKey("rules.answer", "首次答复", PolicyKind.LIMIT, ("R-01",)),
    PolicyKey("rules.days", "保留天数", PolicyKind.INTEGER, proposed="7", highest="30"),
    PolicyKey("rules.fee", "上门费", PolicyKind.MONEY),
    PolicyKey("rules.share", "抽查比例", PolicyKind.PERCENT),
)
HOMES = """\
pack: rules.homes
label: {zh: 住宅小区, en: Homes}
source: "001"
lines:
  rules.answer: {value: 2 h, clause: R-01, note: {zh: 有效投诉, en: Valid complaints}}
  rules.days: {value: "10"}
  rules.fee: {value: undecided, note: {zh: 原文只说合理, en: The source says reasonable}}
"""


@pytest.fixture(scope="module")
def homes() -> PolicyPack:
    return read_pack(HOMES.encode())


@pytest.fixture(scope="module")
def plugin_modules(homes: PolicyPack) -> Mapping[str, ModuleType]:
    book = Rulebook(
        label="制度",
        description="x",
        policy_keys=KEYS,
        packs=(homes,),
        clauses=(Clause("R-01", "两小时内答复", "Answered within 2 hours"),),
    )
    return {sample.NAME: sample, "rules": make_plugin(register_rulebook=lambda: book)}


def _now(desk: CompanyDesk) -> dict[str, str | None]:
    moment = desk.installation.clock()
    return {key.name: desk.policies.value(key.name, moment).text for key in KEYS}


def test_a_comparison_tells_what_a_pack_would_change(company_desk: CompanyDesk, homes: PolicyPack) -> None:
    company_desk.policies.set("rules.days", "10")
    company_desk.policies.set("rules.answer", "4 h", effective_from=LATER)
    diff = company_desk.policies.diff(homes)
    assert [(change.key.name, change.kind, change.until) for change in diff.changes] == [
        ("rules.answer", ChangeKind.DECIDED, LATER),
        ("rules.days", ChangeKind.SAME, None),
        ("rules.fee", ChangeKind.LEFT_OPEN, None),
    ]
    assert "rules.share" in {value.key for value in diff.unnamed}
    assert company_desk.policies.history("rules.fee") == ()


def test_a_pack_without_a_figure_leaves_the_companys_own(company_desk: CompanyDesk, homes: PolicyPack) -> None:
    company_desk.policies.set("rules.fee", "50")
    assert company_desk.policies.diff(homes).changes[2].kind is ChangeKind.KEPT
    company_desk.policies.apply(homes, START + timedelta(hours=1))
    assert company_desk.policies.value("rules.fee", LATER).text == "50.00"


def test_a_pack_is_applied_as_one_run_from_a_date_on(company_desk: CompanyDesk, homes: PolicyPack) -> None:
    run = company_desk.policies.apply(homes, LATER, "主任会议")
    assert run is not None
    assert _now(company_desk) == {"rules.answer": None, "rules.days": "7", "rules.fee": None, "rules.share": None}
    answer = company_desk.policies.value("rules.answer", LATER)
    assert (answer.text, answer.clause, answer.note) == ("2 h", "R-01", "有效投诉")
    left = company_desk.policies.value("rules.fee", LATER)
    assert (left.is_undecided, left.note) == (True, "原文只说合理")
    assert [(each.id, each.lines, each.note) for each in company_desk.policies.runs()] == [(run.id, 3, "主任会议")]
    [entry] = company_desk.journal.of(run.id)
    assert (entry.act, entry.after["pack"], entry.after["count"]) == ("policy.applied", "rules.homes", 3)


def test_applying_again_changes_nothing(
    company_desk: CompanyDesk, homes: PolicyPack, clock: Clock, unchanged: Unchanged
) -> None:
    company_desk.policies.apply(homes)
    clock.move(timedelta(days=1))
    with unchanged():
        assert company_desk.policies.apply(homes) is None


def test_a_run_that_is_still_to_come_goes_without_a_trace(
    company_desk: CompanyDesk, homes: PolicyPack, factory: Factory
) -> None:
    company_desk.policies.set("rules.days", "5")
    factory.ticket()
    run = company_desk.policies.apply(homes, LATER)
    assert run is not None
    done = company_desk.policies.rollback(run.id)
    assert (done.removed, done.restored, done.kept) == (("rules.answer", "rules.days", "rules.fee"), (), ())
    assert company_desk.policies.value("rules.days", LATER).text == "5"
    assert [line.text for line in company_desk.policies.history("rules.days")] == ["5"]


def test_a_run_that_tickets_followed_stays_in_history_and_the_former_values_hold_again(
    company_desk: CompanyDesk, homes: PolicyPack, factory: Factory, clock: Clock
) -> None:
    company_desk.policies.set("rules.days", "5", effective_from=START - timedelta(days=1))
    run = company_desk.policies.apply(homes)
    assert run is not None
    clock.move(timedelta(hours=1))
    factory.ticket()
    clock.move(timedelta(hours=1))
    company_desk.policies.set("rules.answer", "3 h")
    done = company_desk.policies.rollback(run.id)
    assert (done.removed, done.restored, done.kept) == ((), ("rules.days", "rules.fee"), ("rules.answer",))
    assert _now(company_desk) == {"rules.answer": "3 h", "rules.days": "5", "rules.fee": None, "rules.share": None}
    assert company_desk.policies.value("rules.days", START + timedelta(hours=1)).text == "10"
    assert company_desk.policies.runs()[0].undone_by == "系统"


def test_a_run_is_taken_back_once(company_desk: CompanyDesk, homes: PolicyPack, unchanged: Unchanged) -> None:
    run = company_desk.policies.apply(homes)
    assert run is not None
    company_desk.policies.rollback(run.id)
    with unchanged(), pytest.raises(Conflict):
        company_desk.policies.rollback(run.id)
    with unchanged(), pytest.raises(NotFound):
        company_desk.policies.rollback(uuid4())


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("rules.days:", "rules.hours:", "rules.hours", "没有这项制度参数"),
        ('"10"', "31", "rules.days", "不能大于 {highest}"),
        ("2 h", "promptly", "rules.answer", "不是一个时限"),
    ],
)
def test_a_pack_with_one_fault_is_refused_whole(
    company_desk: CompanyDesk, unchanged: Unchanged, old: str, new: str, field: str, rule: str
) -> None:
    pack = read_pack(HOMES.replace(old, new).encode())
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.apply(pack)
    [problem] = refusal.value.problems
    assert (problem.field, problem.rule, (problem.params or {})["line"]) == (
        (field, rule, 5) if field == "rules.answer" else (field, rule, 6)
    )


def test_two_lines_for_one_moment_refuse_the_whole_pack(
    company_desk: CompanyDesk, homes: PolicyPack, unchanged: Unchanged
) -> None:
    company_desk.policies.set("rules.days", "5", effective_from=LATER)
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.apply(homes, LATER)
    assert [problem.field for problem in refusal.value.problems] == ["effective_from"]


def test_a_pack_of_a_plugin_that_is_not_enabled_is_refused_by_the_plugins_name(
    desk: Desk, homes: PolicyPack, unchanged: Unchanged
) -> None:
    elsewhere = desk.at(desk.companies.create(SYSTEM, "jinling", "金陵物业"))
    assert elsewhere.policies.packs() == ()
    for act in (lambda: elsewhere.policies.pack("rules.homes"), lambda: elsewhere.policies.apply(homes)):
        with unchanged(), pytest.raises(InvalidInput) as refusal:
            act()
        assert {(each.params or {})["plugin"] for each in refusal.value.problems} == {"制度"}
    with pytest.raises(NotFound):
        elsewhere.policies.pack("rules.offices")


def test_what_a_company_has_goes_to_another_as_a_pack(company_desk: CompanyDesk, other_desk: CompanyDesk) -> None:
    company_desk.policies.set("rules.days", "3", note="试行")
    company_desk.policies.set("rules.answer", "90 desk_min", clause="R-01")
    other_desk.policies.apply(other_desk.policies.read(company_desk.policies.export().encode()))
    assert _now(other_desk) == _now(company_desk)
    assert other_desk.policies.value("rules.days", START).note == "试行"


def test_who_may_only_look_compares_and_applies_nothing(
    person: People, homes: PolicyPack, unchanged: Unchanged
) -> None:
    supervisor = person("supervisor")
    assert len(supervisor.policies.diff(homes).changes) == 3
    with unchanged(), pytest.raises(NotAllowed):
        supervisor.policies.apply(homes)
    with unchanged(), pytest.raises(NotAllowed):
        supervisor.policies.rollback(uuid4())
