"""React: called after the commit, each plugin alone. A failure is journalled, never shown as the user's error."""

from typing import Any

from gongdan.domain.events import Event
from gongdan.hooks.markers import hookspec


@hookspec
def handle_event(event: Event, desk: Any) -> None:
    """Take note of something that happened.

    One hook for all events: look at ``event.kind``. Called in a thread of its own after the commit, for each
    plugin that the event's company has enabled; never for silent imports. ``desk`` is the desk of that company,
    acting as the plugin. Since 0.1.
    """
