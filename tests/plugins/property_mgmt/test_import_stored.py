"""Both demo lists through the service: the verdict on every row, and what is stored of chosen ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gongdan.bootstrap import open_desk
from gongdan.hooks.manager import PluginManager
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk
from gongdan.services.import_reports import RowReport
from gongdan.services.imports import RunView, Source
from gongdan.settings import read_settings
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.testing.contents import contents
from gongdan.testing.databases import Databases
from gongdan_property_mgmt import plugin
from tests.plugins.property_mgmt.expectations import DEMO, expected_rows

UNITS, CASES = "房屋台账.xlsx", "报修投诉台账.csv"


@dataclass(frozen=True, slots=True)
class Filled:
    """A company with both lists in it."""

    desk: CompanyDesk
    runs: dict[str, RunView]
    reports: dict[str, list[RowReport]]

    def ticket(self, description: str) -> TicketRow:
        """Return the ticket that begins so."""
        with self.desk.reading() as session:
            return session.scalars(select(TicketRow).where(TicketRow.description.startswith(description))).one()

    def opened(self, moment: datetime) -> TicketRow:
        """Return the ticket that was opened at an aware moment."""
        with self.desk.reading() as session:
            return session.scalars(select(TicketRow).where(TicketRow.opened_at == moment)).one()

    def unit(self, label: str) -> AssetRow:
        """Return the unit of a label."""
        with self.desk.reading() as session:
            return session.scalars(select(AssetRow).where(AssetRow.label == label)).one()

    def holders(self, label: str) -> list[tuple[str, str, list[str]]]:
        """Return role, name and phones of those who are linked to a unit, in the order of the list."""
        query = (
            select(AssetLinkRow.role, PartyRow.name, PartyRow.id)
            .join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
            .where(AssetLinkRow.asset_id == self.unit(label).id)
            .order_by(AssetLinkRow.id)
        )
        with self.desk.reading() as session:
            return [(role, name, self.phones(party_id)) for role, name, party_id in session.execute(query)]

    def phones(self, party_id: Any) -> list[str]:
        """Return the phones of a party, in the order of the list."""
        query = select(ContactPointRow.normalised).where(ContactPointRow.party_id == party_id)
        with self.desk.reading() as session:
            return list(session.scalars(query.order_by(ContactPointRow.id)))

    def owner(self, label: str) -> PartyRow:
        """Return the first owner of a unit."""
        query = (
            select(PartyRow)
            .join(AssetLinkRow, AssetLinkRow.party_id == PartyRow.id)
            .where(AssetLinkRow.asset_id == self.unit(label).id, AssetLinkRow.role == "owner")
            .order_by(AssetLinkRow.id)
        )
        with self.desk.reading() as session:
            return session.scalars(query).first() or pytest.fail(f"{label} has no owner")

    def count(self, model: Any, *conditions: Any) -> int:
        """Return how many rows there are."""
        with self.desk.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


@pytest.fixture(scope="module")
def filled(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    home: Path = tmp_path_factory.mktemp("home")
    manager = PluginManager()
    manager.register("property_mgmt", plugin, distribution="tests", version="1.0")
    settings = read_settings({}, home=home, database_url=databases.fresh(), secure_cookies=False)
    desk = open_desk(settings, plugins=manager, clock=lambda: datetime(2026, 11, 1, 2, 0, tzinfo=UTC))
    company = desk.companies.create(SYSTEM, "xingfu", "幸福物业")
    desk.at(company).plugins.enable("property_mgmt")
    own = desk.at(company)
    runs, reports = {}, {}
    for kind, file in (("units", UNITS), ("cases", CASES)):
        rows: list[RowReport] = []
        runs[file] = own.imports.run(kind, Source(path=DEMO / file), on_rows=rows.extend)
        reports[file] = rows
    yield Filled(own, runs, reports)
    desk.close()


# --- Verdicts --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [UNITS, CASES])
def test_every_row_has_the_verdict_the_reasons_and_the_changes_that_are_expected(filled: Filled, file: str) -> None:
    found = [
        (row.row, row.verdict.value, list(row.reasons),
         {name: {"raw": raw, "value": value} for name, (raw, value) in row.changes.items()})
        for row in filled.reports[file]
    ]  # fmt: skip
    expected = [(row["row"], row["verdict"], row["reasons"], row.get("fields", {})) for row in expected_rows(file)]
    assert found == expected


@pytest.mark.parametrize("file", [UNITS, CASES])
def test_the_verdicts_that_are_kept_with_the_run_are_the_same(filled: Filled, file: str) -> None:
    kept = [(row.row, row.verdict.value, list(row.reasons)) for row in filled.desk.imports.rows(filled.runs[file].id)]
    assert kept == [(row["row"], row["verdict"], row["reasons"]) for row in expected_rows(file)]


def test_a_row_is_new_exactly_if_it_is_taken(filled: Filled) -> None:
    taken = {"ok", "normalised", "flagged"}
    for reports in filled.reports.values():
        assert {(row.verdict.value in taken, row.outcome) for row in reports} == {(True, "imported"), (False, None)}


def test_the_runs_count_verdicts_and_outcomes(filled: Filled) -> None:
    assert filled.runs[UNITS].counts == {
        "ok": 655, "normalised": 468, "flagged": 65, "refused": 16, "not_a_row": 4, "imported": 1188,
    }  # fmt: skip
    assert filled.runs[CASES].counts == {
        "ok": 33, "normalised": 2857, "flagged": 63, "refused": 53, "not_a_row": 27, "imported": 2953,
    }  # fmt: skip
    assert {run.state for run in filled.runs.values()} == {"finished"}


# --- What is stored of units -----------------------------------------------------------------


def test_three_buildings_with_two_sections_each_hold_the_units(filled: Filled) -> None:
    counts = {kind: filled.count(AssetRow, AssetRow.kind == kind) for kind in ("building", "section", "unit")}
    assert counts == {"building": 3, "section": 6, "unit": 1188}
    assert filled.count(AssetRow, AssetRow.import_run_id != filled.runs[UNITS].id) == 0


def test_a_unit_stands_at_its_place_with_floor_area_state_and_day_of_moving_in(filled: Filled) -> None:
    unit = filled.unit("1-1-101")
    assert (unit.path, unit.code, unit.position, unit.state) == ("/1/1/101", "101", "1", "occupied")
    assert unit.fields == {"area": "100.45", "moved_in_on": "2024-09-18"}
    assert filled.unit("1-1-1001").position == "10"
    assert filled.unit("1-1-202").fields["area"] == "91.86"


def test_owners_tenants_and_their_phones_are_linked(filled: Filled) -> None:
    assert filled.holders("1-1-101") == [("owner", "胡杰英", ["13592747037"])]
    assert filled.holders("1-1-201") == [("owner", "吴子强", ["13580392538"]), ("tenant", "刘艳", [])]
    assert filled.holders("1-1-406") == [("owner", "刘博刚", ["13866034282"]), ("owner", "周强伟", [])]
    assert filled.holders("1-1-603") == [("owner", "林静雨", ["19167263921", "13090120877"])]


def test_the_links_of_a_list_are_open_at_both_ends(filled: Filled) -> None:
    assert filled.count(AssetLinkRow, AssetLinkRow.begins.is_not(None) | AssetLinkRow.ends.is_not(None)) == 0


def test_an_identity_number_is_encrypted_and_found_by_its_digest(filled: Filled) -> None:
    owner, vault = filled.owner("1-1-101"), filled.desk.installation.vault
    assert vault.decrypt(owner.identity_cipher or "") == "500103197009256964"
    assert owner.identity_digest == vault.digest("500103197009256964")
    assert (owner.identity_mask, owner.identity_verdict) == ("5001**********6964", "ok")


def test_a_number_with_a_wrong_check_character_is_kept_and_one_without_its_last_digits_is_not(filled: Filled) -> None:
    wrong, lost = filled.owner("1-1-706"), filled.owner("1-1-206")
    assert (wrong.identity_mask, wrong.identity_verdict) == ("5001**********7962", "suspect")
    assert (lost.identity_cipher, lost.identity_digest, lost.identity_mask) == (None, None, "")
    assert (filled.unit("1-1-706").flags, filled.unit("1-1-206").flags) == (["bad_checksum"], ["precision_lost"])


def test_a_day_that_does_not_exist_is_left_empty_and_flagged(filled: Filled) -> None:
    unit = filled.unit("1-1-308")
    assert (unit.fields, unit.flags) == ({"area": "72.71"}, ["bad_date"])


def test_the_earlier_of_two_rows_with_one_unit_stays(filled: Filled) -> None:
    assert filled.holders("1-1-1001") == [("owner", "孙梓文", ["15081244208"])]
    assert filled.count(PartyRow, PartyRow.name == "另一业主") == 0


# --- What is stored of cases -----------------------------------------------------------------


def test_a_case_keeps_its_times_in_the_zone_of_the_company(filled: Filled) -> None:
    # Row 2: 1 November 2024, 13:50 in Shanghai, done on the same day at 15:27.
    ticket = filled.opened(datetime(2024, 11, 1, 5, 50, tzinfo=UTC))
    assert (ticket.closed_at, ticket.changed_at) == (datetime(2024, 11, 1, 7, 27, tzinfo=UTC),) * 2
    assert ticket.fields["arrived_at"] == "2024-11-01T15:03:00+08:00"
    assert ticket.fields["finished_at"] == "2024-11-01T15:27:00+08:00"


def test_a_case_is_closed_in_the_unit_it_names_with_the_words_of_the_list(filled: Filled) -> None:
    ticket = filled.opened(datetime(2024, 11, 1, 5, 50, tzinfo=UTC))
    assert (ticket.type, ticket.state, ticket.is_open, ticket.round) == ("repair", "closed", False, 1)
    assert (ticket.asset_id, ticket.place) == (filled.unit("3-2-503").id, "3-2-503")
    assert (ticket.contact_name, ticket.contact_phone) == ("张文博", "19957831720")
    assert ticket.description == "阳台推拉门滑轮脱落，推不动了"
    values = {"dispatched_by": "刘文静", "worker": "陈艳洋", "fee": "80.00", "callback_satisfaction": "unsatisfied"}
    assert {name: ticket.fields[name] for name in values} == values
    assert (ticket.owner_id, ticket.assignee_id, ticket.channel, ticket.flags) == (None, None, "other", [])


def test_numbers_run_by_month_in_the_order_of_the_list(filled: Filled) -> None:
    first = filled.opened(datetime(2024, 11, 1, 5, 50, tzinfo=UTC))
    second = filled.opened(datetime(2024, 11, 2, 1, 20, tzinfo=UTC))
    assert (first.number, second.number) == ("BX202411-0001", "BX202411-0002")
    # Row 247 is of 30 December, row 294 of 6 January.
    december, january = (
        filled.opened(moment).number
        for moment in (datetime(2024, 12, 30, 7, 45, tzinfo=UTC), datetime(2025, 1, 6, 9, 0, tzinfo=UTC))
    )
    assert (december[:8], january[:8]) == ("BX202412", "BX202501")
    assert filled.count(TicketRow, TicketRow.number.like("BX202501-%")) > int(january[-4:]) > 0


def test_a_caller_is_recognised_by_a_phone_that_is_one_persons(filled: Filled) -> None:
    ticket = filled.opened(datetime(2024, 11, 1, 5, 50, tzinfo=UTC))
    assert ticket.requester_id == filled.owner("3-2-503").id
    assert filled.phones(ticket.requester_id) == ["19957831720"]


def test_an_unknown_room_leaves_the_unit_empty_and_keeps_its_words(filled: Filled) -> None:
    # Row 79: 9-1-244, of which the list of units knows nothing.
    ticket = filled.opened(datetime(2024, 11, 17, 2, 20, tzinfo=UTC))
    assert (ticket.asset_id, ticket.place, ticket.flags) == (None, "9-1-244", ["unknown_reference"])


def test_a_short_phone_number_is_kept_as_it_came_and_flagged(filled: Filled) -> None:
    # Row 94, a complaint.
    ticket = filled.opened(datetime(2024, 11, 17, 23, 25, tzinfo=UTC))
    assert (ticket.type, ticket.contact_phone, ticket.flags) == ("complaint", "1351410414", ["bad_format"])
    assert ticket.requester_id is None


def test_all_cases_are_stored_once_and_found_by_their_words(filled: Filled) -> None:
    assert filled.count(TicketRow) == 2953
    assert filled.count(TicketRow, TicketRow.import_run_id != filled.runs[CASES].id) == 0
    found = filled.desk.searching.everywhere("1351410414 访客登记").tickets
    assert [ticket.opened_at for ticket in found] == [datetime(2024, 11, 17, 23, 25, tzinfo=UTC)]


# --- Identity numbers ------------------------------------------------------------------------


def test_the_identity_numbers_of_a_list_stand_nowhere_in_the_database(filled: Filled) -> None:
    numbers = {row["value"]["identity"] for row in expected_rows(UNITS) if row.get("value", {}).get("identity")}
    assert len(numbers) == 1161
    stored = repr(contents(filled.desk.installation.database.engine))
    assert numbers & set(re.findall(r"[0-9]{17}[0-9X]", stored)) == set()


def test_what_is_kept_of_a_doubtful_number_is_masked_while_the_report_of_the_run_names_it(filled: Filled) -> None:
    # Row 55: a wrong check character.
    told = filled.reports[UNITS][54].issues[0]
    kept = next(row for row in filled.desk.imports.rows(filled.runs[UNITS].id) if row.row == 55).issues[0]
    assert (told.column, told.raw) == ("identity", "500103198703257962")
    assert (kept.column, kept.raw) == ("identity", "5001**********7962")
