"""Pure functions: what may be done, what makes two lines of a list one case, what a line says."""

from collections.abc import Sequence
from datetime import date, datetime, time

from gongdan.api import CheckedRow, MoveAttempt, TicketFact, Values, msg


def pump_is_off(attempt: MoveAttempt) -> str | None:
    return None if attempt.fields.get("pump_off") else msg("请先确认水泵已断电")


def key_of(values: Values) -> str | None:
    """Two lines of one day about one basin are one case."""
    parts = [values.get(name) for name in ("day", "basin")]
    return "|".join(map(str, parts)) if all(parts) else None


def facts_of(row: CheckedRow) -> Sequence[TicketFact]:
    """A line was written at nine in the morning of its day."""
    values, day = row.values, row.values["day"]
    if row.key is None or not isinstance(day, date):
        return ()
    return (
        TicketFact(
            type="fountain_repair",
            key=row.key,
            description=str(values["trouble"]),
            opened_at=datetime.combine(day, time(9)),
            contact_name=str(values.get("reporter") or ""),
            fields={"basin": values["basin"]},
        ),
    )
