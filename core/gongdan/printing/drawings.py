"""QR codes and pictures as drawings: the page puts them in as they are, the PDF too."""

import base64
import struct
from collections.abc import Callable
from typing import Final

import segno

_QUIET_MODULES: Final = 2


def qr_path(address: str) -> tuple[int, str]:
    """Return the side of the code in modules, its quiet zone included, and its dark modules as the path of an SVG."""
    rows = segno.make(address, error="m", micro=False).matrix
    side = len(rows) + 2 * _QUIET_MODULES
    runs: list[str] = []
    for y, row in enumerate(rows, start=_QUIET_MODULES):
        runs.extend(f"M{x} {y}h1v1h-1z" for x, is_dark in enumerate(row, start=_QUIET_MODULES) if is_dark)
    return side, "".join(runs)


def qr_drawing(address: str) -> str:
    """Return the code as an SVG of its own; empty for no address."""
    if not address:
        return ""
    side, path = qr_path(address)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'


def picture_address(content: bytes) -> str:
    """Return a photo as an address that carries it; empty for what is no picture that browsers show."""
    found = _kind_and_size(content)
    return f"data:image/{found[0]};base64,{base64.b64encode(content).decode()}" if found else ""


def picture_drawing(content: bytes) -> str:
    """Return a photo as an SVG that carries it; empty for what is no PNG, JPEG, GIF or WebP."""
    found = _kind_and_size(content)
    if found is None:
        return ""
    _, width, height = found
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    return f'{head}<image width="{width}" height="{height}" href="{picture_address(content)}"/></svg>'


def _kind_and_size(content: bytes) -> tuple[str, int, int] | None:
    """Return the kind of a picture with its width and height in pixels, as its first bytes tell them."""
    for start, kind, size in _KINDS:
        if content.startswith(start):
            try:
                width, height = size(content)
            except (struct.error, IndexError, ValueError):
                return None
            return (kind, width, height) if width > 0 and height > 0 else None
    return None


def _png_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Walk the segments up to the one that opens the picture."""
    at = 2
    while True:
        mark, length = struct.unpack(">HH", content[at : at + 4])
        if 0xFFC0 <= mark <= 0xFFCF and mark not in (0xFFC4, 0xFFC8, 0xFFCC):  # noqa: PLR2004 -- marks of the format
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if length < 2:  # noqa: PLR2004 -- a segment counts its own length
            raise ValueError("no length")
        at += 2 + length


def _webp_size(content: bytes) -> tuple[int, int]:
    if content[8:12] != b"WEBP":
        raise ValueError("no picture")
    if content[12:16] == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


_KINDS: Final[tuple[tuple[bytes, str, Callable[[bytes], tuple[int, int]]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "png", _png_size),
    (b"\xff\xd8\xff", "jpeg", _jpeg_size),
    (b"GIF8", "gif", _gif_size),
    (b"RIFF", "webp", _webp_size),
)
