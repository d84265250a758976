"""Checklists: what failed opens a ticket once, and what has to pass blocks the file; copies and who gets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest

from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import Conflict, FormIncomplete, InvalidInput, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.services.form_filling import FormInput
from gongdan.services.tickets import TicketFilter
from gongdan.testing.factories import PASSWORD, Factory, People
from gongdan.testing.sample_forms import with_forms
from tests.core.services.papers import Paperwork, begin, patrol

Unchanged = Callable[[], AbstractContextManager[None]]
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
GOOD = {"lights": {"result": "passed"}, "pump": {"result": "passed"}, "fire_door": {"result": "passed"}}


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


@pytest.fixture
def work(person: People, factory: Factory) -> Paperwork:
    return begin(person, factory)


def found(work: Paperwork, view: FormView, **answers: Mapping[str, object]) -> FormView:
    given = FormInput(fields={"area": "3 栋"}, answers={**GOOD, "exit": {"result": "passed"}, **answers})
    return work.clerk.forms.save(view.id, view.version, given)


def repairs(desk: CompanyDesk) -> list[str]:
    return [line.ticket.description for line in desk.tickets.list(TicketFilter()).lines]


def test_a_failed_item_opens_its_ticket_in_the_same_transaction_and_once(
    work: Paperwork, company_desk: CompanyDesk
) -> None:
    first = found(work, patrol(work.clerk, work.ticket.id), fire_door={"result": "failed", "remark": "门闩脱落"})
    (opened,) = first.follow_ups
    ticket = company_desk.tickets.find(opened.ticket_id)
    assert (ticket.type, ticket.severity, ticket.channel, ticket.place, ticket.fields) == (
        "sample_repair", "major", "patrol", work.ticket.place, {"is_urgent": True},
    )  # fmt: skip
    assert ticket.description == "《巡查记录表》防火门：不合格。门闩脱落"
    assert [(link.kind, link.is_outgoing) for link in company_desk.links.of_ticket(ticket.id)] == [
        (LinkKind.CAUSED_BY, True)
    ]
    again = work.clerk.forms.save(first.id, first.version, FormInput(answers={"fire_door": {"result": "failed"}}))
    assert len(again.follow_ups) == 1
    assert len([text for text in repairs(company_desk) if "防火门" in text]) == 1


def test_nothing_is_opened_when_the_form_is_not_saved(work: Paperwork, unchanged: Unchanged) -> None:
    view = patrol(work.clerk, work.ticket.id)
    with unchanged(), pytest.raises(InvalidInput):
        found(work, view, fire_door={"result": "failed"}, lights={"result": "perhaps"})


def test_what_has_to_pass_blocks_the_file_unless_a_ticket_is_open_for_it(work: Paperwork) -> None:
    view = found(work, patrol(work.clerk, work.ticket.id), fire_door={"result": "failed"}, exit={"result": "failed"})
    signed = work.clerk.signing.type(view.id, "walker", view.digests["walker"], PASSWORD)
    with pytest.raises(FormIncomplete) as refused:
        work.clerk.forms.file(view.id, signed.version)
    assert [problem.field for problem in refused.value.problems] == ["answers.exit"]
    ticket = work.clerk.tickets.find(view.follow_ups[0].ticket_id)
    work.clerk.moves.make(ticket.id, "void", ticket.version, {"remark": "登记重复"})
    with pytest.raises(FormIncomplete) as refused:
        work.clerk.forms.file(view.id, signed.version)
    assert [problem.field for problem in refused.value.problems] == ["answers.fire_door", "answers.exit"]


def test_an_item_that_has_to_be_looked_at_is_not_skipped_and_a_failure_wants_its_photo(work: Paperwork) -> None:
    view = patrol(work.clerk, work.ticket.id)
    with pytest.raises(InvalidInput) as refused:
        found(work, view, exit={"result": "not_applicable"})
    assert [problem.field for problem in refused.value.problems] == ["answers.exit"]
    failed = found(work, view, pump={"result": "failed"})
    with pytest.raises(FormIncomplete) as lacking:
        work.clerk.forms.file(view.id, failed.version)
    assert [problem.field for problem in lacking.value.problems] == ["answers.pump", "signatures.walker"]
    given = FormInput(answers={"pump": {"result": "failed"}}, photos={"pump": [Upload("泵.png", PNG)]})
    shown = work.clerk.forms.save(view.id, failed.version, given)
    assert [file.id for file in work.clerk.attachments.of(SubjectKey("form", view.id))] == [
        *shown.answers["pump"].photos
    ]


def test_a_photo_of_something_else_is_no_photo_of_the_item(work: Paperwork, unchanged: Unchanged) -> None:
    view = patrol(work.clerk, work.ticket.id)
    (other,) = work.clerk.attachments.add(SubjectKey("ticket", work.ticket.id), [Upload("灯.png", PNG)])
    with unchanged(), pytest.raises(InvalidInput):
        found(work, view, pump={"result": "failed", "photos": [str(other.id)]})


@pytest.mark.clause("001-13-48")
def test_those_who_get_a_copy_are_told_and_each_receipt_is_ticked_off_once(
    work: Paperwork, unchanged: Unchanged
) -> None:
    view = work.filed()
    assert [copy.recipient for copy in view.copies] == ["存根", "业户", "维修班", "财务", "客服"]
    (notice,) = work.head.notices.mine()
    assert (notice.kind, notice.params["recipient"], notice.params["number"]) == ("form.filed", "客服", "GZD2026-0001")
    received = work.clerk.form_copies.receive(view.id, 2, " 王芳 ")
    assert (received.copies[1].received_by, received.copies[1].ticked_by) == ("王芳", "张敏")
    with unchanged():
        with pytest.raises(Conflict):
            work.clerk.form_copies.receive(view.id, 2, "别人")
        with pytest.raises(InvalidInput):
            work.clerk.form_copies.receive(view.id, 3, "  ")
        with pytest.raises(NotFound):
            work.clerk.form_copies.receive(view.id, 6, "王芳")


@pytest.mark.clause("003-04-31")
def test_a_correction_is_a_new_edition_with_a_reason_and_the_old_one_stays(
    work: Paperwork, person: People, unchanged: Unchanged
) -> None:
    boss = person("supervisor", "sample_engineer", name="周杰")
    old = work.filed()
    new = boss.forms.correct(old.id, "工时写错")
    with unchanged(), pytest.raises(Conflict):
        boss.forms.correct(old.id, "再来一次")
    with unchanged(), pytest.raises(Conflict):
        boss.forms.void(old.id, old.version, "开错了")
    saved = boss.forms.save(new.id, new.version, FormInput(fields={"hours": "2.5"}))
    signed = boss.signing.type(new.id, "engineer", saved.digests["engineer"], PASSWORD)
    filed = boss.forms.file(new.id, signed.version)
    before = boss.forms.find(old.id)
    assert (filed.number, filed.edition, filed.fields["hours"], filed.previous_id) == (old.number, 2, "2.5", old.id)
    assert (before.state, before.fields["hours"], before.ended_why) == (FormState.CORRECTED, "1.5", "工时写错")
    assert (before.hash, before.next_id) == (old.hash, filed.id)
    assert boss.forms.by_number(old.number).id == filed.id
    assert work.finish().state == "done"


def test_a_void_form_no_longer_stands_for_its_round(work: Paperwork, person: People) -> None:
    boss = person("supervisor", name="周杰")
    view = work.filed()
    boss.forms.void(view.id, view.version, "不是这一单")
    (begun,) = [offer for offer in work.engineer.moves.offers(work.ticket) if offer.move.name == "finish"]
    assert [refusal.guard for refusal in begun.refusals] == ["form_required"]
    assert work.engineer.forms.begin(work.ticket.id, view.kind.name).id != view.id
