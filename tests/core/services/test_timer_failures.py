"""What goes wrong with timers: handlers that fail, workers that die or freeze, clocks that jump, plugins that go."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from sqlalchemy import select, text, update

from gongdan.bootstrap import open_desk
from gongdan.domain.events import Event
from gongdan.domain.timers import TimerView, wait_after
from gongdan.errors import DatabaseUnreachable, DeclarationError, WorkCollided
from gongdan.hooks.manager import PluginManager
from gongdan.services import timers
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.timers import Timers
from gongdan.services.work import Work
from gongdan.settings import Settings
from gongdan.storage.timers import TimerRow
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory
from gongdan.testing.fakes import make_plugin

SECOND = timedelta(seconds=1)


class Bell:
    """A handler that does what the test lets it do, and writes an act for each time it came to its end."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.before: Callable[[TimerView], None] = lambda timer: None

    def __call__(self, desk: CompanyDesk, work: Work, timer: TimerView) -> None:
        assert desk.company.id == timer.company_id
        self.before(timer)
        self.rung.append(timer.key)
        work.record("bell.rung", "timer", timer.id)


@pytest.fixture
def bell(desk: Desk) -> Bell:
    made = Bell()
    desk.timers.register_handler("test.bell", made)
    return made


def _schedule(at: CompanyDesk, *keys: str, kind: str = "test.bell") -> None:
    with at.working() as work:
        for key in keys:
            work.schedule(kind, key, work.now)


def _row(at: CompanyDesk, key: str) -> TimerRow:
    with at.reading() as session:
        return session.scalars(select(TimerRow).where(TimerRow.key == key)).one()


def _effects(at: CompanyDesk) -> int:
    return len(at.journal.latest(act="bell.rung"))


def _set(at: CompanyDesk, key: str, **values: object) -> None:
    with at.working() as work:
        work.session.execute(update(TimerRow).where(TimerRow.key == key).values(**values))


def _fail(timer: TimerView) -> None:
    message = "水表接口没有应答"
    raise RuntimeError(message)


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_after(tries).total_seconds() for tries in range(1, 11)]
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]


def test_a_timer_that_fails_leaves_nothing_waits_and_goes_on(
    company_desk: CompanyDesk, desk: Desk, clock: Clock, bell: Bell
) -> None:
    bell.before = _fail
    _schedule(company_desk, "a", "b")
    assert desk.timers.run_ready() == 2
    row = _row(company_desk, "a")
    assert (row.state, row.ready_at, row.due_at) == ("waiting", START + 10 * SECOND, START)
    assert row.last_error == "RuntimeError: 水表接口没有应答"
    assert desk.timers.run_ready() == 0
    bell.before = lambda timer: None
    clock.move(10 * SECOND)
    # What has failed before is taken alone.
    assert [desk.timers.run_ready() for _ in range(3)] == [1, 1, 0]
    assert (bell.rung, _effects(company_desk)) == (["a", "b"], 2)


def test_one_that_fails_takes_nothing_from_the_others_of_its_lot(
    company_desk: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    bell.before = lambda timer: _fail(timer) if timer.key == "b" else None
    _schedule(company_desk, "a", "b", "c")
    assert desk.timers.run_ready() == 3
    assert {key: _row(company_desk, key).state for key in "abc"} == {"a": "done", "b": "waiting", "c": "done"}
    assert _effects(company_desk) == 2


def test_a_timer_that_collides_once_is_fired_without_waiting(company_desk: CompanyDesk, desk: Desk, bell: Bell) -> None:
    left = [WorkCollided()]

    def collide(timer: TimerView) -> None:
        if left:
            raise left.pop()

    bell.before = collide
    _schedule(company_desk, "a")
    assert desk.timers.run_ready() == 1
    assert (bell.rung, _effects(company_desk), _row(company_desk, "a").state) == (["a"], 1, "done")


def test_a_handler_may_cancel_what_is_in_the_same_lot(company_desk: CompanyDesk, desk: Desk, bell: Bell) -> None:
    def cancel(at: CompanyDesk, work: Work, timer: TimerView) -> None:
        work.cancel_timers("duty:1")

    desk.timers.register_handler("test.cancel", cancel)
    _schedule(company_desk, "done", kind="test.cancel")
    _schedule(company_desk, "duty:1:warn", "duty:2:warn")
    assert desk.timers.run_ready() == 3
    assert _row(company_desk, "duty:1:warn").state == "cancelled"
    assert (_row(company_desk, "duty:2:warn").state, _effects(company_desk)) == ("done", 1)


def test_a_lot_that_takes_long_is_spread_over_several_transactions(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "TOGETHER_SECONDS", 0)
    commits: list[str] = []
    desk.timers.checkpoint = commits.append
    _schedule(company_desk, "a", "b", "c")
    assert desk.timers.run_ready() == 3
    assert (commits.count("timer.before_done"), _effects(company_desk)) == (3, 3)


def test_after_eight_tries_a_timer_is_parked_with_its_reason_and_others_go_on(
    quiet: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    bell.before = lambda timer: _fail(timer) if timer.key == "bad" else None
    _schedule(quiet, "bad", "good")
    # 10 + 20 + 40 + 80 + 160 + 320 + 640 seconds of waiting between eight tries.
    assert desk.timers.run_due(START + 1269 * SECOND) == 1
    assert _row(quiet, "bad").state == "waiting"
    assert desk.timers.run_due(START + 1270 * SECOND) == 0
    row = _row(quiet, "bad")
    assert (row.state, row.tries, row.last_error) == ("parked", 8, "RuntimeError: 水表接口没有应答")
    (act,) = quiet.journal.latest(act="timer.parked")
    assert act.after == {"kind": "test.bell", "key": "bad", "problem": "RuntimeError: 水表接口没有应答"}
    assert act.at == START + 1270 * SECOND


def test_a_kind_without_a_handler_waits_and_is_parked_but_does_not_vanish(
    company_desk: CompanyDesk, desk: Desk
) -> None:
    _schedule(company_desk, "a", kind="test.unknown")
    desk.timers.run_due(START + timedelta(hours=1))
    row = _row(company_desk, "a")
    assert row.state == "parked"
    assert "test.unknown" in row.last_error


def test_two_handlers_of_one_kind_are_refused(desk: Desk, bell: Bell) -> None:
    for kind in ("test.bell", "event"):
        with pytest.raises(DeclarationError):
            desk.timers.register_handler(kind, bell)


def test_a_timer_that_was_taken_is_nobody_elses_until_its_lease_ends(
    company_desk: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    def die(point: str) -> None:
        raise KeyboardInterrupt

    _schedule(company_desk, "a")
    dying = Timers(desk, {"test.bell": bell})
    dying.checkpoint = die
    with pytest.raises(KeyboardInterrupt):
        dying.run_ready()
    assert desk.timers.run_ready() == 0
    _set(company_desk, "a", lease_until=datetime.now(UTC) - SECOND)
    assert desk.timers.run_ready() == 1
    assert (bell.rung, _effects(company_desk)) == (["a"], 1)


def test_a_lease_from_before_the_clock_went_back_holds_nobody_up(
    company_desk: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    _schedule(company_desk, "a")
    _set(company_desk, "a", lease_until=datetime.now(UTC) + timedelta(days=1))
    assert desk.timers.run_ready() == 1
    assert bell.rung == ["a"]


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_clock_that_jumps_fires_nothing_twice_and_stops_nothing(
    company_desk: CompanyDesk, desk: Desk, clock: Clock, bell: Bell, days: int
) -> None:
    _schedule(company_desk, "a", "b")
    desk.timers.run_ready()
    clock.move(timedelta(days=days))
    _schedule(company_desk, "c")
    assert desk.timers.run_ready() == 1
    clock.set(START)
    desk.timers.run_ready()
    assert sorted(bell.rung) == ["a", "b", "c"]


@pytest.mark.clause("F-14")
@pytest.mark.parametrize("point", ["timer.after_claim", "timer.after_effect"])
def test_a_worker_that_wakes_beyond_its_lease_is_refused(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, settings: Settings, point: str
) -> None:
    """Another worker takes the timer while the first one is frozen; SQLite cannot be overtaken inside a transaction."""
    if point == "timer.after_effect" and desk.database.dialect == "sqlite":
        point = "timer.after_claim"
    other = open_desk(settings, plugins=desk.plugins, clock=desk.clock)
    other.timers.register_handler("test.bell", bell)

    def overtake(reached: str) -> None:
        if reached == point:
            desk.timers.checkpoint = lambda reached: None
            with other.working(company_desk.actor, company_desk.company.id) as work:
                work.session.execute(update(TimerRow).values(lease_until=datetime.now(UTC) - SECOND))
            assert other.timers.run_ready() == 1

    _schedule(company_desk, "a")
    desk.timers.checkpoint = overtake
    assert desk.timers.run_ready() == 1
    other.close()
    row = _row(company_desk, "a")
    assert (row.state, row.fence, row.tries) == ("done", 2, 2)
    assert _effects(company_desk) == 1
    assert company_desk.journal.verify().first_bad is None


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_what_is_cancelled_or_moved_between_claim_and_effect_does_not_happen(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, act: str
) -> None:
    def interfere(point: str) -> None:
        desk.timers.checkpoint = lambda point: None
        with company_desk.working() as work:
            if act == "cancel":
                work.cancel_timers("a")
            else:
                work.schedule("test.bell", "a", START + timedelta(days=1))

    _schedule(company_desk, "a")
    desk.timers.checkpoint = interfere
    desk.timers.run_ready()
    assert (bell.rung, _effects(company_desk)) == ([], 0)
    assert _row(company_desk, "a").state == {"cancel": "cancelled", "move": "waiting"}[act]


@pytest.mark.clause("F-18")
def test_a_handler_finds_the_ticket_as_it_is_and_not_as_it_was_when_it_was_scheduled(
    company_desk: CompanyDesk, desk: Desk
) -> None:
    escalated: list[str] = []

    def escalate(at: CompanyDesk, work: Work, timer: TimerView) -> None:
        row = at.tickets.row(work.session, ticket.id)
        if row.state != "void":
            escalated.append(row.number)

    def close(point: str) -> None:
        desk.timers.checkpoint = lambda point: None
        company_desk.moves.make(ticket.id, "void", 1, {"remark": "重复"})

    ticket = Factory(company_desk).ticket()
    desk.timers.register_handler("test.escalate", escalate)
    desk.timers.checkpoint = close
    _schedule(company_desk, "a", kind="test.escalate")
    desk.timers.run_ready()
    assert escalated == []
    assert _row(company_desk, "a").state == "done"


def test_a_worker_that_dies_at_every_try_parks_the_timer_and_drags_no_other_along(
    company_desk: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    def die(timer: TimerView) -> None:
        if timer.key == "deadly":
            raise KeyboardInterrupt

    bell.before = die
    _schedule(company_desk, "deadly", "harmless")
    for _ in range(8):
        with pytest.raises(KeyboardInterrupt):
            desk.timers.run_ready()
        with company_desk.working() as work:
            work.session.execute(update(TimerRow).values(lease_until=None))
    while desk.timers.run_ready():
        pass
    deadly = _row(company_desk, "deadly")
    assert (deadly.state, deadly.last_error) == ("parked", "每次执行时进程都意外终止")
    assert (_row(company_desk, "harmless").state, bell.rung) == ("done", ["harmless"])


def test_a_database_that_goes_away_in_between_costs_nothing_but_time(
    company_desk: CompanyDesk, desk: Desk, bell: Bell
) -> None:
    def lose(timer: TimerView) -> None:
        raise DatabaseUnreachable

    bell.before = lose
    _schedule(company_desk, "a")
    with pytest.raises(DatabaseUnreachable):
        desk.timers.run_ready()
    bell.before = lambda timer: None
    _set(company_desk, "a", lease_until=None)
    desk.timers.run_ready()
    assert (bell.rung, _effects(company_desk)) == (["a"], 1)


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["timer.after_claim", "timer.after_effect", "timer.before_done"])
def test_a_connection_that_is_cut_takes_the_effect_back_and_the_next_try_has_it(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, settings: Settings, point: str
) -> None:
    other = open_desk(settings, plugins=PluginManager())
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> :own"
    )

    def cut_all(reached: str) -> None:
        if reached == point:
            desk.timers.checkpoint = lambda reached: None
            with other.database.engine.connect() as connection:
                own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                connection.execute(cut, {"own": own})

    _schedule(company_desk, "a")
    desk.timers.checkpoint = cut_all
    try:
        desk.timers.run_ready()
    except DatabaseUnreachable:
        _set(company_desk, "a", lease_until=None)
    desk.timers.run_ready()
    other.close()
    assert (_effects(company_desk), _row(company_desk, "a").state) == (1, "done")


# --- Plugins --------------------------------------------------------------------------------------------------------


class Listener:
    """A plugin that writes down the events that it is told of, and fails as often as the test wants."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.failures = 0

    def handle_event(self, event: Event) -> None:
        self.heard.append(event)
        if self.failures:
            self.failures -= 1
            message = "水表接口没有应答"
            raise RuntimeError(message)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def plugin_modules(listener: Listener) -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "listener": make_plugin(handle_event=listener.handle_event)}


@pytest.fixture
def quiet(company_desk: CompanyDesk, listener: Listener) -> CompanyDesk:
    """Return the company's desk when the plugins have heard all that there was."""
    company_desk.installation.timers.drain()
    listener.heard.clear()
    return company_desk


def _kinds(listener: Listener) -> list[str]:
    return [event.kind.value for event in listener.heard]


def test_a_plugin_that_fails_is_told_the_same_again_until_it_takes_note(
    quiet: CompanyDesk, desk: Desk, listener: Listener
) -> None:
    listener.failures = 2
    ticket = Factory(quiet).ticket()
    desk.timers.run_due(START + 29 * SECOND)
    assert _kinds(listener) == ["ticket.opened"] * 2
    desk.timers.run_due(START + timedelta(hours=1))
    assert _kinds(listener) == ["ticket.opened"] * 3
    first = listener.heard[0]
    assert listener.heard == [first] * 3
    assert (first.subject_id, first.occurred_at, first.company_id) == (ticket.id, START, ticket.company_id)
    assert first.data == {"type": ticket.type, "number": ticket.number}
    assert len(quiet.journal.latest(act="plugin.failed")) == 2


def test_a_plugin_that_never_takes_note_has_its_timer_parked(
    quiet: CompanyDesk, desk: Desk, listener: Listener
) -> None:
    listener.failures = 99
    Factory(quiet).ticket()
    desk.timers.run_due(START + timedelta(days=1))
    assert len(listener.heard) == 8
    (parked,) = quiet.journal.latest(act="timer.parked")
    assert str(parked.after["key"]).endswith(":listener")


def test_what_a_disabled_plugin_was_to_be_told_is_parked_and_told_once_it_is_enabled_again(
    quiet: CompanyDesk, desk: Desk, listener: Listener
) -> None:
    Factory(quiet).ticket()
    quiet.plugins.disable("listener")
    desk.timers.drain()
    assert listener.heard == []
    with quiet.reading() as session:
        states = session.execute(select(TimerRow.state, TimerRow.last_error).where(TimerRow.state != "done")).all()
    assert states == [("parked", "公司已停用该扩展")]
    quiet.plugins.enable("listener")
    desk.timers.drain()
    assert _kinds(listener) == ["ticket.opened", "plugin.enabled"]


@pytest.mark.clause("F-58")
def test_what_a_missing_plugin_was_to_be_told_waits_until_it_is_there(
    quiet: CompanyDesk, desk: Desk, settings: Settings, listener: Listener
) -> None:
    Factory(quiet).ticket()
    manager = PluginManager()
    manager.register(sample.NAME, sample)
    without = open_desk(settings, plugins=manager, clock=desk.clock)
    assert without.timers.run_due(START + timedelta(days=9)) == 0
    without.close()
    desk.timers.drain()
    assert _kinds(listener) == ["ticket.opened"]


def test_a_desk_that_closes_lets_its_plugins_react_if_nobody_else_does(
    quiet: CompanyDesk, settings: Settings, desk: Desk, listener: Listener
) -> None:
    command = open_desk(settings, plugins=desk.plugins, clock=desk.clock)
    Factory(command.at(quiet.company)).ticket()
    assert listener.heard == []
    command.close()
    assert _kinds(listener) == ["ticket.opened"]
