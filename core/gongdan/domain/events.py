"""Events: what happened, told to plugins after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class EventKind(StrEnum):
    """Every event of the core; each is told after the commit."""

    TICKET_OPENED = "ticket.opened"
    TICKET_CHANGED = "ticket.changed"
    TICKET_MOVED = "ticket.moved"
    TICKET_REOPENED = "ticket.reopened"
    #: The debtor of a duty was warned, it was missed, a rung of its ladder was reached, somebody acknowledged that.
    DUTY_WARNED = "duty.warned"
    DUTY_MISSED = "duty.missed"
    DUTY_ESCALATED = "duty.escalated"
    DUTY_ACKNOWLEDGED = "duty.acknowledged"
    #: A duty was met, in time or late; ``is_late`` tells.
    DUTY_MET = "duty.met"
    DUTY_WAIVED = "duty.waived"
    #: An approval was asked for, somebody decided, it ended; ``state`` tells how it stands.
    APPROVAL_ASKED = "approval.asked"
    APPROVAL_DECIDED = "approval.decided"
    APPROVAL_LAPSED = "approval.lapsed"
    #: A form was filed, one edition put in the place of another, or a filed one made void.
    FORM_FILED = "form.filed"
    FORM_CORRECTED = "form.corrected"
    FORM_VOIDED = "form.voided"
    NOTE_WRITTEN = "note.written"
    PLUGIN_ENABLED = "plugin.enabled"
    PLUGIN_DISABLED = "plugin.disabled"
    IMPORT_FINISHED = "import.finished"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one company."""

    kind: EventKind
    #: The same whenever a plugin is told of it again, which happens after a failure or a crash.
    id: UUID
    company_id: UUID
    #: The noun the event is about: ticket, form, plugin, import_run.
    subject_kind: str
    subject_id: UUID
    #: Aware, UTC.
    occurred_at: datetime
    #: Plain JSON values, such as the move's name and the states before and after.
    data: Mapping[str, object] = field(default_factory=dict)
