"""Letters of the office tower: one is being acted on, one waits for the manager's note, one's own waits to be sent."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from gongdan.api import CompanyDesk, Handling, Incoming, Instruction, LetterDraft, as_member, at_moment

_FIRE: Final = Incoming(
    sender="区消防救援大队",
    title="关于开展冬季高层建筑消防检查的通知",
    category="消防",
    foreign_number="消发〔2026〕118 号",
    manager_id=None,
)
_STREET: Final = Incoming(
    sender="街道办事处", title="关于报送春节期间值班安排的函", category="政府来函", manager_id=None
)
_OWN: Final = LetterDraft(
    title="关于周五上午停水的函",
    body="贵公司：\n\n因更换六至八层立管阀门，定于本周五 9:00 至 12:00 停水。请提前做好准备，不便之处敬请谅解。",
    recipient="各租户",
    category="停水停电",
)


def fill_letters(desk: CompanyDesk) -> None:
    """Let the office register, the manager give his note, and everybody have his turn, over the last days."""
    now, manager = desk.installation.clock(), _account(desk, "fanyajing")
    clerk = as_member(desk, "hexiaoyan")
    with at_moment(desk.installation, now - timedelta(days=2)):
        fire = clerk.circulation.register(_incoming(_FIRE, manager)).id
    with at_moment(desk.installation, now - timedelta(days=2) + timedelta(hours=1)):
        handling = Handling(_account(desk, "dinghao"), now + timedelta(days=2))
        note = Instruction(note="客服部先阅，工程部逐层自查，周内报结果。", readers=[_account(desk, "caimeng")],
                           handling=handling)  # fmt: skip
        as_member(desk, "fanyajing").circulation.instruct(fire, note)
        clerk.circulation.pass_on(fire)
    with at_moment(desk.installation, now - timedelta(days=1)):
        as_member(desk, "caimeng").circulation.finish(fire, "阅，租户通知由客服部发")
        clerk.circulation.pass_on(fire)
    with at_moment(desk.installation, now - timedelta(hours=5)):
        own = clerk.correspondence.draft(_draft(_OWN, manager)).id
    with at_moment(desk.installation, now - timedelta(hours=3)):
        as_member(desk, "fanyajing").correspondence.endorse(own, "同意，今天贴出")
        clerk.circulation.register(_incoming(_STREET, manager))


def _incoming(given: Incoming, manager: UUID) -> Incoming:
    return Incoming(sender=given.sender, title=given.title, category=given.category,
                    foreign_number=given.foreign_number, manager_id=manager)  # fmt: skip


def _draft(given: LetterDraft, manager: UUID) -> LetterDraft:
    return LetterDraft(title=given.title, body=given.body, recipient=given.recipient, category=given.category,
                       manager_id=manager)  # fmt: skip


def _account(desk: CompanyDesk, login: str) -> UUID:
    return next(member.account_id for member in desk.members.all() if member.login == login)
