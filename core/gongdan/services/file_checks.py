"""What may be attached: a file is what its bytes say, under a name that can hurt nobody."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import filetype

from gongdan.errors import FileRefused
from gongdan.text import msg

#: Largest attachment, in bytes.
MAX_BYTES = 20 * 1024 * 1024
#: Longest file name that is kept, in characters.
MAX_NAME = 120

#: What may be attached: the extension decides the type, and the bytes must agree with it.
ALLOWED: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "doc": "application/msword",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "amr": "audio/amr",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}

#: Types whose bytes carry no signature; they must be text.
_TEXT_TYPES = frozenset({"text/plain", "text/csv"})
#: Types that the sniffer names differently or only by family.
_SAME_FAMILY: Mapping[str, frozenset[str]] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": frozenset({"application/zip"}),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": frozenset({"application/zip"}),
    "application/vnd.ms-excel": frozenset({"application/x-ole-storage", "application/msword"}),
    "application/msword": frozenset({"application/x-ole-storage", "application/vnd.ms-excel"}),
    "audio/mp4": frozenset({"video/mp4", "audio/x-m4a"}),
    "video/mp4": frozenset({"audio/mp4", "video/x-m4v"}),
    "audio/wav": frozenset({"audio/x-wav"}),
}

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


def sniff(file: Upload) -> str:
    """Return the type of a file that may be attached; raises ``FileRefused`` with the reason."""
    name = clean_name(file.name)
    if len(file.content) > MAX_BYTES:
        raise FileRefused(name, msg("超过 20 MB"))
    if not file.content:
        raise FileRefused(name, msg("文件是空的"))
    expected = ALLOWED.get(name.rsplit(".", 1)[-1].lower() if "." in name else "")
    if expected is None:
        raise FileRefused(name, msg("不支持这种文件类型"))
    kind = filetype.guess(file.content)
    if expected in _TEXT_TYPES:
        if kind is not None or b"\x00" in file.content:
            raise FileRefused(name, msg("内容与扩展名不符"))
        return expected
    actual = kind.mime if kind else ""
    if actual != expected and actual not in _SAME_FAMILY.get(expected, frozenset()):
        raise FileRefused(name, msg("内容与扩展名不符"))
    return expected


def clean_name(name: str) -> str:
    """Return a file name that is safe to show and to offer for download.

    Normalised first, then cleaned: no path, no control or invisible characters, no leading or trailing dots.
    """
    folded = unicodedata.normalize("NFKC", name)
    visible = "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Cc", "Co", "Cs"))
    last = re.split(r"[/\\]", visible)[-1]
    cleaned = _UNSAFE.sub("_", last).strip(". ")
    stem, dot, extension = cleaned.rpartition(".")
    if len(cleaned) > MAX_NAME and dot:
        cleaned = f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
    return cleaned[:MAX_NAME] or "file"
