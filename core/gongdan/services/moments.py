"""Letting things happen at another moment than now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongdan.services.desk import Desk


@contextmanager
def at_moment(desk: "Desk", moment: datetime) -> Iterator[None]:
    """Let everything inside happen at ``moment``, an aware time; only while nobody else works at the desk."""
    clock, now = desk.clock, moment.astimezone(UTC)
    desk.clock = lambda: now
    try:
        yield
    finally:
        desk.clock = clock
