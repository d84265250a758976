"""The policy of property companies: two regulations answer the same questions differently, and neither answers all."""

import pytest

from gongdan.api import CompanyDesk, PolicyPack
from gongdan_property_mgmt.plugin import register_rulebook
from gongdan_property_mgmt.policy import APPROVAL_KEYS, PAPER_KEYS, POLICY_KEYS

RESIDENTIAL = "property_mgmt.residential"
OFFICE = "property_mgmt.office"
#: Lists the procedures of an office building's desk, and says neither how long nor how much.
OFFICE_DESK = "property_mgmt.office_desk"
#: What a regulation has to answer.
FIGURES = tuple(key for key in POLICY_KEYS if key.proposed is None)


def _pack(name: str) -> PolicyPack:
    return next(pack for pack in register_rulebook().packs if pack.name == name)


def _answers(desk: CompanyDesk, pack: str, *keys: str) -> list[str | None]:
    """Apply a pack and return what then holds."""
    desk.policies.apply(desk.policies.pack(pack))
    moment = desk.installation.clock()
    return [desk.policies.value(f"property_mgmt.{key}", moment).text for key in keys]


def _left_open(desk: CompanyDesk, pack: str, *keys: str) -> list[str]:
    """Apply a pack and return those of the keys that stay undecided and say why."""
    desk.policies.apply(desk.policies.pack(pack))
    moment = desk.installation.clock()
    values = {key: desk.policies.value(f"property_mgmt.{key}", moment) for key in keys}
    return [key for key, value in values.items() if value.is_undecided and value.note]


@pytest.mark.clause("004-04-28")
@pytest.mark.clause("004-04-31")
@pytest.mark.clause("004-04-33")
@pytest.mark.clause("004-09-14")
@pytest.mark.clause("004-09-17")
def test_an_office_building_forwards_by_severity(company_desk: CompanyDesk) -> None:
    keys = ("forward_major", "forward_ordinary", "forward_minor")
    assert _answers(company_desk, OFFICE, *keys) == ["10 min", "20 min", "30 min"]


@pytest.mark.clause("004-04-16")
@pytest.mark.clause("004-04-29")
def test_an_office_building_reports_in_an_hour_and_forwards_the_nights_complaints_in_the_morning(
    company_desk: CompanyDesk,
) -> None:
    assert _answers(company_desk, OFFICE, "report_major", "forward_night") == ["1 h", "next_opening"]


@pytest.mark.clause("004-04-32")
@pytest.mark.clause("004-04-34")
@pytest.mark.clause("004-09-15")
@pytest.mark.clause("004-09-18")
def test_an_office_building_resolves_in_24_working_hours_counted_while_the_desk_is_open(
    company_desk: CompanyDesk,
) -> None:
    assert _answers(company_desk, OFFICE, "resolve_ordinary", "resolve_minor") == ["24 desk_h", "24 desk_h"]


@pytest.mark.clause("004-04-47")
@pytest.mark.clause("004-04-48")
@pytest.mark.clause("004-04-49")
def test_an_office_building_calls_back_after_complaints_within_a_day_by_the_clock(company_desk: CompanyDesk) -> None:
    keys = ("callback_major", "callback_ordinary", "callback_minor")
    assert _answers(company_desk, OFFICE, *keys) == ["24 h", "24 h", "24 h"]


@pytest.mark.clause("004-03-05")
@pytest.mark.clause("004-09-08")
@pytest.mark.clause("004-09-10")
def test_an_office_building_is_on_site_in_15_minutes_and_calls_back_in_24_working_hours(
    company_desk: CompanyDesk,
) -> None:
    assert _answers(company_desk, OFFICE, "on_site", "callback_repair") == ["15 min", "24 desk_h"]


@pytest.mark.clause("004-02-01")
@pytest.mark.clause("004-02-13")
@pytest.mark.clause("004-04-12")
@pytest.mark.clause("004-04-17")
@pytest.mark.clause("004-04-22")
@pytest.mark.clause("004-04-30")
@pytest.mark.clause("004-04-35")
@pytest.mark.clause("004-04-39")
@pytest.mark.clause("004-04-40")
@pytest.mark.clause("004-04-41")
def test_at_once_is_no_figure_in_an_office_building(company_desk: CompanyDesk) -> None:
    keys = (
        "report_major_night", "first_answer", "tell_invalid", "help_invalid", "tell_progress", "investigate_major",
        "investigate", "resolve_major", "finish_repair", "callback_service",
    )  # fmt: skip
    assert _left_open(company_desk, OFFICE, *keys) == list(keys)


@pytest.mark.clause("001-01-16")
@pytest.mark.clause("001-01-18")
def test_a_housing_estate_answers_in_two_hours_whatever_the_finding(company_desk: CompanyDesk) -> None:
    assert _answers(company_desk, RESIDENTIAL, "first_answer", "tell_invalid") == ["2 h", "2 h"]


@pytest.mark.clause("001-01-21")
@pytest.mark.clause("001-08-16")
@pytest.mark.clause("001-08-41")
def test_a_housing_estate_is_on_site_in_20_minutes_done_that_day_and_calls_back_in_two_working_days(
    company_desk: CompanyDesk,
) -> None:
    keys = ("on_site", "finish_repair", "callback_service")
    assert _answers(company_desk, RESIDENTIAL, *keys) == ["20 min", "same_day", "2 workday"]


@pytest.mark.clause("001-01-14")
@pytest.mark.clause("001-01-19")
@pytest.mark.clause("001-08-17")
@pytest.mark.clause("001-08-19")
@pytest.mark.clause("001-08-21")
@pytest.mark.clause("001-08-47")
@pytest.mark.clause("001-08-49")
def test_promptly_is_no_figure_in_a_housing_estate(company_desk: CompanyDesk) -> None:
    keys = (
        "report_major", "resolve_major", "resolve_ordinary", "resolve_minor", "callback_major",
        "callback_ordinary", "callback_minor", "dispatch", "pause_repair", "callback_repair",
    )  # fmt: skip
    assert _left_open(company_desk, RESIDENTIAL, *keys) == list(keys)


@pytest.mark.clause("004-05-08")
@pytest.mark.clause("004-09-02")
def test_an_office_building_visits_every_month_and_asks_every_half_year(company_desk: CompanyDesk) -> None:
    keys = ("visits", "visits_within", "surveys")
    assert _answers(company_desk, OFFICE, *keys) == ["month:1", "month+0:31", "6 month"]


@pytest.mark.clause("004-05-08")
@pytest.mark.clause("004-09-02")
def test_a_number_of_customers_is_no_share_and_a_half_year_is_no_limit(company_desk: CompanyDesk) -> None:
    keys = ("visits_share", "survey_within")
    assert _left_open(company_desk, OFFICE, *keys) == list(keys)


def test_of_samples_and_complaint_reports_the_office_regulation_says_nothing(company_desk: CompanyDesk) -> None:
    assert _answers(
        company_desk, OFFICE, "log_samples", "log_sample_share", "log_sample_within",
        "complaint_reports", "complaint_report_within",
    ) == [None] * 5  # fmt: skip


def test_nothing_is_decided_before_a_company_decides(company_desk: CompanyDesk) -> None:
    undecided = {value.key for value in company_desk.policies.undecided()}
    assert {key.name for key in FIGURES} <= undecided


def test_every_question_is_asked_by_a_clause_and_answered_or_left_open_by_a_pack() -> None:
    said = {line.key for name in (RESIDENTIAL, OFFICE, OFFICE_DESK) for line in _pack(name).lines}
    # The sources say that amounts decide who may promise, and their table is missing; and none knew of kept papers.
    assert {key.name for key in FIGURES} == said | {key.name for key in (*APPROVAL_KEYS, *PAPER_KEYS)}
    assert [key.name for key in FIGURES if not key.clauses] == []
    # Of rest days and downtime no source speaks.
    assert {key.name for key in POLICY_KEYS if key not in FIGURES} == {
        "property_mgmt.visits_rest_days", "property_mgmt.plan_rest_days", "property_mgmt.plan_catch_up"
    }  # fmt: skip


@pytest.mark.parametrize(("name", "source"), [(RESIDENTIAL, "001"), (OFFICE, "004"), (OFFICE_DESK, "000")])
def test_a_pack_speaks_for_one_source_and_says_why(name: str, source: str) -> None:
    pack = _pack(name)
    assert (pack.source, {line.clause[:3] for line in pack.lines}) == (source, {source})
    assert [line.key for line in pack.lines if not line.note.zh or not line.note.en] == []
    clauses = {key.name: key.clauses for key in POLICY_KEYS}
    assert [line.key for line in pack.lines if line.clause not in clauses[line.key]] == []


def test_two_companies_follow_two_regulations(company_desk: CompanyDesk, other_desk: CompanyDesk) -> None:
    assert _answers(company_desk, RESIDENTIAL, "on_site", "first_answer") == ["20 min", "2 h"]
    assert _answers(other_desk, OFFICE, "on_site", "first_answer") == ["15 min", None]
