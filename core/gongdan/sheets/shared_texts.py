"""The table of shared texts of an xlsx file: one long text may be shown by a million cells."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from gongdan.sheets.errors import DamagedFile, WorkbookTooLarge
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.parts import hardened_parser, parse
from gongdan.text import msg


class SharedTexts:
    """The sizes of the shared texts, in bytes of XML, which no text exceeds in characters."""

    def __init__(self) -> None:
        self._sizes: list[int] = []

    def measure(self, path: Path, chunks: Iterator[bytes]) -> None:
        """Take the sizes from the table; it is parsed like any other part."""
        parser = hardened_parser(path)
        starts: list[int] = []

        def start(name: str, _attributes: dict[str, str]) -> None:
            if name == "si" or name.endswith(":si"):
                starts.append(parser.CurrentByteIndex)

        parser.StartElementHandler = start
        parse(path, chunks, parser)
        starts.append(parser.CurrentByteIndex)
        self._sizes = [after - before for before, after in pairwise(starts)]

    def check(self, path: Path, chunks: Iterator[bytes], shown: int, limits: SheetLimits) -> None:
        """Refuse a sheet whose shared texts, counted as often as they are shown, are too many characters.

        The sheet is parsed a second time only if its longest text leaves that open.
        """
        if max(self._sizes, default=0) * shown <= limits.characters:
            return
        try:
            characters = sum(self._sizes[index] for index in _shown(path, chunks))
        except (IndexError, ValueError) as error:
            raise DamagedFile(name=path.name, reason=msg("工作表内容无法解析")) from error
        if characters > limits.characters:
            raise WorkbookTooLarge(name=path.name, measure=msg("字数"), limit=limits.characters)


def _shown(path: Path, chunks: Iterator[bytes]) -> list[int]:
    """Return the index of the shared text of each cell that shows one."""
    parser = hardened_parser(path)
    indexes: list[int] = []
    digits: list[str] = []
    shared = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal shared
        if name == "c" or name.endswith(":c"):
            shared = attributes.get("t") == "s"
        digits.clear()

    def end(name: str) -> None:
        if shared and (name == "v" or name.endswith(":v")):
            indexes.append(int("".join(digits)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = digits.append
    parse(path, chunks, parser)
    return indexes
