from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
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
    agent.post(f"/tickets/{ticket.id}/edit", {**values, "place": "厨房水槽下方", "estimate": "260"})

    saved = company_desk.tickets.find(ticket.id)
    assert saved.place == "厨房水槽下方"
    assert saved.fields == {**ticket.fields, "estimate": "260"}
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
        answer = agent.post(f"/tickets/{ticket.id}/edit", {**values, "estimate": "很多", "place": "车库"})
    assert answer.status_code == 422
    assert re.search(r'id="p-estimate"[^>]*>应为数字', answer.text)
    assert 'name="estimate" value="很多"' in answer.text
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
    assert re.search(r'type="radio" name="place" value="卫生间"', clash)
    assert re.search(r'type="radio" name="place" value="阳台" checked', clash)
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
