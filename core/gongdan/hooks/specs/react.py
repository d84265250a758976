"""React: called after the commit, each plugin alone. A failure is journalled, never shown as the user's error."""

from typing import Any

from gongdan.domain.events import Event
from gongdan.hooks.markers import hookspec


@hookspec
def handle_event(event: Event, desk: Any) -> None:
    """Take note of something that happened.

    One hook for all events: look at ``event.kind``. Called after the commit, outside any transaction, for each plugin
    that the event's company has enabled; never for silent imports. ``desk`` is the desk of that company, acting as the
    plugin. What is to be told is kept with what happened: a plugin that raises is told again, after 10 s, 20 s, 40 s …,
    and one whose process dies is told again five minutes later, each time with the same ``event.id``; after eight
    failures the timer is parked.
    Events may come in another order than they happened, see ``event.occurred_at``. Since 0.1.
    """
