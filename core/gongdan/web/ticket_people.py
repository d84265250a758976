"""The people and departments that a ticket can be given to, as choices of a form."""

from collections.abc import Mapping, Sequence

from gongdan.web.access import current_desk


def people_options() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the choices of the fields that name a member or a department."""
    desk = current_desk()
    members = [(str(member.account_id), member.name) for member in desk.members.all() if not member.is_disabled]
    departments = [(str(one.id), f"{'　' * one.depth}{one.name}") for one in desk.departments.all()]
    return {"people": members, "assignee": members, "owner": members, "department": departments}
