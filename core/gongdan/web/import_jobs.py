"""Import runs in threads of the server: pages ask how far they are, and may ask them to stop."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask, current_app

from gongdan.errors import GongdanError
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import Source
from gongdan.services.uploads import Uploads
from gongdan.web.uploads import KeptFile, laid_out

_log = logging.getLogger("gongdan.web")

_EXTENSION = "gongdan_import_jobs"


@dataclass(slots=True)
class Job:
    """One run in this process."""

    run_id: UUID
    rows_done: int = 0
    rows_total: int = 0
    #: Rows that were done before, and when this went on, for the time that is left.
    rows_before: int = 0
    began: float = field(default_factory=time.monotonic)
    #: Somebody asked it to stop; it does so after the rows at hand.
    is_stopping: bool = False
    is_over: bool = False
    #: Why it ended before its end; None when nothing went wrong.
    problem: Exception | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def progress(self, done: int, total: int) -> bool:
        """Note how far the run is; False asks it to stop."""
        with self._lock:
            self.rows_done, self.rows_total = done, total
            return not self.is_stopping

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at the pace so far; None while there is no pace yet."""
        with self._lock:
            done = self.rows_done - self.rows_before
            left = self.rows_total - self.rows_done
            return (time.monotonic() - self.began) * left / done if done > 0 else None

    def stop(self) -> None:
        """Ask the run to stop."""
        with self._lock:
            self.is_stopping = True


class Jobs:
    """The runs of this process, also those that have ended since it started."""

    def __init__(self) -> None:
        self._jobs: dict[UUID, Job] = {}
        self._lock = threading.Lock()

    def find(self, run_id: UUID) -> Job | None:
        """Return a run of this process."""
        with self._lock:
            return self._jobs.get(run_id)

    def start(self, run_id: UUID, work: Callable[[Job], None], *, rows_before: int = 0) -> bool:
        """Take a run through in a thread of its own; False when it is under way already."""
        with self._lock:
            known = self._jobs.get(run_id)
            if known and not known.is_over:
                return False
            job = self._jobs[run_id] = Job(run_id, rows_before=rows_before)
        threading.Thread(target=self._run, args=(job, work), name=f"import-{run_id}", daemon=True).start()
        return True

    @staticmethod
    def _run(job: Job, work: Callable[[Job], None]) -> None:
        try:
            work(job)
        except GongdanError as problem:
            job.problem = problem
        except Exception as problem:  # noqa: BLE001 -- the thread's end: the page says that the run did not reach its own
            _log.error("import run %s broke off", job.run_id, exc_info=problem)
            job.problem = problem
        finally:
            job.is_over = True


def jobs() -> Jobs:
    """Return the runs of this application."""
    found: Jobs = current_app.extensions[_EXTENSION]
    return found


def take_through(desk: CompanyDesk, run_id: UUID, file: KeptFile) -> bool:
    """Take a run to its end in the background; False when it is under way already."""
    # The request's desk may hold an open transaction; the thread gets one of its own.
    own = desk.installation.at(desk.company, desk.actor)

    def work(job: Job) -> None:
        with laid_out(own, file) as path:
            own.imports.resume(run_id, Source(path=path, name=file.name), progress=job.progress)
        Uploads(own).release(file.digest)

    return jobs().start(run_id, work, rows_before=desk.imports.find(run_id).rows_done)


def install(app: Flask) -> None:
    """Give the application its runs."""
    app.extensions[_EXTENSION] = Jobs()
