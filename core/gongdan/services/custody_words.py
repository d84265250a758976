"""Custody in words: states and acts."""

from collections.abc import Mapping

from gongdan.domain.custody import CustodyAct, CustodyState
from gongdan.text import msg

STATES: Mapping[CustodyState, str] = {
    CustodyState.IN_STORE: msg("在库"),
    CustodyState.LENT: msg("借出"),
    CustodyState.LOST: msg("遗失"),
    CustodyState.DESTROYED: msg("已销毁"),
}

ACTS: Mapping[CustodyAct, str] = {
    CustodyAct.TAKEN_IN: msg("入库"),
    CustodyAct.LENT: msg("借出"),
    CustodyAct.RETURNED: msg("归还"),
    CustodyAct.PROLONGED: msg("续借"),
    CustodyAct.HANDED_ON: msg("转交"),
    CustodyAct.LOST: msg("登记遗失"),
    CustodyAct.FOUND: msg("找回"),
    CustodyAct.MOVED: msg("移位"),
    CustodyAct.DESCRIBED: msg("更正资料"),
    CustodyAct.LOCK_CHANGED: msg("换锁"),
    CustodyAct.DESTROYED: msg("销毁"),
}
