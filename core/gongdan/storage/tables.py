"""Every table of the core in one place, for migrations and their tests."""

from gongdan.storage import (
    accounts,
    approvals,
    assets,
    attachments,
    calendars,
    circulation,
    companies,
    custody,
    duties,
    forms,
    imports,
    journal,
    leavers,
    parties,
    permits,
    plans,
    policies,
    printing,
    rosters,
    search,
    secrecy,
    tickets,
    timers,
    visits,
)
from gongdan.storage.base import Base

#: The rooms' modules, named so that importing this one declares every table.
MODULES = (
    accounts,
    approvals,
    assets,
    attachments,
    calendars,
    circulation,
    companies,
    custody,
    duties,
    forms,
    imports,
    journal,
    leavers,
    parties,
    permits,
    plans,
    policies,
    printing,
    rosters,
    search,
    secrecy,
    tickets,
    timers,
    visits,
)

METADATA = Base.metadata
