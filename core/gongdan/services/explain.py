"""Why is it due then: every due time, back to its start, its calendar, its policy line and its clause."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.calendars import DayCount, DayKind, WorkingCalendar
from gongdan.domain.duties import DutyState, OnReopen, StartAt
from gongdan.domain.duty_clocks import DutyClock, Gap, if_reached
from gongdan.domain.limits import Limit, Span, describe, read_limit
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.rulebook import Clause
from gongdan.domain.sentences import Sentence
from gongdan.domain.ticket_types import TicketType
from gongdan.services.duties import Duties, DutyFile
from gongdan.services.duty_figures import Figures
from gongdan.services.duty_points import gaps_of, points_of
from gongdan.services.duty_rows import DutyView, PauseView, StepView
from gongdan.services.duty_subjects import PLAN_RUN
from gongdan.services.duty_words import STATES, event_words, missing_words, reason_words
from gongdan.services.plan_words import RunWords
from gongdan.services.work import get_row
from gongdan.storage.accounts import RoleRow
from gongdan.storage.duties import DutyPauseRow, DutyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class NextPoint:
    """Something that will be done about a duty unless it is met before."""

    at: datetime
    #: Source text.
    label: str


@dataclass(frozen=True, slots=True)
class PolicyBasis:
    """Where a limit comes from."""

    key: str
    #: The question that the key asks, a source text.
    label: str
    #: The limit in words.
    limit: Sentence
    #: Nobody in the company has decided; the plugin proposes it.
    is_proposed: bool
    effective_from: datetime | None
    author: str
    decided_at: datetime | None
    note: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that a due time stands on."""

    duty: DutyView
    #: Why it is these people, and whom the rule wanted but the company does not have.
    why: Sequence[Sentence]
    start: Sentence
    #: What counted on each day from the start to the due time, without the gaps; empty for a fixed moment.
    days: Sequence[DayCount]
    pauses: Sequence[PauseView]
    steps: Sequence[StepView]
    #: None when the rule names no limit.
    policy: PolicyBasis | None
    clauses: Sequence[Clause]
    next_points: Sequence[NextPoint]
    #: When it would be due if the ticket were reopened now; None when the rule does nothing then.
    if_reopened: datetime | None
    #: All of it, as sentences in reading order.
    sentences: Sequence[Sentence] = ()


class Explain:
    """Use cases around explaining due times."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def ticket(self, number: str) -> Sequence[Explanation]:
        """Explain every duty of a ticket; raises ``NotFound``."""
        ticket = self._desk.tickets.by_number(number)
        return [self.duty(duty.id) for duty in self._desk.duties.of_ticket(ticket.id)]

    def any(self, name: str) -> Sequence[Explanation]:
        """Explain the duty of an id, or every duty of a ticket's number; raises ``NotFound``."""
        try:
            duty_id = UUID(name)
        except ValueError:
            return self.ticket(name)
        return [self.duty(duty_id)]

    def duty(self, duty_id: UUID) -> Explanation:
        """Explain one duty; raises ``NotFound``."""
        file = Duties(self._desk).file(duty_id)
        with self._desk.reading() as session:
            return _Explainer(self._desk, session, file).explanation()


class _Explainer:
    """Explains one duty."""

    def __init__(self, desk: "CompanyDesk", session: Session, file: DutyFile) -> None:
        self._desk = desk
        self._session = session
        self._file = file
        self._duty = file.duty
        catalogue = desk.installation.plugins.catalogue
        self._row = get_row(session, DutyRow, file.duty.id, "duty")
        self._rule = catalogue.rule_of_duty(file.duty.rule)
        self._figures = Figures(desk, session)
        self._ticket = self._read_ticket()
        self._type: TicketType | None = catalogue.ticket_types.get(self._ticket.type) if self._ticket else None
        self._limit = read_limit(file.duty.limit) if file.duty.limit else None
        self._pauses = list(session.scalars(select(DutyPauseRow).where(DutyPauseRow.duty_id == file.duty.id)))

    def explanation(self) -> Explanation:
        days, policy, clauses = self._days(), self._policy(), self._clauses()
        points, reopened = self._points(), self._if_reopened()
        made = Explanation(
            duty=self._duty,
            why=tuple(self._why_words()),
            start=event_words(self._duty.start_event, self._type),
            days=days,
            pauses=self._file.pauses,
            steps=self._file.steps,
            policy=policy,
            clauses=clauses,
            next_points=points,
            if_reopened=reopened,
        )
        return replace(made, sentences=tuple(self._sentences(made)))

    # --- Facts -------------------------------------------------------------------------------

    def _read_ticket(self) -> TicketRow | None:
        return get_row(self._session, TicketRow, self._duty.ticket_id, "ticket") if self._duty.ticket_id else None

    def _calendar(self) -> WorkingCalendar:
        return self._figures.calendar(self._row.calendar_department_id)

    def _days(self) -> Sequence[DayCount]:
        due, limit = self._duty.due_at, self._limit
        if due is None or not isinstance(limit, Span) or self._duty.is_promised:
            return ()
        calendar = self._calendar()
        stood: dict[date, timedelta] = {}
        for gap in gaps_of(self._pauses):
            begins, ends = max(gap.begins, self._duty.started_at), min(gap.ends, due)
            for day in calendar.counted(begins, ends, limit.unit) if begins < ends else ():
                stood[day.date] = stood.get(day.date, timedelta()) + day.counted
        counted = calendar.counted(self._duty.started_at, due, limit.unit)
        return tuple(replace(day, counted=day.counted - stood.get(day.date, timedelta())) for day in counted)

    def _put_off(self) -> datetime | None:
        """Return the moment that the limit names when it passed in a pause, so that another one counts."""
        if self._limit is None or isinstance(self._limit, Span):
            return None
        plain = if_reached(DutyClock(self._calendar(), self._duty.started_at, self._limit).due)
        is_waiting = plain and any(gap.begins <= plain.at < gap.ends for gap in gaps_of(self._pauses))
        return plain.at if plain and is_waiting else None

    def _policy(self) -> PolicyBasis | None:
        if not self._duty.policy_key:
            return None
        value = self._value()
        line = value.line if value else None
        key = self._desk.installation.plugins.catalogue.policy_keys.get(self._duty.policy_key)
        return PolicyBasis(
            key=self._duty.policy_key,
            label=key.label if key else self._duty.policy_key,
            limit=_limit_words(self._limit),
            is_proposed=line is None and self._limit is not None,
            effective_from=line.effective_from if line else None,
            author=line.author_name if line else "",
            decided_at=line.decided_at if line else None,
            note=line.note if line else "",
            clause=value.clause if value else "",
        )

    def _value(self) -> PolicyValue | None:
        try:
            return self._figures.value(self._duty.policy_key, self._duty.policy_at)
        except KeyError:
            # The plugin that declares the key is no longer installed.
            return None

    def _clauses(self) -> Sequence[Clause]:
        known = self._desk.installation.plugins.catalogue.clauses
        named = list(self._rule.clauses) if self._rule else []
        if (policy := self._policy()) and policy.clause:
            named.append(policy.clause)
        return [known[name] for name in dict.fromkeys(named) if name in known]

    def _points(self) -> Sequence[NextPoint]:
        if not self._duty.is_live:
            return ()
        passed = {step.point for step in self._file.steps}
        points = points_of(self._row, self._rule, self._pauses, self._figures)
        return [NextPoint(point.at, point.label) for point in points if point.code not in passed]

    def _if_reopened(self) -> datetime | None:
        rule, now = self._rule, self._desk.installation.clock()
        if rule is None or rule.on_reopen is OnReopen.IGNORE or self._limit is None:
            return None
        calendar = self._calendar()
        ended = self._duty.met_at
        clock = DutyClock(calendar, now, self._limit)
        if rule.on_reopen is OnReopen.RESUME and ended is not None:
            gaps = (*gaps_of(self._pauses), Gap(ended, now))
            clock = DutyClock(calendar, self._duty.started_at, self._limit, gaps)
        due = if_reached(clock.due)
        return due.at if due else None

    # --- Words -------------------------------------------------------------------------------

    def _sentences(self, made: Explanation) -> Iterator[Sentence]:
        duty, is_run = self._duty, self._row.subject_kind == PLAN_RUN
        number = duty.number or duty.subject
        yield Sentence(
            msg("{label}（第 {round} 次）：{state}") if is_run else msg("{label}（{number}，第 {round} 轮）：{state}"),
            {
                "label": duty.label,
                "number": number,
                "round": duty.round,
                "state": STATES[duty.state],
            },
        )
        who = duty.debtor or msg("无人")
        yield Sentence(msg("责任人：{who}"), {"who": who})
        yield from made.why
        if is_run:
            yield from RunWords(self._desk, self._session, self._figures).sentences(self._row, self._type)
        yield from self._start_words(made.start)
        yield from self._due_words(made)
        yield from self._pause_words(made.pauses)
        for clause in made.clauses:
            yield Sentence(msg("条款 {id}：{text}"), {"id": clause.id, "text": clause})
        for step in made.steps:
            if step.receiver:
                told = {"at": step.at, "receiver": step.receiver, "label": step.label, "person": step.why.deputy_for}
                deputy, himself = (
                    msg("{at} 告知 {receiver}（{label}），代理请假的 {person}"),
                    msg("{at} 告知 {receiver}（{label}）"),
                )
                yield Sentence(deputy if step.why.deputy_for else himself, told)
        for point in made.next_points:
            yield Sentence(msg("{at} 将执行：{label}"), {"at": point.at, "label": point.label})
        if made.if_reopened:
            yield Sentence(msg("如果现在重新打开，将于 {at} 到期"), {"at": made.if_reopened})

    def _why_words(self) -> Iterator[Sentence]:
        why, roles = self._duty.why, self._roles()
        yield reason_words(why, roles)
        if why.deputy_for:
            yield Sentence(msg("代理 {person}，其当时请假"), {"person": why.deputy_for})
        if why.relieved:
            yield Sentence(msg("从 {person} 接手，其已下班或交班"), {"person": why.relieved})
        if missing := missing_words(why, roles):
            yield Sentence(msg("按规则应为 {missing}，但没有这样的人"), {"missing": missing})

    def _start_words(self, start: Sentence) -> Iterator[Sentence]:
        duty = self._duty
        yield Sentence(msg("起因：{at} {event}"), {"at": duty.event_at, "event": start})
        if duty.started_at != duty.event_at:
            later = msg("{at} 起算，因为当时不在上班时间")
            before = msg("{at} 起算，接续上一轮")
            is_opening = self._rule is not None and self._rule.start_at is StartAt.OPENING
            yield Sentence(later if is_opening and duty.started_at > duty.event_at else before, {"at": duty.started_at})

    def _due_words(self, made: Explanation) -> Iterator[Sentence]:
        duty = self._duty
        yield from self._moment_words(made)
        if duty.undecided_key:
            key = self._desk.installation.plugins.catalogue.policy_keys.get(duty.undecided_key)
            yield Sentence(
                msg("工单的级别已变，公司尚未决定新级别的时限“{key}”，仍按原来的时限"),
                {"key": key.label if key else duty.undecided_key},
            )
        if duty.is_provisional:
            yield Sentence(msg("暂定：工作日历还不知道那一年的节假日，公布后会重算一次"))
        if duty.missed_at:
            yield Sentence(msg("{at} 逾期"), {"at": duty.missed_at})
        if duty.ended_at:
            ended = event_words(duty.end_event, self._type)
            yield Sentence(msg("{at} 了结：{event}"), {"at": duty.ended_at, "event": ended})
        if duty.reason:
            yield Sentence(msg("豁免理由：{reason}（{name}）"), {"reason": duty.reason, "name": duty.ended_by})
        yield from _policy_words(made.policy)
        yield Sentence(msg("工作日历：{name}"), {"name": duty.calendar})
        yield from _day_words(made.days, self._limit)

    def _moment_words(self, made: Explanation) -> Iterator[Sentence]:
        duty = self._duty
        if duty.is_promised:
            promised = msg("到期：{at}，这是答应客户的时间，不按时限计算")
            agreed = msg("到期：{at}，这是约定的时间，不按时限计算")
            yield Sentence(promised if duty.ticket_id else agreed, {"at": duty.due_at})
        elif duty.due_at is None and duty.limit:
            yield Sentence(msg("没有到期时间：按工作日历“{name}”算不出，请核对时限与上班时间"), {"name": duty.calendar})
        elif duty.due_at is None:
            yield Sentence(msg("没有到期时间：公司尚未决定“{key}”"), {"key": made.policy.label if made.policy else ""})
        elif duty.state is DutyState.PAUSED:
            yield Sentence(msg("到期：{at}；现在暂停，恢复后重新计算"), {"at": duty.due_at})
        else:
            yield Sentence(msg("到期：{at}"), {"at": duty.due_at})
            if put_off := self._put_off():
                yield Sentence(msg("原应于 {at} 到期，当时正在暂停，顺延到恢复当天下班"), {"at": put_off})

    def _pause_words(self, pauses: Sequence[PauseView]) -> Iterator[Sentence]:
        for pause in pauses:
            state = self._type.workflow.state(pause.state) if self._type else None
            reason = pause.reason or (state.label if state else pause.state)
            params = {"begins": pause.begins_at, "ends": pause.ends_at, "reason": reason}
            if pause.kind == "reopened":
                yield Sentence(msg("{begins} 至 {ends} 已办结，不计入"), params)
            elif pause.ends_at is None:
                yield Sentence(msg("{begins} 起暂停：{reason}"), params)
            elif pause.is_capped:
                yield Sentence(msg("{begins} 至 {ends} 暂停：{reason}，已满最长时间"), params)
            elif pause.was_expected:
                yield Sentence(msg("{begins} 至 {ends} 暂停：{reason}，到了预计恢复的日子"), params)
            else:
                yield Sentence(msg("{begins} 至 {ends} 暂停：{reason}"), params)

    def _roles(self) -> Mapping[str, str]:
        return dict(self._session.execute(select(RoleRow.name, RoleRow.label)).all())


def _limit_words(limit: Limit | None) -> Sentence:
    return Sentence(*describe(limit)) if limit else Sentence(msg("未定"))


def _policy_words(policy: PolicyBasis | None) -> Iterator[Sentence]:
    if policy is None:
        return
    yield Sentence(msg("时限：{label}，{limit}"), {"label": policy.label, "limit": policy.limit})
    if policy.effective_from:
        yield Sentence(
            msg("制度值自 {since} 起生效，由 {author} 于 {decided} 设定"),
            {"since": policy.effective_from, "author": policy.author, "decided": policy.decided_at},
        )
        if policy.note:
            yield Sentence(msg("设定理由：{note}"), {"note": policy.note})
    elif policy.is_proposed:
        yield Sentence(msg("这是扩展的建议值，公司尚未另行决定"))


def _day_words(days: Sequence[DayCount], limit: Limit | None) -> Iterator[Sentence]:
    for day in days:
        params = {"date": day.date, "minutes": day.minutes, "name": day.name}
        if day.kind is DayKind.REST and not day.minutes:
            yield Sentence(msg("{date} 休息日，不计 {name}"), params)
        elif isinstance(limit, Span) and limit.unit.value in {"day", "workday"}:
            yield Sentence(msg("{date} 计一天 {name}") if day.minutes else msg("{date} 不计 {name}"), params)
        else:
            yield Sentence(msg("{date} 计 {minutes} 分钟 {name}"), params)
