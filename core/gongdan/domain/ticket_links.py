"""Typed links between tickets, and what each means for the two ends."""

from enum import StrEnum


class LinkKind(StrEnum):
    """How the first ticket relates to the second."""

    #: The first may not close before the second.
    PARENT = "parent"
    #: The second was opened after the first had been closed.
    FOLLOW_UP = "follow_up"
    #: The first went up in the second; it can be undone.
    MERGED = "merged"
    #: The first was caused by the second.
    CAUSED_BY = "caused_by"
    RELATED = "related"


#: Kinds in which the two ends are interchangeable.
SYMMETRIC = frozenset({LinkKind.RELATED})
