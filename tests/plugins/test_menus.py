"""What stands over lists is in the plural where a language has one."""

import pytest

from gongdan.domain.snapshots import CompanyView
from gongdan.hooks.manager import PluginManager
from gongdan.language import for_locale


@pytest.mark.parametrize(
    ("plugin", "assets", "entries"),
    [
        ("property_mgmt", "Flats", ["Repairs", "Complaints", "Permits and passes", "Visitors"]),
        ("decoration", "Sites", ["Site rectification", "Site works"]),
        ("gps_install", "Vehicles and terminals", ["Installation dispatch", "Terminal repairs"]),
        ("brokerage", "Agencies", ["Rebate settlements"]),
    ],
)
def test_english_menus_name_many_things(company: CompanyView, plugin: str, assets: str, entries: list[str]) -> None:
    manager = PluginManager()
    manager.load_installed((plugin,))
    english = for_locale("en")
    answers = manager.ask("menu_entries", {plugin}, report=lambda failure: pytest.fail(str(failure)), company=company)
    assert [english.gettext(entry.label) for answer in answers for entry in answer.value] == entries
    assert english.gettext(manager.catalogue.rulebooks[plugin].assets_label) == assets
