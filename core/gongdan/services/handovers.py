"""Handovers: a post passes from one person to the next, with what is open, what was counted, and two signatures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.domain.handovers import CountedItem, HandoverState, OpenMatter, signing_refusals
from gongdan.errors import FieldProblem, InvalidInput, NotAllowed, Refusal, StaleVersion
from gongdan.services import custody_lists
from gongdan.services.departments import require_open
from gongdan.services.duty_log import MAX_LENGTH as LONGEST_ENTRY
from gongdan.services.duty_log import EntryKind, new_entry, open_matters
from gongdan.services.roster_rows import departments_below, names_of, person_problems, refuse, text_problems
from gongdan.services.secrecy_looks import seen_tickets
from gongdan.services.work import Work, get_row
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.rosters import HandoverRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest text, in characters.
MAX_LENGTH = 5000
#: Things of a post, at most.
MAX_ITEMS = 50
MAX_COUNT = 100_000
_LATEST = 50
_ACT = msg("交接班")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the outgoing one fills in."""

    #: Open matters in his own words (001-08-33).
    remark: str = ""
    #: Things and desk have been put in order (001-08-32).
    is_desk_tidy: bool = False
    #: Where missing things are, by their name (001-08-27).
    explanations: Mapping[str, str] | None = None
    #: What he says of something abnormal in the area (001-08-30).
    area_explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What the incoming one fills in."""

    #: How many of each thing are there, by its name (001-08-26).
    counts: Mapping[str, int]
    #: He has read the last record and asked how far the work got (001-08-28).
    has_read_log: bool = False
    is_area_normal: bool | None = None
    area_remark: str = ""
    #: Work that he goes on with (001-08-29).
    follow_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """A handover as it stands; moments are aware, UTC."""

    id: UUID
    version: int
    department_id: UUID
    outgoing_id: UUID
    outgoing_name: str
    incoming_id: UUID
    incoming_name: str
    begun_at: datetime
    remark: str
    area_remark: str
    follow_up: str
    checked_at: datetime | None
    outgoing_signed_at: datetime | None
    incoming_signed_at: datetime | None
    takeover_name: str
    takeover_reason: str
    takeover_at: datetime | None
    left_at: datetime | None
    withdrawn_at: datetime | None
    state: HandoverState
    #: Why nobody can sign yet; empty once it is done.
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether both have signed."""
        return self.outgoing_signed_at is not None and self.incoming_signed_at is not None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something."""
        return not self.is_done and self.withdrawn_at is None

    @property
    def is_signed(self) -> bool:
        """Tell whether anybody has signed, so that nothing can be changed any more."""
        return self.outgoing_signed_at is not None or self.incoming_signed_at is not None

    @property
    def was_left_unsigned(self) -> bool:
        """Tell whether the outgoing one left before both had signed (001-08-34)."""
        if self.left_at is None:
            return False
        signed = (self.outgoing_signed_at, self.incoming_signed_at)
        return any(at is None or at > self.left_at for at in signed)


class Handovers:
    """Use cases around handovers.

    The outgoing one begins, the incoming one counts and looks; each signs in a session of his own by typing his
    password. Once anybody has signed, nothing but the other signature follows.
    """

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def latest(self, department_id: UUID | None = None) -> Sequence[HandoverView]:
        """Return the handovers of a department, or of all, the newest first.

        Without what is open and what stands in the way: ``find`` tells that of one.
        """
        self._desk.require("roster.view")
        query = select(HandoverRow).order_by(HandoverRow.begun_at.desc(), HandoverRow.id.desc()).limit(_LATEST)
        if department_id is not None:
            query = query.where(HandoverRow.department_id == department_id)
        with self._desk.reading() as session:
            names = names_of(session, self._desk.company.id)
            return tuple(_shown(row, names, _state(row, ())) for row in session.scalars(query).all())

    def find(self, handover_id: UUID) -> HandoverView:
        """Return a handover; raises ``NotFound``."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            return self._view(session, get_row(session, HandoverRow, handover_id, "handover"))

    def usual_items(self, department_id: UUID) -> Sequence[CountedItem]:
        """Return the things of a department's post: by kind what should be in the store, then what was counted last.

        Source: 001-08-26, 001-11-12.
        """
        self._desk.require("roster.view")
        query = (
            select(HandoverRow.items)
            .where(HandoverRow.department_id == department_id, HandoverRow.incoming_signed_at.is_not(None))
            .order_by(HandoverRow.begun_at.desc())
            .limit(1)
        )
        with self._desk.reading() as session:
            items = session.scalar(query) or []
            lines = custody_lists.book(session, department_id)
        labels = {kind.name: kind.label for kind in self._desk.custody.kinds()}
        kept = [CountedItem(labels.get(line.kind, line.kind), line.in_store) for line in lines]
        others = [CountedItem(one["name"], one["counted"]) for one in items]
        names = {item.name for item in kept}
        return (*kept, *(item for item in others if item.name not in names))

    # --- Doing -------------------------------------------------------------------------------

    def begin(self, department_id: UUID, incoming_id: UUID | None, items: Sequence[CountedItem] = ()) -> HandoverView:
        """Begin to hand one's post over to the next; raises ``InvalidInput``, ``NotFound`` or ``MoveRefused``."""
        self._desk.require("duty_log.write")
        outgoing_id = self._person()
        with self._desk.working() as work:
            work.take_turn()
            session = work.session
            get_row(session, DepartmentRow, department_id, "department")
            require_open(session, department_id)
            problems = list(_item_problems(items))
            if incoming_id == outgoing_id:
                problems.append(FieldProblem("incoming", "", msg("不能交给自己"), label=msg("接班人")))
            else:
                problems += person_problems(
                    session, self._desk.company.id, incoming_id, field="incoming", label=msg("接班人")
                )
            if problems or incoming_id is None:
                raise InvalidInput(tuple(problems))
            self._require_none_open(session, department_id, outgoing_id)
            row = HandoverRow(
                department_id=department_id,
                outgoing_id=outgoing_id,
                incoming_id=incoming_id,
                begun_at=work.now,
                remark="",
                is_desk_tidy=False,
                items=[asdict(CountedItem(one.name.strip(), one.expected)) for one in items],
                has_read_log=False,
                area_remark="",
                area_explanation="",
                follow_up="",
                matters=[],
                takeover_name="",
                takeover_reason="",
                takeover_keys=[],
            )
            session.add(row)
            session.flush()
            view = self._view(session, row)
            after = {"outgoing": view.outgoing_name, "incoming": view.incoming_name, "department": _name(session, row)}
            work.record("handover.begun", "handover", row.id, after=after)
            return view

    def tell(self, handover_id: UUID, version: int, told: Telling) -> HandoverView:
        """Fill in the outgoing one's part.

        Raises ``NotAllowed`` for anybody else, ``StaleVersion``, ``InvalidInput``, or ``MoveRefused`` once anybody
        has signed.
        """
        self._desk.require("duty_log.write")
        _check_texts(told.remark, told.area_explanation, *(told.explanations or {}).values())
        with self._desk.working() as work:
            row = self._open(work, handover_id, version)
            self._require_person(row.outgoing_id)
            explanations = told.explanations or {}
            row.items = [
                {**item, "explanation": explanations.get(item["name"], item["explanation"]).strip()}
                for item in row.items
            ]
            row.remark, row.is_desk_tidy = told.remark.strip(), told.is_desk_tidy
            row.area_explanation = told.area_explanation.strip()
            self._check_sum(work.session, row, "remark", msg("交代的事项"))
            work.record("handover.told", "handover", row.id, after={"remark": row.remark})
            work.session.flush()
            return self._view(work.session, row)

    def check(self, handover_id: UUID, version: int, checked: Checking) -> HandoverView:
        """Fill in the incoming one's part; raises as ``tell`` does."""
        self._desk.require("duty_log.write")
        _check_texts(checked.area_remark, checked.follow_up)
        if any(not 0 <= count <= MAX_COUNT for count in checked.counts.values()):
            raise InvalidInput((_wrong_count(),))
        with self._desk.working() as work:
            row = self._open(work, handover_id, version)
            self._require_person(row.incoming_id)
            row.items = [{**item, "counted": checked.counts.get(item["name"], item["counted"])} for item in row.items]
            row.has_read_log, row.is_area_normal = checked.has_read_log, checked.is_area_normal
            row.area_remark, row.follow_up = checked.area_remark.strip(), checked.follow_up.strip()
            row.checked_at = work.now
            self._check_sum(work.session, row, "follow_up", msg("继续跟进的工作"))
            counts = {item["name"]: item["counted"] for item in row.items}
            work.record("handover.checked", "handover", row.id, after={"counts": counts, "follow_up": row.follow_up})
            work.session.flush()
            return self._view(work.session, row)

    def sign(self, handover_id: UUID, password: str) -> HandoverView:
        """Sign as one of the two, with one's own password; the second signature ends the handover.

        Raises ``NotAllowed`` for anybody else, ``MoveRefused`` while something is missing, ``LoginRefused`` or
        ``LoginThrottled`` for a wrong password.
        """
        self._desk.require("duty_log.write")
        person = self._person()
        with self._desk.reading() as session:
            self._check_signing(session, get_row(session, HandoverRow, handover_id, "handover"))
        self._desk.installation.accounts.confirm(person, password)
        with self._desk.working() as work:
            work.take_turn()
            row = work.get(HandoverRow, handover_id, "handover", lock=True)
            state = self._check_signing(work.session, row)
            if person == row.outgoing_id:
                row.outgoing_signed_at = work.now
            else:
                row.incoming_signed_at = work.now
            work.record("handover.signed", "handover", row.id, after={"signed": work.actor.name})
            if row.outgoing_signed_at and row.incoming_signed_at:
                self._finish(work, row, state)
            work.session.flush()
            return self._view(work.session, row)

    def take_over(self, handover_id: UUID, reason: str) -> HandoverView:
        """Answer for the important work oneself, so that the post can be handed over (001-08-36).

        Needs authority; the outgoing one cannot do it. Raises ``InvalidInput`` or ``MoveRefused``.
        """
        self._desk.require("roster.admin")
        if problems := text_problems("reason", reason, msg("理由"), longest=MAX_LENGTH, required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            row = work.get(HandoverRow, handover_id, "handover", lock=True)
            state = self._whole(work.session, row)
            if work.actor.account_id == row.outgoing_id:
                refuse(_ACT, (Refusal("another_takes_over", msg("交班人不能自己接手"), ("001-08-36",)),))
            if _is_ended(row) or not state.in_the_way:
                refuse(_ACT, (Refusal("important_work", msg("没有需要接手的重要工作")),))
            row.takeover_by, row.takeover_name, row.takeover_at = work.actor.account_id, work.actor.name, work.now
            row.takeover_reason = reason.strip()
            row.takeover_keys = sorted({*row.takeover_keys, *(one.key for one in state.in_the_way)})
            matters = [f"{one.number} {one.subject}" for one in state.in_the_way]
            work.record(
                "handover.taken_over", "handover", row.id, after={"reason": row.takeover_reason, "matters": matters}
            )
            work.session.flush()
            return self._view(work.session, row)

    def leave(self, handover_id: UUID) -> HandoverView:
        """Write down that the outgoing one leaves the post now, signed or not; raises ``NotAllowed``."""
        self._desk.require("duty_log.write")
        with self._desk.working() as work:
            row = work.get(HandoverRow, handover_id, "handover", lock=True)
            if work.actor.account_id not in (row.outgoing_id, row.incoming_id):
                work.actor.require("roster.admin")
            if row.left_at is not None:
                refuse(_ACT, (Refusal("left_once", msg("离岗时间已经登记")),))
            row.left_at = work.now
            view = self._view(work.session, row)
            work.record("handover.left", "handover", row.id, after={"unsigned": view.was_left_unsigned})
            work.session.flush()
            return self._view(work.session, row)

    def withdraw(self, handover_id: UUID) -> HandoverView:
        """Give a handover up before both have signed; raises ``NotAllowed`` or ``MoveRefused``."""
        self._desk.require("duty_log.write")
        with self._desk.working() as work:
            row = work.get(HandoverRow, handover_id, "handover", lock=True)
            if work.actor.account_id != row.outgoing_id:
                work.actor.require("roster.admin")
            self._require_open(row)
            row.withdrawn_at = work.now
            work.record("handover.withdrawn", "handover", row.id)
            work.session.flush()
            return self._view(work.session, row)

    # --- Shared ------------------------------------------------------------------------------

    def _person(self) -> UUID:
        """Return who acts; a plugin or the installation hands nothing over."""
        if self._desk.actor.account_id is None:
            raise NotAllowed("duty_log.write")
        return self._desk.actor.account_id

    def _require_person(self, account_id: UUID) -> None:
        if self._desk.actor.account_id != account_id:
            raise NotAllowed("duty_log.write")

    @staticmethod
    def _require_none_open(session: Session, department_id: UUID, outgoing_id: UUID) -> None:
        query = select(HandoverRow.id).where(
            HandoverRow.department_id == department_id,
            HandoverRow.outgoing_id == outgoing_id,
            HandoverRow.withdrawn_at.is_(None),
            or_(HandoverRow.outgoing_signed_at.is_(None), HandoverRow.incoming_signed_at.is_(None)),
        )
        if session.scalar(query.limit(1)) is not None:
            refuse(_ACT, (Refusal("one_at_a_time", msg("您在这个部门还有一次没有完成的交接班")),))

    def _open(self, work: Work, handover_id: UUID, version: int) -> HandoverRow:
        """Return a handover that may still be filled in."""
        row = work.get(HandoverRow, handover_id, "handover", lock=True)
        self._require_open(row)
        if row.outgoing_signed_at or row.incoming_signed_at:
            refuse(_ACT, (Refusal("unsigned", msg("已有人签字，内容不能再改"), ("001-08-31",)),))
        if row.version != version:
            raise StaleVersion("handover", str(handover_id), version, row.version)
        return row

    @staticmethod
    def _require_open(row: HandoverRow) -> None:
        if _is_ended(row):
            refuse(_ACT, (Refusal("still_open", msg("这次交接班已经结束")),))

    def _check_signing(self, session: Session, row: HandoverRow) -> HandoverState:
        """Return the whole of what is signed; raises ``MoveRefused`` with what the person may know of it."""
        person = self._desk.actor.account_id
        if person not in (row.outgoing_id, row.incoming_id):
            raise NotAllowed("duty_log.write")
        self._require_open(row)
        if (row.outgoing_signed_at if person == row.outgoing_id else row.incoming_signed_at) is not None:
            refuse(_ACT, (Refusal("signed_once", msg("您已经签过字，等对方签字"), ("001-08-31",)),))
        state = self._whole(session, row)
        refuse(_ACT, signing_refusals(self._known(state)))
        return state

    def _finish(self, work: Work, row: HandoverRow, state: HandoverState) -> None:
        """Freeze what is open, and write into the duty log that the post passed on."""
        row.matters = [asdict(matter) for matter in state.matters]
        said = [self._who(work.session, row), row.remark, row.follow_up]
        body = "\n".join(filter(None, said))
        entry = self._desk.duty_log.add(work, new_entry(row.department_id, EntryKind.HANDOVER, body))
        for item in state.items:
            if item.differs:
                # A difference stays open in the log until somebody settles it (001-08-27).
                told = f"{item.name}：{item.expected} → {item.counted}（{item.explanation.strip()}）"
                self._desk.duty_log.add(work, new_entry(row.department_id, EntryKind.MATTER, told))
        places = departments_below(work.session, row.department_id)
        self._desk.duties.hand_over(work, row.outgoing_id, row.incoming_id, places)
        work.record("handover.done", "handover", row.id, after={"number": entry.number})

    def _check_sum(self, session: Session, row: HandoverRow, field: str, label: str) -> None:
        """Refuse what both say when it does not fit into one entry of the duty log."""
        most = LONGEST_ENTRY - len(self._who(session, row)) - 2
        if len(row.remark) + len(row.follow_up) > most:
            rule = msg("交代的事项和继续跟进的工作写入同一条值班日志，合计最多 {max_length} 个字符")
            raise InvalidInput((FieldProblem(field, "", rule, params={"max_length": most}, label=label),))

    def _who(self, session: Session, row: HandoverRow) -> str:
        names = names_of(session, self._desk.company.id)
        return f"{names.get(row.outgoing_id, '')} → {names.get(row.incoming_id, '')}"

    def _view(self, session: Session, row: HandoverRow) -> HandoverView:
        view = _shown(row, names_of(session, self._desk.company.id), self._known(self._whole(session, row)))
        return view if _is_ended(row) else replace(view, refusals=signing_refusals(view.state))

    def _whole(self, session: Session, row: HandoverRow) -> HandoverState:
        """Return what a handover holds, whoever may see it."""
        is_done = bool(row.outgoing_signed_at and row.incoming_signed_at)
        return _state(row, tuple(OpenMatter(**one) for one in row.matters) if is_done else self._matters(session, row))

    def _known(self, state: HandoverState) -> HandoverState:
        """Return a state as the one who acts may see it: that there are tickets, not which."""
        if self._desk.actor.may("ticket.view"):
            return state
        return replace(
            state,
            matters=tuple(
                replace(one, number="", subject="") if one.kind == "ticket" else one for one in state.matters
            ),
        )

    def _matters(self, session: Session, row: HandoverRow) -> tuple[OpenMatter, ...]:
        """Return the important open tickets of the post and of the outgoing one, and the log's open matters.

        A ticket stands in the way when it is the outgoing one's own work; what others work on is told only.
        """
        places = departments_below(session, row.department_id)
        mine = or_(
            TicketRow.assignee_id == row.outgoing_id,
            TicketRow.assignee_id.is_(None) & (TicketRow.owner_id == row.outgoing_id),
        )
        query = (
            select(TicketRow)
            .where(TicketRow.is_open, or_(TicketRow.department_id.in_(places), mine))
            .order_by(TicketRow.opened_at, TicketRow.id)
        )
        important = [ticket for ticket in session.scalars(query) if self._is_important(ticket)]
        found = [
            OpenMatter("ticket", str(ticket.id), ticket.number, seen.subject, blocks=_is_own(ticket, row.outgoing_id))
            for ticket, seen in zip(important, seen_tickets(self._desk, session, important), strict=True)
        ]
        found += [
            OpenMatter("log", str(entry.id), entry.number, entry.body, blocks=entry.is_important)
            for entry in open_matters(session, row.department_id)
        ]
        return tuple(found)

    def _is_important(self, ticket: TicketRow) -> bool:
        """Tell whether a ticket has the worst severity of its type, or was marked for a person."""
        declared = self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
        worst = declared.severities[0].value if declared and declared.severities else ""
        return bool(ticket.flags) or bool(ticket.severity and ticket.severity == worst)


def _state(row: HandoverRow, matters: tuple[OpenMatter, ...]) -> HandoverState:
    return HandoverState(
        items=tuple(CountedItem(**item) for item in row.items),
        has_read_log=row.has_read_log,
        is_area_normal=row.is_area_normal,
        area_explanation=row.area_explanation,
        is_desk_tidy=row.is_desk_tidy,
        matters=matters,
        taken_over=frozenset(row.takeover_keys),
    )


def _shown(row: HandoverRow, names: Mapping[UUID, str], state: HandoverState) -> HandoverView:
    return HandoverView(
        id=row.id,
        version=row.version,
        department_id=row.department_id,
        outgoing_id=row.outgoing_id,
        outgoing_name=names.get(row.outgoing_id, ""),
        incoming_id=row.incoming_id,
        incoming_name=names.get(row.incoming_id, ""),
        begun_at=row.begun_at,
        remark=row.remark,
        area_remark=row.area_remark,
        follow_up=row.follow_up,
        checked_at=row.checked_at,
        outgoing_signed_at=row.outgoing_signed_at,
        incoming_signed_at=row.incoming_signed_at,
        takeover_name=row.takeover_name,
        takeover_reason=row.takeover_reason,
        takeover_at=row.takeover_at,
        left_at=row.left_at,
        withdrawn_at=row.withdrawn_at,
        state=state,
    )


def _is_ended(row: HandoverRow) -> bool:
    return bool(row.withdrawn_at or (row.outgoing_signed_at and row.incoming_signed_at))


def _is_own(ticket: TicketRow, account_id: UUID) -> bool:
    return account_id == (ticket.assignee_id or ticket.owner_id)


def _name(session: Session, row: HandoverRow) -> str:
    return get_row(session, DepartmentRow, row.department_id, "department").name


def _check_texts(*texts: str) -> None:
    problems = [problem for text in texts for problem in text_problems("remark", text, msg("说明"), longest=MAX_LENGTH)]
    if problems:
        raise InvalidInput(tuple(problems))


def _wrong_count() -> FieldProblem:
    return FieldProblem("items", "", msg("数量须在 0 到 {most} 之间"), params={"most": MAX_COUNT}, label=msg("公物"))


def _item_problems(items: Sequence[CountedItem]) -> Sequence[FieldProblem]:
    problems: list[FieldProblem] = []
    names = [item.name.strip() for item in items]
    if len(items) > MAX_ITEMS:
        params: dict[str, Any] = {"most": MAX_ITEMS}
        problems.append(FieldProblem("items", "", msg("最多 {most} 种"), params=params, label=msg("公物")))
    for name in names:
        problems += text_problems("items", name, msg("公物"), longest=100, required=True)
    problems += [
        FieldProblem("items", name, msg("“{value}”写了两次"), params={"value": name}, label=msg("公物"))
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if any(not 0 <= item.expected <= MAX_COUNT for item in items):
        problems.append(_wrong_count())
    return problems
