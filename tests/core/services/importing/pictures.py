"""What a company's lists amount to, without the keys and times that differ from one import to the next."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.services.desk import CompanyDesk
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.companies import NumberCounterRow
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.search import SearchDocumentRow
from gongdan.storage.tickets import TicketRow

Picture = Mapping[str, Any]

_TICKET = (
    "number", "type", "subject", "description", "channel", "contact_name", "contact_phone", "place", "category",
    "state", "state_category", "is_open", "round", "opened_at", "closed_at", "fields", "flags",
)  # fmt: skip
_ASSET = ("kind", "code", "label", "position", "state", "fields", "flags")
_PARTY = ("kind", "name", "identity_digest", "identity_mask", "identity_verdict")


def picture(desk: CompanyDesk) -> Picture:
    """Return everything that imports write, in one order."""
    with desk.reading() as session:
        return {
            "assets": {row.path: _values(row, _ASSET) for row in session.scalars(select(AssetRow))},
            "parties": sorted(map(repr, _parties(session).values())),
            "links": sorted(map(repr, _links(session))),
            "tickets": [
                (*_values(row, _TICKET), _path(session, row.asset_id), _parties(session).get(row.requester_id))
                for row in session.scalars(select(TicketRow).order_by(TicketRow.number))
            ],
            "search": sorted(session.scalars(select(SearchDocumentRow.text))),
            "counters": sorted((row.series, row.period, row.last) for row in session.scalars(select(NumberCounterRow))),
        }


def rows(desk: CompanyDesk) -> Picture:
    """Return every column of everything that imports write, but for the number of the version."""
    with desk.reading() as session:
        found = {
            model.__name__: sorted(
                repr({name: value for name, value in _columns(row).items() if name != "version"})
                for row in session.scalars(select(model))
            )
            for model in (AssetRow, PartyRow, ContactPointRow, AssetLinkRow, TicketRow)
        }
        texts = session.execute(select(SearchDocumentRow.subject_id, SearchDocumentRow.text)).all()
        return {**found, "search": {key: frozenset(text.splitlines()) for key, text in texts}}


def runs(desk: CompanyDesk) -> list[tuple[str, str, int, Mapping[str, int], list[tuple[int, str]]]]:
    """Return kind, state, rows, counts and verdicts of every run."""
    with desk.reading() as session:
        rows = session.scalars(select(ImportRunRow).order_by(ImportRunRow.started_at, ImportRunRow.id)).all()
    verdicts = {row.id: [(one.row, one.verdict.value) for one in desk.imports.rows(row.id)] for row in rows}
    return [(row.kind, row.state, row.rows_done, dict(row.counts), verdicts[row.id]) for row in rows]


def _columns(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _values(row: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _parties(session: Session) -> dict[Any, tuple[Any, ...]]:
    phones: dict[Any, list[str]] = {}
    for point in session.scalars(select(ContactPointRow).order_by(ContactPointRow.id)):
        phones.setdefault(point.party_id, []).append(point.normalised)
    return {row.id: (*_values(row, _PARTY), phones.get(row.id)) for row in session.scalars(select(PartyRow))}


def _links(session: Session) -> list[tuple[Any, ...]]:
    query = select(AssetLinkRow, AssetRow.path).join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
    parties = _parties(session)
    return [
        (path, link.role, parties.get(link.party_id), link.begins, link.ends) for link, path in session.execute(query)
    ]


def _path(session: Session, asset_id: Any) -> str | None:
    return session.scalar(select(AssetRow.path).where(AssetRow.id == asset_id))
