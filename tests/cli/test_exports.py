"""``gongdan export``: a list in a file."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import pytest

from gongdan.sheets.reading import open_sheet
from gongdan_property_mgmt import plugin
from tests.cli.conftest import Console
from tests.core.services.importing.lists import units

Proof = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": plugin}


@pytest.fixture
def office(ready: Console, tmp_path: Path) -> Console:
    """Return a command line with a property company that has five units."""
    ready.json("import", str(units(tmp_path).path), "--as", "units")
    return ready


def test_a_list_is_written_and_counted(office: Console, tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    assert office.done("export", str(path), "--as", "units") == f"已导出 5 行到 {path}\n"
    assert [cells[2] for _, cells in open_sheet(path).rows()] == ["房号", "501", "502", "503", "101", "102"]
    path = tmp_path / "导出.csv"
    assert office.json("export", str(path), "--as", "units") == {"file": str(path), "rows": 5}


def test_importing_an_export_changes_nothing(office: Console, tmp_path: Path) -> None:
    path = str(tmp_path / "导出.csv")
    office.done("export", path, "--as", "units")
    assert office.json("import", path, "--as", "units")["counts"]["same"] == 5


def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    path = tmp_path / "导出.csv"
    path.write_text("别的内容", encoding="utf-8")
    with unchanged_database():
        result = office("export", str(path), "--as", "units")
    assert (result.exit_code, path.read_text(encoding="utf-8")) == (2, "别的内容")
    office.done("export", str(path), "--as", "units", "--force")
    assert "3栋" in path.read_text(encoding="utf-8-sig")


def test_a_folder_a_kind_or_an_ending_that_is_not_there_is_refused(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    with unchanged_database():
        for path, kind, status, told in (
            (tmp_path / "没有" / "导出.csv", "units", 2, "写不到"),
            (tmp_path / "导出.csv", "flats", 1, "units、cases"),
            (tmp_path / "导出.pdf", "units", 1, "只能导出 xlsx 或 csv"),
        ):
            result = office("export", str(path), "--as", kind)
            assert (result.exit_code, told in result.stderr) == (status, True)
            assert not path.exists()
