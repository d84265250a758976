"""What plugins put on pages: panels, menu entries and tiles, as plain values that templates draw."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """A card on a ticket's page: a heading and lines of label and value."""

    #: Source text.
    title: str
    #: Lines of (label as source text, value as shown).
    lines: tuple[tuple[str, str], ...]
    #: Address that the heading opens; empty for none.
    link: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the left rail."""

    #: Source text.
    label: str
    #: Path that begins with ``/x/<plugin>/`` or a core page.
    path: str
    icon: str = "puzzle"
    #: Permission that the person needs; empty for everybody in the company.
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A count on the home page."""

    #: Source text.
    label: str
    #: Query string of the ticket list that the tile counts and opens, such as ``type=repair&open=1``.
    query: str
    icon: str = "ticket"
