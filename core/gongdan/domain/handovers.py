"""Handovers: what has to be done before two people may sign that a post has passed from one to the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gongdan.errors import Refusal
from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class CountedItem:
    """A thing of the post: how many there should be, how many the next one counted."""

    name: str
    expected: int
    #: None until the next one has counted.
    counted: int | None = None
    #: What the outgoing one says of a difference.
    explanation: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether more or fewer are there than should be."""
        return self.counted is not None and self.counted != self.expected


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """Something that is not finished: a ticket, or an entry of the duty log."""

    #: ``ticket`` or ``log``.
    kind: str
    #: The ticket's or the entry's id, as text.
    key: str
    #: The ticket's number, or page and line of the entry.
    number: str
    subject: str
    #: Important work of the outgoing one or of the post: it has to be finished before the post is handed over.
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverState:
    """What a handover holds when somebody is about to sign it."""

    items: tuple[CountedItem, ...] = ()
    #: The next one has read the last record and asked how far the work got.
    has_read_log: bool = False
    #: The area is in order; None until the next one has looked.
    is_area_normal: bool | None = None
    #: What the outgoing one says of something abnormal.
    area_explanation: str = ""
    #: The outgoing one has put the desk in order.
    is_desk_tidy: bool = False
    matters: tuple[OpenMatter, ...] = ()
    #: Keys of the important matters that somebody with authority has taken over, with a reason.
    taken_over: frozenset[str] = field(default_factory=frozenset)

    @property
    def in_the_way(self) -> tuple[OpenMatter, ...]:
        """Return the important matters that nobody has taken over."""
        return tuple(one for one in self.matters if one.blocks and one.key not in self.taken_over)


def signing_refusals(state: HandoverState) -> tuple[Refusal, ...]:
    """Say what has to be done before anybody signs."""
    return tuple(_refusals(state))


def _refusals(state: HandoverState) -> Iterator[Refusal]:
    for matter in state.in_the_way:
        told = msg("重要工作未办完，不得交班：{number} {subject}")
        # A ticket that the reader may not see has neither.
        reason = told if matter.number else msg("重要工作未办完，不得交班：一张您无权查看的工单")
        params = {"number": matter.number, "subject": matter.subject}
        yield Refusal("important_work", reason, ("001-08-36",), params=params)
    if not state.is_desk_tidy:
        yield Refusal("desk_tidy", msg("交班人还没有确认物品和台面已整理好"), ("001-08-32",))
    if not state.has_read_log:
        yield Refusal("log_read", msg("接班人还没有查阅上一班的记录"), ("001-08-28",))
    for item in state.items:
        if item.counted is None:
            reason = msg("公物“{item}”还没有清点")
            yield Refusal("items_counted", reason, ("001-08-26",), params={"item": item.name})
        elif item.differs and not item.explanation.strip():
            reason = msg("公物“{item}”应有 {expected}，实有 {counted}，交班人须说明去向")
            counts: dict[str, object] = {"item": item.name, "expected": item.expected, "counted": item.counted}
            yield Refusal("items_explained", reason, ("001-08-27",), params=counts)
    if state.is_area_normal is None:
        yield Refusal("area_checked", msg("接班人还没有检查区域"), ("001-08-30",))
    elif not state.is_area_normal and not state.area_explanation.strip():
        yield Refusal("area_explained", msg("区域有异常，交班人须说明"), ("001-08-30",))
