"""Assets: kinds that plugins declare, their place in the tree, and the rules of dated links."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate

from gongdan.domain.fields import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetKind:
    """A kind of thing that tickets are about: building, unit, site, vehicle, terminal."""

    name: str
    #: Shown name as the trade says it, a source text.
    label: str
    #: Kinds that may stand above it in the tree; empty for a root.
    parents: tuple[str, ...] = ()
    #: Attributes, stored as declared.
    fields: tuple[Field, ...] = ()
    #: States the thing itself can be in, such as empty or occupied: (value, label as source text).
    states: tuple[tuple[str, str], ...] = ()
    #: Kinds of serial numbers it carries; each is unique within the company.
    serials: tuple[str, ...] = ()
    #: What a person typed as the label of such a thing, in the spellings in which it may be stored, the likeliest
    #: first: ``3栋2单元501`` may be ``3-2-501``. Nothing for what is none. The search, the field for a place and the
    #: intake ask it, so it reads as the importer does.
    spellings: Callable[[str], Sequence[str]] | None = None
    #: Shown as a grid under its parent, one tile each (房态图).
    in_grid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """A dated link from an asset to a party or to another asset."""

    #: Role of the far side: owner, tenant, driver, fitted_terminal.
    role: str
    #: Shown name, a source text.
    label: str
    #: At most one open link of the role per asset.
    one_per_asset: bool = False
    #: At most one open link of the role per far side.
    one_per_target: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """When a dated link holds: from ``begins`` inclusive to ``ends`` exclusive; None is open."""

    begins: date | None
    ends: date | None

    def overlaps(self, other: "Term") -> bool:
        """Tell whether the two terms share a day."""
        return _before(self.begins, other.ends) and _before(other.begins, self.ends)

    def holds_on(self, day: date) -> bool:
        """Tell whether ``day`` lies within the term."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day < self.ends)

    def ended(self, day: date) -> "Term":
        """Return the term closed on ``day``, the first day on which it no longer holds."""
        return replace(self, ends=day)


def _before(begin: date | None, end: date | None) -> bool:
    return begin is None or end is None or begin < end


def child_path(parent: str, code: str) -> str:
    """Return the path of a child: ``/1`` and ``2`` give ``/1/2``."""
    return f"{parent}/{code}"


def level_paths(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the path of each level from a root down: ``1`` and ``2`` give ``/1`` and ``/1/2``."""
    return tuple(accumulate(codes, child_path, initial=""))[1:]
