"""Moves: taking a ticket from one state to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from gongdan.domain.events import EventKind
from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Move, MoveAttempt, check_move
from gongdan.errors import FieldProblem, InvalidInput, MoveRefused, NotFound, PluginDisabled, Refusal, StaleVersion
from gongdan.hooks.isolation import Failure
from gongdan.services.schemas import read_fields
from gongdan.services.ticket_rows import core_values, index_ticket, ticket_view, values_of
from gongdan.services.work import Work, changed
from gongdan.storage.accounts import MembershipRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import NoteRow, TicketLinkRow, TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Core fields by the name that moves use, with the column and the label; the first ones hold ids.
_ID_FIELDS = {
    "assignee": ("assignee_id", msg("经办人")), "department": ("department_id", msg("部门")),
    "asset": ("asset_id", msg("地点")), "requester": ("requester_id", msg("来电人")),
}  # fmt: skip
_CHOICE_FIELDS = {
    "severity": msg("级别"), "category": msg("类别"), "cause": msg("原因"), "finding": msg("认定"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """A move that leaves the ticket's state, with what stands in its way before anything is filled in."""

    move: Move
    #: Reasons that no form can answer: role, open children, guards without a field.
    refusals: tuple[Refusal, ...]

    @property
    def is_possible(self) -> bool:
        """Tell whether the dialog can lead to the move."""
        return not self.refusals


class Moves:
    """Use cases around moving tickets."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def offers(self, ticket: TicketView) -> Sequence[MoveOffer]:
        """Return the moves that leave the ticket's state, the usual ones first; none when the plugin is off."""
        ticket_type = self._type(ticket.type)
        if ticket_type is None or ticket.plugin not in self._desk.enabled or not self._desk.actor.may("ticket.move"):
            return ()
        with self._desk.reading() as session:
            row = self._row(session, ticket.id)
            made = [self._offer(session, row, ticket_type, move) for move in ticket_type.workflow.moves_from(row.state)]
        return tuple(offer for offer in made if not any(refusal.guard == "role" for refusal in offer.refusals))

    def dialog_fields(self, ticket_type: TicketType, move: Move) -> tuple[Field, ...]:
        """Return the fields that the move's dialog shows, required ones first, core fields as fields of their own."""
        fields = [self._field(ticket_type, name, required=name in move.requires)
                  for name in (*move.requires, *(name for name in move.asks if name not in move.requires))]  # fmt: skip
        if move.needs_remark:
            fields.append(Field(name="remark", label=msg("说明"), kind=FieldKind.LONG_TEXT, required=True))
        return tuple(fields)

    def make(self, ticket_id: UUID, move_name: str, version: int, given: Mapping[str, object]) -> TicketView:
        """Make a move with the values of its dialog.

        Raises ``StaleVersion``, ``InvalidInput`` for wrong values, ``MoveRefused`` with every reason at once.
        """
        self._desk.require("ticket.move")
        with self._desk.working() as work:
            row = self._row(work.session, ticket_id, lock=True)
            if row.version != version:
                raise StaleVersion("ticket", row.number, version, row.version)
            ticket_type = self._usable_type(row)
            move = ticket_type.workflow.move(move_name)
            if move is None:
                raise NotFound("move", move_name)
            values = self._read(work, row, ticket_type, move, given)
            self._check(work.session, row, ticket_type, move, values)
            self._apply(work, row, ticket_type, move, values)
            return ticket_view(row)

    def _offer(self, session: Session, row: TicketRow, ticket_type: TicketType, move: Move) -> MoveOffer:
        refusals = self._refusals(ticket_type, move, self._attempt(session, row, {}))
        return MoveOffer(move, tuple(refusal for refusal in refusals if not refusal.field))

    def _read(
        self, work: Work, row: TicketRow, ticket_type: TicketType, move: Move, given: Mapping[str, object]
    ) -> dict[str, Any]:
        """Return the values to write: typed fields under ``fields``, core fields by column, and the remark."""
        names = [*move.requires, *move.asks]
        typed = [field for field in ticket_type.fields if field.name in names]
        fields, problems = read_fields(typed, given, self._desk.zone, required=False)
        cleared = {field.name: None for field in typed if field.name in given and field.name not in fields}
        values: dict[str, Any] = {"fields": {**row.fields, **cleared, **fields},
                                  "remark": str(given.get("remark") or "").strip()}  # fmt: skip
        for name in names:
            if name in _ID_FIELDS and given.get(name):
                values[name] = self._reference(work, name, str(given[name]), problems)
            elif name in _CHOICE_FIELDS and given.get(name):
                values[name] = _choice(ticket_type, name, str(given[name]), problems)
        if problems:
            raise InvalidInput(tuple(problems))
        return values

    def _reference(self, work: Work, name: str, given: str, problems: list[FieldProblem]) -> UUID | None:
        key = _uuid(given)
        queries: Mapping[str, Any] = {
            "assignee": select(MembershipRow.account_id).where(
                MembershipRow.account_id == key, MembershipRow.company_id == work.company_id,
                MembershipRow.left_at.is_(None)),
            "department": select(DepartmentRow.id).where(DepartmentRow.id == key),
            "asset": select(AssetRow.id).where(AssetRow.id == key),
            "requester": select(PartyRow.id).where(PartyRow.id == key),
        }  # fmt: skip
        if key is None or work.session.scalar(queries[name]) is None:
            problems.append(FieldProblem(name, given, msg("本公司没有这一项"), label=_ID_FIELDS[name][1]))
            return None
        return key

    def _check(
        self, session: Session, row: TicketRow, ticket_type: TicketType, move: Move, values: Mapping[str, Any]
    ) -> None:
        attempt = self._attempt(session, row, values)
        refusals = self._refusals(ticket_type, move, attempt)
        refusals += self._plugins_refuse(row, move, attempt)
        if refusals:
            raise MoveRefused(move.label, tuple(refusals))

    def _refusals(self, ticket_type: TicketType, move: Move, attempt: MoveAttempt) -> list[Refusal]:
        """Return what the declared rules say, with roles under the names that people know."""
        declared = self._desk.installation.plugins.catalogue.roles
        labels = "、".join(role.label for role in map(declared.get, move.roles) if role)
        return [replace(refusal, params={"roles": labels}) if refusal.guard == "role" else refusal
                for refusal in check_move(ticket_type.workflow, move, attempt)]  # fmt: skip

    def _plugins_refuse(self, row: TicketRow, move: Move, attempt: MoveAttempt) -> list[Refusal]:
        refusals: list[Refusal] = []

        def report(failure: Failure) -> None:
            self._desk.report(failure)
            if failure.plugin == row.plugin and failure.kind == "raised":
                refusals.append(Refusal("check_move", msg("扩展“{plugin}”的检查出错，已记入日志"),
                                        params={"plugin": failure.plugin}))  # fmt: skip

        answers = self._desk.installation.plugins.ask(
            "check_move", self._desk.enabled, first=row.plugin, report=report, ticket=ticket_view(row), move=move,
            attempt=attempt,
        )  # fmt: skip
        return refusals + [refusal for answer in answers for refusal in answer.value]

    def _attempt(self, session: Session, row: TicketRow, values: Mapping[str, Any]) -> MoveAttempt:
        core = {**core_values(row), **{name: value for name, value in values.items()
                                       if name in _ID_FIELDS or name in _CHOICE_FIELDS}}  # fmt: skip
        return MoveAttempt(
            ticket=core, fields=values.get("fields", row.fields), given={"remark": values.get("remark", "")},
            roles=self._roles(), actor=str(self._desk.actor.account_id or ""),
            open_children=_open_children(session, row.id),
        )  # fmt: skip

    def _roles(self) -> frozenset[str]:
        if self._desk.actor.is_trusted:
            return frozenset(role.value.name for role in self._desk.installation.plugins.catalogue.roles)
        return self._desk.actor.roles

    def _apply(self, work: Work, row: TicketRow, ticket_type: TicketType, move: Move, values: Mapping[str, Any]) -> None:
        before, was_open = values_of(row), row.is_open
        target = ticket_type.workflow.state(move.to_state)
        if target is None:
            raise NotFound("state", move.to_state)
        row.fields = {name: value for name, value in values["fields"].items() if value is not None}
        for name, value in values.items():
            if name in _ID_FIELDS:
                setattr(row, _ID_FIELDS[name][0], value)
            elif name in _CHOICE_FIELDS:
                setattr(row, name, value)
        if "finding" in values:
            row.finding_by = work.actor.account_id
        row.state, row.state_category, row.is_open = target.name, target.category.value, target.category.is_open
        row.round += 1 if move.new_round else 0
        row.closed_at = None if row.is_open else (row.closed_at or work.now)
        row.changed_at = work.now
        self._write_remark(work, row, values["remark"])
        work.session.flush()
        index_ticket(work.session, row, ticket_type)
        old, new = changed(before, values_of(row))
        work.record("ticket.moved", "ticket", row.id, before=old, after={**new, "move": move.name})
        kind = EventKind.TICKET_REOPENED if move.new_round or (row.is_open and not was_open) else EventKind.TICKET_MOVED
        work.tell(kind, "ticket", row.id, move=move.name, before=before["state"], after=row.state, type=row.type)

    @staticmethod
    def _write_remark(work: Work, row: TicketRow, remark: str) -> None:
        if remark:
            work.session.add(NoteRow(ticket_id=row.id, is_public=False, body=remark, author_id=work.actor.account_id,
                                     author_name=work.actor.name, mentions=[], written_at=work.now,
                                     round=row.round))  # fmt: skip

    def _row(self, session: Session, ticket_id: UUID, *, lock: bool = False) -> TicketRow:
        return self._desk.tickets.row(session, ticket_id, lock=lock)

    def _type(self, name: str) -> TicketType | None:
        return self._desk.installation.plugins.catalogue.ticket_types.get(name)

    def _usable_type(self, row: TicketRow) -> TicketType:
        found = self._type(row.type)
        if found is None or row.plugin not in self._desk.enabled:
            raise PluginDisabled(row.plugin)
        return found

    def _field(self, ticket_type: TicketType, name: str, *, required: bool) -> Field:
        declared = ticket_type.field(name)
        if declared is not None:
            return declared
        if name in _CHOICE_FIELDS:
            return Field(name=name, label=_CHOICE_FIELDS[name], kind=FieldKind.CHOICE, required=required,
                         choices=ticket_type.choices(name))  # fmt: skip
        return Field(name=name, label=_ID_FIELDS[name][1], kind=FieldKind.PERSON, required=required)


def _choice(ticket_type: TicketType, name: str, given: str, problems: list[FieldProblem]) -> str:
    if given not in {choice.value for choice in ticket_type.choices(name)}:
        problems.append(FieldProblem(name, given, msg("不是可选的值"), label=_CHOICE_FIELDS[name]))
    return given


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _open_children(session: Session, ticket_id: UUID) -> int:
    child = aliased(TicketRow)
    query = (
        select(func.count())
        .select_from(TicketLinkRow)
        .join(child, child.id == TicketLinkRow.to_id)
        .where(TicketLinkRow.from_id == ticket_id, TicketLinkRow.kind == LinkKind.PARENT.value,
               TicketLinkRow.ended_at.is_(None), child.is_open.is_(True))
    )  # fmt: skip
    return session.execute(query).scalar_one()
