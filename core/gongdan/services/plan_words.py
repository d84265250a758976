"""Plans in words: how they and their runs stand, what set their anchor, and why a run is as it is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.fields import Choice
from gongdan.domain.plans import CatchUp, PlanState, RestDays, RunState
from gongdan.domain.policy import PolicyKey, describe_value
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.sentences import Sentence
from gongdan.domain.ticket_types import TicketType
from gongdan.services.duty_figures import Figures
from gongdan.services.duty_words import event_words
from gongdan.storage.duties import DutyRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PLAN_STATES: Mapping[PlanState, str] = {
    PlanState.RUNNING: msg("进行中"),
    PlanState.ENDED: msg("已终止"),
}

RUN_STATES: Mapping[RunState, str] = {
    RunState.OPEN: msg("待办"),
    RunState.DONE: msg("按时完成"),
    RunState.LATE: msg("逾期完成"),
    RunState.MISSED: msg("已逾期"),
    RunState.WAIVED: msg("已豁免"),
    RunState.CANCELLED: msg("已取消"),
}

REST_DAYS: Mapping[RestDays, str] = {
    RestDays.KEEP: msg("照常"),
    RestDays.BEFORE: msg("提前到前一个工作日"),
    RestDays.AFTER: msg("顺延到下一个工作日"),
    RestDays.SKIP: msg("当次不做"),
}

CATCH_UPS: Mapping[CatchUp, str] = {
    CatchUp.EACH: msg("逐次补做"),
    CatchUp.MERGE: msg("合并为一次"),
    CatchUp.MISSED: msg("记为逾期，不再补做"),
}

#: For policy keys that leave it to each company.
REST_DAY_CHOICES: tuple[Choice, ...] = tuple(Choice(each.value, label) for each, label in REST_DAYS.items())
CATCH_UP_CHOICES: tuple[Choice, ...] = tuple(Choice(each.value, label) for each, label in CATCH_UPS.items())

_EVENTS: Mapping[str, str] = {
    "plugin_enabled": msg("启用扩展"),
    "plugin_disabled": msg("停用扩展"),
    "finished": msg("各阶段已满"),
    "by_hand": msg("人工终止"),
    "come_back": msg("撤销合并"),
}


def anchor_words(event: str, ticket_type: TicketType | None) -> Sentence:
    """Return what set a plan's anchor, or ended the plan, as people say it."""
    return Sentence(_EVENTS[event]) if event in _EVENTS else event_words(event, ticket_type)


class RunWords:
    """Tells why a run of a plan is as it is."""

    def __init__(self, desk: "CompanyDesk", session: Session, figures: Figures) -> None:
        self._desk = desk
        self._session = session
        self._figures = figures
        self._keys = desk.installation.plugins.catalogue.policy_keys

    def sentences(self, duty: DutyRow, ticket_type: TicketType | None) -> Iterator[Sentence]:
        """Yield plan, anchor, recurrence, shift and sample of the run that a duty is about."""
        found = self._session.execute(
            select(PlanRow, PlanRunRow)
            .join(PlanRunRow, PlanRunRow.plan_id == PlanRow.id)
            .where(PlanRunRow.id == duty.subject_id)
        ).one_or_none()
        if found is None:
            return
        plan, run = found
        yield Sentence(
            msg("计划“{label}”的第 {number} 次，计划日 {day}"),
            {"label": plan.label, "number": run.number, "day": run.planned_for},
        )
        yield Sentence(
            msg("起点：{at} {event}"), {"at": plan.anchor_at, "event": anchor_words(plan.anchor_event, ticket_type)}
        )
        rule = self._desk.installation.plugins.catalogue.plan_rules.get(plan.rule)
        # Another version of the plugin may have fewer phases.
        if rule is not None and run.phase < len(rule.phases):
            yield from self._line(msg("周期：{value}"), rule.phases[run.phase].recurrence, duty.policy_at)
        yield from self._day_words(run)
        if run.window:
            yield Sentence(msg("办理时段：{window}"), {"window": run.window})
        yield from self._sample_words(run)
        if rule is not None and rule.sample and rule.sample.share and run.share:
            yield from self._line(msg("抽取比例：{value}"), rule.sample.share, duty.policy_at)

    def _line(self, text: str, name: str, at: datetime) -> Iterator[Sentence]:
        """Yield a figure of the policy, since when it is in force, and who decided it."""
        key = self._keys.get(name)
        if key is None:
            return
        value = self._figures.value(name, at)
        yield Sentence(text, {"value": _spelled(key, value)})
        if value.line is not None:
            yield Sentence(
                msg("制度值自 {since} 起生效，由 {author} 于 {decided} 设定"),
                {
                    "since": value.line.effective_from,
                    "author": value.line.author_name,
                    "decided": value.line.decided_at,
                },
            )
        if value.clause:
            yield Sentence(msg("依据条款 {clause}"), {"clause": value.clause})

    def _day_words(self, run: PlanRunRow) -> Iterator[Sentence]:
        if run.planned_for != run.nominal_on:
            yield Sentence(
                msg("按周期应为 {nominal}，当天不上班，改在 {day}"), {"nominal": run.nominal_on, "day": run.planned_for}
            )
        if run.key_on != run.nominal_on:
            yield Sentence(msg("这一天在当月的工作日中抽定，种子 {seed}"), {"seed": run.seed})
        if run.stands_for:
            yield Sentence(msg("代替未能按时生成的计划日：{days}"), {"days": ", ".join(run.stands_for)})

    def _sample_words(self, run: PlanRunRow) -> Iterator[Sentence]:
        if run.population is None:
            return
        rows = self._session.scalars(select(PlanTargetRow.done_at).where(PlanTargetRow.run_id == run.id)).all()
        yield Sentence(
            msg("当天共 {population} 个对象，抽取 {share}% 即 {size} 个，种子 {seed}；已完成 {done} 个"),
            {
                "population": run.population,
                "share": run.share,
                "size": len(rows),
                "seed": run.seed,
                "done": sum(done_at is not None for done_at in rows),
            },
        )


def _spelled(key: PolicyKey, value: PolicyValue) -> Sentence:
    text, params = describe_value(key, value.text)
    return Sentence(text, params)
