"""What fixtures make at the beginning is made once, and is the same for every test that begins with it."""

from collections.abc import Callable

import pytest

from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.databases import Shelf
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin
from gongdan.testing.plugin_managers import PluginManagers

NextTest = Callable[[], Beginning]


@pytest.fixture
def next_test(desk: Desk, company_desk: CompanyDesk, person: People, shelf: Shelf) -> NextTest:
    """Begin as the next test of the same company does."""
    key = ("next test", company_desk.company.id)
    for _ in range(2):
        shelf.put(key)

    def begin() -> Beginning:
        shelf.take(key, over=True)
        person.made = 0
        beginning = Beginning(desk, shelf, key)
        beginning.count("people", person)
        return beginning

    return begin


def _names(desk: CompanyDesk) -> list[str]:
    return [member.name for member in desk.members.all()]


def test_what_two_tests_have_begun_with_is_found_by_the_third(
    company_desk: CompanyDesk, person: People, next_test: NextTest
) -> None:
    made: list[CompanyDesk] = []

    def make() -> CompanyDesk:
        made.append(person("agent", name="张敏"))
        return made[-1]

    first, second, third = (next_test()(make) for _ in range(3))
    assert made == [first, second]
    assert (third.installation, third.actor) == (second.installation, second.actor)
    assert _names(company_desk) == ["张敏"]
    assert third.tickets.find(Factory(third).ticket().id).owner_id == third.actor.account_id
    # Her login was the first of those that are counted.
    assert person("agent", name="王芳").members.find(third.actor.account_id).login == "person1"  # type: ignore[arg-type]  # a person


def test_what_was_done_before_is_not_lost(company_desk: CompanyDesk, person: People, next_test: NextTest) -> None:
    for _ in range(3):
        begin = next_test()
        person("agent", name="李建国")
        begin(lambda: person("agent", name="张敏"))
        assert sorted(_names(company_desk)) == ["张敏", "李建国"]


def test_fixtures_build_on_one_another(company_desk: CompanyDesk, person: People, next_test: NextTest) -> None:
    for _ in range(4):
        begin = next_test()
        begin(lambda: person("agent", name="张敏"))
        begin(lambda: person("agent", name="王芳"))
        assert sorted(_names(company_desk)) == ["张敏", "王芳"]


def test_a_plugin_manager_is_lent_again_unless_a_test_has_changed_it() -> None:
    managers, modules = PluginManagers(), {sample.NAME: sample}
    with managers.lend(modules) as first:
        pass
    with managers.lend(modules) as again, managers.lend(modules) as beside:
        assert again is first
        assert beside is not first
        again.register("rooms", make_plugin())
        beside.register("rooms", make_plugin())
    with managers.lend(modules) as anew:
        assert anew not in (first, beside)
        assert [plugin.name for plugin in anew.loaded] == [sample.NAME]
