"""What stored records say of themselves: the line that an export writes of them, read as an import reads it.

A row is compared with the echo of the record it names. So a list that says what an export says changes nothing,
however the stored values are spelled, and what an importer derives from a row is written anew only when the row
says something else.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.assets import level_paths
from gongdan.domain.cells import Cell, shown
from gongdan.domain.facts import AssetFact, AssetRecord, Place, TicketFact
from gongdan.domain.headings import Layout
from gongdan.domain.importing import AssetExport, Importer, References, TicketExport, Values
from gongdan.domain.row_checks import RowChecker, SheetFacts
from gongdan.services.export_records import Records
from gongdan.services.exports import assets_in_order, cells_of
from gongdan.sheets.writing import Written
from gongdan.storage.assets import AssetRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

FactT = TypeVar("FactT", AssetFact, TicketFact)


@dataclass(frozen=True, slots=True)
class Echo(Generic[FactT]):
    """What a record says of itself; nothing, when its kind cannot be exported."""

    fact: FactT | None = None
    #: Reason classes of what is doubtful about it.
    reasons: frozenset[str] = frozenset()


class Echoes:
    """Makes echoes of the records of one kind of list."""

    def __init__(self, desk: "CompanyDesk", importer: Importer, references: References) -> None:
        self._importer = importer
        self._export = importer.export
        # What nobody sees may be compared in full.
        self._records = Records(desk, unmasked=True)
        labels = tuple(column.label for column in importer.columns)
        places = {column.name: place for place, column in enumerate(importer.columns)}
        layout = Layout(heading_row=0, places=places, headings=labels, unknown=(), absent=())
        self._checker = RowChecker(importer, layout, references, SheetFacts())

    def of_tickets(self, rows: Collection[TicketRow]) -> Mapping[UUID, Echo[TicketFact]]:
        """Return the echoes of tickets by id."""
        export = self._export
        if not isinstance(export, TicketExport):
            return {}
        return {
            row.id: self._echo(export.row(self._records.ticket(row)), TicketFact)
            for row in rows
            if row.type in export.types
        }

    def of_assets(self, session: Session, rows: Collection[AssetRow]) -> Mapping[UUID, Echo[AssetFact]]:
        """Return the echoes of assets by id."""
        own = [row for row in rows if self.is_exported(row)]
        return dict(zip((row.id for row in own), self._echoes(self._records.assets(session, own)), strict=True))

    def is_exported(self, row: AssetRow) -> bool:
        """Tell whether the list has a line for the asset."""
        return isinstance(self._export, AssetExport) and row.kind == self._export.kind

    def other_ways(self, session: Session) -> Mapping[str, str]:
        """Return path as the list gives it → path as it is stored, for all places where the two differ.

        So do units under a community of which the list says nothing, and buildings whose code a person typed.
        """
        found: dict[str, str] = {}
        if not isinstance(self._export, AssetExport):
            return found
        for rows in assets_in_order(session, self._export.kind):
            records = self._records.assets(session, rows)
            for record, echo in zip(records, self._echoes(records), strict=True):
                if echo.fact:
                    found.update(_differing(echo.fact.way, record.way))
        return found

    def _echoes(self, records: Sequence[AssetRecord]) -> list[Echo[AssetFact]]:
        export = self._export
        return [self._echo(export.row(one), AssetFact) for one in records] if isinstance(export, AssetExport) else []

    def _echo(self, values: Values, wanted: type[FactT]) -> Echo[FactT]:
        self._checker.forget()
        row = self._checker.check(1, [_cell(cell) for cell in cells_of(self._importer, values)])
        facts = self._importer.facts(row) if row.taken else ()
        fact = next((fact for fact in facts if isinstance(fact, wanted) and self._is_own(fact)), None)
        return Echo(fact, frozenset(reason.value for reason in row.reasons))

    def _is_own(self, fact: AssetFact | TicketFact) -> bool:
        if isinstance(fact, AssetFact):
            return isinstance(self._export, AssetExport) and fact.way[-1].kind == self._export.kind
        return isinstance(self._export, TicketExport)


def news(said: Mapping[str, object], echoed: Mapping[str, object]) -> dict[str, object]:
    """Return what is said beyond an echo; an empty value says nothing."""
    return {name: value for name, value in said.items() if value not in (None, "") and value != echoed.get(name)}


def _differing(given: Sequence[Place], stored: Sequence[Place]) -> Mapping[str, str]:
    paths = dict(zip((place.kind for place in stored), level_paths(place.code for place in stored), strict=True))
    ways = zip(level_paths(place.code for place in given), given, strict=True)
    return {path: paths[place.kind] for path, place in ways if paths.get(place.kind, path) != path}


def _cell(value: Written) -> Cell:
    return value if isinstance(value, str) else shown(value)
