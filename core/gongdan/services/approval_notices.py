"""Who is told what of an approval."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from gongdan.domain.approvals import ApprovalState
from gongdan.services.duty_figures import Figures
from gongdan.services.duty_people import NoticeKind
from gongdan.services.notices import NewNotice, tell
from gongdan.services.work import Work
from gongdan.storage.approvals import ApprovalRow, DecisionRow
from gongdan.text import msg

ASKED: Final = NoticeKind("approval.asked", msg("“{approval}”等您审批：{subject}（{person} 申请）"))
REMINDED: Final = NoticeKind("approval.reminded", msg("{person} 催您审批“{approval}”：{subject}"))
CONFIRM: Final = NoticeKind("approval.confirm", msg("请补签您口头同意的“{approval}”：{subject}"))
ENDED: Final = NoticeKind("approval.ended", msg("“{approval}”{state}（{decider}）：{subject}"))
NOT_CONFIRMED: Final = NoticeKind("approval.not_confirmed", msg("{decider} 没有确认口头同意的“{approval}”：{subject}"))
LAPSED: Final = NoticeKind("approval.lapsed", msg("“{approval}”已失效，不必再审批：{subject}"))

_STATES = {
    ApprovalState.APPROVED: msg("已批准"),
    ApprovalState.REFUSED: msg("未获批准"),
    ApprovalState.RETURNED: msg("被退回更正"),
}


class ApprovalNotices:
    """Tells people of the approvals that one transaction touches."""

    def __init__(self, work: Work, figures: Figures) -> None:
        self._work = work
        self._figures = figures

    def to(self, row: ApprovalRow, people: Iterable[UUID], kind: NoticeKind, duty_id: UUID | None) -> None:
        """Tell those who sit in a chain, and for those who are away their deputies as well."""
        deputies = self._figures.deputies(self._work.now)
        receivers = dict.fromkeys(one for person in people for one in (person, deputies.get(person)) if one)
        notice = self._notice(row, kind, duty_id)
        for receiver in receivers:
            tell(self._work, receiver, notice)

    def to_asker(self, row: ApprovalRow, kind: NoticeKind, duty_id: UUID | None, by: DecisionRow | None = None) -> None:
        """Tell whoever asked what it has come to, unless he brought it about himself."""
        if row.asked_by and row.asked_by != self._work.actor.account_id:
            tell(self._work, row.asked_by, self._notice(row, kind, duty_id, by))

    def _notice(
        self, row: ApprovalRow, kind: NoticeKind, duty_id: UUID | None, by: DecisionRow | None = None
    ) -> NewNotice:
        params = {
            "approval": row.label,
            "subject": row.subject_label,
            "person": row.asked_by_name,
            "state": _STATES.get(ApprovalState(row.state), ""),
            "decider": by.decided_by_name if by else "",
        }
        return NewNotice(
            kind=kind.name, text=kind.text, params=params, ticket_id=row.ticket_id, duty_id=duty_id, at=self._work.now
        )
