"""Unpacking the parts of a workbook without trusting the sizes that it states."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from gongdan.sheets.errors import DamagedFile, UnsafeXml
from gongdan.text import msg

_CHUNK: Final = 1 << 18
#: The parser holds an unfinished tag or comment in memory as a whole.
_LONGEST_TOKEN: Final = 4 << 20
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_RAW_DEFLATE: Final = -15


def unpack(path: Path, file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of one part.

    The stream itself is inflated and measured, for another unpacker may not stop where the directory says
    that the part ends. Raises `DamagedFile` if the sizes differ.
    """
    file.seek(part.header_offset)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\x03\x04" or part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise DamagedFile(name=path.name, reason=msg("压缩包不完整"))
    file.seek(name_length + extra_length, 1)
    size = 0
    for chunk in _inflate(file, part):
        size += len(chunk)
        if size > part.file_size:
            break
        yield chunk
    if size != part.file_size:
        raise DamagedFile(name=path.name, reason=msg("部件的大小与目录不符"))


def _inflate(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    left = part.compress_size
    inflater = zlib.decompressobj(_RAW_DEFLATE) if part.compress_type == ZIP_DEFLATED else None
    while left > 0:
        packed = file.read(min(_CHUNK, left))
        if not packed:
            return
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    if inflater is not None:
        yield inflater.flush()


def xml_parts(package: ZipFile) -> list[ZipInfo]:
    """Return the parts that a reader of workbooks may parse."""
    return [part for part in package.infolist() if part.filename.endswith((".xml", ".rels"))]


def hardened_parser(path: Path) -> expat.XMLParserType:
    """Return a parser that refuses every document type, and with it entities and external files."""
    parser = expat.ParserCreate()

    def refuse(*_declaration: object) -> None:
        raise UnsafeXml(name=path.name)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse(path: Path, chunks: Iterator[bytes], parser: expat.XMLParserType) -> None:
    """Feed a part to the parser; raises `DamagedFile` if it is no XML, or holds a boundless tag or comment."""
    fed = 0
    try:
        for chunk in chunks:
            fed += len(chunk)
            parser.Parse(chunk, False)  # noqa: FBT003 -- expat takes the flag by position only
            if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                raise DamagedFile(name=path.name, reason=msg("部件内容无法解析"))
        parser.Parse(b"", True)  # noqa: FBT003 -- as above
    except (expat.ExpatError, LookupError, zlib.error, struct.error) as error:
        # An encoding that nobody knows is a LookupError.
        raise DamagedFile(name=path.name, reason=msg("部件内容无法解析")) from error
