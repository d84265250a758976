"""Moves: taking a ticket from one state to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.duties import Happening
from gongdan.domain.events import EventKind
from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import (
    CLEARED_CORE_FIELDS,
    Guard,
    Move,
    MoveAttempt,
    State,
    ask_guard,
    check_always,
    check_move,
)
from gongdan.errors import FieldProblem, InvalidInput, MoveRefused, NotFound, Refusal, StaleVersion
from gongdan.hooks.isolation import Failure, call_isolated
from gongdan.hooks.manager import SLOW_DECISION_SECONDS
from gongdan.services.approval_gate import ApprovalGate
from gongdan.services.approval_subjects import of_ticket
from gongdan.services.core_fields import REFERENCES, core_field, read_core_fields
from gongdan.services.departments import require_open
from gongdan.services.duty_changes import happened
from gongdan.services.form_gate import FormGate
from gongdan.services.links import open_children
from gongdan.services.permit_gate import PermitGate
from gongdan.services.permit_keeper import PermitKeeper
from gongdan.services.permit_terms import Application
from gongdan.services.schemas import read_fields
from gongdan.services.secrecy_looks import seen_ticket, to_write
from gongdan.services.ticket_facts import facts_of
from gongdan.services.ticket_rows import core_values, index_ticket, plain_ticket, values_of
from gongdan.services.work import Work, changed
from gongdan.storage.tickets import NoteRow, TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Why a move is refused when its check raises: a rule that cannot be asked has not been kept.
_FAILED = msg("扩展“{plugin}”的检查出错，已记入日志")


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


@dataclass(frozen=True, slots=True)
class _Step:
    """A move that is being made, and what its dialog brought."""

    row: TicketRow
    ticket_type: TicketType
    move: Move
    #: Typed fields with what the dialog brought; None takes a value away.
    fields: Mapping[str, object]
    #: Names of the typed fields that the dialog filled.
    filled: frozenset[str]
    #: Core fields by name.
    core: Mapping[str, Any]
    remark: str
    open_children: int
    gate: ApprovalGate
    papers: FormGate

    def facts(self) -> Mapping[str, object]:
        """Return what rules may know of the ticket once the dialog is written."""
        core = {name: str(value) if isinstance(value, UUID) else value for name, value in self.core.items()}
        return {**facts_of(self.row, self.ticket_type), **self.fields, **core}

    def target(self) -> State:
        """Return the state the move leads to."""
        state = self.ticket_type.workflow.state(self.move.to_state)
        if state is None:
            raise NotFound("state", self.move.to_state)
        return state


class Moves:
    """Use cases around moving tickets."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def offers(self, ticket: TicketView) -> Sequence[MoveOffer]:
        """Return the moves that leave the ticket's state: possible ones first, the usual ones first among those.

        None when the plugin is off.
        """
        ticket_type = self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
        if ticket_type is None or ticket.plugin not in self._desk.enabled or not self._desk.actor.may("ticket.move"):
            return ()
        with self._desk.reading() as session:
            row = self._desk.tickets.row(session, ticket.id)
            children, gate = open_children(session, row.id), ApprovalGate(self._desk, session, row.id)
            papers = FormGate(self._desk, session, row)
            steps = [
                _Step(row, ticket_type, move, row.fields, frozenset(), {}, "", children, gate, papers)
                for move in ticket_type.workflow.moves_from(row.state)
            ]
            offers = [MoveOffer(step.move, self._unanswerable(step)) for step in steps]
        own = [offer for offer in offers if not any(refusal.guard == "role" for refusal in offer.refusals)]
        return sorted(own, key=lambda offer: not offer.is_possible)

    def offer(self, ticket: TicketView, name: str) -> MoveOffer:
        """Return one move with what stands in its way, be it only who asks; raises ``PluginDisabled``, ``NotFound``."""
        with self._desk.reading() as session:
            step = self._read(session, self._desk.tickets.row(session, ticket.id), name, {})
            return MoveOffer(step.move, self._unanswerable(step))

    def dialog_fields(self, ticket_type: TicketType, move: Move, category: str = "") -> tuple[Field, ...]:
        """Return the fields that the move's dialog shows, required ones first; core fields as fields of their own.

        Of what only other kinds of permits have nothing is asked.
        """
        foreign = self._desk.installation.plugins.catalogue.foreign_fields(ticket_type.name, category)
        asked = [name for name in move.asks if name not in {*move.requires, *foreign}]
        names = (*move.requires, *asked)
        fields = [_dialog_field(ticket_type, name, required=name in move.requires) for name in names]
        if move.needs_remark:
            fields.append(Field(name="remark", label=msg("说明"), kind=FieldKind.LONG_TEXT, required=True))
        return tuple(fields)

    def make(self, ticket_id: UUID, move_name: str, version: int, given: Mapping[str, object]) -> TicketView:
        """Make a move with the values of its dialog.

        Raises ``StaleVersion``, ``InvalidInput`` for wrong values, ``MoveRefused`` with every reason at once.
        """
        self._desk.require("ticket.move")
        with self._desk.working() as work:
            row = self._desk.tickets.row(work.session, ticket_id, lock=True)
            if row.version != version:
                raise StaleVersion("ticket", row.number, version, row.version)
            return self.make_in(work, row, move_name, given)

    def make_in(self, work: Work, row: TicketRow, move_name: str, given: Mapping[str, object]) -> TicketView:
        """Make a move as ``make`` does, of a locked ticket, inside a running transaction."""
        self._desk.require("ticket.move")
        real = to_write(self._desk, work.session, row, given)
        step = self._read(work.session, row, move_name, real, lock=True)
        refusals = [*self._refusals(step), *self._permits_refuse(work, step), *self._plugins_refuse(step)]
        if refusals:
            raise MoveRefused(step.move.label, tuple(refusals))
        self._apply(work, step)
        return seen_ticket(self._desk, work.session, row)

    def make_if_possible(self, work: Work, row: TicketRow, move_name: str) -> None:
        """Make a move that comes by itself, of a locked ticket; one that the flow does not allow now is left out."""
        step = self._read(work.session, row, move_name, {}, lock=True)
        if not [*self._refusals(step), *self._permits_refuse(work, step)]:
            self._apply(work, step)

    def broken_rules(self, row: TicketRow, ticket_type: TicketType) -> Sequence[Refusal]:
        """Return what the rules that hold at any time say to a row as it now is; for corrections."""
        attempt = MoveAttempt(
            ticket=core_values(row),
            fields=row.fields,
            given={},
            roles=self.roles(),
            actor=str(self._desk.actor.account_id or ""),
        )
        refusals = check_always(ticket_type.workflow, attempt, ask=partial(self._ask_guard, row.plugin))
        return [_of_plugin(refusal, row.plugin) for refusal in refusals]

    def _read(
        self, session: Session, row: TicketRow, move_name: str, given: Mapping[str, object], *, lock: bool = False
    ) -> _Step:
        """Return the step that the dialog describes; only what the move requires or asks for is read."""
        ticket_type = self._desk.tickets.type_in_use(row)
        move = ticket_type.workflow.move(move_name)
        if move is None:
            raise NotFound("move", move_name)
        names = {*move.requires, *move.asks}
        asked = {name: value for name, value in given.items() if name in names}
        typed = [field for field in ticket_type.fields if field.name in names]
        fields, problems = read_fields(typed, asked, self._desk.zone, required=False)
        core, core_problems = read_core_fields(session, ticket_type, asked)
        if problems or core_problems:
            raise InvalidInput((*problems, *core_problems))
        if core.get("department") not in {None, row.department_id}:
            require_open(session, core["department"])
        emptied = {field.name: None for field in typed if field.name in asked and field.name not in fields}
        if lacking := tuple(_lacking(field) for field in typed if field.required and field.name in emptied):
            raise InvalidInput(lacking)
        remark = str(given.get("remark") or "").strip()
        written = {**row.fields, **emptied, **fields}
        children, gate = open_children(session, row.id), ApprovalGate(self._desk, session, row.id, lock=lock)
        papers = FormGate(self._desk, session, row)
        return _Step(row, ticket_type, move, written, frozenset(fields), core, remark, children, gate, papers)

    def _unanswerable(self, step: _Step) -> tuple[Refusal, ...]:
        return tuple(refusal for refusal in self._refusals(step) if not refusal.field)

    def _refusals(self, step: _Step) -> list[Refusal]:
        """Return what the declared rules say, those of approvals among them."""
        ask = partial(self._ask_guard, step.row.plugin)
        refusals = check_move(step.ticket_type.workflow, step.move, self._attempt(step), ask=ask)
        fillable, facts = (*step.move.requires, *step.move.asks), step.facts()
        about = of_ticket(step.row, step.ticket_type, facts)
        approvals = step.gate.refusals(step.move.name, about, self.roles(), fillable=fillable)
        papers = step.papers.refusals(step.move.name, facts)
        return [*(self._named(refusal, step) for refusal in refusals), *approvals, *papers]

    def _permits_refuse(self, work: Work, step: _Step) -> Sequence[Refusal]:
        """Return what stands in the way of a permit; nothing for other tickets."""
        application = self._application(step)
        gate = PermitGate(self._desk, work.session, work.now)
        return tuple(gate.refusals(application, step.move.name)) if application else ()

    def _application(self, step: _Step) -> Application | None:
        category = str(step.core.get("category", step.row.category))
        kind = self._desk.installation.plugins.catalogue.permit_kind(step.row.type, category)
        if kind is None:
            return None
        asset, requester = (step.core.get(name, getattr(step.row, REFERENCES[name])) for name in ("asset", "requester"))
        return Application(kind, step.ticket_type, step.row, step.fields, asset, requester)

    def _named(self, refusal: Refusal, step: _Step) -> Refusal:
        """Return a refusal with the names that people know: those of the roles, or of the plugin that failed."""
        if refusal.guard == "role":
            declared = self._desk.installation.plugins.catalogue.roles
            labels = "、".join(role.label for role in map(declared.get, step.move.roles) if role)
            return replace(refusal, params={"roles": labels})
        return _of_plugin(refusal, step.row.plugin)

    def _ask_guard(self, plugin: str, guard: Guard, attempt: MoveAttempt) -> str | None:
        """Return why a guard says no; one that fails says no as well, and the failure is journalled."""
        outcome = call_isolated(
            plugin, f"guard {guard.name}", partial(ask_guard, guard, attempt), slow_seconds=SLOW_DECISION_SECONDS
        )
        if outcome.failure:
            self._desk.report(outcome.failure)
        return _FAILED if outcome.failure and outcome.failure.kind == "raised" else outcome.value

    def _plugins_refuse(self, step: _Step) -> list[Refusal]:
        """Ask the plugins; when the one that owns the ticket type fails, the move is refused."""
        failures: list[Failure] = []
        answers = self._desk.installation.plugins.ask(
            "check_move",
            self._desk.enabled,
            first=step.row.plugin,
            report=failures.append,
            ticket=plain_ticket(step.row),
            move=step.move,
            attempt=self._attempt(step),
        )
        refusals = [refusal for answer in answers for refusal in answer.value]
        for failure in failures:
            self._desk.report(failure)
            if failure.plugin == step.row.plugin and failure.kind == "raised":
                refusals.append(Refusal("check_move", _FAILED, params={"plugin": failure.plugin}))
        return refusals

    def _attempt(self, step: _Step) -> MoveAttempt:
        return MoveAttempt(
            ticket={**core_values(step.row), **step.core},
            fields=step.fields,
            given={"remark": step.remark},
            roles=self.roles(),
            actor=str(self._desk.actor.account_id or ""),
            open_children=step.open_children,
        )

    def roles(self) -> frozenset[str]:
        """Return the roles of the actor: all that are declared for the installation itself."""
        if self._desk.actor.is_trusted:
            return frozenset(role.value.name for role in self._desk.installation.plugins.catalogue.roles)
        return self._desk.actor.roles

    def _stamps(self, work: Work, step: _Step) -> Mapping[str, object]:
        """Return what the move fills by itself."""
        now = work.now.astimezone(self._desk.zone).replace(microsecond=0)
        values: Mapping[FieldKind, object] = {
            FieldKind.DATE: now.date().isoformat(),
            FieldKind.DATETIME: now.isoformat(),
            FieldKind.TEXT: work.actor.name,
            FieldKind.PERSON: str(work.actor.account_id) if work.actor.account_id else None,
        }
        declared = {field.name: field.kind for field in step.ticket_type.fields}
        return {name: values[declared[name]] for name in step.move.stamps if name not in step.filled}

    def _apply(self, work: Work, step: _Step) -> None:
        row, before = step.row, values_of(step.row)
        was_open = row.is_open
        _write(work, step, self._stamps(work, step))
        work.session.flush()
        index_ticket(work.session, row, step.ticket_type)
        old, new = changed(before, values_of(row))
        work.record("ticket.moved", "ticket", row.id, before=old, after={**new, "move": step.move.name})
        reopened = step.move.new_round or (row.is_open and not was_open)
        kind = EventKind.TICKET_REOPENED if reopened else EventKind.TICKET_MOVED
        work.tell(kind, "ticket", row.id, move=step.move.name, before=before["state"], after=row.state, type=row.type)
        what = Happening.REOPENED if reopened else Happening.MOVED
        happened(self._desk, work, row, what, before=before, move=step.move.name, remark=step.remark)
        if application := self._application(step):
            PermitKeeper(self._desk, work).follow(application, step.move.name, step.remark)


def _of_plugin(refusal: Refusal, plugin: str) -> Refusal:
    """Return a refusal with the name of the plugin whose check failed, if it is one."""
    return replace(refusal, params={"plugin": plugin}) if refusal.reason == _FAILED else refusal


def _lacking(field: Field) -> FieldProblem:
    return FieldProblem(field.name, "", msg("必须填写"), label=field.label)


def _dialog_field(ticket_type: TicketType, name: str, *, required: bool) -> Field:
    declared = ticket_type.field(name)
    if declared is None:
        return core_field(ticket_type, name, required=required)
    return replace(declared, required=required or declared.required)


def _write(work: Work, step: _Step, stamps: Mapping[str, object]) -> None:
    row, state = step.row, step.target()
    fields = {**step.fields, **dict.fromkeys(step.move.clears), **stamps}
    row.fields = {name: value for name, value in fields.items() if value is not None}
    core = {**step.core, **{name: "" for name in step.move.clears if name in CLEARED_CORE_FIELDS}}
    for name, value in core.items():
        setattr(row, REFERENCES.get(name, name), value)
    if "finding" in core:
        row.finding_by = work.actor.account_id if core["finding"] else None
    row.state, row.state_category, row.is_open = state.name, state.category.value, state.category.is_open
    row.round += 1 if step.move.new_round else 0
    row.closed_at = None if row.is_open else (row.closed_at or work.now)
    row.changed_at = work.now
    if step.remark:
        work.session.add(
            NoteRow(
                ticket_id=row.id,
                is_public=False,
                body=step.remark,
                author_id=work.actor.account_id,
                author_name=work.actor.name,
                mentions=[],
                written_at=work.now,
                round=row.round,
            )
        )
