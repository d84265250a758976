"""A throttle for pages that anybody may open: so many requests of one address in a window of time.

It counts in this process; several processes allow as many times as much.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from flask import Flask, current_app
from werkzeug.exceptions import TooManyRequests

_EXTENSION = "gongdan_throttle"
#: Addresses that are remembered; the one that was away longest is forgotten first.
_MOST_ADDRESSES = 10_000


class Throttle:
    """Counts requests by address."""

    def __init__(self, limit: int, window_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._window = window_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str) -> bool:
        """Count a request; False when it is one too many."""
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            while times and times[0] <= now - self._window:
                times.popleft()
            if len(self._seen) > _MOST_ADDRESSES:
                self._seen.popitem(last=False)
            if len(times) >= self._limit:
                return False
            times.append(now)
            return True


def throttled(address: str) -> None:
    """Count a request to a page that anybody may open; raises when there were too many of the address."""
    if not current_app.extensions[_EXTENSION].count(address):
        raise TooManyRequests


def install(app: Flask, *, limit: int = 60, window_seconds: float = 60) -> None:
    """Give the application its throttle."""
    app.extensions[_EXTENSION] = Throttle(limit, window_seconds)
