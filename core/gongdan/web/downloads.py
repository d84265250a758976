"""Files that a page sends to be saved."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "yaml": "application/yaml; charset=utf-8",
}


def download(content: bytes, name: str) -> Response:
    """Return ``content`` as a file of that name; browsers save it and never show it."""
    return _named(Response(content, mimetype=None, content_type=_type_of(name)), name)


@contextmanager
def written(file_name: str) -> Iterator[tuple[Path, Callable[[str], Response]]]:
    """Hand out where a file is to be written, and what sends it piece by piece, so that no list fills the memory.

    The file goes away when the answer has been sent, or at once when the block fails.
    """
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(prefix="gongdan-download-"))) / file_name

        def send(name: str) -> Response:
            pieces = wrap_file(request.environ, path.open("rb"))
            answer = Response(pieces, mimetype=None, content_type=_type_of(name))
            answer.content_length = path.stat().st_size
            answer.call_on_close(stack.pop_all().close)
            return _named(answer, name)

        yield path, send


def _type_of(name: str) -> str:
    return _TYPES[name.rsplit(".", 1)[-1]]


def _named(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
