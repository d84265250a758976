"""What the flow of installations refuses: pure functions.

A guard returns the reason why a move is not possible, or None to let it pass.
"""

from gongdan.api import MoveAttempt, Reason, Verdict, check_plate_colour, is_empty, msg


def request_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_request", msg("尚未收到《安装需求单》"))


def vehicle_list_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_vehicle_list", msg("尚未收到《安装车辆明细》"))


def driver_data_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_driver_data", msg("尚未收到《司机信息和车辆基本信息》"))


def vehicle_is_known(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    if is_empty(attempt.fields.get("plate")) and is_empty(attempt.fields.get("vin")):
        return msg("请填写车牌号；未上牌的车填写车架号")
    return None


def colour_fits_the_plate(attempt: MoveAttempt) -> str | None:
    """A new-energy plate is not blue, a trailer's is yellow. Source: 001-03-10."""
    plate, colour = str(attempt.fields.get("plate") or ""), str(attempt.fields.get("plate_colour") or "")
    found = check_plate_colour(colour, plate)
    if plate and found.verdict is Verdict.SUSPECT and found.reason is Reason.CONFLICT:
        return msg("车牌颜色与号牌种类不符")
    return None


def data_are_checked(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-17."""
    return _ticked(attempt, "data_checked", msg("出发前请核对安装信息"))


def kit_is_packed(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-18."""
    return _ticked(attempt, "kit_packed", msg("出发前请备齐工具、配件和单据"))


def condition_is_agreed(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-25."""
    return _ticked(attempt, "condition_agreed", msg("动手前须与客户共同确认车况"))


def terminal_is_online(attempt: MoveAttempt) -> str | None:
    return _ticked(attempt, "online", msg("终端在平台上线后才算测试通过"))


def nothing_is_damaged(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-25."""
    return _ticked(attempt, "nothing_damaged", msg("请与客户确认车上其他物品没有损坏"))


def papers_are_complete(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-24."""
    return _ticked(attempt, "papers_complete", msg("单据填写完整后才能交单"))


def _ticked(attempt: MoveAttempt, name: str, reason: str) -> str | None:
    return None if attempt.fields.get(name) is True else reason
