"""Fields that a move fills by itself, and fields that it empties."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from types import ModuleType

import pytest

from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.rulebook import Rulebook
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Move, State, StateCategory, Workflow
from gongdan.errors import InvalidInput
from gongdan.hooks.markers import hookimpl
from gongdan.services.desk import CompanyDesk
from gongdan.services.intake import NewTicket
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People

_TYPE = TicketType(
    name="patrol",
    label="巡查",
    description="巡查发现问题时登记",
    workflow=Workflow(
        states=(State("new", "待办", StateCategory.NEW), State("done", "完成", StateCategory.DONE)),
        moves=(
            Move(
                name="finish",
                label="完成",
                from_states=("new",),
                to_state="done",
                asks=("kind", "finished_at", "finding", "cause", "department"),
                stamps=("finished_at", "finished_on", "finished_by", "finisher"),
            ),
            Move(
                name="again",
                label="返工",
                from_states=("done",),
                to_state="new",
                clears=("finished_at", "finished_by", "finding", "cause"),
                new_round=True,
            ),
        ),
    ),
    number=NumberPattern("XC{yyyy}-{serial:4}"),
    fields=(
        Field(name="kind", label="类别", required=True),
        Field(name="finished_at", label="完成时间", kind=FieldKind.DATETIME, at_intake=False),
        Field(name="finished_on", label="完成日期", kind=FieldKind.DATE, at_intake=False),
        Field(name="finished_by", label="完成人", at_intake=False),
        Field(name="finisher", label="完成人账号", kind=FieldKind.PERSON, at_intake=False),
    ),
    causes=(Choice("wear", "老化"),),
    findings=(Choice("valid", "属实"),),
)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    module = ModuleType("patrols")

    @hookimpl
    def register_rulebook() -> Rulebook:
        return Rulebook(label="巡查", description="巡查登记", ticket_types=(_TYPE,))

    module.register_rulebook = register_rulebook  # type: ignore[attr-defined]  # a module made here
    return {"patrols": module}


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


def test_a_move_fills_its_own_time_and_person(agent: CompanyDesk, clock: Clock) -> None:
    ticket = agent.intake.open(NewTicket(type="patrol", description="楼道灯不亮", fields={"kind": "照明"}))
    clock.move(timedelta(minutes=20))
    done = agent.moves.make(ticket.id, "finish", ticket.version, {})
    assert done.fields == {
        "kind": "照明",
        "finished_at": "2026-03-05T10:20:00+08:00",
        "finished_on": "2026-03-05",
        "finished_by": "张敏",
        "finisher": str(agent.actor.account_id),
    }


def test_what_the_dialog_gives_counts_more(agent: CompanyDesk) -> None:
    ticket = agent.intake.open(NewTicket(type="patrol", description="楼道灯不亮", fields={"kind": "照明"}))
    done = agent.moves.make(ticket.id, "finish", ticket.version, {"finished_at": "2026-03-05T09:40"})
    assert done.fields["finished_at"] == "2026-03-05T09:40:00+08:00"
    assert done.fields["finished_by"] == "张敏"


def test_a_move_takes_no_ticket_to_a_closed_department(
    agent: CompanyDesk, company_desk: CompanyDesk, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = agent.intake.open(NewTicket(type="patrol", description="楼道灯不亮", fields={"kind": "照明"}))
    closed, used = (company_desk.departments.create(code, name) for code, name in (("gc", "工程部"), ("kf", "客服部")))
    company_desk.departments.close(closed.id)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.moves.make(ticket.id, "finish", ticket.version, {"department": str(closed.id)})
    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [("department", "这个部门已停用")]
    done = agent.moves.make(ticket.id, "finish", ticket.version, {"department": str(used.id)})
    assert done.department_id == used.id


def test_a_new_round_starts_without_what_the_old_one_found(agent: CompanyDesk) -> None:
    ticket = agent.intake.open(NewTicket(type="patrol", description="楼道灯不亮", fields={"kind": "照明"}))
    done = agent.moves.make(ticket.id, "finish", ticket.version, {"finding": "valid", "cause": "wear"})
    assert (done.finding, done.cause, done.finding_by) == ("valid", "wear", agent.actor.account_id)
    again = agent.moves.make(ticket.id, "again", done.version, {})
    assert again.round == 2
    assert "finished_at" not in again.fields
    assert "finished_by" not in again.fields
    assert again.fields["kind"] == "照明"
    assert (again.finding, again.cause, again.finding_by) == ("", "", None)


def test_a_dialog_cannot_empty_what_intake_requires(agent: CompanyDesk) -> None:
    ticket = agent.intake.open(NewTicket(type="patrol", description="楼道灯不亮", fields={"kind": "照明"}))
    with pytest.raises(InvalidInput) as refused:
        agent.moves.make(ticket.id, "finish", ticket.version, {"kind": " "})
    assert [problem.field for problem in refused.value.problems] == ["kind"]
    assert agent.tickets.find(ticket.id) == ticket


def test_the_dialog_marks_what_the_move_requires(agent: CompanyDesk) -> None:
    finish = _TYPE.workflow.moves[0]
    assert [(field.name, field.required) for field in agent.moves.dialog_fields(_TYPE, finish)] == [
        ("kind", True),
        ("finished_at", False),
        ("finding", False),
        ("cause", False),
        ("department", False),
    ]
