"""Lists as a property office keeps them, short enough to be worked out by hand."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from gongdan.services.imports import Source

UNIT_HEADINGS = ("楼栋", "单元", "房号", "建筑面积", "房屋状态", "业主姓名", "电话", "证件号码", "租户")
UNIT_ROWS = (
    ("3栋", "2单元", "501", "89.5", "已入住", "张三", "13800138000", "11010519491231002X", ""),
    ("3栋", "2单元", "502", "120", "出租", "李四/王五", "13900139001/13900139002", "", "赵磊"),
    ("3栋", "2单元", "503", "89.5", "空置", "", "", "", ""),
    ("4栋", "1单元", "101", "66", "已入住", "张三", "13800138000", "", ""),
    ("4栋", "1单元", "102", "66", "装修中", "安居置业有限公司", "0755-26530001", "", ""),
)

CASE_HEADINGS = ("日期", "时间", "房号", "姓名", "电话", "类型", "内容", "派单人", "维修人", "完成时间", "费用", "回访")
CASE_ROWS = (
    ("2026-01-31", "9:00", "3-2-501", "张三", "13800138000", "报修", "厨房水管漏水", "刘文静", "胡军明",
     "01-31 11:00", "80元", "满意"),
    ("", "15:20", "3-2-502", "赵磊", "13700137000", "报修", "门锁打不开", "刘文静", "", "", "", ""),
    ("2026-02-01", "8:30", "4-1-102", "安居置业", "", "投诉", "楼上装修太吵", "刘文静", "", "02-01 10:00", "", "一般"),
    ("", "20:00", "9-9-999", "陈秀英", "12345", "报修", "楼道灯不亮", "", "", "", "", ""),
    ("2026-02-30", "9:00", "3-2-501", "张三", "13800138000", "报修", "没有这一天", "", "", "", "", ""),
    ("2026-03-01", "10:00", "3-2-503", "王五", "13900139002", "报修", "窗户关不上", "", "胡军明", "03-02 9:00",
     "免费", ""),
)  # fmt: skip


def write_list(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Source:
    """Write a list as csv and return it as what an import takes."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return Source(path=path)


def units(folder: Path, rows: Iterable[Sequence[str]] = UNIT_ROWS) -> Source:
    """Write a list of units."""
    return write_list(folder / "房屋台账.csv", UNIT_HEADINGS, rows)


def cases(folder: Path, rows: Iterable[Sequence[str]] = CASE_ROWS) -> Source:
    """Write a list of cases."""
    return write_list(folder / "报修投诉台账.csv", CASE_HEADINGS, rows)
