"""How a property company writes buildings, rooms and cases in its lists; pure rules for `importers`."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from gongdan.api import (
    Cell,
    Issue,
    Reading,
    Reason,
    References,
    RowVerdict,
    Ruling,
    Values,
    cell_text,
    fold_name,
    is_number,
    msg,
    read_chinese_number,
    read_time,
    shown,
    suspect,
)
from gongdan_property_mgmt.import_facts import COMPLAINT, REPAIR, UNIT_STATES

_NAMED: Final = re.compile(r"第?(?P<stem>[0-9A-Za-z零〇一二两三四五六七八九十百]+)(?P<suffix>[^0-9A-Za-z]*)")
_BUILDING_SUFFIXES: Final = frozenset({"", "#", "号", "楼", "栋", "幢", "座", "号楼", "#楼", "号栋", "栋楼", "#栋"})
_UNIT_SUFFIXES: Final = frozenset({"", "单元", "梯", "门", "#", "号"})
_ROOM_SUFFIXES: Final = frozenset({"", "室", "房", "号", "号房"})
_BETWEEN: Final = re.compile(r"(?:号楼|#楼|号栋|栋|幢|座|楼|单元|梯|#|号房|室|房|号|[-—–_/\\,.])+")
_PARTS_OF_ROOM: Final = range(2, 4)
_DIGITS_OF_ROOM: Final = range(3, 5)
_LONGEST_PART: Final = 6

_CASE_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys((REPAIR, "维修", "报修单", "保修", "修理"), REPAIR),
    **dict.fromkeys((COMPLAINT, "投诉单", "意见", "建议投诉"), COMPLAINT),
}
_CASE_WORDS: Final = frozenset({REPAIR, COMPLAINT})
_MONTH_DAY_TIME: Final = re.compile(r"(?:\d{4}[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s*(\S.*)")
_LATER_TIMES: Final = {"arrived": msg("到场时间"), "finished": msg("完成时间")}
_LEAP_YEAR: Final = 2024
#: A case that took longer was given the wrong year.
_LONGEST_CASE: Final = timedelta(days=300)

_STATE_RULE: Final = msg("房屋状态须是已入住、空置、出租、装修中、已售或未售")
_STATE_REMEDY: Final = msg("房屋照常导入，状态留空，请核对")
_PLACE_RULE: Final = msg("房屋台账里没有“{room}”")
_PLACE_REMEDY: Final = msg("工单照常导入，房屋留空；请核对房号，或先导入房屋台账")
_BUILDING_RULE: Final = msg("没有楼栋，无法确定是哪一套房")
_BUILDING_REMEDY: Final = msg("请补上楼栋，或把房号写成 3-2-501")
_KIND_RULE: Final = msg("类型须是报修或投诉")
_KIND_REMEDY: Final = msg("已按报修导入，请核对")
_LATER_RULE: Final = msg("“{label}”须是报修时间之后的时间")
_LATER_REMEDY: Final = msg("已按原样保留文字，请核对")


# --- Buildings, units and rooms --------------------------------------------------------------


def read_building(cell: Cell) -> Reading:
    """Read 3, 3栋, 3#, 三号楼, ３座 as 3; a building with a name keeps it."""
    return _read_part(cell, _BUILDING_SUFFIXES, usual_suffix="栋")


def read_unit(cell: Cell) -> Reading:
    """Read 2, 2单元, 二单元, 2梯 as 2."""
    return _read_part(cell, _UNIT_SUFFIXES, usual_suffix="单元")


def read_room(cell: Cell) -> Reading:
    """Read 501, 501室, ０５０１ as 501; a room with its whole path, such as 3-2-501, is kept as a path."""
    raw = cell_text(cell)
    path = fold_path(raw)
    if path is not None:
        return Reading(path, changed=path != raw)
    return _read_part(cell, _ROOM_SUFFIXES, usual_suffix="")


def _read_part(cell: Cell, suffixes: frozenset[str], *, usual_suffix: str) -> Reading:
    raw = cell_text(cell)
    value = _fold_part(fold_name(raw), suffixes)
    usual = raw in {value, f"{value}{usual_suffix}"} and not is_number(cell)
    return Reading(value, changed=not usual)


def _fold_part(text: str, suffixes: frozenset[str]) -> str:
    found = _NAMED.fullmatch(text)
    if not found or found["suffix"] not in suffixes:
        return text
    return _fold_stem(found["stem"])


def _fold_stem(stem: str) -> str:
    number = read_chinese_number(stem)
    if number is not None:
        return str(number)
    return (stem.lstrip("0") or "0").upper() if stem.isascii() else stem


def fold_path(text: str) -> str | None:
    """Return building-unit-room, or building-room where there are no units; None for anything else."""
    parts = [part for part in _BETWEEN.split(fold_name(text)) if part]
    if len(parts) not in _PARTS_OF_ROOM or not all(_is_part(part) for part in parts):
        return None
    return "-".join(_fold_stem(part) for part in parts)


def _is_part(part: str) -> bool:
    return len(part) <= _LONGEST_PART and _NAMED.fullmatch(part) is not None


def unit_spellings(typed: str) -> tuple[str, ...]:
    """Read what people call a unit as its label: 3栋2单元501 as 3-2-501, 32501 also as 32-501 and 3-2501."""
    path = fold_path(typed)
    if path is not None:
        return (path,)
    run = fold_name(typed).removesuffix("室")
    if not (run.isascii() and run.isdigit()):
        return ()
    cuts = [(building, section, len(run) - building - section) for section in (1, 0) for building in (1, 2)]
    ways = [(run[:b], run[b : b + s], run[b + s :]) for b, s, room in cuts if room in _DIGITS_OF_ROOM]
    return tuple("-".join(filter(None, way)) for way in ways if not any(part.startswith("0") for part in way))


def read_place(cell: Cell) -> Reading:
    """Read the room of a case: 3-2-501, 3#2-501, 3栋2单元501, full width; any other place as text."""
    raw = cell_text(cell)
    value = fold_path(raw) or fold_name(raw)
    return Reading(value, changed=value != raw)


# --- Units -----------------------------------------------------------------------------------


def read_unit_state(cell: Cell) -> Reading:
    """Read the state of a unit by the words that lists use; another word is kept and marked."""
    raw = cell_text(cell)
    word = fold_name(raw)
    if word in UNIT_STATES:
        return Reading(word, changed=word != raw)
    return suspect(word, Reason.BAD_FORMAT, _STATE_RULE, _STATE_REMEDY)


def unit_key(values: Values) -> str | None:
    """Return building-unit-room; a slab block without units is building-room."""
    building, unit, room = values["building"], values["unit"], values["room"]
    if not building or not room:
        return None
    return "-".join(str(part) for part in (building, unit, room) if part)


def check_unit(values: Values, _references: References) -> Ruling:
    """Take building and unit from a room that holds its whole path, where they have no column or agree."""
    room = str(values["room"])
    path = room.split("-")
    building, unit = values["building"], values["unit"]
    if not building:
        if len(path) == 1:
            return Ruling(issues=(_without_building(room),))
        return Ruling({"building": path[0], "unit": "-".join(path[1:-1]) or unit, "room": path[-1]})
    if len(path) > 1 and path[:-1] in ([building, unit], [building]):
        return Ruling({"room": path[-1]})
    return Ruling()


def _without_building(room: str) -> Issue:
    reason = Reason.MISSING_REQUIRED
    return Issue("building", "", reason, RowVerdict.REFUSED, _BUILDING_RULE, _BUILDING_REMEDY, {"room": room})


def unit_summary(key: str | None, values: Values) -> Values:
    """Show what the list of units says of one unit."""
    return {
        "key": key,
        "area": values["area"],
        "owners": values["owner"] or (),
        "phones": values["phone"] or (),
        "identity": values["identity"],
        "moved": values["moved"],
    }


# --- Cases -----------------------------------------------------------------------------------


def read_case_kind(cell: Cell) -> Reading:
    """Read 报修 or 投诉 and what stands for them; anything else is kept for the rule."""
    raw = cell_text(cell)
    value = fold_name(raw)
    value = _CASE_KINDS.get(value, value)
    return Reading(value, changed=value != raw)


def case_key(values: Values) -> str | None:
    """Return the ticket's number, else moment, place, kind and a digest of the text.

    Who reported it is left out, for that may be corrected later.
    """
    if values.get("number"):
        return str(values["number"])
    opened, content = values.get("opened"), values["content"]
    if not isinstance(opened, datetime) or not isinstance(content, str):
        return None
    place = values["place"] or ""
    return f"{opened.isoformat()[:16]} {place} {values['kind']} {_digest(content)}"


@lru_cache(maxsize=4096)
def _digest(content: str) -> str:
    return blake2b(content.encode(), digest_size=6).hexdigest()


def check_case(values: Values, references: References) -> Ruling:
    """Find the moment and the unit of a case; a unit that the list does not know stays empty."""
    issues: list[Issue] = []
    opened = _moment(values["date"], values["time"])
    kind, room = values["kind"], values["room"]
    if kind not in _CASE_WORDS:
        issues.append(_unknown_kind(kind))
        kind = REPAIR
    asset = references["units"].get(room) if isinstance(room, str) else None
    if isinstance(room, str) and asset is None:
        issues.append(_unknown_place(room))
        room = None
    found = {"opened": opened, "place": values["room"], "room": room, "asset": asset, "kind": kind}
    for name, label in _LATER_TIMES.items():
        found[f"{name}_at"] = moment = _later(values[name], opened)
        if moment is None and values[name]:
            issues.append(_not_later(name, label, str(values[name])))
    return Ruling(found, tuple(issues))


def _moment(day: object, clock: object) -> datetime | None:
    if not isinstance(day, date):
        return None
    return datetime.combine(day, clock if isinstance(clock, time) else time())


def _later(text: object, opened: datetime | None) -> datetime | None:
    """Read a time of the same or the next day, or a day and time of the same or the next year."""
    if not isinstance(text, str) or opened is None:
        return None
    day, clock = _split_moment(text)
    if clock is None:
        return None
    if day is None:
        same_day = datetime.combine(opened.date(), clock)
        return same_day if same_day >= opened else same_day + timedelta(days=1)
    for year in (opened.year, opened.year + 1):
        moment = _in_year(year, day, clock)
        if moment is not None and opened <= moment <= opened + _LONGEST_CASE:
            return moment
    return None


def _in_year(year: int, day: tuple[int, int], clock: time) -> datetime | None:
    try:
        return datetime.combine(date(year, *day), clock)
    except ValueError:
        # A 29 February that this year does not have.
        return None


@lru_cache(maxsize=4096)
def _split_moment(text: str) -> tuple[tuple[int, int] | None, time | None]:
    found = _MONTH_DAY_TIME.fullmatch(text)
    clock = read_time(found[3] if found else text).value
    if not isinstance(clock, time) or not found:
        return None, clock if isinstance(clock, time) else None
    month, day = int(found[1]), int(found[2])
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return None, None
    return (month, day), clock


def _unknown_kind(kind: object) -> Issue:
    reason = Reason.BAD_FORMAT if kind else Reason.MISSING_REQUIRED
    return Issue("kind", shown(kind), reason, RowVerdict.FLAGGED, _KIND_RULE, _KIND_REMEDY)


def _unknown_place(room: str) -> Issue:
    reason = Reason.UNKNOWN_REFERENCE
    return Issue("room", room, reason, RowVerdict.FLAGGED, _PLACE_RULE, _PLACE_REMEDY, {"room": room})


def _not_later(name: str, label: str, text: str) -> Issue:
    reason = Reason.BAD_DATE
    return Issue(name, text, reason, RowVerdict.FLAGGED, _LATER_RULE, _LATER_REMEDY, {"label": label})


def case_summary(_key: str | None, values: Values) -> Values:
    """Show what the list of cases says of one case; the moment is local time."""
    return {"opened": values["opened"], "room": values["room"], "kind": values["kind"]}
