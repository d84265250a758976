"""Policy lines: what each company decided for the keys that plugins declare, from when on, and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.domain.policy import LONGEST_CLAUSE, LONGEST_NOTE, PolicyEffect, PolicyKey, check, normal_text
from gongdan.domain.policy_timelines import PolicyLine, PolicyTimeline, PolicyValue
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.services.work import Work
from gongdan.storage.policies import PolicyLineRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk
    from gongdan.services.duty_recomputing import DutyChange


class _Tried(Exception):
    """Ends a transaction that was only tried."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A checked line that is about to be written."""

    key: str
    #: As it is kept; None leaves the key open.
    text: str | None
    effective_from: datetime
    clause: str = ""
    note: str = ""


class PolicyLines:
    """Use cases around the single lines of one company's policy."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def declared(self) -> Sequence[PolicyKey]:
        """Return the keys of the core and of the company's plugins, by plugin, as declared."""
        return self._desk.installation.plugins.catalogue.policy_keys.of(self._desk.enabled)

    def value(self, key: str, at: datetime) -> PolicyValue:
        """Return the answer to ``key`` at ``at``, aware; raises ``NotFound`` for a key that nobody declares."""
        with self._desk.reading() as session:
            return self.timeline(session, key).value(self._declared(key).name, at)

    def values_at(self, session: Session, moment: datetime) -> Mapping[str, PolicyValue]:
        """Return the answers to every declared key at ``moment``, aware, with one query."""
        return self.timeline(session).values(moment)

    def timeline(self, session: Session, key: str = "") -> PolicyTimeline:
        """Return all lines of the company, or those of one key: answers for many moments with one query.

        It knows the keys of every loaded plugin, since a ticket keeps its policy when its plugin is disabled.
        """
        query = select(PolicyLineRow).order_by(PolicyLineRow.key, PolicyLineRow.effective_from)
        if key:
            query = query.where(PolicyLineRow.key == key)
        rows = session.scalars(query).all()
        following = [*rows[1:], None]
        declared = [owned.value for owned in self._desk.installation.plugins.catalogue.policy_keys]
        return PolicyTimeline(declared, [_line(*pair) for pair in zip(rows, following, strict=False)])

    def undecided(self) -> Sequence[PolicyValue]:
        """Return the keys without a figure today, in the order of ``declared``."""
        return [value for value in self.current() if value.is_undecided]

    def current(self) -> Sequence[PolicyValue]:
        """Return the answers of today to every key of the company, in the order of ``declared``."""
        self._desk.require("policy.view")
        keys = self.declared()
        with self._desk.reading() as session:
            answers = self.values_at(session, self._desk.installation.clock())
            return [answers[key.name] for key in keys]

    def book(self) -> PolicyTimeline:
        """Return every line of the company, past and to come."""
        self._desk.require("policy.view")
        with self._desk.reading() as session:
            return self.timeline(session)

    def history(self, key: str) -> Sequence[PolicyLine]:
        """Return every line of a key, past and to come, the latest first."""
        self._desk.require("policy.view")
        self._declared(key)
        with self._desk.reading() as session:
            return self.timeline(session, key).lines(key)[::-1]

    def set(
        self,
        key: str,
        text: str | None,
        effective_from: datetime | None = None,
        *,
        clause: str = "",
        note: str = "",
        effect: PolicyEffect = PolicyEffect.NEW,
    ) -> PolicyLine:
        """Decide a key from a moment on, now when none is given; None leaves it open again.

        What was in force before stays so for the time before. Raises ``InvalidInput`` for a value that does not fit,
        for a moment that has a line already, for one in the past that tickets or runs of the company's plans follow,
        and for one to come that open tickets are to follow; ``NotFound``.
        """
        self._desk.require("policy.admin")
        check_effect(effect, effective_from)
        with self._desk.working() as work:
            row = self._decide(work, key, text, effective_from or work.now, clause=clause.strip(), note=note.strip())
            self._let_follow(work, (key,), effect)
            return next(line for line in self.timeline(work.session, key).lines(key) if line.id == row.id)

    def preview(self, key: str, text: str | None, effect: PolicyEffect) -> Sequence["DutyChange"]:
        """Return what deciding a key now would do to what is owed; nothing is written. Raises as ``set`` does."""
        self._desk.require("policy.admin")
        with self._trying() as (work, changes):
            self._decide(work, key, text, work.now)
            changes.extend(self._let_follow(work, (key,), effect))
        return changes

    def withdraw(self, line_id: UUID) -> None:
        """Take back a line that is not in force yet; raises ``InvalidInput`` for one that is, ``NotFound``."""
        self._desk.require("policy.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = work.get(PolicyLineRow, line_id, "policy_line")
            if row.effective_from <= work.now:
                rule, remedy = msg("已经生效，不能撤下"), msg("请从现在起设一个新的值")
                raise InvalidInput((FieldProblem(row.key, row.value or "", rule, remedy, label=msg("制度值")),))
            work.record("policy.withdrawn", "policy_line", row.id, before=line_words(row))
            work.session.delete(row)
            work.session.flush()
            self._desk.plans.look_again(work, (row.key,))

    def _decide(
        self, work: Work, key: str, text: str | None, moment: datetime, *, clause: str = "", note: str = ""
    ) -> PolicyLineRow:
        declared = self._enabled(key)
        work.take_turn()
        problems = [*(check(declared, text) if text is not None else ()), *_checked_words(clause, note)]
        problems += moment_problems(self._desk, work, declared, moment)
        if problems:
            raise InvalidInput(tuple(problems))
        before = self.timeline(work.session, key).value(key, moment)
        row = add_line(work, Decision(key, None if text is None else normal_text(declared, text), moment, clause, note))
        work.record("policy.set", "policy_line", row.id, before={"value": before.text}, after=line_words(row))
        return row

    def _let_follow(self, work: Work, keys: Collection[str], effect: PolicyEffect) -> Sequence["DutyChange"]:
        """Let open tickets follow what was decided in the same transaction, if they are to, and plans look again."""
        if effect is PolicyEffect.NEW:
            self._desk.plans.look_again(work, keys)
            return ()
        changes = self._desk.duties.recompute(work, keys, moves_due=effect is PolicyEffect.RECOMPUTE)
        self._desk.plans.look_again(work, keys)
        after = {"effect": effect.value, "keys": sorted(keys), "count": len(changes)}
        work.record("policy.followed", "company", self._desk.company.id, after=after)
        return changes

    @contextmanager
    def _trying(self) -> "Iterator[tuple[Work, list[DutyChange]]]":
        """Work as if it counted, and leave nothing behind: what comes of a decision is seen before it is made."""
        changes: list[DutyChange] = []
        with suppress(_Tried), self._desk.working() as work:
            yield work, changes
            raise _Tried

    def _declared(self, key: str) -> PolicyKey:
        found = self._desk.installation.plugins.catalogue.policy_keys.get(key)
        if found is None:
            raise NotFound("policy_key", key)
        return found

    def _enabled(self, key: str) -> PolicyKey:
        found = next((each for each in self.declared() if each.name == key), None)
        if found is None:
            rule, remedy = msg("本公司没有这项制度参数"), msg("请用“gongdan policy list”查看可设的参数")
            raise InvalidInput((FieldProblem("key", key, rule, remedy, label=msg("制度参数")),))
        return found


def moment_problems(desk: "CompanyDesk", work: Work, key: PolicyKey, moment: datetime) -> Sequence[FieldProblem]:
    """Return why a line of a key may not begin at ``moment``, aware; nothing when it may."""
    shown = moment.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M")
    query = select(PolicyLineRow.id).where(PolicyLineRow.key == key.name, PolicyLineRow.effective_from == moment)
    if work.session.scalar(query):
        rule, remedy = msg("“{label}”在这一时刻已有一个值"), msg("请换一个生效时间，或先撤下原来那一个")
        return [_moment_problem(shown, rule, remedy, label=key.label)]
    if moment < work.now and is_followed(work, moment):
        rule = msg("生效时间已过，此后登记的工单已按原来的值计算，不能改写")
        return [_moment_problem(shown, rule, msg("请填现在或以后的时间"))]
    if moment < work.now and desk.plans.have_followed(work, (key.name,), moment):
        rule = msg("生效时间已过，此后的定期事项已按原来的值安排，不能改写")
        return [_moment_problem(shown, rule, msg("请填现在或以后的时间"))]
    return []


def is_followed(work: Work, moment: datetime) -> bool:
    """Tell whether a ticket follows the policy of a moment since ``moment``, aware."""
    since = or_(TicketRow.opened_at >= moment, TicketRow.policy_at >= moment)
    return work.session.scalar(select(TicketRow.id).where(since).limit(1)) is not None


def add_line(work: Work, decision: Decision, run_id: UUID | None = None) -> PolicyLineRow:
    """Write a checked line under the name of who works."""
    row = PolicyLineRow(
        key=decision.key,
        value=decision.text,
        effective_from=decision.effective_from,
        clause=decision.clause,
        note=decision.note,
        author_id=work.actor.account_id,
        author_name=work.actor.name,
        decided_at=work.now,
        run_id=run_id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _moment_problem(shown: str, rule: str, remedy: str, **params: object) -> FieldProblem:
    return FieldProblem("effective_from", shown, rule, remedy, params=params, label=msg("生效时间"))


def check_effect(effect: PolicyEffect, effective_from: datetime | None) -> None:
    """Raise ``InvalidInput`` when open tickets are to follow what is not decided from now on."""
    if effect is PolicyEffect.NEW or effective_from is None:
        return
    rule, remedy = msg("已登记的工单只能从现在起改用新值"), msg("请不填生效时间，或选择只用于新登记的工单")
    raise InvalidInput((FieldProblem("effective_from", "", rule, remedy, label=msg("生效时间")),))


def _checked_words(clause: str, note: str) -> list[FieldProblem]:
    given = (("clause", clause, LONGEST_CLAUSE, msg("条款")), ("note", note, LONGEST_NOTE, msg("理由")))
    return [
        FieldProblem(name, text[:40], msg("最多 {longest} 个字符"), params={"longest": longest}, label=label)
        for name, text, longest, label in given
        if len(text) > longest
    ]


def line_words(row: PolicyLineRow) -> Mapping[str, object]:
    """Return a line as the journal keeps it."""
    return {
        "key": row.key,
        "value": row.value,
        "effective_from": row.effective_from.isoformat(),
        "clause": row.clause,
        "note": row.note,
    }


def _line(row: PolicyLineRow, following: PolicyLineRow | None) -> PolicyLine:
    ends = following.effective_from if following is not None and following.key == row.key else None
    return PolicyLine(
        id=row.id,
        key=row.key,
        text=row.value,
        effective_from=row.effective_from,
        effective_to=ends,
        clause=row.clause,
        note=row.note,
        author_id=row.author_id,
        author_name=row.author_name,
        decided_at=row.decided_at,
        run_id=row.run_id,
    )
