"""Policy: the keys that plugins declare and each company answers with a figure of its own.

``policy_values`` reads and writes what is answered, ``policy_timelines`` holds the dated answers of a company,
``policy_packs`` those of a regulation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from gongdan.domain.fields import Choice
from gongdan.domain.limits import Limit, describe
from gongdan.domain.photos import PhotoFactsKept
from gongdan.domain.policy_values import EXAMPLES, FORMS, READERS, SIZES, PolicyKind, Value, write_value
from gongdan.domain.recurrences import Every, Recurrence, describe_period, describe_recurrence
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

#: Longest value, in characters.
LONGEST_VALUE = 200
#: Longest name of a clause, in characters.
LONGEST_CLAUSE = 64
#: Longest note, in characters.
LONGEST_NOTE = 1000

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
#: Years that a line may begin in; others are slips of the hand.
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


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


def readable(key: PolicyKey, text: str) -> Value | None:
    """Return what a written value means; None for one that the key does not know any more."""
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
    return READERS[key.kind](text.strip())


def normal_text(key: PolicyKey, text: str) -> str:
    """Return a checked value as it is kept: one way to write one value."""
    return write_value(key.kind, read_value(key, text))


def check(key: PolicyKey, text: str) -> tuple[FieldProblem, ...]:
    """Return what is wrong with a value somebody gives; nothing when it fits."""
    if len(text) > LONGEST_VALUE:
        return (_problem(key, text[:LONGEST_VALUE], msg("最多 {longest} 个字符"), longest=LONGEST_VALUE),)
    try:
        value = read_value(key, text)
    except InvalidInput as refusal:
        return tuple(_problem(key, text, each.rule, each.remedy, **each.params or {}) for each in refusal.problems)
    except ValueError:
        return (_problem(key, text, FORMS[key.kind], EXAMPLES[key.kind]),)
    if key.kind is PolicyKind.CHOICE and value not in {choice.value for choice in key.choices}:
        allowed = "、".join(choice.value for choice in key.choices)
        return (_problem(key, text, msg("不是可选的值"), msg("可选：{allowed}"), allowed=allowed),)
    return _out_of_bounds(key, text, value)


def _out_of_bounds(key: PolicyKey, text: str, value: Value) -> tuple[FieldProblem, ...]:
    size = SIZES.get(key.kind)
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


# --- Words -------------------------------------------------------------------------------------------------------


def describe_value(key: PolicyKey, text: str | None) -> tuple[str, Mapping[str, object]]:
    """Return a value as people say it: a source text and the values for its placeholders."""
    if text is None:
        return msg("未定"), {}
    value = readable(key, text)
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
    PolicyKey("core.reminders_apart", msg("同一项审批多久可以再催一次"), PolicyKind.LIMIT),
    PolicyKey(
        "core.custody_loan",
        msg("借出的钥匙、文件通常多久归还"),
        PolicyKind.LIMIT,
        clauses=("001-02-03",),
        proposed="same_day",
    ),
    PolicyKey(
        "core.files_mb",
        msg("本公司的附件最多占多少空间"),
        PolicyKind.INTEGER,
        lowest="1",
        highest="100000000",
        unit_label=msg("MB"),
    ),
    PolicyKey(
        "core.photo_facts",
        msg("照片里由相机写入的内容留下什么"),
        PolicyKind.CHOICE,
        choices=(
            Choice(PhotoFactsKept.NOTHING.value, msg("什么也不留")),
            Choice(PhotoFactsKept.TIME.value, msg("只留拍摄时间")),
            Choice(PhotoFactsKept.TIME_AND_PLACE.value, msg("留下拍摄时间和地点")),
        ),
    ),
    PolicyKey("core.letter_instruct", msg("总经理多久批示来文"), PolicyKind.LIMIT, clauses=("001-02-20", "001-02-21")),
    PolicyKey("core.letter_read", msg("传阅公文每人多久"), PolicyKind.LIMIT, clauses=("001-02-22",)),
    PolicyKey(
        "core.letter_act", msg("承办公文多久办完"), PolicyKind.LIMIT, clauses=("001-02-23", "001-02-24", "001-02-16")
    ),
    PolicyKey(
        "core.customer_told", msg("联络人离岗后多久告知客户"), PolicyKind.LIMIT, clauses=("003-09-21", "003-09-22")
    ),
    PolicyKey("core.letter_review", msg("发文多久审阅"), PolicyKind.LIMIT, clauses=("001-02-28",)),
    PolicyKey("core.letter_answer", msg("请示多久答复"), PolicyKind.LIMIT, clauses=("001-02-25",)),
    PolicyKey(
        "core.visit_registered_within",
        msg("来访登记：每人每次须在多久内完成"),
        PolicyKind.LIMIT,
        clauses=("001-01-04",),
        proposed="1 min",
        lowest="1 min",
        highest="1 h",
    ),
)
