"""Passes: finding them, looking at them, and ending one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from gongdan.domain.folding import is_blank
from gongdan.domain.permits import PassState, PermitKind, Standing
from gongdan.errors import Conflict, FieldProblem, InvalidInput, Refusal
from gongdan.services.pass_rows import (
    ASKED_LENGTH,
    Checked,
    PassCheckView,
    PassView,
    by_code,
    check_view,
    code_in,
    differences,
    goods_of,
    items_of,
    read_count,
    write_check,
    wrong_count,
)
from gongdan.services.permit_gate import REVOKE, standing_of
from gongdan.services.permit_keeper import PermitKeeper
from gongdan.services.roster_rows import refuse
from gongdan.services.work import Work, get_row
from gongdan.storage.permits import PassCheckRow, PassRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 100
_REASON_LENGTH = 500

#: The kind of the badges that visitors wear.
VISITOR: Final = "visitor"


class PassGroup(StrEnum):
    """What the list of passes is asked for."""

    IN_FORCE = "in_force"
    #: In force, and ends within some days.
    EXPIRING = "expiring"
    #: Has to be brought back and was not, though its time is over.
    OVERDUE = "overdue"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PassFilter:
    """Which passes a list is about."""

    group: PassGroup = PassGroup.IN_FORCE
    #: Name of a kind; empty for all.
    kind: str = ""
    #: Part of a serial, a holder's name, a place or a plate.
    text: str = ""
    #: For ``EXPIRING``.
    within_days: int = 7


class Passes:
    """Use cases around the passes of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def find(self, pass_id: UUID) -> PassView:
        """Return a pass; raises ``NotFound``."""
        self._desk.require("permit.view")
        with self._desk.reading() as session:
            return self.view(get_row(session, PassRow, pass_id, "pass"))

    def of_ticket(self, ticket_id: UUID) -> Sequence[PassView]:
        """Return the passes of a permit, by serial."""
        self._desk.require("permit.view")
        query = select(PassRow).where(PassRow.ticket_id == ticket_id).order_by(PassRow.serial)
        with self._desk.reading() as session:
            return tuple(map(self.view, session.scalars(query)))

    def list(self, asked: PassFilter = PassFilter(), *, limit: int = PAGE_SIZE) -> Sequence[PassView]:
        """Return passes of permits, those that end first at the beginning; ended ones the last ended first."""
        self._desk.require("permit.view")
        order = PassRow.ended_at.desc() if asked.group is PassGroup.ENDED else PassRow.ends_at
        query = select(PassRow).where(*self._conditions(asked)).order_by(order, PassRow.id).limit(limit)
        with self._desk.reading() as session:
            return tuple(map(self.view, session.scalars(query)))

    def counts(self, *, within_days: int = 7) -> Mapping[PassGroup, int]:
        """Return how many passes of permits are in each group."""
        self._desk.require("permit.view")
        with self._desk.reading() as session:
            return {
                group: session.scalar(self._count(PassFilter(group, within_days=within_days))) or 0
                for group in PassGroup
            }

    def checks(self, pass_id: UUID | None = None, *, limit: int = PAGE_SIZE) -> Sequence[PassCheckView]:
        """Return when passes were looked at, the last one first; of one pass, or of all."""
        self._desk.require("permit.view")
        query = select(PassCheckRow).order_by(PassCheckRow.checked_at.desc(), PassCheckRow.id.desc()).limit(limit)
        if pass_id is not None:
            query = query.where(PassCheckRow.pass_id == pass_id)
        with self._desk.reading() as session:
            return tuple(map(check_view, session.scalars(query)))

    def _count(self, asked: PassFilter) -> Select[int]:
        return select(func.count()).select_from(PassRow).where(*self._conditions(asked))

    def _conditions(self, asked: PassFilter) -> Sequence[ColumnElement[bool]]:
        now = self._desk.installation.clock()
        found: list[ColumnElement[bool]] = [PassRow.kind != VISITOR]
        is_open = PassRow.state == PassState.IN_FORCE.value
        match asked.group:
            case PassGroup.IN_FORCE:
                found += [is_open, PassRow.ends_at > now]
            case PassGroup.EXPIRING:
                found += [is_open, PassRow.ends_at > now, PassRow.ends_at <= now + timedelta(days=asked.within_days)]
            case PassGroup.OVERDUE:
                found += [is_open, PassRow.ends_at <= now, PassRow.is_returned.is_(True)]
            case PassGroup.ENDED:
                found += [or_(~is_open, (PassRow.ends_at <= now) & PassRow.is_returned.is_(False))]
        if asked.kind:
            found.append(PassRow.kind == asked.kind)
        if text := asked.text.strip()[:ASKED_LENGTH]:
            columns = (PassRow.serial, PassRow.holder_name, PassRow.place, PassRow.plate)
            found.append(or_(*(column.contains(text, autoescape=True) for column in columns)))
        return found

    # --- Looking at one ----------------------------------------------------------------------

    def check(self, asked: str, post: str = "") -> Checked:
        """Look at what was scanned or typed: a QR code's address or a serial; the look is written down, nothing else.

        Whatever was typed has an answer: what is no pass of the company is ``UNKNOWN``. Raises ``InvalidInput`` for
        nothing at all.
        """
        self._desk.require("pass.check")
        code = code_in(asked)
        if not code:
            raise InvalidInput((FieldProblem("code", "", msg("必须填写"), label=msg("证件编号")),))
        with self._desk.working() as work:
            row = by_code(work.session, code)
            worth = standing_of(row, work.now) if row else Standing.UNKNOWN
            write_check(work, row, worth, code=code, post=post)
            goods = goods_of(work.session, row.ticket_id) if row else ()
            return Checked(code, worth, self.view(row) if row else None, goods)

    def again(self, code: str) -> Checked:
        """Return what was looked at already, without writing down another look."""
        self._desk.require("pass.check")
        with self._desk.reading() as session:
            row = by_code(session, code_in(code))
            if row is None:
                return Checked(code, Standing.UNKNOWN, None)
            worth = standing_of(row, self._desk.installation.clock())
            return Checked(code, worth, self.view(row), goods_of(session, row.ticket_id))

    # --- Ending one --------------------------------------------------------------------------

    def give_back(self, pass_id: UUID) -> PassView:
        """Take a pass back from its holder; raises ``Conflict`` when it has ended already."""
        self._desk.require("pass.return")
        return self._end(pass_id, PassState.RETURNED, "")

    def report_lost(self, pass_id: UUID, reason: str) -> PassView:
        """Let a pass that was lost hold no longer; raises ``Conflict`` when it has ended already."""
        self._desk.require("pass.return")
        return self._end(pass_id, PassState.LOST, _reason(reason))

    def revoke(self, pass_id: UUID, reason: str) -> PassView:
        """Take the right away from its holder, at once; raises ``InvalidInput`` without a reason, ``Conflict``."""
        self._desk.require(REVOKE)
        return self._end(pass_id, PassState.REVOKED, _reason(reason))

    def _end(self, pass_id: UUID, state: PassState, reason: str) -> PassView:
        with self._desk.working() as work:
            row = get_row(work.session, PassRow, pass_id, "pass", lock=True)
            if row.state != PassState.IN_FORCE.value:
                raise Conflict("pass", row.serial)
            PermitKeeper(self._desk, work).end(row, state, reason)
            return self.view(row)

    # --- Goods that leave --------------------------------------------------------------------

    def let_out(self, pass_id: UUID, counts: Mapping[UUID, str], post: str = "") -> PassView:
        """Let goods out that were counted line by line; the slip is used up by it.

        ``counts`` are numbers as typed by the ids of the lines. Raises ``InvalidInput`` with every line whose count
        differs, and nothing is changed; ``MoveRefused`` when the slip does not hold.
        Source: 001-01-03, 001-01-41.
        """
        self._desk.require("pass.check")
        with self._desk.working() as work:
            row = get_row(work.session, PassRow, pass_id, "pass", lock=True)
            if not (worth := standing_of(row, work.now)).lets_in:
                refuse(msg("放行"), (Refusal("not_valid", msg("放行条现在无效"), ("001-01-03",)),))
            self._count_goods(work, row, counts)
            if problems := differences(work.session, row):
                raise InvalidInput(problems)
            self._move(work, row, PassState.USED, {})
            write_check(work, row, worth, code=row.serial, post=post)
            return self.view(row)

    def refuse_exit(self, pass_id: UUID, reason: str, counts: Mapping[UUID, str], post: str = "") -> PassView:
        """Turn goods back at the gate for good, with the reason and what was counted; raises ``InvalidInput``."""
        self._desk.require("pass.check")
        given = _reason(reason)
        with self._desk.working() as work:
            row = get_row(work.session, PassRow, pass_id, "pass", lock=True)
            if row.state != PassState.IN_FORCE.value:
                raise Conflict("pass", row.serial)
            self._count_goods(work, row, {key: text for key, text in counts.items() if text.strip()})
            self._move(work, row, PassState.REFUSED, {"remark": given})
            write_check(work, row, Standing.REFUSED, code=row.serial, post=post)
            return self.view(row)

    def _count_goods(self, work: Work, row: PassRow, counts: Mapping[UUID, str]) -> None:
        items = {item.id: item for item in work.session.scalars(items_of(row.ticket_id))}
        problems = []
        for key, text in counts.items():
            if (item := items.get(key)) is None:
                continue
            if (number := read_count(text)) is None:
                problems.append(wrong_count(item.id, text, msg("应为数字"), {}))
                continue
            item.found, item.checked_at = number, work.now
        if problems:
            raise InvalidInput(tuple(problems))
        work.session.flush()

    def _move(self, work: Work, row: PassRow, state: PassState, given: Mapping[str, object]) -> None:
        """Make the move of the ticket that ends its pass in a state; without such a move the pass alone ends."""
        kind = self._kind(row)
        move = next((name for name, ending in kind.moves.ended_by if ending is state), "") if kind else ""
        if row.ticket_id is None or not move:
            PermitKeeper(self._desk, work).end(row, state, str(given.get("remark", "")))
            return
        ticket = self._desk.tickets.row(work.session, row.ticket_id, lock=True)
        self._desk.moves.make_in(work, ticket, move, given)

    def _kind(self, row: PassRow) -> PermitKind | None:
        return self._desk.installation.plugins.catalogue.permit_kinds.get(row.kind)

    def view(self, row: PassRow) -> PassView:
        """Return a snapshot of a row."""
        kind = self._kind(row)
        label = kind.label if kind else (msg("访客证") if row.kind == VISITOR else row.kind)
        names = (
            "id", "kind", "serial", "token", "ticket_id", "holder_name", "holder_phone", "identity_mask", "asset_id",
            "place", "plate", "begins_at", "ends_at", "is_by_day", "is_returned", "issued_at", "issued_by_name",
            "ended_at", "ended_by_name", "reason", "follows_id", "version",
        )  # fmt: skip
        worth = standing_of(row, self._desk.installation.clock())
        values = {name: getattr(row, name) for name in names}
        return PassView(label=label, state=PassState(row.state), standing=worth, **values)


def _reason(text: str) -> str:
    if is_blank(text) or len(text.strip()) > _REASON_LENGTH:
        rule = msg("请写明原因") if is_blank(text) else msg("最多 {max_length} 个字符")
        problem = FieldProblem("reason", text[:40], rule, params={"max_length": _REASON_LENGTH}, label=msg("原因"))
        raise InvalidInput((problem,))
    return text.strip()
