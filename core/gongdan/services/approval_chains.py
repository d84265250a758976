"""The chain of an approval: which steps an amount needs by the policy of the moment, and who sits in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gongdan.domain.approvals import (
    ApprovalRule,
    ApprovalStep,
    amount_of,
    decides_himself,
    levels_of,
    line_of,
    needed_steps,
)
from gongdan.domain.people import ADMINISTRATOR
from gongdan.domain.receivers import Around, Found, Person, Reason, find
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.duty_figures import Figures
from gongdan.text import msg

#: Who is asked where nobody of those the rule names can be.
_INSTEAD = ("supervisor", "department_head", ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltStep:
    """A signature that is needed, with the people who may give it."""

    #: Which step of the rule it is, from 0.
    of_rule: int
    #: Source text.
    label: str
    people: tuple[Person, ...]
    quorum: int
    why: Reason
    #: It is here because nobody in the line above whoever asks may decide the amount.
    is_beyond: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """A chain as it is now."""

    steps: tuple[BuiltStep, ...]
    amount: Decimal | None
    #: What the policy says of each limit and bound: key, text, line.
    figures: tuple[Mapping[str, Any], ...]


class Chains:
    """Builds chains by the people and the policy of one moment."""

    def __init__(self, figures: Figures, at: datetime) -> None:
        self._figures = figures
        self._at = at

    def build(self, rule: ApprovalRule, about: ApprovalSubject, asker: UUID | None) -> Built:
        """Return the chain for somebody who asks; without steps when nobody has to be asked."""
        asked = _Asked(
            rule, amount_of(rule, about.facts), self._amounts(rule), _Seats(self._figures, rule, about, asker)
        )
        figures = tuple(self._told(key) for key in rule.amount_keys)
        return Built(tuple(_without_repeats(_steps(asked))), asked.amount, figures)

    def decides_himself(self, rule: ApprovalRule, about: ApprovalSubject, roles: Iterable[str]) -> bool:
        """Tell whether somebody with these roles needs nobody's consent."""
        return decides_himself(rule, frozenset(roles), amount_of(rule, about.facts), self._amounts(rule))

    def is_needed(self, rule: ApprovalRule, about: ApprovalSubject) -> bool:
        """Tell whether anybody has to be asked at all."""
        return bool(needed_steps(rule, amount_of(rule, about.facts), self._amounts(rule)))

    def figure(self, key: str) -> Decimal | None:
        """Return the amount that the policy has for a key; None while nobody has decided it."""
        value = self._figures.value(key, self._at).value
        return Decimal(value) if isinstance(value, int | Decimal) else None

    def _amounts(self, rule: ApprovalRule) -> dict[str, Decimal | None]:
        return {key: self.figure(key) for key in rule.amount_keys}

    def _told(self, key: str) -> Mapping[str, Any]:
        value = self._figures.value(key, self._at)
        return {"key": key, "text": value.text, "line": value.line_id.hex if value.line_id else ""}


class _Seats:
    """Finds who may sit in a chain: by office, on shift or not, and not whoever asks unless the rule lets him."""

    def __init__(self, figures: Figures, rule: ApprovalRule, about: ApprovalSubject, asker: UUID | None) -> None:
        self._staff = figures.staff
        self._asker = asker
        self._barred = None if rule.own_request else asker
        ticket = about.ticket
        self._around = Around(
            assignee=ticket.assignee_id if ticket else None,
            owner=ticket.owner_id if ticket else None,
            department=about.department_id,
            debtor=asker,
        )

    def named(self, wanted: Iterable[str]) -> Found:
        """Return the people of the first of ``wanted`` that can be found, nobody in their place."""
        for name in wanted:
            found = find((name,), self._around, self._staff)
            people = tuple(person for person in found.people if person.id != self._barred)
            if people and not found.reason.missing:
                return Found(people, found.reason)
        return Found()

    def of(self, wanted: Sequence[str]) -> Found:
        """Return the people of the first of ``wanted`` that can be found, else those who are asked instead."""
        if (found := self.named(wanted)).people:
            return found
        found = self.named([name for name in _INSTEAD if name not in wanted])
        return Found(found.people, replace(found.reason, missing=tuple(wanted)))

    def line(self) -> Sequence[Person]:
        """Return the superiors of whoever asks, from below; without one those of the people of the ticket."""
        start = next((one for one in (self._asker, self._around.assignee, self._around.owner) if one), None)
        person = self._staff.people.get(start) if start else None
        found: list[Person] = []
        while person and person.supervisor_id:
            person = self._staff.people.get(person.supervisor_id)
            if person is None or person in found or person.id == start:
                break
            found.append(person)
        return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked by which rule, with the figures and the people of the moment."""

    rule: ApprovalRule
    amount: Decimal | None
    amounts: Mapping[str, Decimal | None]
    seats: _Seats


def _steps(asked: _Asked) -> Iterator[BuiltStep]:
    rule, seats = asked.rule, asked.seats
    vacant = [place for place in levels_of(rule) if not seats.named(rule.steps[place].approvers).people]
    for place in needed_steps(rule, asked.amount, asked.amounts, vacant):
        step = rule.steps[place]
        if step.line:
            yield from _line(asked, place)
        else:
            yield _built(place, step, seats.of(step.approvers))


def _line(asked: _Asked, place: int) -> Iterator[BuiltStep]:
    superiors, step = asked.seats.line(), asked.rule.steps[place]
    chosen, is_enough = line_of(asked.rule, [person.roles for person in superiors], asked.amount, asked.amounts)
    for one in chosen:
        yield _built(place, step, Found((superiors[one],), Reason(by="supervisor")))
    if not is_enough:
        yield _built(place, step, asked.seats.of(asked.rule.top_roles), is_beyond=True)


def _built(place: int, step: ApprovalStep, found: Found, *, is_beyond: bool = False) -> BuiltStep:
    return BuiltStep(
        of_rule=place,
        label=step.label,
        people=found.people,
        quorum=step.quorum,
        why=found.reason,
        is_beyond=is_beyond,
    )


def _without_repeats(given: Iterable[BuiltStep]) -> Iterator[BuiltStep]:
    """Yield the steps but those of somebody who signs right after again: he does so once, at the higher one."""
    steps = list(given)
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if after is None or len(step.people) != 1 or step.people != after.people:
            yield step


#: What is said of a step without anybody.
NOBODY = msg("没有可以审批的人：{step}")
