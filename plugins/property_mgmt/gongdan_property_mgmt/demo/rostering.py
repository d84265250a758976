"""The roster of the week around today, somebody who is away, the desk's log, and a handover that is under way."""

from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from gongdan.api import (
    Checking,
    CompanyDesk,
    CountedItem,
    NewAbsence,
    NewShift,
    Telling,
    as_member,
    at_moment,
)
from gongdan_property_mgmt.roles import DESK_CLERK, REPAIR_WORKER

#: Login, role, department; begin and end.
_Post: TypeAlias = tuple[str, str, UUID]
_Hours: TypeAlias = tuple[time, time]

_EARLY: Final = (time(8), time(14))
_LATE: Final = (time(14), time(20))
_DAY: Final = (time(8, 30), time(17, 30))
_FIRST_DAY: Final = -3
_LAST_DAY: Final = 6
_WORKERS: Final = ("hujunming", "sungangyong", "chenyanyang")
_ITEMS: Final = (CountedItem("钥匙", 12), CountedItem("对讲机", 4), CountedItem("临时停车卡", 20))

#: Minutes before now, who wrote it, what, and whether it has to be followed up before the next handover.
_LOG: Final = (
    (300, "guoming", "早班接岗，前台钥匙 12 把、对讲机 4 台清点无误", False),
    (190, "guoming", "2 栋 A 梯维保单位来电：今日 15:00 到场更换门机皮带，已贴停梯通知", True),
    (75, "zhangmin", "业主代表来访，询问春节期间地库出入口安排，已记下转客服部经理", False),
)


def fill_roster(desk: CompanyDesk) -> None:
    """Plan the shifts, enter an absence with its deputy, write the log, and begin to hand over."""
    now = desk.installation.clock().astimezone(desk.zone)
    desk.rosters.plan_all(_shifts(desk, now.date()))
    away = datetime.combine(now.date() + timedelta(days=1), time(8, 30), desk.zone)
    desk.absences.enter(
        NewAbsence(
            account_id=_account(desk, "yangjunming"), kind="business", begins=away,
            ends=away + timedelta(days=1, hours=9),
            reason="赴市物业协会参加季度培训", deputy_id=_account(desk, "liuwenjing"),
        )
    )  # fmt: skip
    front = _department(desk, "客服部")
    for minutes, who, body, is_important in _LOG:
        with at_moment(desk.installation, now - timedelta(minutes=minutes)):
            as_member(desk, who).duty_log.write(front, body, is_important=is_important)
    with at_moment(desk.installation, now - timedelta(minutes=12)):
        _hand_over(desk, front)


def _hand_over(desk: CompanyDesk, department: UUID) -> None:
    """Let the one who goes tell what is open, and the one who comes count; neither has signed yet."""
    outgoing, incoming = as_member(desk, "guoming"), as_member(desk, "zhangmin")
    begun = outgoing.handovers.begin(department, incoming.actor.account_id, _ITEMS)
    told = outgoing.handovers.tell(begun.id, begun.version, Telling(remark="A 梯停梯通知待撤", is_desk_tidy=True))
    counts = {item.name: item.expected for item in _ITEMS}
    incoming.handovers.check(
        told.id,
        told.version,
        Checking(counts=counts, has_read_log=True, is_area_normal=True, follow_up="跟进 A 梯"),
    )


def _shifts(desk: CompanyDesk, today: date) -> list[NewShift]:
    """Return the front desk's shifts in turn, and two repair workers a day."""
    front, repairs = _department(desk, "客服部"), _department(desk, "工程部")
    found = []
    for offset in range(_FIRST_DAY, _LAST_DAY + 1):
        day = today + timedelta(days=offset)
        clerks = ("guoming", "zhangmin") if day.toordinal() % 2 == today.toordinal() % 2 else ("zhangmin", "guoming")
        for login, hours in zip(clerks, (_EARLY, _LATE), strict=True):
            found.append(_shift(desk, (login, DESK_CLERK, front), day, hours))
        resting = _WORKERS[day.toordinal() % len(_WORKERS)]
        found += [_shift(desk, (one, REPAIR_WORKER, repairs), day, _DAY) for one in _WORKERS if one != resting]
    return found


def _shift(desk: CompanyDesk, post: _Post, day: date, hours: _Hours) -> NewShift:
    begins, ends = (datetime.combine(day, hour, desk.zone) for hour in hours)
    login, role, department = post
    return NewShift(account_id=_account(desk, login), department_id=department, role=role, begins=begins, ends=ends)


def _account(desk: CompanyDesk, login: str) -> UUID:
    return next(member.account_id for member in desk.members.all() if member.login == login)


def _department(desk: CompanyDesk, name: str) -> UUID:
    return next(view.id for view in desk.departments.all() if view.name == name)
