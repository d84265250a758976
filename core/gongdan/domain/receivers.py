"""Who is meant by a role, by the department head or by the assignee: people, and why it is they.

A role is asked of the roster first: those on shift at the moment. When nobody is, all who hold it are meant; they are
looked for in the department of the case, then in those above it, then in the whole company. What nobody holds falls to
the department head, then to the administrators of the company; the reason keeps what was wanted. For one who is away
his deputy is meant.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from gongdan.domain.people import ADMINISTRATOR

#: The role whose holders lead a department.
LEADS = "supervisor"
#: Why it is somebody: he is on shift, or he has signed for the post of one who was.
ON_DUTY = "on_duty"
HANDED_OVER = "handover"
#: What the positions of those who lead a department have in them.
_LEADING_POSITIONS = ("经理", "主管", "主任", "部长", "总监", "负责人", "班长", "店长", "manager", "head", "supervisor")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the company who can act today."""

    id: UUID
    name: str
    department_id: UUID | None
    position: str
    supervisor_id: UUID | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of a company and its tree of departments."""

    people: Mapping[UUID, Person]
    #: Department → the one above it.
    above: Mapping[UUID, UUID | None]

    def line(self, department_id: UUID | None) -> Iterator[UUID]:
        """Yield a department and those above it, from below."""
        seen: set[UUID] = set()
        while department_id is not None and department_id not in seen:
            seen.add(department_id)
            yield department_id
            department_id = self.above.get(department_id)

    def holders(self, role: str, department_id: UUID | None = None) -> tuple[Person, ...]:
        """Return who has a role, in one department or anywhere, by name."""
        found = [
            person
            for person in self.people.values()
            if role in person.roles and department_id in {None, person.department_id}
        ]
        return tuple(sorted(found, key=_by_name))


class Presence(Protocol):
    """Who is there at one moment."""

    def on_duty(self, role: str, department_id: UUID | None) -> tuple[Collection[UUID], UUID | None]:
        """Return who is on shift in a role, and for which department; nobody when the roster has nobody."""
        ...

    def deputy_of(self, account_id: UUID) -> UUID | None:
        """Return who acts for a person: himself unless he is away; None when nobody does."""
        ...


class Unrostered:
    """The presence of a company that keeps no roster."""

    def on_duty(self, role: str, department_id: UUID | None) -> tuple[Collection[UUID], UUID | None]:
        """Return nobody."""
        del role
        return (), department_id

    def deputy_of(self, account_id: UUID) -> UUID | None:
        """Return the person himself."""
        return account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The people around a case."""

    assignee: UUID | None = None
    owner: UUID | None = None
    department: UUID | None = None
    debtor: UUID | None = None
    presence: Presence = field(default_factory=Unrostered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it is these people."""

    #: One of ``PERSONS``, else ``on_duty``, ``handover``, ``role``, ``administrator`` or ``nobody``.
    by: str
    role: str = ""
    #: Where the role was found; None for the whole company.
    department_id: UUID | None = None
    #: It is a department above the one of the case.
    is_above: bool = False
    #: What was wanted before and could not be found.
    missing: tuple[str, ...] = ()
    #: The name of the person who is away and for whom it is his deputy.
    deputy_for: str = ""
    #: The name of the person who owed it before, as the shift before.
    relieved: str = ""

    def stored(self) -> dict[str, Any]:
        """Return the reason as JSON keeps it."""
        return {
            "by": self.by,
            "role": self.role,
            "department_id": self.department_id.hex if self.department_id else "",
            "is_above": self.is_above,
            "missing": list(self.missing),
            "deputy_for": self.deputy_for,
            "relieved": self.relieved,
        }


def loaded(kept: Mapping[str, Any]) -> Reason:
    """Return the reason that ``Reason.stored`` kept."""
    department = kept.get("department_id")
    return Reason(
        by=str(kept.get("by", "nobody")),
        role=str(kept.get("role", "")),
        department_id=UUID(hex=department) if department else None,
        is_above=bool(kept.get("is_above")),
        missing=tuple(kept.get("missing", ())),
        deputy_for=str(kept.get("deputy_for", "")),
        relieved=str(kept.get("relieved", "")),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The people who are meant, and why."""

    people: tuple[Person, ...] = ()
    reason: Reason = field(default_factory=lambda: Reason(by="nobody"))


def find(wanted: Iterable[str], around: Around, staff: Staff) -> Found:
    """Return the people of the first of ``wanted`` that can be found, else the head, else the administrators."""
    missing: list[str] = []
    for name in wanted:
        found = _one(name, around, staff)
        if found.people:
            return _with_missing(found, missing)
        missing.append(name)
    for name in ("department_head", ADMINISTRATOR):
        if name in missing:
            continue
        if (found := _one(name, around, staff)).people:
            return _with_missing(found, missing)
        missing.append(name)
    return Found((), Reason(by="nobody", missing=tuple(missing)))


def _with_missing(found: Found, missing: Sequence[str]) -> Found:
    return Found(found.people, replace(found.reason, missing=tuple(missing)))


def _one(name: str, around: Around, staff: Staff) -> Found:
    return _FINDERS[name](around, staff) if name in _FINDERS else _role(name, around, staff)


def _person(by: str, person_id: UUID | None, around: Around, staff: Staff) -> Found:
    person = staff.people.get(person_id) if person_id else None
    if person is None:
        return Found()
    return _himself_or_deputy(person, Reason(by=by), around, staff)


def _himself_or_deputy(person: Person, reason: Reason, around: Around, staff: Staff) -> Found:
    """Return a person, or for one who is away his deputy; one without a deputy is meant although he is away."""
    deputy = staff.people.get(around.presence.deputy_of(person.id) or person.id, person)
    return Found((deputy,), replace(reason, deputy_for=person.name if deputy is not person else ""))


def _role(role: str, around: Around, staff: Staff) -> Found:
    line = tuple(_line(around, staff))
    ids, post = around.presence.on_duty(role, line[0] if line else None)
    if present := tuple(sorted((staff.people[one] for one in ids if one in staff.people), key=_by_name)):
        is_above = bool(line) and post != line[0]
        return Found(present, Reason(by=ON_DUTY, role=role, department_id=post, is_above=is_above))
    for place, department_id in enumerate(line):
        if people := staff.holders(role, department_id):
            return Found(people, Reason(by="role", role=role, department_id=department_id, is_above=place > 0))
    people = staff.holders(role)
    return Found(people, Reason(by="role", role=role, is_above=bool(line)))


def _department_head(around: Around, staff: Staff) -> Found:
    """Return who leads the department, or one above it.

    One who owes the duty himself does not answer for it, be it as head or as his deputy.
    """
    for place, department_id in enumerate(_line(around, staff)):
        leading = [
            person
            for person in staff.people.values()
            if person.department_id == department_id and _leads(person) and person.id != around.debtor
        ]
        if head := _first_of(leading):
            reason = Reason(by="department_head", department_id=department_id, is_above=place > 0)
            found = _himself_or_deputy(head, reason, around, staff)
            if found.people[0].id != around.debtor:
                return found
    return _supervisor(around, staff)


def _supervisor(around: Around, staff: Staff) -> Found:
    for person_id in (around.debtor, around.assignee, around.owner):
        person = staff.people.get(person_id) if person_id else None
        above = staff.people.get(person.supervisor_id) if person and person.supervisor_id else None
        if above:
            found = _himself_or_deputy(above, Reason(by="supervisor"), around, staff)
            # A deputy who owes the duty himself does not answer for it; then the one who is away is meant.
            return found if found.people[0].id != around.debtor else Found((above,), Reason(by="supervisor"))
    return Found()


def _administrator(around: Around, staff: Staff) -> Found:
    del around
    return Found(staff.holders(ADMINISTRATOR), Reason(by="administrator", role=ADMINISTRATOR))


_FINDERS: Mapping[str, Callable[[Around, Staff], Found]] = {
    "assignee": lambda around, staff: _person("assignee", around.assignee, around, staff),
    "owner": lambda around, staff: _person("owner", around.owner, around, staff),
    "debtor": lambda around, staff: _person("debtor", around.debtor, around, staff),
    "department_head": _department_head,
    "supervisor": _supervisor,
    ADMINISTRATOR: _administrator,
}


def _line(around: Around, staff: Staff) -> Iterator[UUID]:
    """Yield the departments of the case from below; a case without one belongs where its people do."""
    ids = (around.assignee, around.owner, around.debtor)
    people = [staff.people[person_id] for person_id in ids if person_id and person_id in staff.people]
    own = next((person.department_id for person in people if person.department_id), None)
    return staff.line(around.department or own)


def _leads(person: Person) -> bool:
    position = person.position.casefold()
    return LEADS in person.roles or any(word in position for word in _LEADING_POSITIONS)


def _first_of(leading: Collection[Person]) -> Person | None:
    """Return the one under whom the others work, else the first by name."""
    ids = {person.id for person in leading}
    return min(leading, key=lambda person: (person.supervisor_id in ids, *_by_name(person)), default=None)


def _by_name(person: Person) -> tuple[str, UUID]:
    return person.name, person.id
