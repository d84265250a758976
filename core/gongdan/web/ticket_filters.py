"""The list of tickets as its address says it: which tickets, in which order, with which columns.

A view is a link that one can send. Keys and values outside the tables below are refused, and no key ever reaches
the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from werkzeug.exceptions import BadRequest

from gongdan.domain.workflow import StateCategory
from gongdan.services.tickets import SORTS, TicketFilter
from gongdan.text import msg

#: Columns of the list by name: what they are called, what they can be sorted by.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "number": (msg("编号"), "number"),
    "subject": (msg("主题"), ""),
    "type": (msg("类型"), ""),
    "state": (msg("状态"), "state"),
    "severity": (msg("级别"), "severity"),
    "category": (msg("类别"), ""),
    "contact": (msg("来电人"), ""),
    "place": (msg("地点"), ""),
    "assignee": (msg("经办人"), ""),
    "owner": (msg("首接人"), ""),
    "due": (msg("到期"), "due"),
    "opened": (msg("登记时间"), "opened_at"),
    "changed": (msg("最近变化"), "changed_at"),
    "closed": (msg("关闭时间"), ""),
}
DEFAULT_COLUMNS = ("number", "subject", "state", "severity", "place", "assignee", "due", "opened")
#: Tickets with something owed whose time has passed, closed ones as well: a callback comes after the closing.
OVERDUE = "overdue=1"
DEFAULT_SORT = "-opened_at"
#: What is sorted upwards at the first click.
_SOONEST_FIRST = ("due",)
#: What a list without any condition says in its address; an address that says nothing means the open tickets.
_EVERY = ("open", "all")
#: What is open, nobody's, and waits for us: neither done nor with somebody outside.
NOBODYS = urlencode(
    [
        ("assignee", "none"),
        *(("stage", one) for one in (StateCategory.NEW, StateCategory.TRIAGE, StateCategory.WAITING_US)),
    ]
)

#: A list with more conditions than this is no question that a person asks.
_MOST_PAIRS = 60
_LONGEST_TEXT = 200

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """What the address of a list says."""

    #: Conditions in the order of the address; without order, columns and place. None is every ticket.
    pairs: Pairs
    filter: TicketFilter
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    #: Key of the page; empty for the first.
    after: str = ""

    @property
    def query(self) -> str:
        """Return the address's query without the place, as views are saved."""
        return self.address_query(self.pairs)

    @property
    def conditions(self) -> Pairs:
        """Return what a form of the list sends along to stay with the same tickets."""
        return self.pairs or (_EVERY,)

    @property
    def is_every_open(self) -> bool:
        """Tell whether the list shows the open tickets, as an address without conditions does."""
        return self.pairs == (("open", "1"),)

    @property
    def text(self) -> str:
        """Return the words that were searched for."""
        return self.filter.text

    def values(self, key: str) -> tuple[str, ...]:
        """Return the chosen values of a condition."""
        return tuple(value for name, value in self.pairs if name == key)

    def without(self, key: str, value: str) -> str:
        """Return the query of this view without one condition."""
        return self.address_query(tuple(pair for pair in self.pairs if pair != (key, value)))

    def with_only(self, key: str, value: str) -> str:
        """Return the query of this view with one value for a condition."""
        kept = tuple(pair for pair in self.pairs if pair[0] != key)
        return self.address_query((*kept, (key, value)) if value else kept)

    def sorted_by(self, sort: str) -> str:
        """Return the query that sorts by ``sort``, the other way round when it does so already.

        What is due begins with the most urgent, everything else with the latest or highest.
        """
        first, other = (sort, f"-{sort}") if sort in _SOONEST_FIRST else (f"-{sort}", sort)
        wanted = other if self.filter.sort == first else first
        return replace(self, filter=replace(self.filter, sort=wanted)).query

    def direction(self, sort: str) -> str:
        """Return ``ascending``, ``descending``, or an empty text when the list is sorted by something else."""
        if not sort or self.filter.sort.removeprefix("-") != sort:
            return ""
        return "descending" if self.filter.sort.startswith("-") else "ascending"

    def page(self, key: str) -> str:
        """Return the query of the page behind ``key``."""
        return "&".join(part for part in (self.query, urlencode({"after": key})) if part)

    def address_query(self, pairs: Pairs) -> str:
        """Return a query with these conditions and this view's order and columns."""
        more = [("sort", self.filter.sort)] if self.filter.sort != DEFAULT_SORT else []
        more += [("columns", ",".join(self.columns))] if self.columns != DEFAULT_COLUMNS else []
        return urlencode([*(pairs or (_EVERY,)), *more])


def read(given: Sequence[tuple[str, str]]) -> ListView:
    """Return the view that an address describes; raises ``BadRequest`` for what it does not know."""
    filled = [(name, value.strip()) for name, value in given if value.strip()]
    if len(filled) > _MOST_PAIRS or any("\0" in text for pair in filled for text in pair):
        raise BadRequest
    settings = dict(filled)
    # Check boxes send a column each, saved addresses one list.
    settings["columns"] = ",".join(value for name, value in filled if name == "columns")
    pairs = tuple(pair for pair in dict.fromkeys(filled) if pair[0] not in _SETTINGS and pair != _EVERY)
    wanted = TicketFilter(sort=_sort(settings.get("sort", DEFAULT_SORT)), **_conditions(pairs))
    return ListView(pairs, wanted, _columns(settings), settings.get("after", ""))


def read_address(given: Sequence[tuple[str, str]]) -> ListView:
    """Return the view of the list's own address: the open tickets when it says nothing of which."""
    says = any(value.strip() and name not in _SETTINGS for name, value in given)
    return read(given if says else [*given, ("open", "1")])


def explicit(query: str) -> str:
    """Return a stored query as an address says it today; one that cannot be read any more stays as it is."""
    try:
        return read_query(query).query
    except BadRequest:
        return query


def read_query(query: str) -> ListView:
    """Return the view of a query string, such as a saved view's or a tile's; raises ``BadRequest``."""
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_PAIRS)
    except ValueError as problem:
        raise BadRequest from problem
    return read(pairs)


def _conditions(pairs: Pairs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in _LISTS:
            target, check = _LISTS[name]
            found[target] = (*found.get(target, ()), check(value))
        elif name in _SINGLES:
            target, check = _SINGLES[name]
            found[target] = check(value)
        else:
            raise BadRequest
    return found


def _columns(settings: Mapping[str, str]) -> tuple[str, ...]:
    if not settings["columns"]:
        return DEFAULT_COLUMNS
    chosen = settings["columns"].split(",")
    if any(name not in COLUMNS for name in chosen):
        raise BadRequest
    return tuple(name for name in COLUMNS if name in chosen or name == "subject")


def _sort(value: str) -> str:
    if value.removeprefix("-") not in SORTS:
        raise BadRequest
    return value


def _text(value: str) -> str:
    return value[:_LONGEST_TEXT]


def _category(value: str) -> str:
    if value not in set(StateCategory):
        raise BadRequest
    return value


def _flag(value: str) -> bool:
    if value not in {"0", "1"}:
        raise BadRequest
    return value == "1"


def _person(value: str) -> str:
    return value if value == "none" else str(_id(value))


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as problem:
        raise BadRequest from problem


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as problem:
        raise BadRequest from problem


#: What is no condition.
_SETTINGS = frozenset({"sort", "columns", "after"})

_Check = Callable[[str], Any]

#: Conditions with several values, by key of the address: field of ``TicketFilter``, check of a value.
_LISTS: Mapping[str, tuple[str, _Check]] = {
    "type": ("types", _text),
    "state": ("states", _text),
    "stage": ("state_categories", _category),
    "severity": ("severities", _text),
    "category": ("categories", _text),
}
#: Conditions with one value.
_SINGLES: Mapping[str, tuple[str, _Check]] = {
    "q": ("text", _text),
    "open": ("is_open", _flag),
    "assignee": ("assignee", _person),
    "owner": ("owner", _person),
    "department": ("department", _person),
    "requester": ("requester", _id),
    "asset": ("asset", _id),
    "from": ("opened_from", _day),
    "to": ("opened_to", _day),
    "flagged": ("flagged", _flag),
    "overdue": ("is_overdue", _flag),
    "run": ("import_run", _id),
}
