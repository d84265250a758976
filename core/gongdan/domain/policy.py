"""Policy: the figures that each company decides for itself, as dated lines for declared keys.

A plugin declares keys; a company has lines, and a pack proposes lines for many keys at once. A line is in force from
its moment until the next one of its key begins, and none is ever rewritten. A key without a line has its proposed
value; one without that is undecided.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import TypeAlias
from uuid import UUID

from gongdan.domain.fields import Choice
from gongdan.domain.hours import Hours, hours_text, read_hours
from gongdan.domain.limits import Limit, MonthDay, Span, SpanUnit, describe, limit_text, read_limit
from gongdan.domain.recurrences import (
    Every,
    Recurrence,
    describe_period,
    describe_recurrence,
    read_period,
    read_recurrence,
    recurrence_text,
)
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

#: Longest value, in characters.
LONGEST_VALUE = 200
#: Longest name of a clause, in characters.
LONGEST_CLAUSE = 64
#: Longest note, in characters.
LONGEST_NOTE = 1000

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_PLACES = 2
_LONGEST_NUMBER = 15
#: Years that a line may begin in; others are slips of the hand.
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

#: What a value is once it is read.
Value: TypeAlias = Limit | Recurrence | Hours | int | Decimal | time | str | bool


class PolicyKind(StrEnum):
    """What a value is and how it is written."""

    #: How long something may take, such as ``2 h`` or ``24 desk_h``.
    LIMIT = "limit"
    #: How often something comes again, such as ``1 month`` or ``week:fri``.
    RECURRENCE = "recurrence"
    #: A plain period, such as ``1 year``.
    PERIOD = "period"
    #: Hours of a day, such as ``10:30-11:30 15:00-17:30``.
    HOURS = "hours"
    INTEGER = "integer"
    #: A share in hundredths: ``20`` is 20 %.
    PERCENT = "percent"
    #: Yuan with at most two decimals.
    MONEY = "money"
    #: A time of day, such as ``17:30``.
    TIME = "time"
    CHOICE = "choice"
    #: ``yes`` or ``no``.
    YES_NO = "yes_no"
    TEXT = "text"


class PolicyEffect(StrEnum):
    """What a decision means for tickets that are open already."""

    #: They keep the policy of the moment at which they were opened.
    NEW = "new"
    #: What is owed stays due when it was; the policy of today counts for what begins from now on.
    OPEN = "open"
    #: What is owed is reckoned anew from its start as well.
    RECOMPUTE = "recompute"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One question that a regulation answers with a figure, and every company for itself."""

    #: ``<plugin>.<name>``; the core's own begin with ``core.``.
    name: str
    #: The question in the words of the trade, a source text.
    label: str
    kind: PolicyKind
    #: Clauses that ask for the figure.
    clauses: tuple[str, ...] = ()
    #: The value of a company that has not decided; None leaves the key undecided until it does.
    proposed: str | None = None
    #: Smallest and largest value, inclusive, written as values are.
    lowest: str | None = None
    highest: str | None = None
    #: For ``CHOICE``: the allowed values in order.
    choices: tuple[Choice, ...] = ()
    #: Shown behind the value, a source text such as ``户``.
    unit_label: str = ""

    def problems(self) -> tuple[str, ...]:
        """Name what cannot be, as plain English for the plugin's author."""
        found = [] if _NAME.fullmatch(self.name) else [f"policy key {self.name} is not called <plugin>.<name>"]
        if (self.kind is PolicyKind.CHOICE) != bool(self.choices):
            found.append(f"policy key {self.name} has choices without being one, or is a choice without any")
        unbounded = replace(self, lowest=None, highest=None)
        bounds = {"lowest": self.lowest, "highest": self.highest}
        bad = [f"{what} {text}" for what, text in bounds.items() if text is not None and check(unbounded, text)]
        if not bad and self.proposed is not None and check(self, self.proposed):
            bad.append(f"proposed {self.proposed}")
        return (*found, *(f"policy key {self.name}: {each} does not fit" for each in bad))


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """What a company decided for a key from a moment on."""

    id: UUID
    key: str
    #: The value as it is written; None is the decision to leave it open again.
    text: str | None
    #: Aware, UTC.
    effective_from: datetime
    #: When the next line of the key begins; None while none follows.
    effective_to: datetime | None
    #: The clause that the line follows; may be empty.
    clause: str
    #: Why, in the words of the one who decided.
    note: str
    author_id: UUID | None
    author_name: str
    decided_at: datetime
    #: The run that wrote it, such as a pack that was applied; None for a single decision.
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """The answer to a key at one moment."""

    key: str
    #: The value as it is read; None when undecided.
    value: Value | None
    #: The value as it is written; None when undecided.
    text: str | None
    #: The line it comes from; None for a proposed value and for what nobody ever decided.
    line: PolicyLine | None = None
    #: The clause of the line, else the first of the key.
    clause: str = ""

    @property
    def is_undecided(self) -> bool:
        """Tell whether there is no figure."""
        return self.text is None

    @property
    def is_proposed(self) -> bool:
        """Tell whether the plugin proposes the value and the company has not decided."""
        return self.text is not None and self.line is None

    @property
    def line_id(self) -> UUID | None:
        """Return the id of the line in force."""
        return self.line.id if self.line else None

    @property
    def effective_from(self) -> datetime | None:
        """Return since when the line is in force; aware, UTC."""
        return self.line.effective_from if self.line else None

    @property
    def note(self) -> str:
        """Return why it was decided so."""
        return self.line.note if self.line else ""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a pack says in words, in both languages of the house."""

    zh: str
    en: str

    def of(self, locale: str) -> str:
        """Return the wording for readers of a locale."""
        return self.zh if locale.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class PackLine:
    """What a pack says of one key."""

    key: str
    #: The value as it is written; None leaves the key to each company.
    text: str | None
    clause: str = ""
    note: Wording = Wording("", "")
    #: Where it stands in the file, counted from 1.
    row: int = 0


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """A regulation's answers to many keys, as one file."""

    #: ``<plugin>.<name>`` for those that plugins bring along.
    name: str
    label: Wording
    #: The regulation it comes from.
    source: str
    lines: tuple[PackLine, ...]

    @property
    def fingerprint(self) -> str:
        """Return a hash of what the lines say: the same for the same edition."""
        said = [[line.key, line.text, line.clause, line.note.zh, line.note.en] for line in self.lines]
        return sha256(dumps(sorted(said, key=str), ensure_ascii=False).encode()).hexdigest()


class PolicyTimeline:
    """A company's lines by key: answers for any moment without asking the database again."""

    def __init__(self, keys: Iterable[PolicyKey], lines: Iterable[PolicyLine]) -> None:
        self.keys: Mapping[str, PolicyKey] = {key.name: key for key in keys}
        self._lines: dict[str, list[PolicyLine]] = {}
        for line in sorted(lines, key=lambda line: line.effective_from):
            self._lines.setdefault(line.key, []).append(line)

    def lines(self, key: str) -> Sequence[PolicyLine]:
        """Return every line of a key, the earliest first."""
        return tuple(self._lines.get(key, ()))

    def line_at(self, key: str, moment: datetime) -> PolicyLine | None:
        """Return the line in force at ``moment``, aware; a line is in force from its very moment on."""
        lines = self._lines.get(key, [])
        count = bisect_right(lines, moment, key=lambda line: line.effective_from)
        return lines[count - 1] if count else None

    def value(self, key: str, moment: datetime) -> PolicyValue:
        """Return the answer at ``moment``: the line in force, else the proposed value, else nothing.

        Raises ``KeyError`` for a key that nobody declares.
        """
        return value_of(self.keys[key], self.line_at(key, moment))

    def values(self, moment: datetime) -> Mapping[str, PolicyValue]:
        """Return the answers to all keys at ``moment``."""
        return {key: self.value(key, moment) for key in self.keys}


def value_of(key: PolicyKey, line: PolicyLine | None) -> PolicyValue:
    """Return the answer that a line gives, else the proposed one.

    A line from the days when the key was of another kind gives none: the key is undecided until somebody decides anew.
    """
    text = line.text if line else key.proposed
    clause = (line.clause if line else "") or next(iter(key.clauses), "")
    value = None if text is None else _readable(key, text)
    return PolicyValue(key.name, value, None if value is None else text, line, clause)


def _readable(key: PolicyKey, text: str) -> Value | None:
    try:
        return read_value(key, text)
    except (InvalidInput, ValueError):
        return None


# --- Reading and checking ----------------------------------------------------------------------------------------


def read_value(key: PolicyKey, text: str) -> Value:
    """Return what a written value means.

    Raises ``InvalidInput`` for a limit, a recurrence, a period or hours, and ``ValueError`` for another value that
    ``check`` would refuse by its form.
    """
    return _READERS[key.kind](text.strip())


def normal_text(key: PolicyKey, text: str) -> str:
    """Return a checked value as it is kept: one way to write one value."""
    return _write(key.kind, read_value(key, text))


def check(key: PolicyKey, text: str) -> tuple[FieldProblem, ...]:
    """Return what is wrong with a value somebody gives; nothing when it fits."""
    if len(text) > LONGEST_VALUE:
        return (_problem(key, text[:LONGEST_VALUE], msg("最多 {longest} 个字符"), longest=LONGEST_VALUE),)
    try:
        value = read_value(key, text)
    except InvalidInput as refusal:
        return tuple(_problem(key, text, each.rule, each.remedy, **each.params or {}) for each in refusal.problems)
    except ValueError:
        return (_problem(key, text, _FORMS[key.kind], _EXAMPLES[key.kind]),)
    if key.kind is PolicyKind.CHOICE and value not in {choice.value for choice in key.choices}:
        allowed = "、".join(choice.value for choice in key.choices)
        return (_problem(key, text, msg("不是可选的值"), msg("可选：{allowed}"), allowed=allowed),)
    return _out_of_bounds(key, text, value)


def _out_of_bounds(key: PolicyKey, text: str, value: Value) -> tuple[FieldProblem, ...]:
    size = _SIZES.get(key.kind)
    if size is None:
        return ()
    bounds = {"lowest": key.lowest, "highest": key.highest}
    if key.lowest is not None and size(value) < size(read_value(key, key.lowest)):
        return (_problem(key, text, msg("不能小于 {lowest}"), _remedy(key), **bounds),)
    if key.highest is not None and size(value) > size(read_value(key, key.highest)):
        return (_problem(key, text, msg("不能大于 {highest}"), _remedy(key), **bounds),)
    return ()


def _remedy(key: PolicyKey) -> str:
    both = key.lowest is not None and key.highest is not None
    return msg("请填 {lowest} 到 {highest} 之间的值") if both else ""


def _problem(key: PolicyKey, text: str, rule: str, remedy: str = "", **params: object) -> FieldProblem:
    return FieldProblem(key.name, text, rule, remedy, params=params, label=key.label)


def _read_integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _read_decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not re.fullmatch(r"-?\d+(\.\d{1,2})?", text, re.ASCII) or len(text) > _LONGEST_NUMBER:
        raise ValueError(text)
    return value


def _read_percent(text: str) -> Decimal:
    value = _read_decimal(text.removesuffix("%").strip())
    if not 0 <= value <= 100:  # noqa: PLR2004 -- per cent
        raise ValueError(text)
    return value


def _read_time(text: str) -> time:
    if not re.fullmatch(r"\d{2}:\d{2}", text, re.ASCII):
        raise ValueError(text)
    return time.fromisoformat(text)


def _read_hours(text: str) -> Hours:
    if not (hours := read_hours(text)):
        # Hours that are never would be none; to leave them open is to leave the key undecided.
        raise ValueError(text)
    return hours


def _read_yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise ValueError(text)
    return _YES_NO[text]


def _read_text(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(text)
    return text


_YES_NO = {"yes": True, "no": False, "是": True, "否": False}

_READERS: Mapping[PolicyKind, Callable[[str], Value]] = {
    PolicyKind.LIMIT: read_limit,
    PolicyKind.RECURRENCE: read_recurrence,
    PolicyKind.PERIOD: read_period,
    PolicyKind.HOURS: _read_hours,
    PolicyKind.INTEGER: _read_integer,
    PolicyKind.PERCENT: _read_percent,
    PolicyKind.MONEY: _read_decimal,
    PolicyKind.TIME: _read_time,
    PolicyKind.CHOICE: _read_text,
    PolicyKind.YES_NO: _read_yes_no,
    PolicyKind.TEXT: _read_text,
}


def _itself(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def _minute_of_day(value: Value) -> Decimal:
    return Decimal(value.hour * 60 + value.minute) if isinstance(value, time) else Decimal(0)


#: Minutes of a unit, as long as it is at least; bounds catch slips of the hand, they measure nothing.
_MINUTES: Mapping[SpanUnit, int] = {
    SpanUnit.MINUTE: 1,
    SpanUnit.DESK_MINUTE: 1,
    SpanUnit.HOUR: 60,
    SpanUnit.DESK_HOUR: 60,
    SpanUnit.WORKDAY_HOUR: 60,
    SpanUnit.WORKDAY: 1_440,
    SpanUnit.DAY: 1_440,
}
_MONTH = 31 * 1_440


def _length(value: Value) -> Decimal:
    match value:
        case Span(amount, unit):
            return Decimal(amount * _MINUTES[unit])
        case MonthDay(day, months):
            return Decimal(months * _MONTH + day * 1_440)
        case _:
            return Decimal(1_440)


#: What values of a kind are compared by.
_SIZES: Mapping[PolicyKind, Callable[[Value], Decimal]] = {
    PolicyKind.LIMIT: _length,
    PolicyKind.INTEGER: _itself,
    PolicyKind.PERCENT: _itself,
    PolicyKind.MONEY: _itself,
    PolicyKind.TIME: _minute_of_day,
}


def _write(kind: PolicyKind, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, Decimal):
        return f"{value:.{_PLACES}f}" if kind is PolicyKind.MONEY else f"{value.normalize():f}"
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, tuple):
        return hours_text(value)
    return limit_text(value) if isinstance(value, Limit) else recurrence_text(value)


#: What a value of a kind has to look like.
_FORMS: Mapping[PolicyKind, str] = {
    PolicyKind.INTEGER: msg("应为整数"),
    PolicyKind.PERCENT: msg("应为 0 到 100 的百分数"),
    PolicyKind.MONEY: msg("应为金额，最多两位小数"),
    PolicyKind.TIME: msg("应为时间"),
    PolicyKind.HOURS: msg("应为时段"),
    PolicyKind.CHOICE: msg("不是可选的值"),
    PolicyKind.YES_NO: msg("应为是或否"),
    PolicyKind.TEXT: msg("应为一行文字"),
}

_EXAMPLES: Mapping[PolicyKind, str] = {
    PolicyKind.INTEGER: msg("例如 3"),
    PolicyKind.PERCENT: msg("例如 20"),
    PolicyKind.MONEY: msg("例如 50.00"),
    PolicyKind.TIME: msg("例如 17:30"),
    PolicyKind.HOURS: msg("例如 10:30-11:30 15:00-17:30"),
    PolicyKind.CHOICE: "",
    PolicyKind.YES_NO: msg("请填 yes 或 no"),
    PolicyKind.TEXT: "",
}

# --- Words -------------------------------------------------------------------------------------------------------


def describe_value(key: PolicyKey, text: str | None) -> tuple[str, Mapping[str, object]]:
    """Return a value as people say it: a source text and the values for its placeholders."""
    if text is None:
        return msg("未定"), {}
    value = _readable(key, text)
    if value is None:
        return msg("{value}（已不适用）"), {"value": text}
    if isinstance(value, Limit | Recurrence):
        return _time_words(key, value)
    if isinstance(value, bool):
        return (msg("是") if value else msg("否")), {}
    if key.kind is PolicyKind.CHOICE:
        return next((choice.label for choice in key.choices if choice.value == value), text), {}
    return _UNITS.get(key.kind, msg("{value} {unit}") if key.unit_label else "{value}"), {
        "value": text,
        "unit": key.unit_label,
    }


def _time_words(key: PolicyKey, value: Limit | Recurrence) -> tuple[str, Mapping[str, object]]:
    if isinstance(value, Limit):
        return describe(value)
    if key.kind is PolicyKind.PERIOD and isinstance(value, Every):
        return describe_period(value)
    return describe_recurrence(value)


_UNITS: Mapping[PolicyKind, str] = {PolicyKind.PERCENT: msg("{value}%"), PolicyKind.MONEY: msg("{value} 元")}


def read_effective(text: str, zone: tzinfo) -> datetime | None:
    """Read from when on something holds: a day, or a moment, of the zone unless it names its own; None for nothing.

    Raises ``InvalidInput``.
    """
    if not text.strip():
        return None
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        given = None
    if given is None or not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        rule, remedy = msg("应为日期，或日期和时间"), msg("例如 2026-04-01 或 2026-04-01 08:30")
        raise InvalidInput((FieldProblem("effective_from", text[:40], rule, remedy, label=msg("生效时间")),))
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


#: What the core itself leaves to each company.
CORE_POLICY_KEYS: tuple[PolicyKey, ...] = (
    PolicyKey(
        "core.swaps_a_month",
        msg("每人每月最多换班几次"),
        PolicyKind.INTEGER,
        clauses=("003-19-04",),
        proposed="2",
        lowest="0",
        highest="31",
        unit_label=msg("次"),
    ),
    PolicyKey(
        "core.stand_in_hours",
        msg("顶岗一次最长多久"),
        PolicyKind.INTEGER,
        clauses=("001-01-31",),
        proposed="4",
        lowest="1",
        highest="24",
        unit_label=msg("小时"),
    ),
)
