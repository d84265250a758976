"""A broken plugin cannot break the desk: what it does wrong is journalled, and everybody else goes on."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from gongdan.domain.events import Event, EventKind
from gongdan.domain.rulebook import Rulebook
from gongdan.domain.snapshots import CompanyView, Draft, TicketView
from gongdan.domain.workflow import Guard, MoveAttempt
from gongdan.errors import MoveRefused, Refusal
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.intake import NewTicket
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]
GIVEN = {"remark": "业主撤销"}


def _fail(**_: object) -> None:
    message = "水表接口没有应答"
    raise RuntimeError(message)


@pytest.fixture
def enable(desk: Desk, company: CompanyView) -> Callable[..., CompanyDesk]:
    """Enable a plugin of the given hooks: ``enable("broken", check_move=…)``; returns the company's desk."""

    def enable(name: str, **hooks: Callable[..., object]) -> CompanyDesk:
        desk.plugins.register(name, make_plugin(**hooks))
        desk.at(company).plugins.enable(name)
        desk.timers.drain()
        return desk.at(company)

    return enable


def _failures(desk: CompanyDesk) -> list[tuple[object, object, object]]:
    desk.installation.timers.drain()
    entries = desk.journal.latest(act="plugin.failed")
    return [(entry.after["plugin"], entry.after["hook"], entry.after["kind"]) for entry in reversed(entries)]


def _raising(ticket: TicketView) -> None:
    _fail()


def test_a_raising_check_of_another_plugin_is_journalled_and_the_move_goes_on(
    enable: Callable[..., CompanyDesk],
) -> None:
    at = enable("broken", check_move=_raising)
    ticket = Factory(at).ticket()
    assert at.moves.make(ticket.id, "void", 1, GIVEN).state == "void"
    assert _failures(at) == [("broken", "check_move", "raised")]


def test_a_raising_check_of_the_owner_refuses_the_move(
    enable: Callable[..., CompanyDesk], unchanged: Unchanged
) -> None:
    trade = replace(sample.REPAIR, name="trade_repair")
    book = Rulebook(label="装修", description="装修服务", ticket_types=(trade,))
    at = enable("trade", register_rulebook=lambda: book, check_move=_raising)
    ticket = Factory(at).ticket(type="trade_repair")
    before = at.tickets.find(ticket.id)
    with pytest.raises(MoveRefused) as refused:
        at.moves.make(ticket.id, "void", 1, GIVEN)
    (refusal,) = refused.value.refusals
    assert (refusal.guard, refusal.params) == ("check_move", {"plugin": "trade"})
    assert at.tickets.find(ticket.id) == before
    assert _failures(at) == [("trade", "check_move", "raised")]


@pytest.mark.parametrize("answer", [_fail, lambda attempt: True], ids=["raising", "rubbish"])
def test_a_guard_that_fails_refuses_the_move_and_is_journalled(
    enable: Callable[..., CompanyDesk], answer: Callable[[MoveAttempt], str | None]
) -> None:
    guard = Guard(name="meter_read", label="已抄表", check=answer)
    void = replace(sample.WORKFLOW.moves[5], guards=("meter_read",))
    flow = replace(sample.WORKFLOW, moves=(*sample.WORKFLOW.moves[:5], void, *sample.WORKFLOW.moves[6:]))
    flow = replace(flow, guards=(*flow.guards, guard))
    book = Rulebook(
        label="装修", description="x", ticket_types=(replace(sample.REPAIR, name="trade_repair", workflow=flow),)
    )
    at = enable("trade", register_rulebook=lambda: book)
    ticket = Factory(at).ticket(type="trade_repair")
    with pytest.raises(MoveRefused) as refused:
        at.moves.make(ticket.id, "void", 1, GIVEN)
    assert [(each.guard, each.params) for each in refused.value.refusals] == [("meter_read", {"plugin": "trade"})]
    assert at.tickets.find(ticket.id).state == "new"
    assert _failures(at) == [("trade", "guard meter_read", "raised")]
    assert [offer.move.name for offer in at.moves.offers(ticket)] == ["dispatch", "void"]


def test_refusals_of_all_plugins_are_shown_together(enable: Callable[..., CompanyDesk]) -> None:
    for name in ("fees", "keys"):
        at = enable(name, check_move=lambda ticket, name=name: [Refusal(name, f"{name} 未结清")])
    ticket = Factory(at).ticket()
    with pytest.raises(MoveRefused) as refused:
        at.moves.make(ticket.id, "void", 1, {})
    assert [refusal.guard for refusal in refused.value.refusals] == ["remark", "fees", "keys"]


def test_raising_and_rubbish_proposals_do_not_stop_intake(enable: Callable[..., CompanyDesk]) -> None:
    at = enable("broken", classify_draft=lambda draft: ["major"], choose_assignee=_fail)
    ticket = Factory(at).ticket()
    assert (ticket.severity, ticket.assignee_id) == ("", None)
    assert _failures(at) == [("broken", "classify_draft", "raised"), ("broken", "choose_assignee", "raised")]


def test_a_raising_reaction_is_journalled_and_the_other_plugins_hear_the_event(
    enable: Callable[..., CompanyDesk],
) -> None:
    heard: list[EventKind] = []

    def listen(event: Event) -> None:
        heard.append(event.kind)

    enable("broken", handle_event=lambda event: _fail())
    at = enable("listener", handle_event=listen)
    heard.clear()
    Factory(at).ticket()
    assert _failures(at)[-1] == ("broken", "handle_event", "raised")
    assert heard == [EventKind.TICKET_OPENED]


def test_a_slow_reaction_is_journalled_and_does_not_hold_up_the_caller(
    enable: Callable[..., CompanyDesk], desk: Desk
) -> None:
    at = enable("sleepy", handle_event=lambda event: time.sleep(0.3))
    desk.timers.reactions.slow_seconds = 0.1
    began = time.monotonic()
    Factory(at).ticket()
    assert time.monotonic() - began < 0.3
    assert _failures(at) == [("sleepy", "handle_event", "slow")]


def test_a_hook_that_writes_while_it_decides_is_a_failure(enable: Callable[..., CompanyDesk], desk: Desk) -> None:
    places: list[CompanyDesk] = []

    def write(ticket: TicketView) -> None:
        places[0].notes.write(ticket.id, "趁机写入")

    at = enable("greedy", check_move=write)
    places.append(at)
    ticket = Factory(at).ticket()
    assert at.moves.make(ticket.id, "void", 1, GIVEN).state == "void"
    assert [note.body for note in at.notes.of_ticket(ticket.id)] == ["业主撤销"]
    assert _failures(at) == [("greedy", "check_move", "raised")]


def test_a_failure_that_no_database_could_keep_is_journalled_as_far_as_it_can(
    enable: Callable[..., CompanyDesk],
) -> None:
    def fail(draft: Draft) -> None:
        message = "水\0表\ud800"
        raise RuntimeError(message)

    at = enable("broken", classify_draft=fail)
    Factory(at).ticket()
    assert _failures(at) == [("broken", "classify_draft", "raised")]
    (entry,) = at.journal.latest(act="plugin.failed")
    assert entry.after["detail"] == "RuntimeError: 水 表?"


def test_a_failure_is_journalled_although_the_act_was_refused(enable: Callable[..., CompanyDesk]) -> None:
    at = enable("broken", check_move=_raising)
    ticket = Factory(at).ticket()
    with pytest.raises(MoveRefused):
        at.moves.make(ticket.id, "void", 1, {})
    assert _failures(at) == [("broken", "check_move", "raised")]
    assert at.journal.verify().first_bad is None


def test_a_reaction_acts_under_the_name_of_its_plugin(enable: Callable[..., CompanyDesk]) -> None:
    def answer(event: Event, desk: CompanyDesk) -> None:
        if event.kind is EventKind.TICKET_OPENED:
            desk.notes.write(event.subject_id, "已收到，稍后联系您", is_public=True)

    at = enable("greeter", handle_event=answer)
    ticket = at.intake.open(NewTicket(type="sample_repair", description="漏水", contact_name="王芳"))
    at.installation.timers.drain()
    (note,) = at.notes.of_ticket(ticket.id)
    assert (note.author_name, note.author_id, note.is_public) == ("greeter", None, True)
