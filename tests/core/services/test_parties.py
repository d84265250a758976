"""The people a company deals with: reached by phone, known by a number that nobody can read in the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from gongdan.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from gongdan.services.desk import CompanyDesk
from gongdan.services.parties import PartyInput
from gongdan.storage.parties import PartyRow
from gongdan.testing.contents import contents
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

#: The example of GB 11643-1999; its check character is X.
NUMBER = "11010519491231002X"


@pytest.fixture
def supervisor(person: People) -> CompanyDesk:
    return person("supervisor", name="李建国")


def test_an_identity_number_is_kept_encrypted_and_shown_masked(supervisor: CompanyDesk) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳", identity="110105 19491231 002x"))
    assert (party.identity_mask, party.identity_verdict) == ("1101**********002X", "ok")
    assert supervisor.parties.find(party.id).identity_mask == "1101**********002X"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u2060\u3000", "\u3164"])
def test_a_party_has_a_name_that_can_be_seen(supervisor: CompanyDesk, unchanged: Unchanged, name: str) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        supervisor.parties.create(PartyInput(name=name))
    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [("name", "必须填写")]


def test_no_table_and_no_file_holds_the_plain_number(supervisor: CompanyDesk, tmp_path: Path) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳", identity=NUMBER))
    supervisor.parties.unmask(party.id, "核对身份")
    supervisor.parties.change(party.id, party.version, PartyInput(name="王芳", identity="440301199001012317"))
    everything = str(contents(supervisor.installation.database.engine))
    assert NUMBER not in everything
    assert NUMBER[:17] not in everything
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or NUMBER.encode() not in path.read_bytes()


def test_the_same_number_is_encrypted_differently_and_recognised_all_the_same(supervisor: CompanyDesk) -> None:
    for name in ("王芳", "王方"):
        supervisor.parties.create(PartyInput(name=name, identity=NUMBER))
    with supervisor.reading() as session:
        first, second = session.execute(select(PartyRow.identity_cipher, PartyRow.identity_digest))
    assert first.identity_cipher != second.identity_cipher
    assert first.identity_digest == second.identity_digest


def test_reading_a_full_number_needs_a_reason_and_is_journalled(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳", identity=NUMBER))
    with unchanged(), pytest.raises(InvalidInput):
        supervisor.parties.unmask(party.id, "  ")
    assert supervisor.parties.unmask(party.id, "办理过户") == NUMBER
    entry = supervisor.journal.of(party.id)[-1]
    told = {
        "level": "ordinary",
        "parts": ["identity"],
        "reason": "办理过户",
        "reason_kind": "identity",
        "way": "service",
    }
    assert (entry.act, entry.actor_name, entry.after) == ("secrecy.read", "李建国", told)


def test_who_may_not_unmask_reads_nothing(person: People, supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳", identity=NUMBER))
    agent = person("agent")
    with unchanged(), pytest.raises(NotAllowed):
        agent.parties.unmask(party.id, "好奇")


@pytest.mark.parametrize(
    "identity", ["110105194912310021", "11010519491331002X", "1101051949123100", "无", "11010519491231002"]
)
def test_a_number_that_cannot_be_is_refused(supervisor: CompanyDesk, unchanged: Unchanged, identity: str) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳"))
    acts: tuple[Callable[[], object], ...] = (
        lambda: supervisor.parties.create(PartyInput(name="李娜", identity=identity)),
        lambda: supervisor.parties.change(party.id, 1, PartyInput(name="李娜", identity=identity)),
    )
    for act in acts:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            act()
        assert [problem.field for problem in refused.value.problems] == ["identity"]


def test_every_problem_of_a_form_is_named_at_once(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    given = PartyInput(name=" ", kind="robot", phones=("1380013", "13800138000"), identity="1")
    with unchanged(), pytest.raises(InvalidInput) as refused:
        supervisor.parties.create(given)
    assert [(problem.field, problem.value) for problem in refused.value.problems] == [
        ("name", ""),
        ("kind", "robot"),
        ("phones", "1380013"),
        ("identity", "1"),
    ]


def test_a_stored_number_stays_unless_it_is_given_anew_or_taken_away(supervisor: CompanyDesk) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳", identity=NUMBER))
    kept = supervisor.parties.change(party.id, party.version, PartyInput(name="王方"))
    assert kept.identity_mask == "1101**********002X"
    gone = supervisor.parties.change(party.id, kept.version, PartyInput(name="王方", identity=""))
    assert (gone.identity_mask, supervisor.parties.unmask(party.id, "核对")) == ("", "")


def test_phones_are_kept_in_one_spelling_and_once(supervisor: CompanyDesk) -> None:
    given = PartyInput(name="王芳", phones=("138 0013 8000", "+8613800138000", "", "(010)12345678"))
    party = supervisor.parties.create(given)
    assert sorted(party.phones) == ["010-12345678", "13800138000"]
    changed = supervisor.parties.change(party.id, party.version, PartyInput(name="王芳", phones=("13800138000",)))
    kept = {point.normalised: point.id for point in party.contact_points}
    assert [point.id for point in changed.contact_points] == [kept["13800138000"]]


def test_a_caller_is_found_while_the_number_is_still_being_typed(
    supervisor: CompanyDesk, other_factory: Factory
) -> None:
    other_factory.party(name="别家的人", phones=("13800138000",))
    party = supervisor.parties.create(PartyInput(name="王芳", phones=("13800138000",)))
    found = {typed: [each.id for each in supervisor.parties.by_phone(typed)] for typed in ("138", "138 0", "1380%")}
    assert found == {"138": [], "138 0": [party.id], "1380%": []}


def test_parties_are_listed_by_name_page_by_page(supervisor: CompanyDesk) -> None:
    for name in ("丙", "甲", "乙", "甲"):
        supervisor.parties.create(PartyInput(name=name))
    seen: list[str] = []
    after = ""
    while True:
        page, after = supervisor.parties.list(after=after, limit=1)
        seen += [party.name for party in page]
        if not after:
            break
    assert sorted(seen) == sorted(["丙", "甲", "乙", "甲"])
    assert len(set(seen)) == 3


@pytest.mark.parametrize("after", ["~", "王芳", "王芳~7", "~~~"])
def test_a_page_key_that_was_made_up_is_refused(supervisor: CompanyDesk, after: str) -> None:
    with pytest.raises(InvalidInput):
        supervisor.parties.list(after=after)


def test_a_party_changed_from_an_old_page_is_refused(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳"))
    supervisor.parties.change(party.id, 1, PartyInput(name="王方"))
    with unchanged(), pytest.raises(StaleVersion):
        supervisor.parties.change(party.id, 1, PartyInput(name="汪芳"))


def test_the_other_companys_people_are_not_found(
    supervisor: CompanyDesk, other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.party()
    acts: tuple[Callable[[], object], ...] = (
        lambda: supervisor.parties.find(foreign.id),
        lambda: supervisor.parties.change(foreign.id, 1, PartyInput(name="王芳")),
        lambda: supervisor.parties.unmask(foreign.id, "核对"),
        lambda: supervisor.parties.relate(foreign.id, "family", foreign.id),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotFound):
            act()
    assert supervisor.parties.list()[0] == ()
    assert supervisor.parties.holdings(foreign.id) == ()


def test_a_relation_ends_after_it_begins(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    father, son = (supervisor.parties.create(PartyInput(name=name)) for name in ("王大明", "王小明"))
    supervisor.parties.relate(father.id, "family", son.id, begins=date(2026, 1, 1), ends=date(2026, 1, 2))
    with unchanged(), pytest.raises(InvalidInput):
        supervisor.parties.relate(father.id, "family", son.id, begins=date(2026, 1, 1), ends=date(2026, 1, 1))


def test_who_may_only_look_changes_nobody(person: People, supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    party = supervisor.parties.create(PartyInput(name="王芳"))
    observer = person("observer")
    acts: tuple[Callable[[], object], ...] = (
        lambda: observer.parties.create(PartyInput(name="李娜")),
        lambda: observer.parties.change(party.id, 1, PartyInput(name="李娜")),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotAllowed):
            act()
    engineer = person("sample_engineer")
    with pytest.raises(NotAllowed):
        engineer.parties.find(party.id)
    with pytest.raises(NotFound):
        observer.parties.find(UUID(int=9))


def test_a_number_as_long_as_a_novel_is_nobodys(supervisor: CompanyDesk, factory: Factory) -> None:
    factory.party(phones=("13800138000",))
    assert supervisor.parties.by_phone("13800138000" * 5000) == ()


def test_from_the_beginning_of_a_number_only_those_who_may_see_it_find_whose_it_is(person: People) -> None:
    agent, observer = person("agent"), person("observer")
    party = agent.parties.create(PartyInput(name="王芳", phones=("13800138000", "010-62123456")))
    for typed in ("1380", "13800138000", "138 0013 8000", "01062123456"):
        assert [one.id for one in agent.parties.by_phone(typed)] == [party.id], typed
    assert [len(observer.parties.by_phone(typed)) for typed in ("1380", "1380013800")] == [0, 0]
    for typed in ("13800138000", "138 0013 8000", "+8613800138000", "010-62123456"):
        assert [one.id for one in observer.parties.by_phone(typed)] == [party.id], typed
