from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import update

from gongdan.domain.snapshots import TicketView
from gongdan.services.desk import CompanyDesk
from gongdan.storage.accounts import MembershipRow
from gongdan.testing.factories import Factory, People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def filled(page: str) -> dict[str, str]:
    """Return what the inputs of the edit form hold, as a browser would send it."""
    form = page[page.index('data-keep="edit-') :]
    values = dict(re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', form))
    values |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>([^<]*)<', form))
    selects = re.findall(r'<select[^>]*? name="([^"]+)".*?</select>', form, re.DOTALL)
    for name, body in zip(selects, re.findall(r"<select.*?</select>", form, re.DOTALL), strict=True):
        chosen = re.search(r'value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else ""
    return values


def test_only_what_was_changed_is_written(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    ticket = factory.ticket(category="water", fields={"estimate": "200", "appointment": "2026-03-06 14:30"})
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    agent.post(f"/tickets/{ticket.id}/edit", {**values, "place": "厨房水槽下方", "is_urgent": "true"})

    saved = company_desk.tickets.find(ticket.id)
    assert saved.place == "厨房水槽下方"
    assert saved.fields == {**ticket.fields, "is_urgent": True}
    act = company_desk.journal.of(ticket.id)[-1]
    assert set(act.after) == {"place", "fields"}


def test_a_form_that_changed_nothing_writes_nothing(agent: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    ticket = factory.ticket(fields={"estimate": "200", "appointment": "2026-03-06 14:30", "is_urgent": "true"})
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    with unchanged():
        agent.post(f"/tickets/{ticket.id}/edit", values)


def test_a_wrong_value_stands_beside_its_field_and_nothing_is_lost(
    agent: Visitor, factory: Factory, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    with unchanged():
        answer = agent.post(f"/tickets/{ticket.id}/edit", {**values, "appointment": "明天", "place": "车库"})
    assert answer.status_code == 422
    assert re.search(r'id="p-appointment"[^>]*>应为日期和时间', answer.text)
    assert 'name="appointment" value="明天"' in answer.text
    assert 'name="place" value="车库"' in answer.text


def test_a_stale_save_shows_both_versions_and_writes_neither(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = factory.ticket(description="漏水", place="厨房")
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    company_desk.tickets.change(ticket.id, ticket.version, {"place": "卫生间", "category": "water"})
    with unchanged():
        answer = agent.post(f"/tickets/{ticket.id}/edit", {**values, "place": "阳台", "subject": "阳台漏水"})
    assert answer.status_code == 409
    assert "对照两个版本" in answer.text
    clash = answer.text[answer.text.index('<fieldset class="clash">') :]
    # Nothing is chosen beforehand, so that Enter overwrites nobody's work.
    assert re.search(r'type="radio" name="place" value="卫生间" required>', clash)
    assert re.search(r'type="radio" name="place" value="阳台" required>', clash)
    assert 'name="category"' not in answer.text
    assert 'name="subject" value="阳台漏水"' in answer.text


def test_the_chosen_versions_are_saved_and_the_others_work_stays(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket(description="漏水", place="厨房")
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    theirs = company_desk.tickets.change(ticket.id, ticket.version, {"place": "卫生间", "category": "water"})
    agent.post(f"/tickets/{ticket.id}/edit", {**values, "place": "阳台", "subject": "阳台漏水"})

    agent.post(
        f"/tickets/{ticket.id}/edit",
        {
            "version": theirs.version,
            "place": "卫生间",
            "was-place": "卫生间",
            "subject": "阳台漏水",
            "was-subject": "漏水",
        },
    )

    saved = company_desk.tickets.find(ticket.id)
    assert (saved.place, saved.subject, saved.category) == ("卫生间", "阳台漏水", "water")


def test_somebody_without_the_permission_edits_nothing(
    visitor_as: Callable[..., Visitor], factory: Factory, unchanged: Unchanged
) -> None:
    observer = visitor_as("observer")
    ticket = factory.ticket()
    assert "/edit" not in observer.get(f"/tickets/{ticket.id}").text
    with unchanged():
        assert observer.get(f"/tickets/{ticket.id}/edit").status_code == 403
        assert observer.post(f"/tickets/{ticket.id}/edit", {"version": 1, "place": "x"}).status_code == 403


def test_a_customer_of_another_company_cannot_be_named(
    agent: Visitor, factory: Factory, other_factory: Factory, unchanged: Unchanged
) -> None:
    ticket, foreign = factory.ticket(), other_factory.party()
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    with unchanged():
        answer = agent.post(f"/tickets/{ticket.id}/edit", {**values, "requester": str(foreign.id)})
    assert answer.status_code == 422
    assert re.search(r'id="p-requester"[^>]*>本公司没有这一项', answer.text)


def test_a_stale_save_that_names_no_customer_at_all_is_refused(
    agent: Visitor, factory: Factory, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    agent.get(f"/tickets/{ticket.id}/edit")
    with unchanged():
        answer = agent.post(f"/tickets/{ticket.id}/edit", {"version": "999", "requester": "王芳"})
    assert answer.status_code == 404


def test_the_history_names_each_change_with_its_author(
    agent: Visitor, factory: Factory, person: People, company: object
) -> None:
    desk = person("agent", login="liuyang", name="刘洋")
    ticket = factory.ticket(place="厨房")
    desk.tickets.change(ticket.id, ticket.version, {"place": "阳台"})
    page = agent.get(f"/tickets/{ticket.id}/history", fragment=True).text
    assert "刘洋" in page
    assert "厨房" in page
    assert "阳台" in page


# --- What the flow writes, and corrections ---------------------------------------------------------------------------


def worked_on(desk: CompanyDesk, factory: Factory) -> TicketView:
    """Return a ticket that moves have filled: 已完成, 预估80, 实际60."""
    ticket = factory.ticket(description="厨房漏水", fields={"estimate": "80"})
    assignee = desk.members.all()[0].account_id
    ticket = desk.moves.make(ticket.id, "dispatch", ticket.version, {"assignee": str(assignee)})
    return desk.moves.make(ticket.id, "finish", ticket.version, {"result": "已换软管", "cause": "wear", "fee": "60"})


@pytest.fixture
def supervisor(visitor_as: Callable[..., Visitor]) -> Visitor:
    return visitor_as("supervisor", login="lijianguo", name="李建国")


def test_the_edit_form_offers_and_takes_only_what_no_move_writes(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = worked_on(company_desk, factory)
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    own = {name for name in values if not name.startswith("was-")} - {"csrf_token", "page_company", "version"}
    assert own == {
        "subject", "description", "channel", "contact_name", "contact_phone", "place",
        "requester", "requester_text", "asset", "asset_text", "severity", "category", "appointment", "is_urgent",
    }  # fmt: skip
    forged = {"finding": "invalid", "cause": "misuse", "result": "没修", "fee": "0", "estimate": "0", "assignee": ""}
    with unchanged():
        agent.post(f"/tickets/{ticket.id}/edit", {**values, **forged})


def test_a_closed_ticket_is_not_edited_and_says_who_can_help(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    values = filled(agent.get(f"/tickets/{ticket.id}/edit").text)
    closed = company_desk.moves.make(ticket.id, "void", ticket.version, {"remark": "重复"})
    page = agent.get(f"/tickets/{ticket.id}").text
    assert not re.search(f"/tickets/{ticket.id}/(edit|correct|assign|owner)", page)
    answer = agent.get(f"/tickets/{ticket.id}/edit")
    assert (answer.status_code, f"工单 {ticket.number} 已结束，不能再修改" in answer.text) == (409, True)
    with unchanged():
        late = agent.post(f"/tickets/{ticket.id}/edit", {**values, "version": closed.version, "place": "车库"})
        given = agent.post(f"/tickets/{ticket.id}/assign", {"version": closed.version, "assignee": ""})
    assert (late.status_code, 'name="place" value="车库"' in late.text, given.status_code) == (409, True, 409)


def test_a_correction_changes_what_moves_wrote_and_stands_in_the_stream_with_its_reason(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = worked_on(company_desk, factory)
    ticket = company_desk.moves.make(ticket.id, "close", ticket.version, {"finding": "valid"})
    assert f"/tickets/{ticket.id}/correct" in supervisor.get(f"/tickets/{ticket.id}").text
    values = filled(supervisor.get(f"/tickets/{ticket.id}/correct").text.replace("correct-", "edit-"))
    assert {"finding": "valid", "cause": "wear", "fee": "60", "result": "已换软管"}.items() <= values.items()
    assert {"assignee", "owner", "department"} <= values.keys()
    wanted = {**values, "fee": "70", "finding": "invalid", "correction_reason": "收据上是70元"}
    answer = supervisor.post(f"/tickets/{ticket.id}/correct", wanted)
    assert answer.location == f"/tickets/{ticket.id}"
    saved = company_desk.tickets.find(ticket.id)
    assert (saved.fields, saved.finding, saved.state) == ({**ticket.fields, "fee": "70"}, "invalid", "closed")
    assert saved.assignee_id == ticket.assignee_id
    page = supervisor.get(answer.location).text
    assert "更正了内容，原因：收据上是70元" in page
    assert "<dt>认定</dt><dd><del>有效</del>" in page
    assert "更正原因</dt>" not in page
    assert "更正了工单" in supervisor.get("/journal").text


def test_a_correction_without_a_reason_keeps_what_was_typed(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = worked_on(company_desk, factory)
    values = filled(supervisor.get(f"/tickets/{ticket.id}/correct").text.replace("correct-", "edit-"))
    with unchanged():
        answer = supervisor.post(f"/tickets/{ticket.id}/correct", {**values, "fee": "70", "correction_reason": " "})
    assert (answer.status_code, 'name="fee" value="70"' in answer.text) == (422, True)
    assert re.search(r'id="p-correction_reason"[^>]*>请写明原因', answer.text)


def test_a_stale_correction_keeps_its_reason_while_the_versions_are_compared(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = worked_on(company_desk, factory)
    values = filled(supervisor.get(f"/tickets/{ticket.id}/correct").text.replace("correct-", "edit-"))
    theirs = company_desk.tickets.correct(ticket.id, ticket.version, {"fee": "65"}, reason="核对")
    answer = supervisor.post(f"/tickets/{ticket.id}/correct", {**values, "fee": "70", "correction_reason": "收据"})
    assert answer.status_code == 409
    assert f'action="/tickets/{ticket.id}/correct"' in answer.text
    assert 'name="correction_reason" value="收据"' in answer.text
    chosen = {"version": theirs.version, "fee": "70", "was-fee": "65", "correction_reason": "收据"}
    supervisor.post(f"/tickets/{ticket.id}/correct", chosen)
    assert company_desk.tickets.find(ticket.id).fields["fee"] == "70"


def test_an_assignee_who_has_left_stays_when_something_else_is_corrected(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    gone = person("worker", login="lijian", name="李建").actor.account_id
    assert gone is not None
    ticket = factory.ticket(assignee_id=gone)
    with company_desk.installation.database.writing(company_desk.company.id) as session:
        # He left before what somebody holds was passed on with him.
        session.execute(update(MembershipRow).where(MembershipRow.account_id == gone).values(left_at=ticket.opened_at))
    page = supervisor.get(f"/tickets/{ticket.id}/correct").text
    assert f'value="{gone}" selected>李建' in page
    values = filled(page.replace("correct-", "edit-"))
    supervisor.post(f"/tickets/{ticket.id}/correct", {**values, "fee": "70", "correction_reason": "收据"})
    saved = company_desk.tickets.find(ticket.id)
    assert (saved.assignee_id, saved.fields) == (gone, {"fee": "70"})


def test_who_may_only_edit_is_not_offered_a_correction(agent: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    ticket = factory.ticket()
    assert "/correct" not in agent.get(f"/tickets/{ticket.id}").text
    with unchanged():
        assert agent.get(f"/tickets/{ticket.id}/correct").status_code == 403
        sent = agent.post(f"/tickets/{ticket.id}/correct", {"version": 1, "fee": "1", "correction_reason": "x"})
    assert sent.status_code == 403
