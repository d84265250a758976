"""Intake: opening a ticket."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.duties import Happening
from gongdan.domain.events import EventKind
from gongdan.domain.fields import Choice
from gongdan.domain.identifiers import check_phone
from gongdan.domain.secrecy import masked_name
from gongdan.domain.snapshots import Draft, TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.verdicts import Verdict
from gongdan.domain.workflow import is_empty
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound, PluginDisabled
from gongdan.hooks.isolation import undeclared
from gongdan.services.core_fields import LABELS, read_core_fields
from gongdan.services.departments import require_open
from gongdan.services.duty_changes import happened
from gongdan.services.grids import AssetView
from gongdan.services.newcomers import newcomer_problems, register
from gongdan.services.numbers import Numbers
from gongdan.services.schemas import read_fields
from gongdan.services.secrecy_looks import seen_tickets
from gongdan.services.ticket_rows import index_ticket, values_of
from gongdan.services.work import Work
from gongdan.storage.accounts import AccountRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.texts import character_problem
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Ways in which a request reaches the company.
CHANNELS: tuple[Choice, ...] = (
    Choice("phone", msg("电话")),
    Choice("visit", msg("来访")),
    Choice("wechat", msg("微信")),
    Choice("mail", msg("邮件")),
    Choice("patrol", msg("巡查")),
    Choice("other", msg("其他")),
)

#: Longest subject, in characters; a missing one is cut from the description.
SUBJECT_LENGTH = 300
_SUBJECT_FROM_DESCRIPTION = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a person has filled in to open a ticket; texts are as typed."""

    #: Name of the ticket type.
    type: str
    subject: str = ""
    description: str = ""
    channel: str = "phone"
    requester_id: UUID | None = None
    contact_name: str = ""
    contact_phone: str = ""
    #: Make the caller a customer, who is none yet; says nothing beside a requester.
    is_newcomer: bool = False
    #: What the new customer is to the asset, a role of a ``LinkRule``; empty for nothing.
    newcomer_role: str = ""
    asset_id: UUID | None = None
    #: The place in words; filled from the asset when empty.
    place: str = ""
    severity: str = ""
    category: str = ""
    assignee_id: UUID | None = None
    department_id: UUID | None = None
    #: Typed fields as typed in.
    fields: Mapping[str, object] = field(default_factory=dict)
    #: What is one and the same each time that one form is sent; empty for a ticket that no form was filled in for.
    form_id: str = ""

    @property
    def makes_customer(self) -> bool:
        """Tell whether the caller becomes a customer with the ticket."""
        return self.is_newcomer and self.requester_id is None


class Intake:
    """Use cases around opening tickets."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def types(self) -> tuple[TicketType, ...]:
        """Return the ticket types that the company can open now, by plugin."""
        return self._desk.installation.plugins.catalogue.ticket_types.of(self._desk.enabled)

    def type(self, name: str) -> TicketType:
        """Return a type that can be opened now; raises ``NotFound`` or ``PluginDisabled``."""
        declared = self._desk.installation.plugins.catalogue.ticket_types
        found = declared.get(name)
        if found is None:
            raise NotFound("ticket_type", name)
        if declared.plugin_of(name) not in self._desk.enabled:
            raise PluginDisabled(declared.plugin_of(name))
        return found

    def open(self, new: NewTicket) -> TicketView:
        """Open a ticket; the person who opens it becomes its owner, and a newcomer a customer, both or neither.

        A place in words that is the name of exactly one asset, in any spelling that its kind reads, is that asset.
        A form that is sent again, even at the same moment, leads to the ticket that it has opened already.
        Raises ``InvalidInput``, ``NotAllowed``, or ``Conflict`` for a newcomer whose place is somebody else's.
        """
        self._desk.require("ticket.create")
        if new.makes_customer:
            self._desk.require("party.edit")
        if new.assignee_id is not None:
            self._desk.require("ticket.assign")
        if opened := self._opened_by(new):
            return opened
        try:
            return self._open(new)
        except (Conflict, InvalidInput):
            if opened := self._opened_by(new):
                return opened
            raise

    def _opened_by(self, new: NewTicket) -> TicketView | None:
        """Return the ticket that the person has opened with the same form."""
        if not new.form_id:
            return None
        query = select(TicketRow).where(TicketRow.type == new.type, TicketRow.source_key == self._form_key(new))
        with self._desk.reading() as session:
            row = session.scalars(query).one_or_none()
            return seen_tickets(self._desk, session, [row])[0] if row else None

    def _form_key(self, new: NewTicket) -> str | None:
        text = f"form {self._desk.actor.account_id} {new.form_id}"
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32] if new.form_id else None

    def _open(self, new: NewTicket) -> TicketView:
        ticket_type = self.type(new.type)
        new, unclear = self._placed(new)
        fields = self._checked(new, ticket_type, unclear)
        chosen = self._classified(new, ticket_type, fields)
        with self._desk.working() as work:
            if new.makes_customer:
                new = replace(new, requester_id=register(self._desk, work, new))
            row = self._row(work, new, ticket_type, chosen)
            row.fields = fields
            self._register(work, row, ticket_type)
            return seen_tickets(self._desk, work.session, [row])[0]

    def open_within(self, work: Work, new: NewTicket) -> TicketRow:
        """Open a ticket inside a running transaction, as a rule asks for it: typed fields may be missing at first.

        Raises ``NotFound``, ``PluginDisabled``, or ``InvalidInput`` for values that do not fit.
        """
        ticket_type = self.type(new.type)
        fields, problems = read_fields(ticket_type.fields, new.fields, self._desk.zone, required=False)
        if problems:
            raise InvalidInput(tuple(problems))
        chosen = {"severity": new.severity, "category": new.category, "cause": "", "assignee": ""}
        row = self._row(work, new, ticket_type, chosen)
        row.fields = fields
        self._register(work, row, ticket_type)
        return row

    def _register(self, work: Work, row: TicketRow, ticket_type: TicketType) -> None:
        work.session.add(row)
        work.session.flush()
        index_ticket(work.session, row, ticket_type)
        work.record("ticket.opened", "ticket", row.id, after={"number": row.number, **_filled(values_of(row))})
        work.tell(EventKind.TICKET_OPENED, "ticket", row.id, type=row.type, number=row.number)
        happened(self._desk, work, row, Happening.OPENED)

    def _placed(self, new: NewTicket) -> tuple[NewTicket, Sequence[FieldProblem]]:
        """Return the ticket with the asset that its place names, or what is wrong when that is more than one."""
        if new.asset_id or is_empty(new.place) or not self._desk.actor.may("asset.view"):
            return new, ()
        if problem := character_problem("place", new.place):
            return new, (problem,)
        meant = self._desk.assets.meant_by(new.place)
        if len(meant) > 1:
            rule = msg("这样称呼的有：{places}。请从中选择一处")
            return new, (_problem("asset", new.place, rule, places="、".join(_told_apart(meant))),)
        return (replace(new, asset_id=meant[0].id, place=meant[0].label) if meant else new), ()

    def _checked(self, new: NewTicket, ticket_type: TicketType, unclear: Sequence[FieldProblem]) -> dict[str, object]:
        at_intake = [declared for declared in ticket_type.fields if declared.at_intake]
        values, problems = read_fields(at_intake, new.fields, self._desk.zone)
        problems += (*unclear, *_core_problems(new, ticket_type))
        given = {name: getattr(new, name) for name in ("severity", "category")}
        given |= {name: getattr(new, f"{name}_id") for name in ("requester", "asset", "assignee", "department")}
        with self._desk.reading() as session:
            problems += read_core_fields(session, ticket_type, given)[1]
        if new.makes_customer:
            named = {problem.field for problem in problems}
            problems += [problem for problem in newcomer_problems(new) if problem.field not in named]
        if problems:
            raise InvalidInput(tuple(problems))
        return values

    def _classified(self, new: NewTicket, ticket_type: TicketType, fields: Mapping[str, object]) -> dict[str, str]:
        """Return what the person chose, and for the rest what the plugins propose among the declared choices."""
        chosen = {"severity": new.severity, "category": new.category, "cause": "", "assignee": ""}
        draft = Draft(new.type, new.subject, new.description, new.place, new.channel, dict(chosen), fields)
        manager, owner = self._desk.installation.plugins, self._plugin(new.type)
        ask = partial(manager.ask, enabled=self._desk.enabled, first=owner, report=self._desk.report, draft=draft)
        for answer in ask("classify_draft"):
            wrong = {name: value for name, value in answer.value.items() if not ticket_type.declares(name, value)}
            if wrong:
                self._desk.report(undeclared(answer.plugin, "classify_draft", new.type, wrong))
            for name in answer.value.keys() - wrong.keys():
                chosen[name] = chosen[name] or answer.value[name]
        if new.assignee_id is None:
            chosen["assignee"] = next((answer.value for answer in ask("choose_assignee")), "")
        return chosen

    def _row(self, work: Work, new: NewTicket, ticket_type: TicketType, chosen: dict[str, str]) -> TicketRow:
        initial = ticket_type.workflow.initial
        asset = work.get(AssetRow, new.asset_id, "asset") if new.asset_id else None
        requester = work.get(PartyRow, new.requester_id, "party") if new.requester_id else None
        if new.department_id:
            require_open(work.session, new.department_id)
        description = new.description.strip()
        return TicketRow(
            plugin=self._plugin(new.type),
            type=new.type,
            subject=subject_of(description) if is_empty(new.subject) else new.subject.strip(),
            number=Numbers(self._desk).take(work.session, ticket_type, work.now),
            description=description,
            channel=new.channel,
            requester_id=new.requester_id,
            contact_phone=new.contact_phone.strip(),
            contact_name=_caller_name(new, requester),
            owner_id=self._desk.actor.account_id,
            department_id=new.department_id,
            asset_id=new.asset_id,
            assignee_id=new.assignee_id or self._member(work, chosen["assignee"]),
            place=new.place.strip() or (asset.label if asset else ""),
            severity=chosen["severity"],
            category=chosen["category"],
            cause=chosen["cause"],
            finding="",
            state=initial.name,
            state_category=initial.category.value,
            is_open=initial.category.is_open,
            round=1,
            opened_at=work.now,
            changed_at=work.now,
            flags=flags_of_phone(new.contact_phone),
            source_key=self._form_key(new),
        )

    def _member(self, work: Work, login: str) -> UUID | None:
        if not login:
            return None
        account_id = work.session.scalar(select(AccountRow.id).where(AccountRow.login == login))
        members = {member.account_id for member in self._desk.members.all()} if account_id else set()
        return account_id if account_id in members else None

    def _plugin(self, ticket_type: str) -> str:
        return self._desk.installation.plugins.catalogue.ticket_types.plugin_of(ticket_type)


def _core_problems(new: NewTicket, ticket_type: TicketType) -> list[FieldProblem]:
    values = {
        "requester": new.requester_id or new.contact_name.strip(),
        "asset": new.asset_id or new.place.strip(),
        "severity": new.severity,
        "category": new.category,
        "description": new.description,
        "subject": new.subject,
        "contact_phone": new.contact_phone,
    }
    problems = [_problem(name, "", msg("必须填写")) for name in ticket_type.intake_requires if is_empty(values[name])]
    if is_empty(new.subject) and is_empty(new.description) and "description" not in ticket_type.intake_requires:
        problems.append(_problem("description", "", msg("请写明内容")))
    if len(new.subject) > SUBJECT_LENGTH:
        problems.append(_problem("subject", new.subject, msg("最多 {max_length} 个字符"), max_length=SUBJECT_LENGTH))
    if new.channel not in {choice.value for choice in CHANNELS}:
        problems.append(_problem("channel", new.channel, msg("不是可选的值")))
    return [*problems, *phone_problems(new.contact_phone)]


def phone_problems(phone: str) -> list[FieldProblem]:
    """Return what is wrong with a caller's number; none is right as well."""
    if is_empty(phone) or check_phone(phone).verdict is not Verdict.REJECT:
        return []
    remedy = msg("请填写 11 位手机号、400/800 电话，或带区号的固定电话，例如 0755-83001234")
    return [FieldProblem("contact_phone", phone, msg("不是有效的电话号码"), remedy, label=LABELS["contact_phone"])]


def _caller_name(new: NewTicket, requester: PartyRow | None) -> str:
    """Return the caller's name; the mask of a classified customer's, which a form may bring back, stands for it."""
    typed = new.contact_name.strip()
    if requester is None:
        return typed
    return requester.name if typed in ("", masked_name(requester.name)) else typed


def flags_of_phone(phone: str) -> list[str]:
    """Return why a person should look at a caller's number again."""
    found = check_phone(phone)
    return [found.reason.value] if found.verdict is Verdict.SUSPECT and found.reason else []


def _problem(name: str, value: str, rule: str, **params: object) -> FieldProblem:
    return FieldProblem(name, value, rule, params=params, label=LABELS[name])


def _told_apart(assets: Sequence[AssetView]) -> Sequence[str]:
    """Return the names of assets, with the way to each where several are called the same."""
    names = Counter(asset.label for asset in assets)
    return [
        f"{asset.label}（{asset.path.strip('/').replace('/', '-')}）" if names[asset.label] > 1 else asset.label
        for asset in assets
    ]


def subject_of(description: str) -> str:
    """Return a subject cut from the first line of a description."""
    first = description.splitlines()[0] if description else ""
    return first if len(first) <= _SUBJECT_FROM_DESCRIPTION else first[:_SUBJECT_FROM_DESCRIPTION] + "…"


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "", {})}
