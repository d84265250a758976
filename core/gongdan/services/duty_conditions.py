"""Which duties are meant, as conditions of a query."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from gongdan.domain.duties import DutyState
from gongdan.storage.duties import DutyRow


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a duty is owed and late, whether or not the miss has been told already."""
    is_past = and_(DutyRow.state != DutyState.PAUSED.value, DutyRow.due_at < now)
    return and_(DutyRow.ended_at.is_(None), or_(DutyRow.missed_at.is_not(None), is_past))
