"""The papers of a property desk: what stands on them, who signs, and when a case waits for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from gongdan.api import OUTSIDER, CompanyDesk, CompanyView, Field, FormInput, FormKind, TicketView
from gongdan.errors import FormIncomplete, MoveRefused
from gongdan.testing.factories import PASSWORD, People
from gongdan_property_mgmt.forms import COMPLAINT_FORM, REPAIR_FORM
from gongdan_property_mgmt.policy import COMPLAINT_RECORD, REPAIR_ORDER
from tests.plugins.property_mgmt.office import Office, at

Unchanged = Callable[[], AbstractContextManager[None]]
STROKES = "[[[20,20],[100,200],[180,30],[260,200]],[[300,120],[580,120]]]"


def names(kind: FormKind) -> set[str]:
    return {part.name for section in kind.sections for part in section.parts}


@pytest.mark.clause("001-08-39", "001-08-45", "004-02-08", "004-09-07")
def test_the_repair_order_has_every_cell_of_the_paper() -> None:
    assert names(REPAIR_FORM) >= {
        "number", "place", "contact_name", "contact_phone", "channel", "opened_at", "visit_at", "description",
        "dispatched_by", "dispatched_at", "assignee", "arrived_at", "completed_at", "reason", "working_hours",
        "labour", "paid", "receipt", "callback_by", "callback_at", "callback_way", "callback_satisfaction",
    }  # fmt: skip
    (materials,) = REPAIR_FORM.tables
    assert [column.name for column in materials.columns] == ["item", "model", "count", "price", "amount"]
    assert (materials.totals, materials.in_words) == (("amount",), "amount")


@pytest.mark.clause("004-04-25", "004-04-38", "004-04-52")
def test_the_complaint_record_has_every_cell_of_the_paper() -> None:
    assert names(COMPLAINT_FORM) >= {
        "number", "contact_name", "place", "contact_phone", "channel", "opened_at", "description", "wish", "severity",
        "department", "forwarded_at", "investigation", "finding", "cause", "measure", "responsible_person",
        "finished_at", "told", "callback_by", "callback_at", "callback_satisfaction",
    }  # fmt: skip


@pytest.mark.clause("004-04-27")
def test_the_record_goes_to_the_department_concerned() -> None:
    assert [(copy.recipient, copy.roles) for copy in COMPLAINT_FORM.copies] == [
        ("客服部归档", ("desk_supervisor",)), ("责任部门", ("department_manager",)),
    ]  # fmt: skip


@pytest.mark.clause("001-08-40")
def test_the_order_goes_to_engineering_when_somebody_is_sent() -> None:
    assert REPAIR_FORM.begun_by == ("dispatch",)
    assert ("工程部", ("area_foreman",)) in [(copy.recipient, copy.roles) for copy in REPAIR_FORM.copies]


@pytest.mark.clause("004-04-42", "004-04-39", "004-04-40", "004-04-43", "004-04-51")
def test_what_was_told_and_agreed_with_others_and_whether_it_is_settled_is_written_down() -> None:
    own = {field.name: field for field in COMPLAINT_FORM.fields}
    assert {name: field.clauses for name, field in own.items()} == {
        "told": ("004-04-39", "004-04-40"), "parties": ("004-04-42",), "settled": ("004-04-43", "004-04-51"),
    }  # fmt: skip
    assert isinstance(own["settled"], Field)
    assert own["settled"].required


@pytest.mark.clause("004-02-09", "001-08-43", "001-08-44")
def test_the_result_and_what_the_customer_says_stand_on_the_order() -> None:
    done, remark = REPAIR_FORM.field("done"), REPAIR_FORM.field("remark")
    assert (done and done.required, remark and [choice.value for choice in remark.choices]) == (
        True, ["satisfied", "average", "unsatisfied"],
    )  # fmt: skip


@pytest.mark.clause("004-02-10", "004-02-11", "004-04-50")
def test_customers_sign_themselves_and_a_foreman_for_repairs_of_the_staff() -> None:
    customer, complainant = REPAIR_FORM.box("customer"), COMPLAINT_FORM.box("complainant")
    assert (customer and customer.by, complainant and complainant.by) == ((OUTSIDER, "area_foreman"), (OUTSIDER,))
    assert customer
    assert "callback" not in customer.covers


@pytest.fixture
def estate(company_desk: CompanyDesk, company: CompanyView, person: People) -> Office:
    """A housing estate that keeps its papers in the system."""
    office = Office(company_desk, person, company, "residential")
    for key in (REPAIR_ORDER, COMPLAINT_RECORD):
        company_desk.policies.set(key, "yes")
    return office


def called_back(estate: Office) -> TicketView:
    """Bring a repair to where it can be closed."""
    ticket = estate.repair(at(5, 11), contact_name="王芳")
    estate.dispatch(ticket)
    estate.begin(ticket)
    estate.done(ticket)
    estate.move(estate.clerk, ticket, "call_back", callback_satisfaction="satisfied")
    return ticket


@pytest.mark.clause("001-08-45", "004-02-10")
def test_a_repair_is_closed_when_its_order_is_filled_in_signed_by_both_and_filed(
    estate: Office, unchanged: Unchanged
) -> None:
    ticket = called_back(estate)
    (order,) = estate.worker.forms.of_ticket(ticket.id)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        estate.move(estate.clerk, ticket, "close")
    assert [(one.guard, one.form) for one in refused.value.refusals] == [("form_required", REPAIR_FORM.name)]
    given = FormInput(
        fields={"completed_at": "2026-03-05T11:40", "working_hours": "0.5", "done": "更换阀芯", "labour": "30"},
        lines={
            "materials": [{"item": "阀芯", "model": "DN15", "count": "1", "price": "16409.02", "amount": "16409.02"}]
        },
    )
    saved = estate.worker.forms.save(order.id, order.version, given)
    estate.worker.signing.type(order.id, "worker", saved.digests["worker"], PASSWORD)
    with unchanged(), pytest.raises(FormIncomplete) as lacking:
        estate.worker.forms.file(order.id, saved.version)
    assert [problem.field for problem in lacking.value.problems] == ["signatures.customer"]
    estate.worker.signing.draw(order.id, "customer", saved.digests["customer"], STROKES, name="王芳")
    filed = estate.worker.forms.file(order.id, saved.version)
    assert (filed.number, filed.taken["callback_satisfaction"]) == ("GZD202603-0001", "satisfied")
    estate.move(estate.clerk, ticket, "close")
    assert estate.clerk.tickets.find(ticket.id).state == "closed"


def test_a_company_that_has_not_decided_closes_without_papers(
    other_desk: CompanyDesk, other_company: CompanyView, person: People
) -> None:
    tower = Office(other_desk, person, other_company, "office")
    ticket = called_back(tower)
    assert tower.clerk.forms.of_ticket(ticket.id) == ()
    tower.move(tower.clerk, ticket, "close")
    assert tower.clerk.tickets.find(ticket.id).state == "closed"
