"""Demo companies: cases that are played through the services, each step at its own time by its own person."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from gongdan.domain.approvals import Outcome
from gongdan.domain.demo import DemoCase, DemoPaper, DemoStep
from gongdan.domain.fields import FieldKind
from gongdan.domain.form_views import FormState
from gongdan.domain.secrecy import masked_name
from gongdan.errors import NotFound
from gongdan.services.decisions import Spoken
from gongdan.services.desk import CompanyDesk
from gongdan.services.form_filling import FormInput
from gongdan.services.intake import NewTicket
from gongdan.services.moments import at_moment
from gongdan.services.parties import PartyInput

_TEN = timedelta(minutes=10)
#: So many characters of a name find room in a signature.
_SIGNED_CHARACTERS = 4


def as_member(desk: CompanyDesk, login: str) -> CompanyDesk:
    """Return the company's desk as a member works at it; raises ``NotFound``."""
    for member in desk.members.all():
        if member.login == login:
            actor = desk.installation.accounts.actor(member.account_id, desk.company.id)
            if actor is not None:
                return desk.installation.at(desk.company, actor)
    raise NotFound("member", login)


def play(desk: CompanyDesk, cases: Sequence[DemoCase]) -> Sequence[UUID]:
    """Open the cases and take their steps in the order of time; return the tickets' ids in the order of ``cases``.

    ``desk`` acts for the installation. Raises what the services raise: a demo keeps to the rules.
    """
    now = desk.installation.clock().astimezone(desk.zone)
    players = [_Player(desk, case, case.opened_at(now)) for case in cases]
    scenes = [scene for player in players for scene in player.scenes()]
    for scene in sorted(scenes, key=lambda scene: scene.moment):
        with at_moment(desk.installation, scene.moment):
            scene.act()
    return [player.ticket_id for player in players]


@dataclass(frozen=True, slots=True)
class _Scene:
    moment: datetime
    act: partial[None]


class _Player:
    """Plays one case."""

    def __init__(self, desk: CompanyDesk, case: DemoCase, opened_at: datetime) -> None:
        self._desk = desk
        self._case = case
        self._opened_at = opened_at
        self._ids: list[UUID] = []

    @property
    def ticket_id(self) -> UUID:
        return self._ids[0]

    def scenes(self) -> Iterator[_Scene]:
        yield _Scene(self._opened_at, partial(self._open))
        for step in self._case.steps:
            yield _Scene(self._opened_at + timedelta(minutes=step.after_minutes), partial(self._take, step))

    def _open(self) -> None:
        case, clerk = self._case, as_member(self._desk, self._case.who)
        asset = self._desk.assets.by_name(case.place) if case.place else None
        name, phone = case.customer or ("", "")
        ticket = clerk.intake.open(
            NewTicket(
                type=case.type,
                subject=case.subject,
                description=case.description,
                channel=case.channel,
                requester_id=self._customer() if case.customer else None,
                contact_name=name,
                contact_phone=phone,
                asset_id=asset.id if asset else None,
                place=asset.label if asset else case.place,
                severity=case.severity,
                category=case.category,
                fields=self._values(case.fields),
            )
        )
        self._ids.append(ticket.id)

    def _take(self, step: DemoStep) -> None:
        person = as_member(self._desk, step.who)
        if step.note:
            person.notes.write(self.ticket_id, step.note, is_public=step.is_public)
        if step.paper:
            self._write(person, step.paper)
        if step.approval:
            self._approve(person, step)
        if step.move:
            version = person.tickets.find(self.ticket_id).version
            person.moves.make(self.ticket_id, step.move, version, self._values(step.values))

    def _write(self, person: CompanyDesk, paper: DemoPaper) -> None:
        drafts = [form for form in person.forms.of_ticket(self.ticket_id) if form.state is FormState.DRAFT]
        begun = [form for form in drafts if form.kind.name == paper.kind]
        form = begun[0] if begun else person.forms.begin(self.ticket_id, paper.kind)
        answers = {item: {"result": result} for item, result in paper.answers.items()}
        given = FormInput(fields=self._values(paper.fields), lines=paper.lines, answers=answers)
        form = person.forms.save(form.id, form.version, given)
        for box, login in paper.members.items():
            member = as_member(self._desk, login)
            form = member.signing.draw(form.id, box, form.digests[box], _written(member.actor.name))
        for box, name in paper.outsiders.items():
            form = person.signing.draw(form.id, box, form.digests[box], _written(name), name=name)
        if paper.is_filed:
            person.forms.file(form.id, form.version)

    def _approve(self, person: CompanyDesk, step: DemoStep) -> None:
        version = person.tickets.find(self.ticket_id).version
        if not step.answer:
            person.approvals.ask(self.ticket_id, step.approval, version, step.words)
            return
        if step.answer == "spoken":
            who = as_member(self._desk, str(step.values["by"])).actor.account_id
            at, channel = self._desk.installation.clock(), str(step.values["channel"])
            spoken = Spoken(account_id=who, at=at, channel=channel, words=step.words) if who else None
            if spoken:
                person.decisions.speak(self.ticket_id, step.approval, version, spoken)
            return
        found = [each for each in person.approvals.of_ticket(self.ticket_id) if each.rule == step.approval]
        latest = max(found, key=lambda each: each.asked_at)
        if step.answer == "reverse":
            last = latest.decisions[-1]
            other = Outcome.REFUSE if last.outcome is Outcome.APPROVE else Outcome.APPROVE
            person.decisions.reverse(latest.id, last.id, other, step.words)
        else:
            person.decisions.decide(latest.id, Outcome(step.answer), step.words)

    def _customer(self) -> UUID:
        name, phone = self._case.customer or ("", "")
        known = [party for party in self._desk.parties.by_phone(phone) if party.name in (name, masked_name(name))]
        return known[0].id if known else self._desk.parties.create(PartyInput(name=name, phones=(phone,))).id

    def _values(self, given: Mapping[str, object]) -> Mapping[str, object]:
        return {name: self._value(name, value) for name, value in given.items()}

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, timedelta):
            moment = _rounded(self._opened_at + value)
            declared = self._desk.intake.type(self._case.type).field(name)
            is_day = declared is not None and declared.kind is FieldKind.DATE
            return moment.date().isoformat() if is_day else moment.isoformat(timespec="minutes")
        if name == "assignee":
            return str(as_member(self._desk, str(value)).actor.account_id)
        if name == "department":
            return str(next(found.id for found in self._desk.departments.all() if found.name == value))
        return value


def _written(name: str) -> str:
    """Return the strokes of a hasty signature, the same ones for the same name."""
    strokes = []
    for place, char in enumerate(name[:_SIGNED_CHARACTERS]):
        left, code = 40 + place * 130, ord(char)
        points = [(left + step * 18, 50 + (code >> step) % 8 * 20) for step in range(6)]
        strokes += [points, [(left + 10, 190 - code % 50), (left + 95, 150 + code % 40)]]
    return json.dumps(strokes)


def _rounded(moment: datetime) -> datetime:
    """Return the next full ten minutes, since nobody makes an appointment for 14:07."""
    return moment + (-timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)) % _TEN
