"""Policies: single lines, and packs that are compared, applied as one run, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.policy import LONGEST_NOTE, PolicyEffect, PolicyKey, check, normal_text
from gongdan.domain.policy_packs import PackLine, PolicyPack, Wording
from gongdan.domain.policy_timelines import PolicyTimeline, PolicyValue
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.hooks.packs import read_pack, write_pack
from gongdan.services.policy_lines import (
    Decision,
    PolicyLines,
    add_line,
    check_effect,
    is_followed,
    line_words,
    moment_problems,
)
from gongdan.services.work import Work
from gongdan.storage.policies import PolicyLineRow, PolicyRunRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.duty_recomputing import DutyChange


class ChangeKind(StrEnum):
    """What applying a pack does to a key."""

    #: Nothing was decided, or proposed only, and the pack gives a figure.
    DECIDED = "decided"
    #: The pack gives another figure.
    CHANGED = "changed"
    #: Neither the company nor the pack has a figure.
    LEFT_OPEN = "left_open"
    #: The pack gives no figure; the company keeps its own.
    KEPT = "kept"
    #: Both say the same.
    SAME = "same"


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One key of a pack beside what the company has."""

    key: PolicyKey
    kind: ChangeKind
    before: PolicyValue
    #: The pack's line with its value as it would be kept.
    line: PackLine
    #: When a line that the company has decided already takes over from the pack's; None for never.
    until: datetime | None

    @property
    def writes(self) -> bool:
        """Tell whether applying the pack writes a line."""
        if self.kind is ChangeKind.LEFT_OPEN:
            return self.before.note not in {self.line.note.zh, self.line.note.en}
        return self.kind in {ChangeKind.DECIDED, ChangeKind.CHANGED}


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """A pack beside what the company has at one moment."""

    pack: PolicyPack
    moment: datetime
    changes: tuple[PolicyChange, ...]
    #: Keys that the company has and the pack does not name, with what holds.
    unnamed: tuple[PolicyValue, ...]


@dataclass(frozen=True, slots=True)
class PolicyRunView:
    """A pack that was applied; times are aware, UTC."""

    id: UUID
    pack: str
    fingerprint: str
    effective_from: datetime
    note: str
    author_name: str
    applied_at: datetime
    #: When it was taken back, and by whom; None while it stands.
    undone_at: datetime | None
    undone_by: str
    #: How many lines it wrote.
    lines: int


@dataclass(frozen=True, slots=True)
class Rollback:
    """What taking a run back did, by key."""

    #: Lines that had not come into force, or that nobody had followed: gone.
    removed: tuple[str, ...]
    #: Keys that have their former value again, from now on.
    restored: tuple[str, ...]
    #: Keys that somebody has decided anew since: left as they are.
    kept: tuple[str, ...]


class Policies(PolicyLines):
    """Use cases around the policy of one company."""

    def packs(self) -> Sequence[PolicyPack]:
        """Return the packs that the company's plugins bring along."""
        self._desk.require("policy.view")
        return self._desk.installation.plugins.catalogue.packs.of(self._desk.enabled)

    def pack(self, name: str) -> PolicyPack:
        """Return a pack of the company's plugins; raises ``InvalidInput`` for another plugin's, ``NotFound``."""
        found = next((pack for pack in self.packs() if pack.name == name), None)
        if found is not None:
            return found
        catalogue = self._desk.installation.plugins.catalogue
        if catalogue.packs.get(name) is None:
            raise NotFound("policy_pack", name)
        book = catalogue.rulebooks[catalogue.packs.plugin_of(name)]
        rule, remedy = msg("属于扩展“{plugin}”，本公司没有启用它"), msg("请先启用该扩展，或选择别的制度包")
        raise InvalidInput((FieldProblem("pack", name, rule, remedy, {"plugin": book.label}, msg("制度包")),))

    def read(self, data: bytes) -> PolicyPack:
        """Read a pack that somebody hands in; raises ``InvalidInput`` with the lines that cannot be."""
        self._desk.require("policy.view")
        return self._checked(read_pack(data))

    def export(self, name: str = "") -> str:
        """Return what the company has decided by now as a pack, for another company or for safe keeping."""
        self._desk.require("policy.view")
        company = self._desk.company
        lines = tuple(
            PackLine(value.key, value.text, value.clause, Wording(value.note, value.note)) for value in self.current()
        )
        label = Wording(company.name, company.name)
        return write_pack(PolicyPack(name or company.code, label, company.code, lines))

    def diff(self, pack: PolicyPack, at: datetime | None = None) -> PolicyDiff:
        """Compare a pack with what holds at ``at``, aware, or now; raises ``InvalidInput`` if it does not fit."""
        self._desk.require("policy.view")
        with self._desk.reading() as session:
            return self._diff(session, self._checked(pack), at or self._desk.installation.clock())

    def apply(
        self,
        pack: PolicyPack,
        effective_from: datetime | None = None,
        note: str = "",
        effect: PolicyEffect = PolicyEffect.NEW,
    ) -> PolicyRunView | None:
        """Write what a pack changes as one run, from a moment on or from now; None when it changes nothing.

        Raises ``InvalidInput`` as ``set`` does, and changes nothing then.
        """
        self._desk.require("policy.admin")
        check_effect(effect, effective_from)
        checked = self._checked(pack)
        with self._desk.working() as work:
            changes = self._changes(work, checked, effective_from or work.now)
            if not changes:
                return None
            run = self._run(work, checked, effective_from or work.now, note)
            self._write_run(work, run, changes)
            self._let_follow(work, [change.key.name for change in changes], effect)
            return _run_view(run, len(changes))

    def preview_pack(self, pack: PolicyPack, effect: PolicyEffect) -> Sequence["DutyChange"]:
        """Return what applying a pack now would do to what is owed; nothing is written. Raises as ``apply`` does."""
        self._desk.require("policy.admin")
        checked = self._checked(pack)
        with self._trying() as (work, found):
            if changes := self._changes(work, checked, work.now):
                self._write_run(work, self._run(work, checked, work.now, ""), changes)
                found.extend(self._let_follow(work, [change.key.name for change in changes], effect))
        return tuple(found)

    def runs(self) -> Sequence[PolicyRunView]:
        """Return the packs that were applied, the latest first."""
        self._desk.require("policy.view")
        with self._desk.reading() as session:
            rows = session.scalars(
                select(PolicyRunRow).order_by(PolicyRunRow.applied_at.desc(), PolicyRunRow.id.desc())
            )
            written = list(session.scalars(select(PolicyLineRow.run_id).where(PolicyLineRow.run_id.is_not(None))))
            return [_run_view(row, written.count(row.id)) for row in rows]

    def rollback(self, run_id: UUID, effect: PolicyEffect = PolicyEffect.NEW) -> Rollback:
        """Take a run back: lines that nobody followed go, for others the former value holds again from now on.

        Keys that somebody decided anew since stay as they are; ``effect`` says what it means for open tickets. Raises
        ``Conflict`` for a run that was taken back, ``NotFound``.
        """
        self._desk.require("policy.admin")
        with self._desk.working() as work:
            done = self._roll_back(work, run_id)
            self._let_follow(work, (*done.removed, *done.restored), effect)
            return done

    def preview_rollback(self, run_id: UUID, effect: PolicyEffect) -> Sequence["DutyChange"]:
        """Return what taking a run back now would do to what is owed; nothing is written. Raises as ``rollback``."""
        self._desk.require("policy.admin")
        with self._trying() as (work, found):
            done = self._roll_back(work, run_id)
            found.extend(self._let_follow(work, (*done.removed, *done.restored), effect))
        return tuple(found)

    def run(self, run_id: UUID) -> PolicyRunView:
        """Return a pack that was applied; raises ``NotFound``."""
        found = next((run for run in self.runs() if run.id == run_id), None)
        if found is None:
            raise NotFound("policy_run", str(run_id))
        return found

    def _roll_back(self, work: Work, run_id: UUID) -> Rollback:
        work.take_turn()
        run = work.get(PolicyRunRow, run_id, "policy_run")
        if run.undone_at is not None:
            raise Conflict("policy_run", msg("这一次应用已经撤回"))
        done = self._take_back(work, run)
        run.undone_at, run.undone_by = work.now, work.actor.name
        after = {"pack": run.pack, "removed": done.removed, "restored": done.restored, "kept": done.kept}
        work.record("policy.rolled_back", "policy_run", run.id, after=after)
        work.session.flush()
        return done

    # --- Comparing ------------------------------------------------------------------------------------------------

    def _checked(self, pack: PolicyPack) -> PolicyPack:
        """See that the company has every key of a pack and that every value fits."""
        keys = {key.name: key for key in self.declared()}
        problems = [problem for line in pack.lines for problem in self._line_problems(keys.get(line.key), line)]
        if problems:
            raise InvalidInput(tuple(problems))
        return pack

    def _line_problems(self, key: PolicyKey | None, line: PackLine) -> Sequence[FieldProblem]:
        params = {"line": line.row}
        if key is None:
            catalogue = self._desk.installation.plugins.catalogue
            book = catalogue.rulebooks.get(catalogue.policy_keys.plugin_of(line.key))
            rule = msg("属于扩展“{plugin}”，本公司没有启用它") if book else msg("没有这项制度参数")
            named = {**params, "plugin": book.label if book else ""}
            remedy = msg("见制度包第 {line} 行；可用“gongdan policy list”查看可设的参数")
            return [FieldProblem(line.key, line.key, rule, remedy, named, msg("制度参数"))]
        found = list(check(key, line.text)) if line.text is not None else []
        if max(len(line.note.zh), len(line.note.en)) > LONGEST_NOTE:
            rule = msg("最多 {longest} 个字符")
            found.append(FieldProblem(key.name, "", rule, params={"longest": LONGEST_NOTE}, label=msg("理由")))
        where = msg("见制度包第 {line} 行")
        return [
            FieldProblem(each.field, each.value, each.rule, where, {**(each.params or {}), **params}, each.label)
            for each in found
        ]

    def _diff(self, session: Session, pack: PolicyPack, moment: datetime) -> PolicyDiff:
        timeline = self.timeline(session)
        keys = {key.name: key for key in self.declared()}
        changes = tuple(_change(timeline, keys[line.key], line, moment) for line in pack.lines)
        named = {line.key for line in pack.lines}
        unnamed = tuple(timeline.value(name, moment) for name in keys if name not in named)
        return PolicyDiff(pack, moment, changes, unnamed)

    # --- Writing --------------------------------------------------------------------------------------------------

    def _changes(self, work: Work, pack: PolicyPack, moment: datetime) -> Sequence[PolicyChange]:
        """Return what is to be written from a moment on; raises ``InvalidInput`` where something stands there."""
        work.take_turn()
        changes = [change for change in self._diff(work.session, pack, moment).changes if change.writes]
        desk = self._desk
        problems = [problem for change in changes for problem in moment_problems(desk, work, change.key, moment)]
        if problems:
            raise InvalidInput(tuple(problems))
        return changes

    def _write_run(self, work: Work, run: PolicyRunRow, changes: Sequence[PolicyChange]) -> None:
        for change in changes:
            self._write(work, run, change)
        since = run.effective_from.isoformat()
        after = {"pack": run.pack, "effective_from": since, "count": len(changes), "note": run.note}
        work.record("policy.applied", "policy_run", run.id, after=after)

    def _run(self, work: Work, pack: PolicyPack, moment: datetime, note: str) -> PolicyRunRow:
        run = PolicyRunRow(
            id=uuid7(),
            pack=pack.name,
            fingerprint=pack.fingerprint,
            effective_from=moment,
            note=note.strip()[:LONGEST_NOTE],
            author_id=work.actor.account_id,
            author_name=work.actor.name,
            applied_at=work.now,
            undone_at=None,
            undone_by="",
        )
        work.session.add(run)
        work.session.flush()
        return run

    def _write(self, work: Work, run: PolicyRunRow, change: PolicyChange) -> None:
        line = change.line
        note = line.note.of(self._desk.company.locale)
        row = add_line(work, Decision(line.key, line.text, run.effective_from, line.clause, note), run.id)
        before = {"value": change.before.text}
        work.record("policy.set", "policy_line", row.id, before=before, after={**line_words(row), "pack": run.pack})

    def _take_back(self, work: Work, run: PolicyRunRow) -> Rollback:
        timeline = self.timeline(work.session)
        rows = work.session.scalars(select(PolicyLineRow).where(PolicyLineRow.run_id == run.id)).all()
        since, keys = run.effective_from, [row.key for row in rows]
        is_followed_since = is_followed(work, since) or self._desk.plans.have_followed(work, keys, since)
        is_history = since <= work.now and is_followed_since
        removed: list[str] = []
        restored: list[str] = []
        kept: list[str] = []
        for row in sorted(rows, key=lambda row: row.key):
            now = timeline.line_at(row.key, work.now)
            if not is_history:
                work.record("policy.withdrawn", "policy_line", row.id, before=line_words(row))
                work.session.delete(row)
                removed.append(row.key)
            elif now is None or now.id != row.id:
                kept.append(row.key)
            else:
                _restore(work, timeline, row)
                restored.append(row.key)
        return Rollback(tuple(removed), tuple(restored), tuple(kept))


def _change(timeline: PolicyTimeline, key: PolicyKey, line: PackLine, moment: datetime) -> PolicyChange:
    before = timeline.value(key.name, moment)
    text = None if line.text is None else normal_text(key, line.text)
    said = PackLine(line.key, text, line.clause, line.note, line.row)
    later = next((each for each in timeline.lines(key.name) if each.effective_from > moment), None)
    return PolicyChange(key, _kind(before, text), before, said, later.effective_from if later else None)


def _kind(before: PolicyValue, text: str | None) -> ChangeKind:
    if text is None:
        return ChangeKind.LEFT_OPEN if before.is_undecided else ChangeKind.KEPT
    if before.text == text:
        return ChangeKind.DECIDED if before.is_proposed else ChangeKind.SAME
    return ChangeKind.DECIDED if before.is_undecided else ChangeKind.CHANGED


def _restore(work: Work, timeline: PolicyTimeline, row: PolicyLineRow) -> None:
    """Let what held before a line hold again from now on: the line itself stays, since tickets followed it."""
    instant = timedelta(microseconds=1)
    former = timeline.value(row.key, row.effective_from - instant)
    moment = max(work.now, row.effective_from + instant)
    made = add_line(
        work, Decision(row.key, former.text, moment, former.line.clause if former.line else "", former.note)
    )
    work.record("policy.set", "policy_line", made.id, before={"value": row.value}, after=line_words(made))


def _run_view(row: PolicyRunRow, lines: int) -> PolicyRunView:
    return PolicyRunView(
        id=row.id,
        pack=row.pack,
        fingerprint=row.fingerprint,
        effective_from=row.effective_from,
        note=row.note,
        author_name=row.author_name,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        lines=lines,
    )
