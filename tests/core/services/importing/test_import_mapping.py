"""Headings that no list of synonyms knows: named once, remembered for the next file."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from gongdan.domain.headings import HeadingNotFound
from gongdan.errors import InvalidInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import Source
from tests.core.services.importing.lists import UNIT_HEADINGS, UNIT_ROWS, units, write_list
from tests.core.services.importing.pictures import picture

Unchanged = Callable[[], AbstractContextManager[None]]

#: 房号 and 业主姓名 are called as only this office calls them.
OWN_HEADINGS = ("楼栋", "单元", "户", "建筑面积", "房屋状态", "主人", "电话", "证件号码", "租户")
OWN = {"户": "room", "主人": "owner"}


def own_list(folder: Path, *above: tuple[str, ...], name: str = "台账.csv") -> Source:
    """Write the list of units with the office's own headings, under title rows."""
    rows = [*above, OWN_HEADINGS, *UNIT_ROWS]
    return write_list(folder / name, rows[0], rows[1:])


def test_a_list_without_a_known_heading_for_a_required_column_is_refused_and_names_it(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(HeadingNotFound) as refused:
        company_desk.imports.run("units", own_list(tmp_path))
    assert str(refused.value) == "前 30 行里没有找到“房屋台账”的表头，缺少：房号"


@pytest.mark.parametrize("mapping", [OWN, {"户": "房号", "主人": "业主姓名"}], ids=["names", "labels"])
def test_headings_are_mapped_to_columns_by_name_or_label(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path, mapping: dict[str, str]
) -> None:
    other_desk.imports.run("units", units(tmp_path))
    run = company_desk.imports.run("units", replace(own_list(tmp_path), mapping=mapping))
    assert {heading: run.mapping[heading] for heading in OWN} == OWN
    assert picture(company_desk) == picture(other_desk)


def test_a_column_that_does_not_exist_is_refused_and_the_known_ones_are_named(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.imports.run("units", replace(own_list(tmp_path), mapping={"户": "flat"}))
    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("mapping", "flat")
    assert (problem.params or {})["known"] == (
        "building、unit、room、area、state、owner、phone、identity、tenant、moved、remark"
    )


def test_a_heading_can_be_passed_over(company_desk: CompanyDesk, tmp_path: Path) -> None:
    run = company_desk.imports.run("units", replace(units(tmp_path), mapping={"租户": ""}))
    assert run.mapping["租户"] == ""
    assert [link for link in picture(company_desk)["links"] if "tenant" in link] == []


def test_a_mapping_goes_before_what_is_known_of_headings(company_desk: CompanyDesk, tmp_path: Path) -> None:
    mapping = {"业主姓名": "tenant", "租户": "owner"}
    company_desk.imports.run("units", replace(units(tmp_path, UNIT_ROWS[:1]), mapping=mapping))
    (link,) = picture(company_desk)["links"]
    assert "'tenant'" in link
    assert "张三" in link


@pytest.mark.parametrize("mapping", [OWN, {"户": "房号", "主人": "业主姓名"}], ids=["names", "labels"])
def test_a_mapping_is_remembered_for_the_next_file_with_the_same_headings(
    company_desk: CompanyDesk, tmp_path: Path, mapping: dict[str, str]
) -> None:
    march = own_list(tmp_path, ("幸福家园房屋台账", "2026年3月"), name="三月.csv")
    april = own_list(tmp_path, ("幸福家园房屋台账", "2026年4月"), (), name="四月.csv")
    company_desk.imports.run("units", replace(march, mapping=mapping))
    again = company_desk.imports.run("units", april)
    assert again.counts["same"] == len(UNIT_ROWS)


def test_what_is_given_later_is_added_to_what_is_remembered(company_desk: CompanyDesk, tmp_path: Path) -> None:
    company_desk.imports.run("units", replace(own_list(tmp_path), mapping={"户": "room"}))
    company_desk.imports.run("units", replace(own_list(tmp_path), mapping={"主人": "owner"}))
    assert company_desk.imports.run("units", own_list(tmp_path)).mapping["户"] == "room"
    assert company_desk.imports.run("units", own_list(tmp_path)).mapping["主人"] == "owner"


def test_a_file_with_other_headings_is_not_read_by_the_remembered_mapping(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    company_desk.imports.run("units", replace(own_list(tmp_path), mapping=OWN))
    other = write_list(tmp_path / "别的.csv", (*OWN_HEADINGS, "备注"), [(*row, "") for row in UNIT_ROWS])
    with pytest.raises(HeadingNotFound):
        company_desk.imports.run("units", other)


def test_a_mapping_is_remembered_for_its_company_and_kind_alone(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path
) -> None:
    company_desk.imports.run("units", replace(own_list(tmp_path), mapping=OWN))
    with pytest.raises(HeadingNotFound):
        other_desk.imports.run("units", own_list(tmp_path))
    with pytest.raises(HeadingNotFound):
        company_desk.imports.run("cases", own_list(tmp_path))


def test_a_dry_run_remembers_nothing(company_desk: CompanyDesk, tmp_path: Path) -> None:
    company_desk.imports.run("units", replace(own_list(tmp_path), mapping=OWN), dry_run=True)
    with pytest.raises(HeadingNotFound):
        company_desk.imports.run("units", own_list(tmp_path))


def test_headings_that_nobody_knows_are_told_and_passed_over(company_desk: CompanyDesk, tmp_path: Path) -> None:
    rows = [(*row, "南") for row in UNIT_ROWS]
    run = company_desk.imports.run("units", write_list(tmp_path / "台账.csv", (*UNIT_HEADINGS, "朝向"), rows))
    assert run.passed_over == ("朝向",)
    assert run.counts["imported"] == len(UNIT_ROWS)
