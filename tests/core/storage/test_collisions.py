"""What PostgreSQL takes back because two people got in each other's way is an error in words."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from gongdan.errors import WorkCollided
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.storage.tickets import TicketRow
from gongdan.testing.factories import Factory

#: SQLite lets one write at a time, so nobody collides.
pytestmark = pytest.mark.postgres

SAY = "UPDATE ticket SET subject = :subject WHERE number = :number"


@pytest.fixture
def numbers(factory: Factory) -> tuple[str, str]:
    return factory.ticket(subject="水管").number, factory.ticket(subject="电梯").number


def _subjects(at: CompanyDesk) -> set[str]:
    with at.reading() as session:
        return set(session.scalars(select(TicketRow.subject)))


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again_and_the_other_goes_on(
    company_desk: CompanyDesk, desk: Desk, numbers: tuple[str, str]
) -> None:
    both_hold = threading.Barrier(2, timeout=20)

    def change(name: str, first: str, second: str) -> str:
        try:
            with desk.database.writing(company_desk.company.id) as session:
                session.execute(text(SAY), {"subject": name, "number": first})
                both_hold.wait()
                session.execute(text(SAY), {"subject": name, "number": second})
        except WorkCollided as refusal:
            return refusal.code
        return name

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(change, "甲", *numbers), pool.submit(change, "乙", *reversed(numbers))
        ends = {one.result(), other.result()}
    (winner,) = ends - {"work_collided"}
    assert (len(ends), _subjects(company_desk)) == (2, {winner})


def test_of_two_that_exclude_each_other_the_later_one_is_told_to_try_again(
    company_desk: CompanyDesk, desk: Desk, numbers: tuple[str, str]
) -> None:
    engine = desk.database.engine.execution_options(isolation_level="REPEATABLE READ")
    values = {"number": numbers[0]}
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SELECT subject FROM ticket"))
        other.execute(text(SAY), {**values, "subject": "乙"})
        other.commit()
        with pytest.raises(WorkCollided):
            one.execute(text(SAY), {**values, "subject": "甲"})
    assert _subjects(company_desk) == {"乙", "电梯"}
