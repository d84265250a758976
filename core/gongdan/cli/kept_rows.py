"""The verdicts of a run while it is under way, in a file: there may be a hundred thousand."""

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from gongdan.services.import_reports import RowReport


class KeptRows:
    """Takes rows batch by batch, and gives them back as often as they are asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, rows: "Sequence[RowReport]") -> None:
        """Take the rows of a batch."""
        pickle.dump(rows, self._file)

    def all(self) -> "Iterator[RowReport]":
        """Return all rows from the first one on."""
        self._file.seek(0)
        while True:
            try:
                yield from pickle.load(self._file)  # noqa: S301 -- a nameless file that this process alone can open
            except EOFError:
                return


@contextmanager
def kept_rows() -> Iterator[KeptRows]:
    """Keep rows as long as the block lasts."""
    with TemporaryFile() as file:
        yield KeptRows(file)
