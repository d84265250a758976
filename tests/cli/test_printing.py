"""``gongdan ticket print``: many papers in one ZIP."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

from gongdan_property_mgmt import plugin
from tests.cli.conftest import Console
from tests.core.services.importing.lists import cases, units

Proof = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": plugin}


@pytest.fixture
def office(ready: Console, tmp_path: Path) -> Console:
    """Return a command line with a property company that has some cases."""
    ready.json("import", str(units(tmp_path).path), "--as", "units")
    ready.json("import", str(cases(tmp_path).path), "--as", "cases")
    return ready


def test_tickets_are_printed_into_one_archive(office: Console, tmp_path: Path) -> None:
    path = tmp_path / "工单.zip"
    count = len(office.json("ticket", "list"))
    told = office.json("ticket", "print", str(path))
    assert (told["state"], told["papers"], told["failures"]) == ("finished", count, {})
    with ZipFile(path) as book:
        assert len(book.namelist()) == count
        assert book.read(book.namelist()[0]).startswith(b"%PDF-")
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_a_number_chooses_one(office: Console, tmp_path: Path) -> None:
    number = office.json("ticket", "list")[0]["number"]
    office.json("ticket", "print", str(tmp_path / "one.zip"), "--number", number)
    with ZipFile(tmp_path / "one.zip") as book:
        assert [number in name for name in book.namelist()] == [True]


def test_nothing_to_print_is_refused(office: Console, tmp_path: Path, unchanged_database: Proof) -> None:
    with unchanged_database():
        result = office("ticket", "print", str(tmp_path / "none.zip"), "--text", "没有这样的字")
    assert result.exit_code == 1
    assert "没有选中要打印的单据" in result.output
    assert not (tmp_path / "none.zip").exists()
