"""Files that a page sends to be saved."""

from urllib.parse import quote

from flask import Response

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
}


def download(content: bytes, name: str) -> Response:
    """Return ``content`` as a file of that name; browsers save it and never show it."""
    answer = Response(content, mimetype=None, content_type=_TYPES[name.rsplit(".", 1)[-1]])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
