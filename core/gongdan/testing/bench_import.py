"""The import that ``gongdan bench`` measures, in a process of its own: ``python -m gongdan.testing.bench_import``."""

import csv
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongdan.services.desk import Desk
    from gongdan.settings import Settings

_BUILDINGS, _SECTIONS, _FLOORS, _ROOMS = 6, 2, 25, 4
_FIRST = datetime(2024, 1, 1, 7, 0)  # noqa: DTZ001 -- local time, as lists write it
_PLACES = ("厨房", "卫生间", "客厅", "阳台", "主卧", "楼道", "地下车库", "单元门厅", "电梯间", "屋顶")
_THINGS = (
    "水管接口",
    "地漏",
    "空气开关",
    "推拉门滑轮",
    "入户门锁芯",
    "声控灯",
    "对讲系统",
    "暖气片",
    "排风扇",
    "下水管道",
)
_FAULTS = (
    "漏水，地板已泡湿一片",
    "返味严重",
    "反复跳闸",
    "脱落，推不动了",
    "卡顿，钥匙要转很多次",
    "不亮",
    "没有声音",
    "不热",
    "有异响",
    "堵塞",
)
_WISHES = ("请尽快派人处理", "晚上七点以后在家", "已经反映过一次", "请先电话联系", "老人在家，敲门声音大一点")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_OPEN_SHARE = 5


def open_home(home: Path) -> "tuple[Desk, Settings]":
    """Return the desk and the settings of a measured installation."""
    from gongdan import bootstrap
    from gongdan.testing.bench import settings_of

    settings = settings_of(home)
    return bootstrap.open_desk(settings), settings


def unit_rows() -> Iterator[tuple[str, ...]]:
    """Yield the lines of a list of units."""
    yield "楼栋", "单元", "房号", "业主姓名", "电话"
    count = 0
    for building in range(1, _BUILDINGS + 1):
        for section in range(1, _SECTIONS + 1):
            for floor in range(1, _FLOORS + 1):
                for room in range(1, _ROOMS + 1):
                    count += 1
                    name = f"{_SURNAMES[count % len(_SURNAMES)]}{_SURNAMES[-count % len(_SURNAMES)]}"
                    yield f"{building}栋", f"{section}单元", f"{floor}{room:02d}", name, f"138{count:08d}"


def case_rows(count: int) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a desk's list of cases, one in five of them still open; the same lines each time."""
    chance = random.Random(20240101)  # noqa: S311 -- the same texts in each run
    yield (
        "日期",
        "时间",
        "房号",
        "姓名",
        "电话",
        "类型",
        "内容",
        "派单人",
        "维修人",
        "到场时间",
        "完成时间",
        "费用",
        "回访",
    )
    for number in range(count):
        opened = _FIRST + timedelta(minutes=10 * number)
        unit = number % (_BUILDINGS * _SECTIONS * _FLOORS * _ROOMS)
        room = f"{unit % _BUILDINGS + 1}-{unit % _SECTIONS + 1}-{unit % _FLOORS + 1}{unit % _ROOMS + 1:02d}"
        what = "".join(chance.choice(words) for words in (_PLACES, _THINGS, _FAULTS))
        text = f"{what}，{chance.choice(_WISHES)}（{number}）"
        finished = "" if number % _OPEN_SHARE == 0 else f"{opened + timedelta(hours=3):%m-%d %H:%M}"
        yield (f"{opened:%Y-%m-%d}", f"{opened:%H:%M}", room, chance.choice(_SURNAMES) + "先生", f"138{unit + 1:08d}",
               "投诉" if number % 7 == 0 else "报修", text, "刘文静", "胡军明", f"{opened + timedelta(hours=1):%H:%M}",
               finished, "50元", "满意" if finished else "")  # fmt: skip


def run(home: Path, rows: int) -> dict[str, float]:
    """Fill an installation from csv and return rows per second and the peak of memory in megabytes."""
    from gongdan import bootstrap
    from gongdan.services.actors import SYSTEM
    from gongdan.services.imports import Source
    from gongdan.testing.bench import make_person

    home.mkdir(parents=True)
    units, cases = home / "units.csv", home / "cases.csv"
    write_rows(units, unit_rows())
    write_rows(cases, case_rows(rows))
    desk, _ = open_home(home)
    bootstrap.upgrade(desk)
    company = desk.companies.create(SYSTEM, "bench", "测量物业")
    desk.at(company).plugins.enable("property_mgmt")
    make_person(desk)
    work = desk.at(company)
    work.imports.run("units", Source(path=units))
    began = time.perf_counter()
    done = work.imports.run("cases", Source(path=cases))
    taken = time.perf_counter() - began
    desk.close()
    if done.counts.get("imported") != rows:
        message = f"the import took {done.counts} of {rows} rows"
        raise RuntimeError(message)
    return {"rows_per_second": rows / taken, "peak_mb": peak_mb()}


def write_rows(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """Write a list as csv."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def peak_mb() -> float:
    """Return the most memory that this process has had, in megabytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        # Windows has no such figure; zero is told apart from a measured one.
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 -- read by the process that started it
