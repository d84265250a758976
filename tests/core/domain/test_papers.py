"""Cells fall into rows in their order, and every row is full."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.papers import PaperCell, packed


def cell(label: str, span: int = 1) -> PaperCell:
    return PaperCell(label, "", span)


def test_cells_stand_beside_one_another() -> None:
    rows = packed([cell("姓名"), cell("电话"), cell("地址", 2)], 2)
    assert [[(one.label, one.span) for one in row] for row in rows] == [[("姓名", 1), ("电话", 1)], [("地址", 2)]]


def test_the_last_cell_of_a_row_takes_what_is_left() -> None:
    rows = packed([cell("姓名"), cell("地址", 2), cell("日期")], 2)
    assert [[(one.label, one.span) for one in row] for row in rows] == [[("姓名", 2)], [("地址", 2)], [("日期", 2)]]


def test_no_cells_make_no_rows() -> None:
    assert packed([], 2) == ()


@given(st.lists(st.integers(1, 6), max_size=30), st.integers(1, 4))
def test_every_row_is_full_and_no_cell_is_lost(spans: list[int], columns: int) -> None:
    cells = [cell(str(place), span) for place, span in enumerate(spans)]
    rows = packed(cells, columns)
    assert [one.label for row in rows for one in row] == [one.label for one in cells]
    assert all(sum(one.span for one in row) == columns for row in rows)
