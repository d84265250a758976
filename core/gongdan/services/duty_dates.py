"""Moments that a ticket itself names: a time that was promised, the day on which it is expected to go on."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from gongdan.domain.duties import DutyRule
from gongdan.storage.tickets import TicketRow


def promised_time(
    rule: DutyRule, ticket: TicketRow, zone: ZoneInfo, *, after: datetime | None = None
) -> datetime | None:
    """Return the promised time of a ticket; one that has passed when the duty begins is of another round."""
    given = ticket.fields.get(rule.promised_field) if rule.promised_field else None
    if not isinstance(given, str):
        return None
    moment = datetime.fromisoformat(given)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return None if after is not None and moment <= after else moment


def expected_from(rule: DutyRule, ticket: TicketRow, zone: ZoneInfo) -> datetime | None:
    """Return the beginning of the day on which a ticket that waits is expected to go on; None when it names none."""
    given = ticket.fields.get(rule.expected_field) if rule.expected_field else None
    return datetime.combine(date.fromisoformat(given), time(), zone) if isinstance(given, str) else None
