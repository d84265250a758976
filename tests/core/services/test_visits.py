"""The visitor register: entered within a minute, let in only with consent, known the second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from gongdan.domain.permits import Standing
from gongdan.domain.visits import Consent
from gongdan.errors import Conflict, InvalidInput, NotAllowed
from gongdan.services.visit_rows import NewVisit
from gongdan.storage.visits import VisitRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gongdan.services.desk import CompanyDesk
    from gongdan.testing.clocks import Clock
    from gongdan.testing.factories import Factory, People

TODAY = date(2026, 3, 5)
IDENTITY = "11010519491231002X"
COURIER = NewVisit(
    name="钱进",
    phone="139 0013 9000",
    document="resident_id",
    identity=IDENTITY,
    firm="顺通快递",
    purpose="delivery",
    place="5-501",
    host="王芳",
    consent="agreed",
    consent_by="王芳",
    consent_way="intercom",
)


@pytest.fixture
def front(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


@pytest.mark.clause("001-01-05")
@pytest.mark.clause("001-01-51")
def test_whom_the_occupier_agreed_to_gets_a_badge_for_the_day(front: CompanyDesk) -> None:
    visit = front.visits.register(COURIER)
    assert (visit.consent, visit.consent_by, visit.consent_way) == (Consent.AGREED, "王芳", "intercom")
    assert (visit.phone, visit.serial, visit.is_inside) == ("13900139000", "FK20260305-001", True)
    assert front.passes.check(visit.serial).standing is Standing.VALID
    assert [one.name for one in front.visits.inside()] == ["钱进"]


@pytest.mark.clause("001-01-05")
@pytest.mark.parametrize("consent", ["refused", "unreached"])
def test_without_consent_a_visitor_is_on_record_and_stays_outside(front: CompanyDesk, consent: str) -> None:
    visit = front.visits.register(replace(COURIER, consent=consent, consent_by="", consent_way="phone"))
    assert (visit.entered_at, visit.pass_id, visit.is_inside) == (None, None, False)
    assert front.visits.inside() == ()
    assert [one.consent for one in front.visits.of_days(TODAY, TODAY)] == [consent]


@pytest.mark.clause("001-01-05")
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"consent": ""}, {"consent"}),
        ({"consent_by": "", "consent_way": ""}, {"consent_by", "consent_way"}),
        ({"consent": "maybe"}, {"consent"}),
        ({"name": "\u200b", "place": " "}, {"name", "place"}),
        ({"phone": "12"}, {"phone"}),
        ({"identity": "110105194912310021"}, {"identity"}),
        ({"purpose": "spy", "document": "passport"}, {"purpose", "document"}),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nobody_is_entered(
    front: CompanyDesk,
    unchanged: Callable[[], AbstractContextManager[None]],
    change: dict[str, str],
    fields: set[str],
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        front.visits.register(replace(COURIER, **change))  # type: ignore[arg-type]  # texts of the form
    assert {problem.field for problem in refusal.value.problems} == fields
    assert all(problem.value != "110105194912310021" for problem in refusal.value.problems)


def test_an_owner_needs_nobodys_consent_and_a_stranger_cannot_pass_for_one(
    front: CompanyDesk,
    factory: Factory,
    company_desk: CompanyDesk,
    unchanged: Callable[[], AbstractContextManager[None]],
) -> None:
    flat, owner = factory.unit(), factory.party(name="王芳", phones=("13800138009",))
    company_desk.assets.link(flat.id, "sample_owner", party_id=owner.id)
    himself = replace(COURIER, asset_id=flat.id, consent="holder", phone="13800138009", identity="")
    assert front.visits.register(himself).is_inside
    with unchanged(), pytest.raises(InvalidInput):
        front.visits.register(replace(himself, phone="13900139000"))


@pytest.mark.clause("001-01-04")
def test_the_time_from_opening_the_page_to_saving_is_kept_and_reckoned_up(front: CompanyDesk, clock: Clock) -> None:
    for seconds in (35, 60, 95):
        opened_at = clock()
        clock.move(timedelta(seconds=seconds))
        front.visits.register(replace(COURIER, opened_at=opened_at))
    # Entered from a paper afterwards, or from a page that lay open over night.
    front.visits.register(COURIER)
    front.visits.register(replace(COURIER, opened_at=clock() - timedelta(hours=9)))
    front.visits.register(replace(COURIER, opened_at=clock() + timedelta(hours=1)))
    found = front.visits.figures(TODAY, TODAY)
    assert (found.visits, found.measured, found.in_time, found.in_time_percent) == (6, 3, 2, 66)
    assert front.visits.limit_seconds() == 60


def test_a_form_that_is_sent_twice_enters_one_visit(front: CompanyDesk) -> None:
    twice = replace(COURIER, form_id="a1")
    assert front.visits.register(twice).id == front.visits.register(twice).id
    assert len(front.visits.inside()) == 1


def test_somebody_who_was_here_before_is_known_by_his_whole_number(front: CompanyDesk, clock: Clock) -> None:
    assert front.visits.known(phone="13900139000") is None
    front.visits.leave(front.visits.register(COURIER).id)
    clock.move(timedelta(days=1))
    for found in (front.visits.known(phone="139-0013-9000"), front.visits.known(identity=IDENTITY.lower())):
        assert found is not None
        assert (found.name, found.firm, found.place, found.visits) == ("钱进", "顺通快递", "5-501", 1)
    assert front.visits.known(phone="139001") is None
    assert front.visits.known(identity=IDENTITY[:10]) is None


def test_leaving_takes_the_badge_back_once(
    front: CompanyDesk, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    visit = front.visits.register(COURIER)
    assert front.visits.leave(visit.id).left_by_name == "张敏"
    assert front.passes.check(visit.serial).standing is Standing.RETURNED
    with unchanged(), pytest.raises(Conflict):
        front.visits.leave(visit.id)


def test_the_identity_number_is_sealed_and_reading_it_is_journalled(front: CompanyDesk, person: People) -> None:
    visit = front.visits.register(COURIER)
    assert visit.identity_mask == "1101**********002X"
    with front.reading() as session:
        [row] = session.query(VisitRow).all()
    assert row.identity_cipher is not None
    assert IDENTITY not in row.identity_cipher
    with pytest.raises(NotAllowed):
        front.visits.unmask(visit.id, "核对身份")
    head = person("supervisor")
    with pytest.raises(InvalidInput):
        head.visits.unmask(visit.id, " ")
    assert head.visits.unmask(visit.id, "公安协查") == IDENTITY
    assert "visit.unmasked" in [entry.act for entry in head.journal.of(visit.id)]


def test_the_register_is_for_those_who_hold_the_post(person: People, front: CompanyDesk) -> None:
    front.visits.register(COURIER)
    outsider = person("observer")
    for act in (outsider.visits.inside, lambda: outsider.visits.register(COURIER)):
        with pytest.raises(NotAllowed):
            act()


def test_nobody_sees_another_companys_visitors(front: CompanyDesk, other_desk: CompanyDesk) -> None:
    front.visits.register(COURIER)
    assert other_desk.visits.inside() == ()
    assert other_desk.visits.known(phone="13900139000") is None
