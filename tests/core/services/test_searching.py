"""The one search box, as people use it."""

from collections.abc import Mapping

import pytest

from gongdan.services.desk import CompanyDesk
from gongdan.services.parties import PartyInput
from gongdan.services.tickets import TicketFilter
from gongdan.testing.beginnings import Beginning
from gongdan.testing.factories import Factory, People


@pytest.fixture
def ticket(begin: Beginning, company_desk: CompanyDesk) -> str:
    """Open a ticket with every kind of word and return its number."""
    return begin(lambda: _open(company_desk))


def _open(company_desk: CompanyDesk) -> str:
    factory = Factory(company_desk)
    party = factory.party(name="欧阳娜娜", phones=("138 0013 8000",))
    building = factory.building(code="3栋", label="三号楼")
    unit = factory.unit(building, code="501", label="3-2-501")
    made = factory.ticket(
        subject="厨房水管漏水",
        description="水管爆裂，停车位 粤B12345 也进水了，Wi-Fi 断网",
        requester_id=party.id,
        contact_name="王先生",
        contact_phone="13912345678",
        asset_id=unit.id,
        place="三号楼二单元",
    )
    company_desk.notes.write(made.id, "已联系水电工老赵")
    return made.number


def _tickets(desk: CompanyDesk, query: str) -> list[str]:
    return [line.ticket.number for line in desk.tickets.list(TicketFilter(text=query)).lines]


@pytest.mark.parametrize(
    "query",
    [
        "漏",
        "漏水",
        "厨房水管漏水",
        "水管 断网",
        "断网　水管",
        "BX202603-0001",
        "bx202603",
        "欧阳娜娜",
        "娜娜",
        "王先生",
        "13912345678",
        "1391",
        "5678",
        "8000",
        "13800138000",
        "粤B12345",
        "b12345",
        "Ｂ１２３４５",
        "wi-fi",
        "三号楼二单元",
        "老赵",
        "水电工",
        # Numbers, plates and telephones as they are said and written elsewhere.
        "BX 202603-0001",
        "202603-0001",
        "ＢＸ２０２６０３－０００１",
        "粤B·12345",
        "粤 B 12345",
        "12345",
        "2345",
        "139 1234 5678",
        "+86 138 0013 8000",
        "王先生 粤B12345",
    ],
)
def test_a_ticket_is_found_by_every_word_that_people_know_of_it(
    company_desk: CompanyDesk, ticket: str, query: str
) -> None:
    assert _tickets(company_desk, query) == [ticket]


@pytest.mark.parametrize(
    "query", ["电梯", "漏水 电梯", "水漏", "391", "912345678", "张敏", "345", "02603-0001", "厨电水路", "BX202604"]
)
def test_a_ticket_is_not_found_by_words_that_it_does_not_hold(
    company_desk: CompanyDesk, ticket: str, query: str
) -> None:
    assert _tickets(company_desk, query) == []


@pytest.mark.parametrize("query", ["厨房爆裂", "水管厨房漏水", "漏水厨房", "水管坏了爆裂", "管爆裂停"])
def test_a_sentence_in_another_order_finds_what_comes_nearest(
    company_desk: CompanyDesk, ticket: str, query: str
) -> None:
    assert _tickets(company_desk, query) == [ticket]
    assert [found.number for found in company_desk.searching.everywhere(query).tickets] == [ticket]


def test_the_nearest_stands_first_and_nothing_near_behind_what_is_there(company_desk: CompanyDesk) -> None:
    factory = Factory(company_desk)
    far = factory.ticket(description="厨房里有水，漏得不多").number
    near = factory.ticket(description="漏水，在厨房").number
    factory.ticket(description="漏电")
    # 厨房 and 漏水 are two pairs of the sentence, 厨房 alone is one.
    assert [found.number for found in company_desk.searching.everywhere("厨房漏水").tickets] == [near, far]
    there = factory.ticket(description="厨房漏水").number
    assert [found.number for found in company_desk.searching.everywhere("厨房漏水").tickets] == [there]


def test_parts_of_a_sentence_name_nobody(company_desk: CompanyDesk) -> None:
    Factory(company_desk).party(name="欧阳娜娜")
    assert company_desk.searching.everywhere("娜娜欧阳").parties == ()


@pytest.mark.parametrize(("query", "labels"), [("3栋501", ["3-501"]), ("3栋501室", ["3-501"]), ("13栋501", ["13-501"])])
def test_a_place_is_found_under_the_names_that_its_kind_reads(
    company_desk: CompanyDesk, query: str, labels: list[str]
) -> None:
    factory = Factory(company_desk)
    units = [factory.unit(factory.building(code=code), code="501", label=f"{code}-501") for code in ("3", "13")]
    about = factory.ticket(asset_id=units[0].id, place="3-501", description="水管漏水").number
    factory.ticket(asset_id=units[1].id, place="13-501", description="灯不亮")
    assert [found.label for found in company_desk.searching.everywhere(query).assets] == labels
    assert [found.label for found in company_desk.assets.list(query)] == labels
    assert _tickets(company_desk, "3栋501") == [about]
    assert _tickets(company_desk, "3栋501 漏水") == [about]
    assert _tickets(company_desk, "13栋501 漏水") == []


@pytest.mark.parametrize(
    ("query", "finds"),
    [("8000", 0), ("1380", 0), ("1380013800", 0), ("13800138000", 1), ("138 0013 8000", 1), ("娜娜 138", 0),
     ("欧阳娜娜 13800138000", 1)],
)  # fmt: skip
def test_who_may_not_see_a_number_finds_it_as_a_whole_only(person: People, ticket: str, query: str, finds: int) -> None:
    observer = person("observer")
    hits = observer.searching.everywhere(query)
    assert (len(hits.tickets), len(hits.parties)) == (finds, finds)
    assert len(observer.parties.list(query)[0]) == finds
    assert len(_tickets(observer, query)) == finds


def test_the_search_box_groups_what_it_finds(company_desk: CompanyDesk, ticket: str) -> None:
    hits = company_desk.searching.everywhere("8000")
    assert [found.number for found in hits.tickets] == [ticket]
    assert [found.name for found in hits.parties] == ["欧阳娜娜"]
    assert hits.assets == ()
    places = company_desk.searching.everywhere("501").assets
    assert [found.label for found in places] == ["3-2-501"]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("observer", {"tickets": 1, "parties": 1, "assets": 1}),
        ("sample_engineer", {"tickets": 1, "parties": 0, "assets": 0}),
    ],
)
def test_each_person_finds_what_he_may_see(
    person: People, company_desk: CompanyDesk, ticket: str, role: str, seen: Mapping[str, int]
) -> None:
    seeker = person(role)
    texts = {"tickets": "漏水", "parties": "欧阳", "assets": "501"}
    hits = {noun: len(getattr(seeker.searching.everywhere(text), noun)) for noun, text in texts.items()}
    assert hits == seen


def test_a_changed_ticket_is_found_by_its_new_words_only(company_desk: CompanyDesk, ticket: str) -> None:
    found = company_desk.tickets.by_number(ticket)
    company_desk.tickets.change(found.id, found.version, {"subject": "阳台渗水", "description": "改派防水公司"})
    assert (_tickets(company_desk, "粤B12345"), _tickets(company_desk, "防水公司")) == ([], [ticket])


def test_a_changed_party_is_found_by_its_new_name_and_phone(company_desk: CompanyDesk) -> None:
    factory = Factory(company_desk)
    party = factory.party(name="王芳", phones=("13800138000",))
    company_desk.parties.change(party.id, party.version, PartyInput(name="王方", phones=("13900139000",)))
    found = {text: len(company_desk.searching.everywhere(text).parties) for text in ("王芳", "8000", "王方", "9000")}
    assert found == {"王芳": 0, "8000": 0, "王方": 1, "9000": 1}


def test_nothing_is_found_for_nothing(company_desk: CompanyDesk, ticket: str) -> None:
    for query in ("。", "😀"):
        hits = company_desk.searching.everywhere(query)
        assert (hits.tickets, hits.parties, hits.assets) == ((), (), ())


def test_the_other_companys_tickets_are_not_found_by_their_number(other_desk: CompanyDesk, ticket: str) -> None:
    assert _tickets(other_desk, ticket) == []
    assert other_desk.searching.everywhere("漏水").tickets == ()
