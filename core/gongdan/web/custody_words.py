"""Custody on pages: states with colour and icon, acts with their forms, and what an act was about in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from gongdan.domain.custody import CustodyAct, CustodyState, fits
from gongdan.services.custody_rows import ItemView, LoanView, MoveView
from gongdan.services.custody_words import ACTS, STATES
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk
from gongdan.web.words import say

#: Word of what is lent and late, beside the states themselves.
OVERDUE = "overdue"

_LOOKS: Mapping[str, tuple[str, str]] = {
    CustodyState.IN_STORE: ("done", "building-store"),
    CustodyState.LENT: ("ours", "arrow-right"),
    OVERDUE: ("late", "clock-exclamation"),
    CustodyState.LOST: ("late", "alert-triangle"),
    CustodyState.DESTROYED: ("quiet", "ban"),
}
_ICONS: Mapping[CustodyAct, str] = {
    CustodyAct.TAKEN_IN: "plus",
    CustodyAct.LENT: "arrow-right",
    CustodyAct.RETURNED: "arrow-left",
    CustodyAct.PROLONGED: "calendar",
    CustodyAct.HANDED_ON: "arrows-exchange",
    CustodyAct.LOST: "alert-triangle",
    CustodyAct.FOUND: "check",
    CustodyAct.MOVED: "map-pin",
    CustodyAct.DESCRIBED: "pencil",
    CustodyAct.LOCK_CHANGED: "lock",
    CustodyAct.DESTROYED: "trash",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: never by its colour alone."""

    word: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act that is done in a dialog."""

    act: CustodyAct
    #: Last part of its address.
    name: str
    #: Source text of its button.
    label: str
    icon: str
    #: Source text of what is said afterwards, with ``{code}`` and ``{holder}``.
    done: str


#: By the name in the address, in the order of the page.
FORMS: Mapping[str, ActForm] = {
    form.name: form
    for form in (
        ActForm(CustodyAct.LENT, "lend", msg("借出"), "arrow-right", msg("{code} 已借给 {holder}")),
        ActForm(CustodyAct.RETURNED, "return", msg("收回"), "arrow-left", msg("{code} 已收回入库")),
        ActForm(CustodyAct.HANDED_ON, "hand-on", msg("转交"), "arrows-exchange", msg("{code} 已转给 {holder}")),
        ActForm(CustodyAct.PROLONGED, "prolong", msg("续借"), "calendar", msg("{code} 已续借")),
        ActForm(CustodyAct.MOVED, "move", msg("移位"), "map-pin", msg("{code} 已移位")),
        ActForm(CustodyAct.FOUND, "find", msg("找回"), "check", msg("{code} 已找回入库")),
        ActForm(CustodyAct.LOCK_CHANGED, "lock", msg("换锁"), "lock", msg("{code} 已换锁，新钥匙入库")),
        ActForm(CustodyAct.LOST, "lose", msg("登记遗失"), "alert-triangle", msg("{code} 已登记遗失")),
    )
}


def look(item: ItemView) -> Look:
    """Return how the state of a thing is shown; what is lent and late has a look of its own."""
    return look_of(OVERDUE if item.is_overdue(shown.now()) else item.state)


def look_of(state: str) -> Look:
    """Return how a state, or ``OVERDUE``, is shown."""
    word = msg("逾期未还") if state == OVERDUE else STATES[CustodyState(state)]
    return Look(say(word), *_LOOKS[state])


def kind_words() -> Mapping[str, str]:
    """Return what the kinds of things are called, by name."""
    return {kind.name: say(kind.label) for kind in current_desk().custody.kinds()}


def forms_for(item: ItemView) -> tuple[ActForm, ...]:
    """Return the acts that fit a thing as it stands."""
    kinds = {kind.name: kind for kind in current_desk().custody.kinds()}
    opens_lock = item.kind in kinds and kinds[item.kind].opens_lock
    return tuple(form for form in FORMS.values() if fits(form.act, item.state, opens_lock=opens_lock))


def move_words(move: MoveView) -> Iterator[str]:
    """Yield what belongs to an act, a line each."""
    details = move.details
    if move.holder and move.act is not CustodyAct.DESCRIBED:
        yield say(msg("在 {holder} 手中"), holder=move.holder)
    if lost_by := details.get("lost_by"):
        yield say(msg("遗失时在 {holder} 手中"), holder=lost_by)
    if purpose := details.get("purpose"):
        yield say(msg("用途：{purpose}"), purpose=purpose)
    if until := details.get("until"):
        yield say(msg("约定 {at} 归还"), at=shown.moment(datetime.fromisoformat(until)))
    if move.act is CustodyAct.MOVED:
        yield say(msg("{before} → {place}"), before=details.get("before") or "—", place=move.place)
    if witnesses := details.get("witnesses"):
        yield say(msg("见证人：{names}"), names="、".join(witnesses))
    if move.act in {CustodyAct.LOCK_CHANGED, CustodyAct.TAKEN_IN} and details.get("mark"):
        yield say(msg("环号或封号 {mark}"), mark=details["mark"])
    if move.act is CustodyAct.DESCRIBED:
        after = details.get("after", {})
        yield from (f"{_called(name)}：{before or '—'} → {after.get(name) or '—'}"
                    for name, before in details.get("before", {}).items() if not name.endswith("_id"))  # fmt: skip
        yield from (_called(name) for name in after if name.endswith("_id"))
    if move.remark:
        yield move.remark


#: Shown names of what is filled in about a thing.
LABELS: Mapping[str, str] = {
    "kind": msg("种类"),
    "code": msg("编号"),
    "name": msg("名称"),
    "asset_id": msg("所属房屋或资产"),
    "party_id": msg("寄存人"),
    "department_id": msg("保管部门"),
    "place": msg("存放位置"),
    "mark": msg("环号、封号或标记"),
    "copies": msg("份数"),
    "retain_until": msg("保存到"),
    "remark": msg("备注"),
}


def _called(name: str) -> str:
    return say(LABELS.get(name, name))


def _is_late(loan: LoanView) -> bool:
    return loan.is_overdue(shown.now())


def install(app: Flask) -> None:
    """Give templates the words of custody."""
    app.jinja_env.globals.update(
        custody_look=look,
        custody_look_of=look_of,
        custody_act=lambda act: say(ACTS[act]),
        custody_icon=lambda act: _ICONS[act],
        custody_move=move_words,
        is_late_loan=_is_late,
    )
