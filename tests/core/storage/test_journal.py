"""A journal that somebody has changed says so, and names the first entry that does not fit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.storage.tables import METADATA
from gongdan.testing.contents import unchanged

ENTRY = METADATA.tables["journal_entry"]
HEAD = METADATA.tables["journal_head"]

#: Acts in the journal of ``written``: the company was made, its plugin enabled, and six views were saved.
LENGTH = 8


@pytest.fixture
def written(company_desk: CompanyDesk) -> CompanyDesk:
    for number in range(6):
        company_desk.saved_views.save("ticket", f"视图{number}", "open=1")
    assert company_desk.journal.verify().entries == LENGTH
    return company_desk


def _verdict(desk: CompanyDesk) -> tuple[int | None, str]:
    report = desk.journal.verify()
    return report.first_bad, report.problem


def _tamper(desk: CompanyDesk, change: Callable[[Connection], object]) -> tuple[int | None, str]:
    """Let somebody with every right on the database change it, and verify."""
    engine = desk.installation.database.engine
    with engine.execution_options(gongdan_write=True).begin() as connection:
        if engine.dialect.name == "sqlite":
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS journal_entry_no_{act}"))
        change(connection)
    return _verdict(desk)


def test_an_untouched_journal_is_whole(written: CompanyDesk) -> None:
    report = written.journal.verify()
    assert (report.entries, report.first_bad, report.problem) == (LENGTH, None, "")


@pytest.mark.parametrize(
    "values",
    [
        {"actor_name": "李四"},
        {"actor_id": UUID(int=5)},
        {"act": "view.removed"},
        {"subject_kind": "ticket"},
        {"subject_id": UUID(int=5)},
        {"payload": '{"after":{},"before":{}}'},
        {"hash": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_entry_is_named(written: CompanyDesk, values: dict[str, object]) -> None:
    change = update(ENTRY).where(ENTRY.c.sequence == 5).values(values)
    assert _tamper(written, lambda connection: connection.execute(change)) == (5, "hash")


def test_a_changed_time_is_named(written: CompanyDesk) -> None:
    change = update(ENTRY).where(ENTRY.c.sequence == 3).values(at=written.installation.clock().replace(minute=59))
    assert _tamper(written, lambda connection: connection.execute(change)) == (3, "hash")


def test_text_cannot_wander_from_one_column_into_the_next(company_desk: CompanyDesk) -> None:
    with company_desk.working() as work:
        work.record("view.saved|x", "saved_view", UUID(int=1))
    change = update(ENTRY).where(ENTRY.c.act == "view.saved|x").values(act="view.saved", subject_kind="x|saved_view")
    assert _tamper(company_desk, lambda connection: connection.execute(change)) == (3, "hash")


@pytest.mark.parametrize(("sequence", "problem"), [(1, "gap"), (4, "gap"), (LENGTH, "head")])
def test_a_deleted_entry_is_named(written: CompanyDesk, sequence: int, problem: str) -> None:
    change = delete(ENTRY).where(ENTRY.c.sequence == sequence)
    assert _tamper(written, lambda connection: connection.execute(change)) == (sequence, problem)


def test_a_cut_tail_is_named_by_its_first_missing_entry(written: CompanyDesk) -> None:
    change = delete(ENTRY).where(ENTRY.c.sequence > 5)
    assert _tamper(written, lambda connection: connection.execute(change)) == (6, "head")


def test_a_journal_that_was_deleted_as_a_whole_is_noticed(written: CompanyDesk) -> None:
    assert _tamper(written, lambda connection: connection.execute(delete(ENTRY))) == (1, "head")


def test_swapped_entries_are_named(written: CompanyDesk) -> None:
    def swap(connection: Connection) -> None:
        for old, new in ((4, 99), (6, 4), (99, 6)):
            connection.execute(update(ENTRY).where(ENTRY.c.sequence == old).values(sequence=new))

    assert _tamper(written, swap) == (4, "hash")


def test_an_inserted_entry_is_named(written: CompanyDesk) -> None:
    def forge(connection: Connection) -> None:
        last = connection.execute(select(ENTRY).where(ENTRY.c.sequence == LENGTH)).mappings().one()
        connection.execute(insert(ENTRY).values({**last, "sequence": LENGTH + 1}))

    assert _tamper(written, forge) == (LENGTH + 1, "hash")


def test_an_entry_put_in_by_moving_the_later_ones_is_named(written: CompanyDesk) -> None:
    def forge(connection: Connection) -> None:
        for sequence in range(LENGTH, 4, -1):
            connection.execute(update(ENTRY).where(ENTRY.c.sequence == sequence).values(sequence=sequence + 1))
        model = connection.execute(select(ENTRY).where(ENTRY.c.sequence == 4)).mappings().one()
        connection.execute(insert(ENTRY).values({**model, "sequence": 5}))

    assert _tamper(written, forge) == (5, "hash")


def test_an_entry_moved_to_another_company_is_missed_there_and_out_of_place_here(
    written: CompanyDesk, other_desk: CompanyDesk
) -> None:
    change = (
        update(ENTRY)
        .where(ENTRY.c.company_id == written.company.id, ENTRY.c.sequence == LENGTH)
        .values(company_id=other_desk.company.id)
    )
    assert _tamper(written, lambda connection: connection.execute(change)) == (LENGTH, "head")
    assert _verdict(other_desk) == (3, "gap")


def test_a_changed_head_is_noticed(written: CompanyDesk) -> None:
    change = update(HEAD).values(hash="0" * 64)
    assert _tamper(written, lambda connection: connection.execute(change)) == (LENGTH + 1, "head")


@given(sequence=st.integers(1, LENGTH), other=st.integers(1, LENGTH), name=st.text("张敏李四|", max_size=4))
def test_whatever_is_changed_the_first_changed_entry_is_named(
    desk: Desk, written: CompanyDesk, sequence: int, other: int, name: str
) -> None:
    before = _names(desk)
    places = {sequence, other}
    _tamper(
        written,
        lambda connection: connection.execute(
            update(ENTRY).where(ENTRY.c.sequence.in_(places)).values(actor_name=name)
        ),
    )
    changed = [place for place in sorted(places) if before[place] != name]
    assert _verdict(written) == ((changed[0], "hash") if changed else (None, ""))
    with desk.database.engine.execution_options(gongdan_write=True).begin() as connection:
        for place in changed:
            connection.execute(update(ENTRY).where(ENTRY.c.sequence == place).values(actor_name=before[place]))


def _names(desk: Desk) -> dict[int, str]:
    with desk.database.engine.connect() as connection:
        return {row.sequence: row.actor_name for row in connection.execute(select(ENTRY))}


@pytest.mark.parametrize(
    "statement", ["UPDATE journal_entry SET act = 'x'", "DELETE FROM journal_entry"], ids=["update", "delete"]
)
def test_the_application_cannot_change_or_delete_an_entry(desk: Desk, written: CompanyDesk, statement: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
    with unchanged(desk.database.engine), refused, desk.database.writing(written.company.id) as session:
        session.execute(text(statement))


def _save_view(desk: CompanyDesk, number: int) -> None:
    desk.installation.at(desk.company).saved_views.save("ticket", f"视图{number}", "")


def test_parallel_writers_make_one_chain(company_desk: CompanyDesk) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(partial(_save_view, company_desk), range(40)))
    report = company_desk.journal.verify()
    assert (report.entries, report.first_bad) == (42, None)


def test_verifying_while_others_write_raises_no_false_alarm(company_desk: CompanyDesk) -> None:
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(_save_view, company_desk, number) for number in range(40)]
        verdicts = {_verdict(company_desk) for _ in range(15)}
        assert [future.result() for future in writing] == [None] * 40
    assert verdicts == {(None, "")}


def test_each_company_has_a_chain_of_its_own(
    company_desk: CompanyDesk, other_desk: CompanyDesk, company: CompanyView
) -> None:
    change = update(ENTRY).where(ENTRY.c.company_id == company.id, ENTRY.c.sequence == 1).values(act="x")
    assert _tamper(company_desk, lambda connection: connection.execute(change)) == (1, "hash")
    assert _verdict(other_desk) == (None, "")
