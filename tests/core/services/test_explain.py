"""Why something is due when it is."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import pytest

from gongdan.domain.sentences import Sentence
from gongdan.language import for_locale
from gongdan.language.sentences import spoken
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.explain import Explanation
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


@pytest.fixture
def say(agent: CompanyDesk) -> Callable[[Sentence], str]:
    return lambda sentence: spoken(sentence, for_locale("zh"), agent.zone)


def _explained(desk: CompanyDesk, number: str, rule: str) -> Explanation:
    return next(each for each in desk.explain.ticket(number) if each.duty.rule == f"sample.{rule}")


@pytest.mark.clause("SAMPLE-03")
def test_a_missed_duty_says_why_it_was_due(
    agent: CompanyDesk, desk: Desk, clock: Clock, say: Callable[[Sentence], str]
) -> None:
    number = Factory(agent).ticket(severity="major").number
    desk.timers.run_due(at(5, 10, 15))
    clock.set(at(5, 10, 15))
    explained = _explained(agent, number, "dispatch")
    assert [say(sentence) for sentence in explained.sentences] == [
        f"派单（{number}，第 1 轮）：已逾期",
        "责任人：张敏",
        "工单的首接人",
        "起因：2026-03-05 10:00 登记工单",
        "到期：2026-03-05 10:10",
        "2026-03-05 10:10 逾期",
        "时限：严重报修派单时限，10 分钟",
        "这是扩展的建议值，公司尚未另行决定",
        "工作日历：公司工作日历",
        "2026-03-05 计 10 分钟",
        "条款 SAMPLE-03：严重报修 10 分钟内派单，其他 30 分钟内派单",
        "2026-03-05 10:08 告知 张敏（预警）",
        "2026-03-05 10:10 告知 张敏（到期）",
        "2026-03-05 11:10 将执行：告知公司管理员",
    ]


@pytest.mark.clause("SAMPLE-04")
def test_working_hours_are_told_day_by_day_with_the_pause_and_who_decided(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock, say: Callable[[Sentence], str]
) -> None:
    company_desk.policies.set("sample.resolve", "12 desk_h", note="与业委会商定")
    number = Factory(agent).ticket().number
    ticket = agent.tickets.by_number(number)
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": str(agent.actor.account_id)})
    clock.set(at(5, 16))
    agent.moves.make(ticket.id, "ask_customer", 2, {})
    clock.set(at(6, 10))
    agent.moves.make(ticket.id, "resume", 3, {})
    explained = _explained(agent, number, "resolve")
    # Six hours until 16:00; of the six that are left eight are on Friday from 10:00.
    assert explained.duty.due_at == at(6, 16)
    assert [(day.date, day.minutes) for day in explained.days] == [(date(2026, 3, 5), 360), (date(2026, 3, 6), 360)]
    told = [say(sentence) for sentence in explained.sentences]
    assert "2026-03-05 16:00 至 2026-03-06 10:00 暂停：待客户确认" in told
    assert "时限：维修完成时限，12 小时（仅计上班时间）" in told
    assert "制度值自 2026-03-05 10:00 起生效，由 系统 于 2026-03-05 10:00 设定" in told
    assert "设定理由：与业委会商定" in told
    assert explained.if_reopened == at(9, 13)
    assert "如果现在重新打开，将于 2026-03-09 13:00 到期" in told


def test_an_undecided_limit_and_a_role_that_nobody_holds_are_told(
    agent: CompanyDesk, person: People, say: Callable[[Sentence], str]
) -> None:
    person("administrator", name="王总")
    number = Factory(agent).ticket().number
    ticket = agent.tickets.by_number(number)
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": str(agent.actor.account_id)})
    agent.moves.make(ticket.id, "finish", 2, {"result": "已更换软管", "cause": "misuse"})
    told = [say(sentence) for sentence in _explained(agent, number, "explain").sentences]
    assert told[1:4] == ["责任人：王总", "公司管理员", "按规则应为 维修工程师、部门负责人，但没有这样的人"]
    assert "没有到期时间：公司尚未决定“原因说明时限”" in told
    assert "起因：2026-03-05 10:00 填写“原因”" in told


def test_a_night_case_says_when_its_day_begins(
    agent: CompanyDesk, clock: Clock, say: Callable[[Sentence], str]
) -> None:
    clock.set(at(6, 22))
    number = Factory(agent).ticket().number
    told = [say(sentence) for sentence in _explained(agent, number, "hand_over").sentences]
    assert "到期：2026-03-09 09:00" in told
    assert "时限：夜间报修移交时限，下一次上班时" in told
