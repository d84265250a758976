"""Forms: begun by a move, filled in by those who may, signed, filed, and then never changed again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gongdan.domain.form_views import FormState
from gongdan.errors import (
    FillRefused,
    FormFrozen,
    FormIncomplete,
    InvalidInput,
    LoginRefused,
    MoveRefused,
    NotAllowed,
    NotFound,
    SignatureRefused,
    StaleVersion,
)
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.form_filling import FormInput
from gongdan.testing.factories import PASSWORD, Factory, People
from gongdan.testing.sample_forms import LIABILITY, REPAIR_ORDER, with_forms
from tests.core.services.papers import DONE, Paperwork, begin, patrol

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


@pytest.fixture
def work(person: People, factory: Factory) -> Paperwork:
    return begin(person, factory)


def acts(desk: CompanyDesk, subject: Paperwork) -> list[str]:
    return [entry.act for entry in desk.journal.of(subject.order.id)]


# --- From the move to the file -------------------------------------------------------------------------------------


def test_a_move_begins_the_order_of_its_round_once(work: Paperwork, company_desk: CompanyDesk) -> None:
    order = work.order
    assert (order.kind.name, order.state, order.round, order.number) == (REPAIR_ORDER.name, FormState.DRAFT, 1, "")
    assert (order.taken["number"], order.taken["severity"]) == (work.ticket.number, "major")
    assert work.engineer.forms.begin(work.ticket.id, REPAIR_ORDER.name).id == order.id
    assert len(company_desk.forms.of_ticket(work.ticket.id)) == 1


def test_a_repair_is_not_finished_before_its_order_is_filed(work: Paperwork, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(MoveRefused) as refused:
        work.finish()
    (refusal,) = refused.value.refusals
    assert (refusal.guard, refusal.params, refusal.form, refusal.clauses) == (
        "form_required", {"form": "维修工作单"}, REPAIR_ORDER.name, ("SAMPLE-06",),
    )  # fmt: skip
    work.filed()
    assert work.finish().state == "done"


def test_the_next_round_needs_an_order_of_its_own(work: Paperwork) -> None:
    work.filed()
    done = work.finish()
    reopened = work.engineer.moves.make(done.id, "reopen", done.version, {"remark": "又漏水了"})
    offers = {offer.move.name: offer for offer in work.engineer.moves.offers(reopened)}
    assert [refusal.guard for refusal in offers["finish"].refusals] == ["form_required"]


def test_a_form_is_required_only_when_its_condition_holds(work: Paperwork) -> None:
    work.filed()
    done = work.finish()
    desk = work.head
    assert [refusal.guard for offer in desk.moves.offers(done) for refusal in offer.refusals] == []
    corrected = desk.tickets.correct(done.id, done.version, {"cause": "misuse"}, reason="原因填错")
    (close,) = [offer for offer in desk.moves.offers(corrected) if offer.move.name == "close"]
    assert [(refusal.guard, refusal.form) for refusal in close.refusals] == [("form_required", LIABILITY.name)]


def test_a_filed_form_is_frozen_with_a_hash_that_the_journal_keeps(work: Paperwork, company_desk: CompanyDesk) -> None:
    view = work.filed()
    assert (view.state, view.number, view.edition, view.filed_by) == (FormState.FILED, "GZD2026-0001", 1, "李建国")
    assert view.fields == {"hours": "1.5", "outcome": "mended"}
    assert view.lines["materials"][1] == {"item": "生料带", "amount": "4.50"}
    assert (view.kind.label, view.kind.version, view.kind.clauses) == ("维修工作单", 1, ("SAMPLE-06",))
    assert [signed.name for signed in view.live_signatures] == ["李建国"]
    filed = next(entry for entry in company_desk.journal.of(view.id) if entry.act == "form.filed")
    assert (filed.after["hash"], filed.after["number"], len(view.hash)) == (view.hash, "GZD2026-0001", 64)
    assert acts(company_desk, work) == ["form.begun", "form.changed", "form.signed", "form.filed"]


def test_the_hash_is_that_of_the_kept_text_and_the_text_holds_what_the_ticket_said(work: Paperwork, desk: Desk) -> None:
    view = work.filed()
    with desk.database.engine.connect() as connection:
        (content,) = connection.execute(text("SELECT content FROM form")).one()
    kept = json.loads(content)
    assert hashlib.sha256(content.encode()).hexdigest() == view.hash
    assert (kept["taken"]["place"], kept["number"], kept["kind_version"]) == ("3-2-501", "GZD2026-0001", 1)
    assert [signed["box"] for signed in kept["signatures"]] == ["engineer"]


def test_a_filed_form_keeps_what_the_ticket_said_then(work: Paperwork) -> None:
    view = work.filed()
    ticket = work.head.tickets.find(work.ticket.id)
    work.head.tickets.change(ticket.id, ticket.version, {"place": "5-1-102"})
    assert (work.now().taken["place"], work.now().hash) == (view.taken["place"], view.hash)


@pytest.mark.parametrize("statement", [
    "UPDATE form SET content = '{}'",
    "UPDATE form SET hash = ''",
    "UPDATE form SET number = 'GZD2026-0009'",
    "DELETE FROM form",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_a_filed_form(work: Paperwork, desk: Desk, statement: str) -> None:
    before = work.filed()
    with pytest.raises(DBAPIError), desk.database.engine.begin() as connection:
        connection.execute(text(statement))
    assert work.now() == before


def test_a_filed_form_takes_nothing_more(work: Paperwork, unchanged: Unchanged) -> None:
    view = work.filed()
    tries: list[Callable[[], object]] = [
        lambda: work.engineer.forms.save(view.id, view.version, DONE),
        lambda: work.engineer.forms.file(view.id, view.version),
        lambda: work.engineer.signing.take_back(view.id, view.signatures[0].id),
    ]
    with unchanged():
        for again in tries:
            with pytest.raises(FormFrozen) as refused:
                again()
            assert (refused.value.form, refused.value.number) == ("维修工作单", "GZD2026-0001")


def test_numbers_are_given_when_forms_are_filed_and_none_is_missing(work: Paperwork, factory: Factory) -> None:
    second = factory.ticket(requester_id=factory.party().id)
    thrown = work.clerk.forms.begin(second.id, REPAIR_ORDER.name)
    work.clerk.forms.void(thrown.id, thrown.version, "开错了")
    kept = work.engineer.forms.begin(second.id, REPAIR_ORDER.name)
    assert work.filed().number == "GZD2026-0001"
    saved = work.engineer.forms.save(kept.id, kept.version, DONE)
    signed = work.engineer.signing.type(kept.id, "engineer", saved.digests["engineer"], PASSWORD)
    assert work.engineer.forms.file(kept.id, signed.version).number == "GZD2026-0002"


# --- Filling in ----------------------------------------------------------------------------------------------------


def test_everything_that_is_lacking_is_named_at_once_and_nothing_is_filed(
    work: Paperwork, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(FormIncomplete) as refused:
        work.engineer.forms.file(work.order.id, work.order.version, FormInput(lines={"materials": [{"count": "2"}]}))
    assert [(problem.field, problem.label) for problem in refused.value.problems] == [
        ("hours", "工时"), ("outcome", "结果"), ("lines.materials.1.item", "{column}（第 {line} 行）"),
        ("signatures.engineer", "维修人签字"),
    ]  # fmt: skip


def test_wrong_values_are_refused_line_by_line(work: Paperwork, unchanged: Unchanged) -> None:
    given = FormInput(
        fields={"hours": "半小时", "outcome": "gone"},
        lines={"materials": [{"item": "螺丝", "count": "2"}, {"item": "胶", "amount": "3.999", "count": "-1"}]},
    )
    with unchanged(), pytest.raises(InvalidInput) as refused:
        work.engineer.forms.save(work.order.id, work.order.version, given)
    assert sorted(problem.field for problem in refused.value.problems) == [
        "hours", "lines.materials.2.amount", "lines.materials.2.count", "outcome",
    ]  # fmt: skip


def test_a_part_of_other_roles_is_not_filled_in_but_the_rest_is(work: Paperwork, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(FillRefused) as refused:
        work.clerk.forms.save(work.order.id, work.order.version, FormInput(fields={"hours": "9"}))
    assert (refused.value.block, refused.value.roles) == ("维修", ("维修工程师",))
    saved = work.clerk.forms.save(work.order.id, work.order.version, FormInput(fields={"opinion": "很满意"}))
    assert saved.fields == {"opinion": "很满意"}


def test_who_saves_after_somebody_else_is_told_so(work: Paperwork, unchanged: Unchanged) -> None:
    work.filled()
    with unchanged(), pytest.raises(StaleVersion):
        work.engineer.forms.save(work.order.id, work.order.version, FormInput(fields={"hours": "3"}))


def test_lines_beyond_the_most_are_refused_and_empty_ones_left_out(work: Paperwork) -> None:
    lines = [{"item": ""}, {"item": "件"}, {"item": " ", "count": ""}]
    many = [{"item": f"件 {number}", "amount": "0.10"} for number in range(5000)]
    saved = work.engineer.forms.save(work.order.id, work.order.version, FormInput(lines={"materials": many}))
    assert len(saved.lines["materials"]) == 5000
    with pytest.raises(InvalidInput) as refused:
        work.engineer.forms.save(saved.id, saved.version, FormInput(lines={"materials": [*many, {"item": "多"}]}))
    assert [problem.field for problem in refused.value.problems] == ["lines.materials"]
    again = work.engineer.forms.save(saved.id, saved.version, FormInput(lines={"materials": lines}))
    assert len(again.lines["materials"]) == 1


def test_one_page_that_is_sent_twice_begins_one_form(work: Paperwork, company_desk: CompanyDesk) -> None:
    first, again = (patrol(work.clerk, work.ticket.id, "page-1") for _ in range(2))
    other = patrol(work.clerk, work.ticket.id, "page-2")
    assert (first.id == again.id, other.id == first.id) == (True, False)
    assert [view.number for view in company_desk.forms.of_ticket(work.ticket.id)] == [
        "",
        "XC202603-001",
        "XC202603-002",
    ]


def test_a_form_of_another_company_is_not_there(work: Paperwork, other_desk: CompanyDesk) -> None:
    with pytest.raises(NotFound):
        other_desk.forms.find(work.order.id)


# --- Signing -------------------------------------------------------------------------------------------------------


def test_somebody_without_the_right_signs_nothing(work: Paperwork, unchanged: Unchanged) -> None:
    view = work.filled()
    with unchanged(), pytest.raises(SignatureRefused) as refused:
        work.clerk.signing.type(view.id, "engineer", view.digests["engineer"], PASSWORD)
    assert (refused.value.box, refused.value.reason) == ("维修人签字", "您不是应签的人")


def test_a_wrong_password_signs_nothing_and_counts_as_a_try(work: Paperwork, desk: Desk) -> None:
    view = work.filled()
    for _ in range(2):
        with pytest.raises(LoginRefused):
            work.engineer.signing.type(view.id, "engineer", view.digests["engineer"], "not my password")
    with desk.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM login_failure")).scalar_one() == 2
    assert work.now().signatures == ()


def test_a_signature_falls_when_what_it_stands_for_is_changed_and_only_then(
    work: Paperwork, company_desk: CompanyDesk
) -> None:
    signed = work.signed()
    later = work.clerk.forms.save(signed.id, signed.version, FormInput(fields={"opinion": "很满意"}))
    assert [each.is_live for each in later.signatures] == [True]
    changed = work.engineer.forms.save(later.id, later.version, FormInput(fields={"hours": "2"}))
    (fallen,) = changed.signatures
    assert (fallen.is_live, fallen.fallen_why, changed.signature("engineer")) == (False, "签名之后内容有改动", None)
    assert "form.signature_fell" in acts(company_desk, work)
    with pytest.raises(FormIncomplete):
        work.engineer.forms.file(changed.id, changed.version)


def test_a_signature_falls_when_the_ticket_says_something_else(work: Paperwork) -> None:
    work.signed()
    ticket = work.clerk.tickets.find(work.ticket.id)
    work.clerk.tickets.change(ticket.id, ticket.version, {"place": "5-1-102"})
    (fallen,) = work.now().signatures
    assert fallen.fallen_why == "签名之后工单内容有改动"


def test_nobody_signs_what_he_has_not_seen(work: Paperwork) -> None:
    before = work.now()
    view = work.filled()
    with pytest.raises(StaleVersion):
        work.engineer.signing.type(view.id, "engineer", before.digests["engineer"], PASSWORD)
    assert work.now().signatures == ()


def test_a_signature_that_is_sent_twice_is_one(work: Paperwork) -> None:
    view = work.signed()
    again = work.engineer.signing.type(view.id, "engineer", view.digests["engineer"], PASSWORD)
    assert len(again.signatures) == 1


def test_a_signature_can_be_taken_back_by_its_signer_alone(work: Paperwork, unchanged: Unchanged) -> None:
    view = work.signed()
    with unchanged(), pytest.raises(NotAllowed):
        work.clerk.signing.take_back(view.id, view.signatures[0].id)
    assert work.engineer.signing.take_back(view.id, view.signatures[0].id).live_signatures == ()
