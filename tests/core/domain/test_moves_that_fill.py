from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Move, State, StateCategory, Workflow


def _problems(*, stamps: tuple[str, ...] = (), clears: tuple[str, ...] = (), asks: tuple[str, ...] = ()) -> list[str]:
    move = Move(
        name="finish",
        label="完成",
        from_states=("new",),
        to_state="done",
        stamps=stamps,
        clears=clears,
        asks=asks,
    )
    flow = Workflow(
        states=(State("new", "待办", StateCategory.NEW), State("done", "完成", StateCategory.CLOSED)), moves=(move,)
    )
    declared = TicketType(
        name="repair",
        label="报修",
        description="登记报修",
        workflow=flow,
        number=NumberPattern("BX{yyyy}-{serial:4}"),
        fields=(
            Field(name="finished_at", label="完成时间", kind=FieldKind.DATETIME),
            Field(name="fee", label="费用", kind=FieldKind.MONEY),
        ),
    )
    return list(declared.problems())


def test_a_move_may_fill_a_time_and_empty_an_amount() -> None:
    assert _problems(stamps=("finished_at",), clears=("fee",)) == []


def test_a_move_cannot_fill_or_empty_what_is_not_declared() -> None:
    assert _problems(stamps=("arrived_at",), clears=("materials",)) == [
        "ticket type repair: move finish: no typed field arrived_at",
        "ticket type repair: move finish: no typed field materials",
    ]


def test_a_move_cannot_empty_what_its_dialog_fills() -> None:
    assert _problems(asks=("fee",), clears=("fee",)) == [
        "ticket type repair: move finish empties fee, which it also fills"
    ]


def test_a_move_cannot_make_up_an_amount() -> None:
    assert _problems(stamps=("fee",)) == ["ticket type repair: move finish cannot fill fee by itself"]
