"""The typesetter: papers become PDF in a process of their own, which is kept warm and may be killed at any time."""

import json
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from gongdan.domain.papers import Paper, PaperImage, PaperPhotos
from gongdan.printing.errors import NoChineseFont, PaperNotSet, PaperTooLong, PdfNotInstalled, PrinterStopped
from gongdan.printing.jobs import Pictures, digests, job_of

_HERE: Final = Path(__file__).parent
_HEAD: Final = struct.Struct(">cQ")
_LENGTH: Final = struct.Struct(">Q")
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a PDF may cost."""

    #: Longest time for one PDF, by the clock.
    seconds: float = 60
    #: Most memory of the process, fonts and programs included.
    memory_mb: int = 2048
    #: PDFs after which the process is begun anew, so that nothing gathers in it.
    jobs: int = 200


@dataclass(frozen=True, slots=True)
class FontsInUse:
    """The fonts that PDFs are set in."""

    #: For what is filled in, such as ``Noto Serif SC``.
    song: str
    #: For titles.
    hei: str
    #: They came with gongdan's extra; else they are the system's.
    is_shipped: bool


class Typesetter:
    """Makes PDFs, one at a time; safe to share between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._press: _Press | None = None

    def set(self, papers: Sequence[Paper], pictures: Pictures = lambda _: b"") -> bytes:
        """Return one PDF of all papers with all their copies; a damaged picture leaves its place empty.

        Raises ``PdfNotInstalled``, ``NoChineseFont``, ``PaperTooLong``, ``PrinterStopped`` or ``PaperNotSet``.
        """
        job = job_of(papers, pictures)
        with self._lock, self._ready() as press:
            try:
                return press.set(job, self.limits)
            except PaperNotSet:
                damaged = {digest for digest in digests(papers) if not self._can_show(press, pictures(digest))}
                if not damaged:
                    raise
                whole = job_of(papers, lambda digest: b"" if digest in damaged else pictures(digest))
                return press.set(whole, self.limits)

    def _can_show(self, press: "_Press", picture: bytes) -> bool:
        """Try a picture on a paper of its own."""
        alone = Paper(title="", company="", number="", blocks=(PaperPhotos("", (PaperImage(""),)),))
        try:
            press.set(job_of([alone], lambda _: picture), self.limits)
        except PaperNotSet:
            return False
        return True

    def fonts(self) -> FontsInUse:
        """Return the fonts that a PDF would be set in; raises as ``set``."""
        with self._lock, self._ready() as press:
            return press.fonts

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._drop()

    @contextmanager
    def _ready(self) -> Iterator["_Press"]:
        """Hand out a warm process; whatever goes wrong with it, the next PDF gets a new one."""
        if self._press and (not self._press.is_alive or self._press.jobs_done >= self.limits.jobs):
            self._drop()
        if self._press is None:
            self._press = _Press(self.limits)
        try:
            yield self._press
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._press:
            self._press.close()
        self._press = None


class _Press:
    """One process of typst."""

    def __init__(self, limits: Limits) -> None:
        if find_spec("typst") is None:
            raise PdfNotInstalled
        #: How many PDFs it has made.
        self.jobs_done = 0
        folders = shipped_fonts()
        self._empty = tempfile.TemporaryDirectory(prefix="gongdan-typst-")
        # Isolated: no variable of the environment and no folder at hand has a say, and no proxy is known.
        command = [sys.executable, "-I", str(_HERE / "compositor.py"), str(_HERE / "paper.typ"), self._empty.name]
        command += [str(limits.memory_mb * _MEGABYTE), *folders]
        self._process = subprocess.Popen(  # noqa: S603 -- our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd=_HERE
        )
        try:
            status, answer = self._answer("typst", limits.seconds)
        except BaseException:
            self.close()
            raise
        if status != b"H":
            self.close()
            raise NoChineseFont
        chosen: dict[str, str] = json.loads(answer)
        self.fonts = FontsInUse(chosen["song"], chosen["hei"], is_shipped=bool(folders))

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def set(self, job: Mapping[str, Any], limits: Limits) -> bytes:
        title: str = job["title"]
        content = json.dumps(job, ensure_ascii=False).encode()
        # Writing may wait as long as the process hangs: the clock runs already.
        with self._killed_after(limits.seconds) as clock:
            try:
                self._pipe("stdin").write(_LENGTH.pack(len(content)) + content)
                self._pipe("stdin").flush()
                status, answer = self._read(title)
            except (BrokenPipeError, PrinterStopped) as problem:
                if clock.is_over:
                    raise PaperTooLong(title, round(limits.seconds)) from problem
                raise PrinterStopped(title) from problem
        self.jobs_done += 1
        if status != b"P":
            raise PaperNotSet(title, answer.decode()[:500])
        return answer

    def close(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()
        self._empty.cleanup()

    def _answer(self, title: str, seconds: float) -> tuple[bytes, bytes]:
        with self._killed_after(seconds):
            return self._read(title)

    def _read(self, title: str) -> tuple[bytes, bytes]:
        source = self._pipe("stdout")
        head = source.read(_HEAD.size)
        if len(head) < _HEAD.size:
            raise PrinterStopped(title)
        status, length = _HEAD.unpack(head)
        content = source.read(length)
        if len(content) < length:
            raise PrinterStopped(title)
        return status, content

    def _pipe(self, name: str) -> Any:
        return getattr(self._process, name)

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator["_Clock"]:
        clock = _Clock(seconds, self._process)
        clock.start()
        try:
            yield clock
        finally:
            clock.cancel()


class _Clock(threading.Timer):
    """Ends a process when its time is over."""

    def __init__(self, seconds: float, process: subprocess.Popen[bytes]) -> None:
        super().__init__(seconds, self._end)
        self.daemon = True
        self.is_over = False
        self._process = process

    def _end(self) -> None:
        self.is_over = True
        self._process.kill()


def shipped_fonts() -> list[str]:
    """Return the folders of the fonts that came with the extra; empty without it."""
    found = find_spec("pylopdf_fonts_zh_cn")
    return list(found.submodule_search_locations or ()) if found else []
