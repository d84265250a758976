"""What a decision means for tickets that are open: they keep their policy, follow from now on, or are reckoned anew."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.policy import PolicyEffect
from gongdan.errors import InvalidInput, NotAllowed
from gongdan.hooks.packs import read_pack
from gongdan.services.calendars import CalendarDraft
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

KEY = "sample.dispatch_other"
MAJOR = "sample.dispatch_major"
PACK = b"pack: mine\nlines:\n  sample.dispatch_other: {value: 1 h}\n  sample.dispatch_major: {value: 5 min}\n"


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def old(factory: Factory, clock: Clock) -> UUID:
    """A ticket that was opened five minutes ago and is to be dispatched within 30 minutes."""
    ticket = factory.ticket()
    clock.move(timedelta(minutes=5))
    return ticket.id


def _due(desk: CompanyDesk, ticket_id: UUID) -> datetime | None:
    [duty] = [duty for duty in desk.duties.of_ticket(ticket_id) if duty.rule == "sample.dispatch"]
    return duty.due_at


def test_open_tickets_keep_the_policy_of_the_day_they_were_opened(
    company_desk: CompanyDesk, factory: Factory, old: UUID
) -> None:
    company_desk.policies.set(KEY, "10 min")
    new = factory.ticket()
    assert _due(company_desk, old) == START + timedelta(minutes=30)
    assert _due(company_desk, new.id) == START + timedelta(minutes=15)


@pytest.mark.parametrize(("effect", "limit"), [(PolicyEffect.NEW, "24 desk_h"), (PolicyEffect.OPEN, "8 desk_h")])
def test_what_is_owed_stays_due_and_what_begins_follows_the_policy_of_the_ticket(
    company_desk: CompanyDesk, person: People, clock: Clock, old: UUID, effect: PolicyEffect, limit: str
) -> None:
    company_desk.policies.set(KEY, "10 min", effect=effect)
    company_desk.policies.set("sample.resolve", "8 desk_h", effect=effect)
    assert _due(company_desk, old) == START + timedelta(minutes=30)
    clock.move(timedelta(minutes=1))
    agent = person("agent")
    version = agent.tickets.find(old).version
    agent.moves.make(old, "dispatch", version, {"assignee": str(agent.actor.account_id)})
    [resolve] = [duty for duty in company_desk.duties.of_ticket(old) if duty.rule == "sample.resolve"]
    assert resolve.limit == limit


def test_what_is_owed_is_reckoned_anew_and_told_beforehand(
    company_desk: CompanyDesk, old: UUID, unchanged: Unchanged
) -> None:
    with unchanged():
        [change] = company_desk.policies.preview(KEY, "1 h", PolicyEffect.RECOMPUTE)
        assert company_desk.policies.preview(KEY, "1 h", PolicyEffect.OPEN) == []
    assert (change.ticket_id, change.limit_before, change.limit_after) == (old, "30 min", "1 h")
    assert (change.before, change.after) == (START + timedelta(minutes=30), START + timedelta(minutes=60))
    company_desk.policies.set(KEY, "1 h", effect=PolicyEffect.RECOMPUTE)
    assert _due(company_desk, old) == START + timedelta(minutes=60)


def test_a_pack_tells_beforehand_too(company_desk: CompanyDesk, old: UUID, unchanged: Unchanged) -> None:
    pack = read_pack(PACK)
    with unchanged():
        [change] = company_desk.policies.preview_pack(pack, PolicyEffect.RECOMPUTE)
    assert change.after == START + timedelta(minutes=60)
    company_desk.policies.apply(pack, effect=PolicyEffect.RECOMPUTE)
    assert _due(company_desk, old) == START + timedelta(minutes=60)


def test_a_limit_that_is_left_open_again_takes_the_due_time_away(company_desk: CompanyDesk, old: UUID) -> None:
    company_desk.policies.set(KEY, None, effect=PolicyEffect.RECOMPUTE)
    assert _due(company_desk, old) is None


def test_a_limit_decided_for_a_graver_case_reaches_what_kept_the_older_one_meanwhile(
    company_desk: CompanyDesk, factory: Factory, clock: Clock, unchanged: Unchanged
) -> None:
    company_desk.policies.set(MAJOR, None)
    graver, other = factory.ticket(severity="minor"), factory.ticket(severity="minor")
    clock.move(timedelta(minutes=2))
    company_desk.tickets.change(graver.id, 1, {"severity": "major"})
    with unchanged():
        assert company_desk.policies.preview(MAJOR, "10 min", PolicyEffect.OPEN) == []
        [change] = company_desk.policies.preview(MAJOR, "10 min", PolicyEffect.RECOMPUTE)
    assert (change.ticket_id, change.limit_before, change.limit_after) == (graver.id, "30 min", "10 min")
    assert (change.before, change.after) == (START + timedelta(minutes=30), START + timedelta(minutes=10))
    company_desk.policies.set(MAJOR, "10 min", effect=PolicyEffect.RECOMPUTE)
    assert [_due(company_desk, ticket.id) for ticket in (graver, other)] == [
        START + timedelta(minutes=10),
        START + timedelta(minutes=30),
    ]
    [duty] = company_desk.duties.of_ticket(graver.id)
    assert (duty.policy_key, duty.undecided_key) == (MAJOR, "")


def test_the_older_limit_of_a_graver_case_follows_its_own_key_while_the_other_is_open(
    company_desk: CompanyDesk, factory: Factory, clock: Clock
) -> None:
    company_desk.policies.set(MAJOR, None)
    ticket = factory.ticket(severity="minor")
    clock.move(timedelta(minutes=2))
    company_desk.tickets.change(ticket.id, 1, {"severity": "major"})
    company_desk.policies.set(KEY, "20 min", effect=PolicyEffect.RECOMPUTE)
    assert _due(company_desk, ticket.id) == START + timedelta(minutes=20)


@pytest.mark.parametrize("effect", [PolicyEffect.OPEN, PolicyEffect.RECOMPUTE])
def test_open_tickets_follow_from_now_on_only(
    company_desk: CompanyDesk, old: UUID, unchanged: Unchanged, effect: PolicyEffect
) -> None:
    later = START + timedelta(days=30)
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        company_desk.policies.set(KEY, "10 min", later, effect=effect)
    assert [problem.field for problem in refusal.value.problems] == ["effective_from"]
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.policies.apply(read_pack(PACK), later, effect=effect)


def test_who_may_only_look_previews_nothing(person: People, old: UUID, unchanged: Unchanged) -> None:
    supervisor = person("supervisor")
    with unchanged(), pytest.raises(NotAllowed):
        supervisor.policies.preview(KEY, "10 min", PolicyEffect.RECOMPUTE)


def test_a_run_that_is_taken_back_takes_open_tickets_along_if_it_is_to(
    company_desk: CompanyDesk, clock: Clock, old: UUID
) -> None:
    run = company_desk.policies.apply(read_pack(PACK), effect=PolicyEffect.RECOMPUTE)
    assert run is not None
    clock.move(timedelta(minutes=5))
    done = company_desk.policies.rollback(run.id, PolicyEffect.RECOMPUTE)
    assert (done.removed, done.restored) == ((), ("sample.dispatch_major", KEY))
    assert _due(company_desk, old) == START + timedelta(minutes=30)
    followed = company_desk.journal.latest(act="policy.followed")
    assert [entry.after["count"] for entry in followed] == [1, 1]


@pytest.mark.usefixtures("old")
def test_the_past_that_an_open_ticket_was_moved_to_is_not_rewritten(
    company_desk: CompanyDesk, clock: Clock, unchanged: Unchanged
) -> None:
    company_desk.policies.set(KEY, "10 min", effect=PolicyEffect.OPEN)
    clock.move(timedelta(hours=1))
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.policies.set("sample.resolve", "8 desk_h", START + timedelta(minutes=4))


# --- Nothing to do, and nothing that can be done --------------------------------------------------


def test_a_pack_that_changes_nothing_moves_nothing(
    company_desk: CompanyDesk, clock: Clock, old: UUID, unchanged: Unchanged
) -> None:
    company_desk.policies.apply(read_pack(PACK))
    clock.move(timedelta(minutes=5))
    with unchanged():
        assert company_desk.policies.preview_pack(read_pack(PACK), PolicyEffect.RECOMPUTE) == ()
    assert company_desk.policies.apply(read_pack(PACK), effect=PolicyEffect.RECOMPUTE) is None
    assert _due(company_desk, old) == START + timedelta(minutes=30)


def test_a_calendar_that_gives_no_time_holds_up_no_decision(
    company_desk: CompanyDesk, clock: Clock, old: UUID, unchanged: Unchanged
) -> None:
    # One minute a week: 1,000 hours of the desk take more than a thousand years.
    company_desk.calendars.save(CalendarDraft(name="停业", week=("09:00-09:01", *[""] * 6)))
    clock.move(timedelta(minutes=1))
    with unchanged():
        [change] = company_desk.policies.preview(KEY, "1000 desk_h", PolicyEffect.RECOMPUTE)
    assert (change.ticket_id, change.after, change.limit_after) == (old, None, "1000 desk_h")
    company_desk.policies.set(KEY, "1000 desk_h", effect=PolicyEffect.RECOMPUTE)
    assert _due(company_desk, old) is None
    assert [entry.after["problem"] for entry in company_desk.journal.latest(act="duty.not_reckoned")] != []
