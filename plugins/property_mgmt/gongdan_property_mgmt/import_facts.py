"""From the rows of a list to assets, people and cases, and the way back for exports; pure functions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from gongdan.api import (
    AssetExport,
    AssetFact,
    AssetRecord,
    CheckedRow,
    Draft,
    HeldBy,
    LinkFact,
    PartyFact,
    Place,
    TicketExport,
    TicketFact,
    TicketRecord,
    Values,
)
from gongdan_property_mgmt import rules

OWNER: Final = "owner"
TENANT: Final = "tenant"

REPAIR: Final = "报修"
COMPLAINT: Final = "投诉"
_TYPES: Final[Mapping[str, str]] = {REPAIR: "repair", COMPLAINT: "complaint"}
_KINDS: Final = {name: kind for kind, name in _TYPES.items()}

#: How lists call the states of a unit; the first word of a state is the one that exports use.
UNIT_STATES: Final[Mapping[str, str]] = {
    "已入住": "occupied",
    "入住": "occupied",
    "自住": "occupied",
    "空置": "vacant",
    "空房": "vacant",
    "出租": "let",
    "已出租": "let",
    "装修中": "renovating",
    "装修": "renovating",
    "已售未住": "sold",
    "已售": "sold",
    "未售": "unsold",
}
_STATE_WORDS: Final = {state: word for word, state in reversed(list(UNIT_STATES.items()))}

_SATISFACTION: Final[Mapping[str, str]] = {
    "满意": rules.SATISFIED,
    "一般": rules.AVERAGE,
    "不满意": rules.UNSATISFIED,
    "未接": rules.UNREACHED,
}
_SATISFACTION_WORDS: Final = {stored: word for word, stored in _SATISFACTION.items()}

_NUMBERED: Final = re.compile(r"[0-9]+|[A-Za-z]")
_FLOOR: Final = re.compile(r"([0-9]{1,2})[0-9]{2}[A-Z]?")
_FIRM: Final = re.compile(r"公司|集团|银行|事务所|中心$|厂$|店$|学校$|委员会$")


# --- Units -----------------------------------------------------------------------------------


def unit_facts(row: CheckedRow) -> Sequence[AssetFact]:
    """Return the unit under its section and building, with its owners and tenants of today."""
    values = row.values
    fields = {"area": values["area"], "moved_in_on": values["moved"], "remark": values["remark"]}
    fact = AssetFact(
        way=_way(row.key or "", values),
        state=UNIT_STATES.get(str(values["state"]), ""),
        fields={name: value for name, value in fields.items() if value is not None},
        links=(
            *_links(OWNER, values["owner"], values["phone"], str(values["identity"] or "")),
            *_links(TENANT, values["tenant"], (), ""),
        ),
    )
    return (fact,)


def _way(key: str, values: Values) -> tuple[Place, ...]:
    building, section, room = str(values["building"]), values["unit"], str(values["room"])
    floor = _FLOOR.fullmatch(room)
    return (
        Place("building", building, _titled(building, "栋")),
        *((Place("section", str(section), _titled(str(section), "单元")),) if section else ()),
        Place("unit", room, key, floor[1] if floor else ""),
    )


def _titled(code: str, title: str) -> str:
    return f"{code}{title}" if _NUMBERED.fullmatch(code) else code


def _links(role: str, names: object, phones: object, identity: str) -> list[LinkFact]:
    """Give each name its phone where there are as many of both, else the first name all of them."""
    people = names if isinstance(names, tuple) else ()
    numbers = phones if isinstance(phones, tuple) else ()
    shares = [(number,) for number in numbers] if len(numbers) == len(people) else [numbers, *((),) * len(people)]
    return [
        LinkFact(role, PartyFact(name=name, kind=_kind(name), phones=share, identity="" if place else identity))
        for place, (name, share) in enumerate(zip(people, shares, strict=False))
    ]


def _kind(name: str) -> str:
    return "company" if _FIRM.search(name) else "person"


def unit_row(unit: AssetRecord) -> Values:
    """Return the unit as a row of the list of units."""
    codes = {place.kind: place.code for place in unit.way}
    owners = [party for party in unit.parties if party.role == OWNER]
    tenants = [party for party in unit.parties if party.role == TENANT]
    return {
        # By their codes: what people call a building does not always tell which one it is.
        "building": _titled(codes["building"], "栋") if "building" in codes else None,
        "unit": _titled(codes["section"], "单元") if "section" in codes else None,
        "room": unit.way[-1].code,
        "area": _number(unit.fields.get("area")),
        "state": _STATE_WORDS.get(unit.state, unit.state),
        "owner": _joined(party.name for party in owners),
        "phone": _joined(_shared_phones(owners)),
        "identity": owners[0].identity or None if owners else None,
        "tenant": _joined(party.name for party in tenants),
        "moved": _day(unit.fields.get("moved_in_on")),
        "remark": unit.fields.get("remark"),
    }


def _shared_phones(owners: Sequence[HeldBy]) -> Sequence[str]:
    """Return the phones of which ``_links`` can tell whose they are: one each, or those of the first owner."""
    if len(owners) == 1:
        return owners[0].phones
    if all(owner.phones for owner in owners):
        return [owner.phones[0] for owner in owners]
    first = owners[0].phones
    return first if len(first) != len(owners) else first[:1]


# --- Cases -----------------------------------------------------------------------------------


def case_facts(row: CheckedRow) -> Sequence[TicketFact]:
    """Return the case; one that has an end is closed, any other stands at the beginning of its flow."""
    values = row.values
    opened, finished, content = values["opened"], values["finished_at"], str(values["content"])
    if not isinstance(opened, datetime) or row.key is None:
        return ()
    kind = _TYPES[str(values["kind"])]
    ended = finished if isinstance(finished, datetime) else None
    fact = TicketFact(
        type=kind,
        key=row.key,
        number=str(values["number"] or ""),
        description=content,
        opened_at=opened,
        closed_at=ended,
        state="closed" if ended else "",
        contact_name=str(values["name"] or ""),
        contact_phone=str(values["phone"] or ""),
        place=str(values["place"] or ""),
        asset=values["asset"],
        category=_category(kind, content),
        fields={name: value for name, value in _case_fields(kind, values).items() if value is not None},
    )
    return (fact,)


def _case_fields(kind: str, values: Values) -> Values:
    callback = values["callback"]
    satisfaction = _SATISFACTION.get(str(callback))
    fields = {
        "dispatched_by": values["dispatcher"],
        "worker": values["worker"],
        "arrived_at": values["arrived_at"],
        "finished_at": values["finished_at"],
        "fee": values["fee"],
        "callback_satisfaction": satisfaction,
        "callback_opinion": callback if satisfaction is None else None,
    }
    fee = values["fee"]
    if kind == _TYPES[REPAIR] and isinstance(fee, Decimal):
        fields["charge_kind"] = rules.PAID if fee else rules.FREE
    return fields


@lru_cache(maxsize=4096)
def _category(kind: str, content: str) -> str:
    """Sort a case by its words, as it would be sorted at the desk."""
    sort = rules.sort_repair if kind == _TYPES[REPAIR] else rules.sort_complaint
    draft = Draft(kind, "", content, "", "", {}, {})
    return sort(draft).get("category", "")


def case_row(case: TicketRecord) -> Values:
    """Return the case as a row of the list of cases."""
    fields = case.fields
    satisfaction = fields.get("callback_satisfaction")
    return {
        "number": case.number,
        "date": case.opened_at.date(),
        "time": case.opened_at.time(),
        "room": case.place,
        "name": case.contact_name,
        "phone": case.contact_phone,
        "kind": _KINDS.get(case.type, case.type),
        "content": case.description,
        "dispatcher": fields.get("dispatched_by"),
        "worker": fields.get("worker"),
        "arrived": _month_day_time(fields.get("arrived_at")),
        "finished": _month_day_time(fields.get("finished_at")),
        "fee": _number(fields.get("fee")),
        "callback": _SATISFACTION_WORDS.get(str(satisfaction)) or fields.get("callback_opinion"),
    }


# --- Stored values as cells ------------------------------------------------------------------


def _joined(texts: Iterable[str]) -> str | None:
    return "、".join(texts) or None


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(value: object) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))


def _month_day_time(value: object) -> str | None:
    """Write a moment with its day; a stored text is ISO 8601 in the company's own time."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{moment:%m-%d %H:%M:%S}" if moment.second else f"{moment:%m-%d %H:%M}"


UNIT_EXPORT: Final = AssetExport("unit", unit_row)
CASE_EXPORT: Final = TicketExport(tuple(_KINDS), case_row)
