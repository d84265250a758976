"""What fixtures make at the beginning of many tests is made once: the rows of it, and how it looks in Python."""

import pickle
from collections.abc import Callable, Hashable
from io import BytesIO
from typing import Any, Protocol, TypeVar, cast

from gongdan.services.desk import Desk
from gongdan.testing.databases import Shelf

Made = TypeVar("Made")


class Counting(Protocol):
    """Numbers what it makes."""

    made: int


class Beginning:
    """What a test has begun with so far; each of its fixtures may add something.

    Only what stands at the very beginning is kept: from the first thing on that was done outside, fixtures make anew
    what they make. A fixture makes the same for every test: rows in the database, and a value of plain data and desks.
    """

    def __init__(self, desk: Desk, shelf: Shelf, key: Hashable) -> None:
        self._desk = desk
        self._shelf = shelf
        self._key = key
        self._committed = desk.database.committed
        self._counting: dict[str, Counting] = {}

    def count(self, name: str, counting: Counting) -> None:
        """Let something go on counting from where fixtures have come to, whether they made things or found them."""
        self._counting[name] = counting

    def __call__(self, make: Callable[[], Made]) -> Made:
        """Return what this ``make`` returned for an earlier test of this beginning, in its database, or make it."""
        self._key = (self._key, make.__code__, self._desk.clock())
        if self._desk.database.committed != self._committed:
            return make()
        kept = self._shelf.take(self._key, over=True)
        if kept is not None:
            found, counts = _Reader(kept, self._desk).load()
            for counted, count in counts.items():
                self._counting[counted].made = count
            return cast("Made", found)
        made = make()
        self._committed = self._desk.database.committed
        counts = {counted: counting.made for counted, counting in self._counting.items() if counting.made}
        self._shelf.put(self._key, _written((made, counts), self._desk))
        return made


def _written(made: object, desk: Desk) -> bytes:
    buffer = BytesIO()
    _Writer(buffer, desk).dump(made)
    return buffer.getvalue()


class _Writer(pickle.Pickler):
    """Leaves out the installation, which is another one in each test."""

    def __init__(self, buffer: BytesIO, desk: Desk) -> None:
        super().__init__(buffer)
        self._desk = desk

    def persistent_id(self, value: object) -> str | None:
        return "installation" if value is self._desk else None


class _Reader(pickle.Unpickler):  # noqa: S301 -- reads what this process wrote
    def __init__(self, kept: bytes, desk: Desk) -> None:
        super().__init__(BytesIO(kept))
        self._desk = desk

    def persistent_load(self, name: str) -> Any:
        assert name == "installation", name
        return self._desk
