"""How large a file may be. A small file can unpack to gigabytes, so both sizes count."""

from dataclasses import dataclass
from typing import Final

_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLimits:
    """Bounds that keep the reading of one file below 300 MB of memory; all are inclusive."""

    #: Size of the file as it lies on the disk.
    file_bytes: int = 30 * _MEGABYTE
    #: Sum of the unpacked sizes of all parts of a workbook.
    unpacked_bytes: int = 200 * _MEGABYTE
    #: Unpacked size of the table of shared texts, which is held in memory as a whole.
    shared_text_bytes: int = 80 * _MEGABYTE
    #: Characters of all cells; one shared text counts as often as it is shown.
    characters: int = 60 * _MEGABYTE
    #: Parts in the packed file.
    parts: int = 5_000
    #: Rows × columns up to the last filled cell, as the reader holds all of them.
    cells: int = 2_000_000
    #: Columns up to the last filled one.
    columns: int = 512
    #: Characters of one cell; Excel itself allows 32,767.
    cell_characters: int = 32_767
    #: Formulas whose result was never computed.
    formulas: int = 50_000


DEFAULT_LIMITS: Final = SheetLimits()
