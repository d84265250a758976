"""``gongdan bench``: speed and memory as ratios within one run, so that a busy or a small machine tells the same.

Import is compared with a raw ``executemany`` of the same rows into a table with four plain indexes; pages at many
tickets with the same pages at a tenth of them; timers, claimed and fired, with rows of their table claimed raw;
a due time on the same day with looking that day up in a dictionary; a paper, from the database to the PDF, with typst
alone; the memory of a thousand papers with that of a hundred; ``--help`` by the modules that it loads.
"""

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongdan.cli.commands import Command, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from gongdan.services.desk import Desk
    from gongdan.settings import Settings

#: Rows of the import whose speed is told.
ROWS = 100_000
#: Papers of the long batch; the short one has a tenth of them.
PAPERS = 1000
#: Runs of each page; the median is told.
PAGE_RUNS = 31
_BATCH = 1000
_PASSWORD = "measure the house"  # noqa: S105 -- of an account that lives for one measurement
_LOGIN = "bench"
#: Packages that help, version and completion must not load.
_HEAVY = ("sqlalchemy", "flask", "marshmallow", "alembic", "babel", "cryptography", "argon2")
_ALLOWED_PAGE_RATIO = 1.3
_ALLOWED_IMPORT_RATIO = 1 / 8
_ALLOWED_TIMER_RATIO = 1 / 3
_ALLOWED_DUE_RATIO = 20
_ALLOWED_MEMORY_MB = 300
_ALLOWED_PAPER_RATIO = 10
_ALLOWED_BATCH_RATIO = 1.2

_COLUMNS = (
    Column("figure", msg("指标")),
    Column("value", msg("结果")),
    Column("goal", msg("目标")),
    Column("is_met", msg("达到")),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its goal."""

    #: Source text.
    name: str
    value: float
    goal: float
    detail: str
    #: The value may not be below the goal; else not above it.
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Tell whether the goal is reached."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@click.command("bench", cls=Command, help=msg("测量导入、页面、定时与命令行，以比值报告"))
@option("--rows", type=click.IntRange(1000, 1_000_000), default=ROWS, help=msg("导入的工单行数，默认 100000"))
@json_option
@pass_terminal
def bench(terminal: Terminal, rows: int) -> int:
    with tempfile.TemporaryDirectory(prefix="gongdan-bench-") as folder:
        figures = list(measure(Path(folder), rows))
    lines = [
        {"figure": figure.name, "value": f"{figure.value:.3g} ({figure.detail})",
         "goal": f"{'≥' if figure.at_least else '≤'} {figure.goal:.3g}", "is_met": figure.is_met}
        for figure in figures
    ]  # fmt: skip
    terminal.show_rows(_COLUMNS, lines)
    return 0 if all(figure.is_met for figure in figures) else 1


def measure(folder: Path, rows: int) -> Iterator[Figure]:
    """Yield every figure; ``folder`` is filled with databases of some hundred megabytes."""
    large, small = folder / "large", folder / "small"
    imported = _apart("bench_import", large, rows)
    raw = _raw_rows_per_second(large / "gongdan.db", folder / "raw.db")
    detail = f"{imported['rows_per_second']:.0f} / {raw:.0f} rows/s"
    yield Figure(
        msg("导入速度 / 原始写入"), imported["rows_per_second"] / raw, _ALLOWED_IMPORT_RATIO, detail, at_least=True
    )
    peak = imported["peak_mb"]
    yield Figure(msg("导入峰值内存"), peak, _ALLOWED_MEMORY_MB, "MB")
    _apart("bench_import", small, rows // 10)
    yield from _page_figures(large, small)
    yield _timer_figure(folder / "timers")
    yield _due_figure()
    yield from _print_figures(folder)
    loaded = _modules_of_help()
    yield Figure(msg("--help 载入的重型模块数"), len(loaded), 0, ", ".join(loaded) or "-")


def _apart(module: str, home: Path, count: int) -> dict[str, float]:
    """Measure in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", f"gongdan.testing.{module}", str(home), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- our own module
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _raw_rows_per_second(source: Path, target: Path) -> float:
    """Insert the imported tickets into a plain table with four indexes, in transactions of the same size."""
    with sqlite3.connect(source) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(ticket)")]
        rows = database.execute("SELECT * FROM ticket").fetchall()
    raw = sqlite3.connect(target, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=NORMAL")
    raw.execute(f"CREATE TABLE ticket ({', '.join(names)})")
    for name in ("number", "opened_at", "requester_id", "asset_id"):
        raw.execute(f"CREATE INDEX raw_{name} ON ticket ({name})")
    statement = f"INSERT INTO ticket VALUES ({', '.join('?' * len(names))})"  # noqa: S608 -- placeholders only
    began = time.perf_counter()
    for start in range(0, len(rows), _BATCH):
        raw.execute("BEGIN")
        raw.executemany(statement, rows[start : start + _BATCH])
        raw.execute("COMMIT")
    taken = time.perf_counter() - began
    raw.close()
    return len(rows) / taken


def _page_figures(large: Path, small: Path) -> Iterator[Figure]:
    with _signed_in(large) as at_large, _signed_in(small) as at_small:
        pages = ((msg("未结工单列表"), "/tickets?open=1"), (msg("工单页面"), at_large.ticket))
        for name, path in pages:
            other = path if path.startswith("/tickets?") else at_small.ticket
            times = _interleaved(partial(at_large.get, path), partial(at_small.get, other))
            detail = f"{times[0] * 1000:.1f} / {times[1] * 1000:.1f} ms CPU"
            yield Figure(name, times[0] / times[1], _ALLOWED_PAGE_RATIO, detail)


def _timer_figure(home: Path) -> Figure:
    from gongdan.testing.bench_timers import timer_rates

    fired, claimed = timer_rates(home)
    detail = f"{fired:.0f} / {claimed:.0f} timers/s CPU"
    return Figure(msg("定时执行 / 原始取得"), fired / claimed, _ALLOWED_TIMER_RATIO, detail, at_least=True)


def _print_figures(folder: Path) -> Iterator[Figure]:
    """Compare one paper with typst alone, and the memory of a long batch with that of a short one."""
    large = _apart("bench_print", folder / "papers", PAPERS)
    small = _apart("bench_print", folder / "fewer-papers", PAPERS // 10)
    detail = f"{large['ours'] * 1000:.1f} / {large['bare'] * 1000:.1f} ms"
    yield Figure(msg("一张单据的 PDF / 单独排版"), large["ours"] / large["bare"], _ALLOWED_PAPER_RATIO, detail)
    detail = f"{large['peak_mb']:.0f} / {small['peak_mb']:.0f} MB, {large['papers_per_second']:.0f} papers/s"
    # Where the system does not tell the memory, there is nothing to compare.
    ratio = large["peak_mb"] / small["peak_mb"] if small["peak_mb"] else 0.0
    yield Figure(msg("批量打印的内存，一千张 / 一百张"), ratio, _ALLOWED_BATCH_RATIO, detail)


def _due_figure() -> Figure:
    from gongdan.testing.bench_due import due_seconds

    due, look_up = due_seconds()
    detail = f"{due * 1e9:.0f} / {look_up * 1e9:.0f} ns CPU"
    return Figure(msg("当日到期时间 / 查一次字典"), due / look_up, _ALLOWED_DUE_RATIO, detail)


def _interleaved(first: Callable[[], None], second: Callable[[], None]) -> tuple[float, float]:
    """Time two calls in turn and return the medians of their CPU seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(PAGE_RUNS):
        for call, found in ((first, times[0]), (second, times[1])):
            began = time.process_time()
            call()
            found.append(time.process_time() - began)
    return statistics.median(times[0]), statistics.median(times[1])


class _Visitor:
    """A person who is signed in and asks for pages."""

    def __init__(self, client: "FlaskClient", ticket: str) -> None:
        self._client = client
        #: Path of one open ticket's page.
        self.ticket = ticket

    def get(self, path: str) -> None:
        """Ask for a page; anything but a page is an error of the measurement."""
        answer = self._client.get(path)
        if answer.status_code != 200:  # noqa: PLR2004 -- OK
            message = f"{path}: HTTP {answer.status_code}"
            raise RuntimeError(message)


@contextmanager
def _signed_in(home: Path) -> Iterator[_Visitor]:
    from gongdan.services.tickets import TicketFilter
    from gongdan.testing.bench_import import open_home
    from gongdan.web.access import TOKEN
    from gongdan.web.app import create_app

    desk, settings = open_home(home)
    client = create_app(desk, settings).test_client()
    token = desk.sessions.log_in(_LOGIN, _PASSWORD, address="127.0.0.1", device="bench")
    with client.session_transaction() as session:
        session[TOKEN] = token
    line = desk.at(desk.companies.by_code("bench")).tickets.list(TicketFilter(is_open=True), limit=1).lines[0]
    yield _Visitor(client, f"/tickets/{line.ticket.id}")
    desk.close()


def make_person(desk: "Desk") -> None:
    """Make the account that looks at the pages, with every permission."""
    from gongdan.services.actors import SYSTEM

    account = desk.accounts.create(SYSTEM, _LOGIN, "测量员", _PASSWORD, must_change_password=False)
    desk.at(desk.companies.by_code("bench")).members.save(account.id, ["administrator"])


def _modules_of_help() -> list[str]:
    script = (
        "import sys\nsys.argv = ['gongdan', '--help']\nfrom gongdan.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('\\n' + ' '.join(name for name in {_HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603 -- our own command
    return done.stdout.splitlines()[-1].split()


def settings_of(home: Path) -> "Settings":
    """Return the settings of a measured installation; nothing of the environment counts."""
    from gongdan.settings import read_settings

    overrides: dict[str, Any] = {"secure_cookies": False}
    return read_settings({}, home=home, **overrides)
