"""What an import made and changed, as undoing it needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gongdan.domain.importing import CheckedRow


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of ours that an import made, or changed from the values in ``before``."""

    #: ticket, asset, party, contact_point, asset_link.
    noun: str
    id: UUID
    #: None for a row that the import made.
    before: Mapping[str, Any] | None = None


def merged_flags(stored_flags: Sequence[str], row: CheckedRow, *, brings_news: bool) -> list[str]:
    """Return the flags of something that a row speaks of again.

    A row that brings something new says anew what is doubtful; one that brings nothing, such as the line of an export
    whose doubtful cell is empty, clears no flag.
    """
    own = [reason.value for reason in row.reasons]
    return own if brings_news else list(dict.fromkeys((*stored_flags, *own)))


def stored(effect: Effect) -> dict[str, Any]:
    """Return an effect as it is kept in JSON."""
    entry: dict[str, Any] = {"n": effect.noun, "id": effect.id.hex}
    if effect.before is not None:
        entry["before"] = {name: _packed(value) for name, value in effect.before.items()}
    return entry


def loaded(entry: Mapping[str, Any]) -> Effect:
    """Return the effect that ``stored`` kept."""
    before = entry.get("before")
    values = None if before is None else {name: _unpacked(value) for name, value in before.items()}
    return Effect(entry["n"], UUID(entry["id"]), values)


def _packed(value: object) -> object:
    if isinstance(value, UUID):
        return {"uuid": value.hex}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"json": value}


def _unpacked(value: Mapping[str, Any]) -> object:
    if "uuid" in value:
        return UUID(value["uuid"])
    if "time" in value:
        return datetime.fromisoformat(value["time"])
    return date.fromisoformat(value["date"]) if "date" in value else value["json"]
