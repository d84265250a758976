"""Who does what where rebates are worked out and paid."""

from typing import Final

from gongdan.api import Role, msg

REBATE_CLERK: Final = "rebate_clerk"
REBATE_REVIEWER: Final = "rebate_reviewer"
BROKERAGE_HEAD: Final = "brokerage_head"
CASHIER: Final = "cashier"

_VIEW = frozenset({"ticket.view", "ticket.move", "note.write", "party.view", "asset.view"})
_CLERK = _VIEW | {
    "ticket.create",
    "ticket.edit",
    "ticket.link",
    "party.edit",
    "party.phone",
    "secrecy.read",
    "asset.edit",
    "import.run",
}

ROLES: tuple[Role, ...] = (
    Role(REBATE_CLERK, msg("返佣客服"), _CLERK),
    Role(REBATE_REVIEWER, msg("返佣复核员"), _VIEW),
    Role(
        BROKERAGE_HEAD,
        msg("返佣负责人"),
        _CLERK
        | {
            "ticket.assign",
            "ticket.correct",
            "ticket.change_owner",
            "party.unmask",
            "secrecy.consent",
            "secrecy.classify",
            "secrecy.audit",
            "export.run",
            "journal.view",
        },
    ),
    Role(CASHIER, msg("出纳"), _VIEW),
)
