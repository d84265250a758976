"""Ten cases of a month, with the executor run by hand at three moments: what counts is the clock on the wall."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from types import ModuleType

import pytest
from click.testing import CliRunner

import gongdan_property_mgmt.plugin
from gongdan.api import CompanyDesk, DutyFilter, TicketFilter
from gongdan.cli.main import root
from gongdan.domain.snapshots import CompanyView
from gongdan.hooks.manager import PluginManager
from gongdan.settings import Settings
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.plugins.property_mgmt.office import Office, at


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": gongdan_property_mgmt.plugin}


@pytest.fixture
def fire(
    settings: Settings, plugin_manager: PluginManager, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime], int]:
    """Run ``gongdan worker --once --now`` on the company's database; return how many timers were fired."""
    monkeypatch.setattr("gongdan.bootstrap.load_plugins", lambda _: plugin_manager)
    variables = {"GONGDAN_HOME": str(settings.home), "GONGDAN_DATABASE_URL": settings.database_url, "LANG": "C.UTF-8"}

    def until(moment: datetime) -> int:
        words = ("worker", "--once", "--now", moment.isoformat(), "--json")
        result = CliRunner().invoke(root, words, env=variables, prog_name="gongdan", catch_exceptions=False)
        assert (result.exit_code, result.stderr) == (0, "")
        fired: int = json.loads(result.stdout)["fired"]
        return fired

    return until


def _counts(desk: CompanyDesk) -> dict[str, int]:
    """Return how many duties with a due time stand how."""
    duties = desk.duties.team(DutyFilter(is_live=None), limit=1000)
    return dict(Counter(duty.state.value for duty in duties if duty.due_at))


def _first_week(office: Office, clock: Clock) -> None:
    clock.set(at(6, 10))
    first = office.repair(at(6, 10))
    office.dispatch(first)
    clock.set(at(6, 10, 10))
    # On site in 15 minutes: met.
    office.begin(first)
    clock.set(at(6, 11))
    office.done(first)
    clock.set(at(7, 10))
    # 24 h of the desk would be over on the 8th at 13:00: met.
    office.move(office.clerk, first, "call_back", callback_satisfaction="satisfied")
    clock.set(at(8, 10))
    second = office.repair(at(8, 10))
    office.dispatch(second)
    clock.set(at(8, 10, 20))
    # Five minutes late.
    office.begin(second)
    clock.set(at(8, 11))
    office.done(second)
    clock.set(at(9, 10))
    # Nobody ever comes: missed.
    office.dispatch(office.repair(at(9, 10)))
    clock.set(at(10, 10))
    third = office.complaint(severity="minor")
    clock.set(at(10, 10, 25))
    office.grade(third, "minor")
    # In 30 minutes: met. Then it is left; 24 h of the desk are over on the 12th at 10:00 + 2 h.
    office.forward(third)


def _second_week(office: Office, clock: Clock) -> None:
    clock.set(at(12, 10))
    repair = next(
        line.ticket for line in office.desk.tickets.list(TicketFilter()).lines if line.ticket.state == "confirmed"
    )
    # Due on the 10th at 13:00: late.
    office.move(office.clerk, repair, "call_back", callback_satisfaction="satisfied")
    ordinary = office.complaint(severity="ordinary")
    clock.set(at(12, 10, 25))
    office.grade(ordinary, "ordinary")
    # In 20 minutes: late.
    office.forward(ordinary)
    office.reply(ordinary, at(13, 10))
    office.establish(ordinary)
    clock.set(at(13, 9))
    # The promised answer and the resolution: both met.
    office.finish(ordinary)
    clock.set(at(14, 8, 30))
    # In 24 h: met.
    answers = {"callback_satisfaction": "satisfied", "complainant_signed": "true", "callback_way": "phone"}
    office.move(office.manager, ordinary, "close", **answers)
    clock.set(at(14, 23))
    night = office.complaint()
    clock.set(at(15, 8))
    # At the opening, then passed on in 20 minutes: both met.
    office.grade(night, "ordinary")
    clock.set(at(15, 8, 10))
    office.forward(night)
    # Its resolution is owed no more: cancelled.
    office.move(office.manager, night, "withdraw", remark="业主撤诉")
    clock.set(at(15, 10))
    major = office.complaint(severity="major")
    clock.set(at(15, 10, 8))
    reported = {"reported_at": at(15, 10, 8).isoformat(), "severity_reason": "有人摔伤"}
    # Reported in an hour and passed on in 10 minutes: both met.
    office.move(office.clerk, major, "grade", severity="major", consequence="injury", **reported)
    office.forward(major)
    clock.set(at(16, 10))
    agreed = office.repair(at(16, 14))
    office.dispatch(agreed)
    clock.set(at(16, 13, 50))
    # Before the time that was agreed: met.
    office.begin(agreed)
    clock.set(at(16, 15))
    office.done(agreed)
    clock.set(at(18, 18))
    # 4 h, 11 h and 9 h of the desk were over at 17:00: late.
    office.move(office.clerk, agreed, "call_back", callback_satisfaction="satisfied")


def _rest_of_the_month(office: Office, clock: Clock) -> None:
    clock.set(at(25, 10))
    called_off = office.repair(at(25, 10))
    office.dispatch(called_off)
    # Nobody has to come: cancelled.
    office.move(office.clerk, called_off, "cancel", remark="业主自己修好了")
    clock.set(at(30, 10))
    raised = office.complaint()
    office.grade(raised, "ordinary")
    clock.set(at(30, 10, 30))
    # Ten minutes after the 20: that miss stays, and the new clock of 10 minutes is met.
    worse = {"severity": "major", "consequence": "injury", "severity_reason": "有人受伤", "remark": "医院来电"}
    office.move(office.clerk, raised, "raise_severity", **worse)
    clock.set(at(30, 10, 35))
    # Nobody reports it in an hour: missed. Nobody has decided how soon a major one is settled, so the 24 h of the desk
    # of the ordinary one stay, over on 1 April at 12:00: missed too.
    office.forward(raised)


def test_a_month_that_is_replayed_counts_what_was_met_late_and_missed(
    company_desk: CompanyDesk,
    company: CompanyView,
    person: People,
    clock: Clock,
    fire: Callable[[datetime], int],
) -> None:
    office = Office(company_desk, person, company, "office")
    _first_week(office, clock)
    clock.set(at(11, 9))
    # The timers tell of what nobody did: the callback of the 10th, and the worker who never came.
    assert _counts(company_desk) == {"done": 3, "late": 1, "open": 3}
    assert fire(at(11, 9)) > 0
    assert _counts(company_desk) == {"done": 3, "late": 1, "missed": 2, "open": 1}

    _second_week(office, clock)
    clock.set(at(20, 9))
    fire(at(20, 9))
    assert _counts(company_desk) == {"done": 11, "late": 4, "missed": 2, "cancelled": 1}

    _rest_of_the_month(office, clock)
    clock.set(at(4, 9, month=4))
    fire(at(4, 9, month=4))
    assert _counts(company_desk) == {"done": 12, "late": 4, "missed": 5, "cancelled": 2}
    assert fire(at(4, 9, month=4)) == 0
    assert company_desk.journal.verify().first_bad is None
