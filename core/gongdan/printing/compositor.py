"""The process that runs typst: it reads jobs from its input, answers with PDFs, and can reach nothing else.

It is started by its path and imports nothing of gongdan. Before the first job it has loaded its fonts; from then on the
system gives it no further file and no socket, and takes its memory and its time away beyond the limits. Arguments: the
template, an empty folder, the most memory in bytes, then the folders of the fonts.
"""

import json
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

import typst

#: Status, then the length of what follows.
_HEAD: Final = struct.Struct(">cQ")
_LENGTH: Final = struct.Struct(">Q")

#: Families in the order in which they are taken: 宋体 for what is filled in, 黑体 for titles.
_SONG: Final = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun")
_HEI: Final = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "SimHei", "WenQuanYi Micro Hei")

_WARM: Final = {
    "title": "", "author": "", "sheets": [{
        "paper": "a5", "flipped": False, "small": True, "language": "zh", "title": "热", "company": "热",
        "number": "1", "mark": "", "footer": "", "qr": "", "watermark": "",
        "words": {"number": "编号", "page": "{page}/{pages}", "day": "日"},
        "blocks": [{"kind": "text", "text": "热 a", "small": False}],
    }],
}  # fmt: skip


def main(template: Path, empty: str, memory_bytes: int, folders: list[str]) -> None:
    """Answer jobs until the input ends; the first answer tells the fonts."""
    # Ctrl-C is meant for the process that started this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    fonts = typst.Fonts(include_system_fonts=not folders, include_embedded_fonts=False, font_paths=list(folders))
    chosen = _chosen(fonts.families())
    if not chosen:
        _answer(target, b"F", b"{}")
        return
    press = _Press(template, empty, fonts)
    press.set({**_WARM, "fonts": chosen})
    _shut_in(memory_bytes)
    _answer(target, b"H", json.dumps(chosen).encode())
    _work(press, chosen, source, target)


class _Press:
    def __init__(self, template: Path, empty: str, fonts: typst.Fonts) -> None:
        self._template = template.read_bytes()
        self._compiler = typst.Compiler(
            root=empty, font_paths=fonts, ignore_system_fonts=True, package_path=empty, package_cache_path=empty
        )

    def set(self, job: dict[str, Any]) -> bytes:
        # The date of a PDF is the one that the job names, so that the same paper gives the same bytes.
        done = self._compiler.compile(
            self._template, sys_inputs={"job": json.dumps(job)}, format="pdf", pdf_standards=["a-2b"], pdf_tags=False,
            timestamp=job.get("timestamp", 0),
        )  # fmt: skip
        if not isinstance(done, bytes):
            raise TypeError("one PDF was expected")
        return done


def _work(press: _Press, fonts: dict[str, str], source: BinaryIO, target: BinaryIO) -> None:
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        job = json.loads(source.read(_LENGTH.unpack(head)[0]))
        try:
            _answer(target, b"P", press.set({**job, "fonts": fonts}))
        except typst.TypstError as problem:
            _answer(target, b"E", str(problem).encode())


def _chosen(families: list[str]) -> dict[str, str]:
    """Return the fonts that are there; empty without any that is Chinese."""
    hei = next((name for name in _HEI if name in families), "")
    song = next((name for name in _SONG if name in families), hei)
    return {"song": song, "hei": hei or song} if song else {}


def _shut_in(memory_bytes: int) -> None:
    """Give up what no job needs: more memory, further files, sockets, files written."""
    try:
        import resource  # noqa: PLC0415 -- Windows has none; there, the limit of time is the only one
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Input and output stay open; no number is left for anything else.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _answer(target: BinaryIO, status: bytes, content: bytes) -> None:
    target.write(_HEAD.pack(status, len(content)))
    target.write(content)
    target.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
