"""What a file is, told by its content; the name is only compared with it."""

import zlib
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from gongdan.sheets.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    MacroFile,
    UnsupportedFile,
    WebPageFile,
    WorkbookTooLarge,
)
from gongdan.sheets.limits import SheetLimits
from gongdan.text import msg


class FileKind(StrEnum):
    """The kinds of file that hold a table."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "csv"


_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WEB_PAGE: Final = (
    b"<html",
    b"<!doctype",
    b"<table",
    b"<?xml",
    b"<head",
    b"<body",
    b"<meta",
    b"<div",
    b"<!--",
)
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_WORKBOOK: Final = b"spreadsheetml.sheet.main+xml"
_PEEKED: Final = 4096
_LONGEST_CONTENTS: Final = 1_000_000
_SUFFIXES: Final = {
    FileKind.XLSX: {".xlsx"},
    FileKind.XLS: {".xls", ".et"},
    FileKind.ODS: {".ods"},
    FileKind.TEXT: {".csv", ".tsv", ".txt"},
}


def find_kind(path: Path, limits: SheetLimits) -> FileKind:
    """Return what the file is; raises a `FileRefused` for everything that is no table."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileTooLarge(name=path.name, limit_mb=limits.file_bytes // 1_000_000)
    with path.open("rb") as file:
        start = file.read(_PEEKED)
        if not start.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
            raise EmptyFile(name=path.name)
        if start.startswith(_ZIP):
            return _kind_of_zip(path, file, limits)
        if start.startswith(_COMPOUND):
            return _kind_of_compound(path, file.read())
    return _kind_of_text(path, start)


def suits_name(kind: FileKind, path: Path) -> bool:
    """Tell whether the suffix of the file promises what its content is."""
    return path.suffix.lower() in _SUFFIXES[kind]


def _kind_of_text(path: Path, start: bytes) -> FileKind:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return FileKind.TEXT
    bare = start.removeprefix(_TEXT_MARKS[0]).lstrip().lower()
    if bare.startswith(_WEB_PAGE):
        raise WebPageFile(name=path.name)
    if b"\x00" in start or start.startswith(b"%PDF"):
        raise UnsupportedFile(name=path.name)
    return FileKind.TEXT


def _kind_of_zip(path: Path, file: BinaryIO, limits: SheetLimits) -> FileKind:
    try:
        with ZipFile(file) as parts:
            names = parts.namelist()
            _check_sizes(path, parts, limits)
            if _start_of(parts, "mimetype").startswith(_OPEN_DOCUMENT):
                return FileKind.ODS
            content_types = _start_of(parts, "[Content_Types].xml")
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error) as error:
        # The zip module answers a protected part with RuntimeError, unknown packing with NotImplementedError.
        raise DamagedFile(name=path.name, reason=msg("压缩包不完整")) from error
    if b"macroEnabled" in content_types or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise MacroFile(name=path.name)
    if _WORKBOOK not in content_types:
        raise UnsupportedFile(name=path.name)
    return FileKind.XLSX


def _start_of(parts: ZipFile, name: str) -> bytes:
    if name not in parts.namelist():
        return b""
    with parts.open(name) as part:
        return part.read(_LONGEST_CONTENTS)


def _check_sizes(path: Path, parts: ZipFile, limits: SheetLimits) -> None:
    infos = parts.infolist()
    if len(infos) > limits.parts:
        raise WorkbookTooLarge(name=path.name, measure=msg("部件数"), limit=limits.parts)
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise DamagedFile(name=path.name, reason=msg("压缩包里有重名的部件"))
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise WorkbookTooLarge(name=path.name, measure=msg("字节数"), limit=limits.unpacked_bytes)
    for info in infos:
        if info.filename.endswith("sharedStrings.xml") and info.file_size > limits.shared_text_bytes:
            raise WorkbookTooLarge(name=path.name, measure=msg("字节数"), limit=limits.shared_text_bytes)


def _kind_of_compound(path: Path, rest: bytes) -> FileKind:
    """Tell the streams of a compound file by their names, which stand in it as UTF-16."""
    if _named(rest, "EncryptedPackage"):
        raise EncryptedFile(name=path.name)
    if _named(rest, "_VBA_PROJECT"):
        raise MacroFile(name=path.name)
    if _named(rest, "Workbook") or _named(rest, "Book"):
        return FileKind.XLS
    if len(rest) < _PEEKED:
        raise DamagedFile(name=path.name, reason=msg("文件不完整"))
    raise UnsupportedFile(name=path.name)


def _named(content: bytes, stream: str) -> bool:
    return stream.encode("utf-16-le") in content
