"""Duties whose ticket has another severity by now, for which nobody has decided a limit: the older one counts still."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.duties import OnSeverity
from gongdan.services.duty_figures import Figures
from gongdan.storage.duties import DutyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


def undecided_keys(
    desk: "CompanyDesk", session: Session, rows: Iterable[DutyRow], severities: Mapping[UUID, str]
) -> Mapping[UUID, str]:
    """Return the policy keys that the severities of the tickets ask for and nobody has decided, by duty."""
    figures, found = Figures(desk, session), {}
    for row in rows:
        rule = desk.installation.plugins.catalogue.rule_of_duty(row.rule)
        is_owed = row.limit and row.ended_at is None and not row.is_promised
        if rule is None or rule.on_severity is not OnSeverity.RESTART or not is_owed or row.ticket_id is None:
            continue
        key = rule.limit_key(severities.get(row.ticket_id))
        # The policy is asked only where the limit is that of another severity.
        if key and key != row.policy_key and not figures.figure(key, row.policy_at).text:
            found[row.id] = key
    return found
