"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

#: Thursday, 5 March 2026, 10:00 in Shanghai.
START = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


class Clock:
    """Returns the same time until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time now, aware, UTC."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Go forward by ``by``, or back when it is negative."""
        self.now += by

    def set(self, now: datetime) -> None:
        """Stand at ``now``, an aware time of any zone."""
        self.now = now.astimezone(UTC)
