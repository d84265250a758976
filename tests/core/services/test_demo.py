from collections.abc import Sequence
from datetime import time, timedelta

import pytest

from gongdan.domain.demo import DemoCase, DemoStep
from gongdan.errors import MoveRefused, NotFound
from gongdan.services.demo import as_member, play
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import People

_LEAK = DemoCase(
    type="sample_repair",
    who="zhangmin",
    description="厨房水管漏水",
    customer=("王芳", "13800138000"),
    place="3-2-501",
    days_ago=2,
    at=time(9, 30),
    fields={"appointment": timedelta(hours=1)},
    steps=(
        DemoStep(after_minutes=5, who="zhangmin", move="dispatch", values={"assignee": "liqiang"}),
        DemoStep(after_minutes=40, who="liqiang", note="已换软管", is_public=True),
    ),
)


@pytest.fixture
def people(person: People) -> Sequence[CompanyDesk]:
    return [person("agent", name="张敏", login="zhangmin"), person("worker", name="李强", login="liqiang")]


def test_a_case_is_played_at_its_own_times_by_its_own_people(
    company_desk: CompanyDesk, people: Sequence[CompanyDesk]
) -> None:
    (ticket_id,) = play(company_desk, [_LEAK])
    ticket = company_desk.tickets.find(ticket_id)
    assert (ticket.state, ticket.opened_at.isoformat()) == ("working", "2026-03-03T01:30:00+00:00")
    assert [ticket.owner_id, ticket.assignee_id] == [person.actor.account_id for person in people]
    assert ticket.fields["appointment"] == "2026-03-03T10:30:00+08:00"
    (note,) = company_desk.notes.of_ticket(ticket_id)
    assert (note.author_name, note.is_public, note.written_at.isoformat()) == (
        "李强",
        True,
        "2026-03-03T02:10:00+00:00",
    )


def test_the_clock_stands_where_it_stood_before(
    company_desk: CompanyDesk, people: Sequence[CompanyDesk], clock: Clock
) -> None:
    play(company_desk, [_LEAK])
    assert company_desk.installation.clock is clock
    assert company_desk.installation.clock() == START


def test_a_demo_keeps_to_the_rules(company_desk: CompanyDesk, people: Sequence[CompanyDesk]) -> None:
    case = DemoCase(
        type="sample_repair",
        who="zhangmin",
        description="厨房水管漏水",
        customer=("王芳", "13800138000"),
        steps=(DemoStep(after_minutes=0, who="zhangmin", move="dispatch"),),
    )
    with pytest.raises(MoveRefused):
        play(company_desk, [case])


def test_nobody_works_under_the_login_of_a_stranger(company_desk: CompanyDesk) -> None:
    with pytest.raises(NotFound):
        as_member(company_desk, "nobody")
