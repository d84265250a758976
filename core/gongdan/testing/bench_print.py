"""The printing that ``gongdan bench`` measures, in a process of its own: ``python -m gongdan.testing.bench_print``."""

import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongdan.testing.bench_import import case_rows, open_home, peak_mb, unit_rows, write_rows

if TYPE_CHECKING:
    from gongdan.domain.papers import Paper
    from gongdan.services.desk import CompanyDesk, Desk

_RUNS = 31


def run(home: Path, count: int) -> dict[str, float]:
    """Print ``count`` tickets in one batch and a single one by itself; return speeds, ratio and the peak of memory."""
    desk = _filled(home, count)
    work = desk.at(desk.companies.by_code("bench"))
    ours, bare = _page_seconds(desk, work)
    records = [("ticket", line) for line in _tickets(work)][:count]
    batch = work.print_runs.begin(records, address="https://desk.example")
    began = time.perf_counter()
    done = work.print_runs.take_through(batch)
    taken = time.perf_counter() - began
    with (home / "papers.zip").open("wb") as file:
        work.print_runs.archive(batch, file)
    desk.close()
    if done.papers_done != count or done.failures:
        message = f"the batch printed {done.papers_done} of {count} papers: {done.failures}"
        raise RuntimeError(message)
    return {"papers_per_second": count / taken, "peak_mb": peak_mb(), "ours": ours, "bare": bare}


def _filled(home: Path, count: int) -> "Desk":
    from gongdan import bootstrap
    from gongdan.services.actors import SYSTEM
    from gongdan.services.imports import Source

    home.mkdir(parents=True)
    units, cases = home / "units.csv", home / "cases.csv"
    write_rows(units, unit_rows())
    write_rows(cases, case_rows(count))
    desk, _ = open_home(home)
    bootstrap.upgrade(desk)
    company = desk.companies.create(SYSTEM, "bench", "测量物业")
    desk.at(company).plugins.enable("property_mgmt")
    desk.at(company).imports.run("units", Source(path=units))
    desk.at(company).imports.run("cases", Source(path=cases))
    return desk


def _tickets(desk: "CompanyDesk") -> Sequence[UUID]:
    from gongdan.services.tickets import TicketFilter

    found: list[UUID] = []
    after = ""
    while True:
        page = desk.tickets.list(TicketFilter(), after=after, limit=500)
        found += [line.ticket.id for line in page.lines]
        after = page.next_key
        if not after:
            return found


def _page_seconds(desk: "Desk", work: "CompanyDesk") -> tuple[float, float]:
    """Return the medians of one paper from the database to the PDF, and of typst alone with the same data."""
    from gongdan.language import for_locale

    ticket = _tickets(work)[0]
    paper = work.printing.paper("ticket", ticket, for_locale("zh"), "https://desk.example")
    bare = _bare(desk, paper)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(_RUNS):
        # No page is the same as the one before, so that typst cannot hand out what it remembers.
        numbered = replace(paper, number=f"{paper.number}-{turn}")
        began = time.perf_counter()
        fresh = work.printing.paper("ticket", ticket, for_locale("zh"), "https://desk.example")
        desk.typesetter.set([replace(fresh, number=numbered.number)], work.printing.picture)
        times[0].append(time.perf_counter() - began)
        times[1].append(bare(replace(numbered, number=f"{numbered.number}-")))
    return statistics.median(times[0]), statistics.median(times[1])


def _bare(desk: "Desk", paper: "Paper") -> Any:
    """Return what sets a paper with typst in this process and tells the seconds that it took."""
    import typst

    from gongdan.printing import typesetter
    from gongdan.printing.jobs import job_of

    fonts = desk.typesetter.fonts()
    folders = typst.Fonts(include_system_fonts=not fonts.is_shipped, font_paths=list(typesetter.shipped_fonts()))
    template = (Path(typesetter.__file__).parent / "paper.typ").read_bytes()
    press = typst.Compiler(font_paths=folders, ignore_system_fonts=True)
    names: Mapping[str, str] = {"song": fonts.song, "hei": fonts.hei}

    def seconds(one: "Paper") -> float:
        inputs = {"job": json.dumps({**job_of([one], lambda _: b""), "fonts": names})}
        began = time.perf_counter()
        press.compile(template, sys_inputs=inputs, format="pdf", pdf_standards=["a-2b"], pdf_tags=False, timestamp=0)
        return time.perf_counter() - began

    # The first one loads the fonts.
    seconds(paper)
    return seconds


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 -- read by the process that started it
