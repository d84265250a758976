"""A company's policy: dated lines, what is undecided, and what is refused."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Rulebook
from gongdan.errors import InvalidInput, NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]

DAYS = PolicyKey("rules.days", "保留天数", PolicyKind.INTEGER, proposed="7", lowest="1", highest="30")
FEE = PolicyKey("rules.fee", "上门费", PolicyKind.MONEY)
LATER = datetime(2026, 4, 1, tzinfo=UTC)
EARLIER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def plugin_modules() -> Mapping[str, ModuleType]:
    book = Rulebook(label="制度", description="x", policy_keys=(DAYS, FEE))
    return {sample.NAME: sample, "rules": make_plugin(register_rulebook=lambda: book)}


def _names(values: Sequence[PolicyValue]) -> list[str]:
    return [value.key for value in values if value.key.startswith("rules.")]


def test_the_proposed_value_holds_until_the_company_decides(company_desk: CompanyDesk) -> None:
    before = company_desk.policies.value("rules.days", START)
    line = company_desk.policies.set("rules.days", "10", effective_from=LATER, clause="SAMPLE-01", note="主任会议")
    assert (before.value, before.is_proposed) == (7, True)
    assert company_desk.policies.value("rules.days", LATER - timedelta(microseconds=1)).value == 7
    after = company_desk.policies.value("rules.days", LATER)
    assert (after.value, after.line_id, after.effective_from) == (10, line.id, LATER)
    assert (after.clause, after.note) == ("SAMPLE-01", "主任会议")


def test_what_nobody_decided_is_listed_until_somebody_does(company_desk: CompanyDesk, clock: Clock) -> None:
    assert _names(company_desk.policies.undecided()) == ["rules.fee"]
    company_desk.policies.set("rules.fee", "50")
    assert _names(company_desk.policies.undecided()) == []
    clock.move(timedelta(days=1))
    company_desk.policies.set("rules.fee", None, note="等业委会表决")
    [left] = [value for value in company_desk.policies.undecided() if value.key == "rules.fee"]
    assert (left.key, left.note) == ("rules.fee", "等业委会表决")
    assert company_desk.policies.value("rules.fee", START).text == "50.00"


def test_a_history_tells_every_line_with_its_end_author_and_reason(
    company_desk: CompanyDesk, person: People, clock: Clock
) -> None:
    head = person("administrator", name="陈秀英")
    company_desk.policies.set("rules.days", "3")
    clock.move(timedelta(hours=1))
    head.policies.set("rules.days", "5", effective_from=LATER, note="试行")
    later, now = company_desk.policies.history("rules.days")
    assert (now.text, now.effective_from, now.effective_to, now.author_name) == ("3", START, LATER, "系统")
    assert (later.text, later.effective_to, later.author_name, later.note) == ("5", None, "陈秀英", "试行")
    assert later.decided_at == START + timedelta(hours=1)


def test_a_line_between_two_others_ends_where_the_later_begins(company_desk: CompanyDesk) -> None:
    company_desk.policies.set("rules.days", "9", effective_from=LATER)
    line = company_desk.policies.set("rules.days", "3")
    assert (line.effective_from, line.effective_to) == (START, LATER)


@pytest.mark.parametrize(
    ("key", "text", "rule"),
    [
        ("rules.days", "31", "不能大于 {highest}"),
        ("rules.days", "两天", "应为整数"),
        ("rules.hours", "3", "本公司没有这项制度参数"),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(
    company_desk: CompanyDesk, unchanged: Unchanged, key: str, text: str, rule: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.set(key, text)
    assert [problem.rule for problem in refusal.value.problems] == [rule]


def test_two_lines_for_one_moment_are_refused(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.policies.set("rules.days", "3", effective_from=LATER)
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.set("rules.days", "4", effective_from=LATER)
    [problem] = refusal.value.problems
    assert (problem.field, problem.value) == ("effective_from", "2026-04-01 08:00")


def test_the_past_that_tickets_followed_is_not_rewritten(
    company_desk: CompanyDesk, factory: Factory, clock: Clock, unchanged: Unchanged
) -> None:
    factory.ticket()
    clock.move(timedelta(hours=1))
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.set("rules.days", "3", effective_from=EARLIER)
    [problem] = refusal.value.problems
    assert problem.value == "2026-03-01 08:00"
    after_it = company_desk.policies.set("rules.days", "3", effective_from=START + timedelta(seconds=1))
    assert after_it.effective_from == START + timedelta(seconds=1)


def test_the_past_that_nobody_followed_may_be_filled_in(company_desk: CompanyDesk) -> None:
    company_desk.policies.set("rules.days", "3", effective_from=EARLIER)
    assert company_desk.policies.value("rules.days", EARLIER).value == 3


def test_a_key_of_a_plugin_that_is_not_enabled_is_read_but_not_set(
    company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    company_desk.policies.set("rules.days", "3")
    company_desk.plugins.disable("rules")
    desk = company_desk.installation.at(company_desk.company)
    assert desk.policies.value("rules.days", START).value == 3
    with unchanged(), pytest.raises(InvalidInput):
        desk.policies.set("rules.days", "4", effective_from=LATER)
    with pytest.raises(NotFound):
        desk.policies.value("nobody.knows", START)


def test_a_line_to_come_is_withdrawn_and_one_in_force_is_not(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    now = company_desk.policies.set("rules.days", "3")
    later = company_desk.policies.set("rules.days", "5", effective_from=LATER)
    company_desk.policies.withdraw(later.id)
    assert [line.id for line in company_desk.policies.history("rules.days")] == [now.id]
    assert [entry.act for entry in company_desk.journal.of(later.id)] == ["policy.set", "policy.withdrawn"]
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.policies.withdraw(now.id)


def test_who_may_only_look_changes_nothing(person: People, unchanged: Unchanged) -> None:
    supervisor, agent = person("supervisor"), person("agent")
    assert _names(supervisor.policies.current()) == ["rules.days", "rules.fee"]
    with unchanged(), pytest.raises(NotAllowed):
        supervisor.policies.set("rules.days", "3")
    with pytest.raises(NotAllowed):
        agent.policies.current()


def test_another_company_decides_for_itself(company_desk: CompanyDesk, other_desk: CompanyDesk) -> None:
    company_desk.policies.set("rules.days", "3")
    assert other_desk.policies.value("rules.days", START).value == 7
    assert other_desk.policies.history("rules.days") == ()


def test_a_decision_is_journalled_with_what_was_before(company_desk: CompanyDesk) -> None:
    line = company_desk.policies.set("rules.days", "3", note="试行")
    [entry] = company_desk.journal.of(line.id)
    assert (entry.act, entry.before, entry.after["value"]) == ("policy.set", {"value": "7"}, "3")
