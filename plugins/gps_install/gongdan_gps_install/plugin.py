"""GPS installation: terminals fitted to vehicles and repaired, from the papers to the signed order."""

from collections.abc import Sequence

from gongdan.api import CompanyView, Demo, MenuEntry, Rulebook, Tile, hookimpl, msg, read_clauses
from gongdan_gps_install import demo
from gongdan_gps_install.approvals import APPROVAL_RULES
from gongdan_gps_install.assets import ASSET_KINDS, LINK_RULES
from gongdan_gps_install.forms import FORMS
from gongdan_gps_install.policy import POLICY_KEYS
from gongdan_gps_install.roles import ROLES
from gongdan_gps_install.ticket_types import TICKET_TYPES


@hookimpl
def register_rulebook() -> Rulebook:
    return Rulebook(
        label=msg("GPS 安装"),
        description=msg("终端安装与维修：三单收齐、审批、出发核对、上线测试、新旧号码、收费交款、客户签字、交单"),
        ticket_types=TICKET_TYPES,
        forms=FORMS,
        asset_kinds=ASSET_KINDS,
        link_rules=LINK_RULES,
        roles=ROLES,
        policy_keys=POLICY_KEYS,
        approval_rules=APPROVAL_RULES,
        clauses=read_clauses("gongdan_gps_install"),
        assets_label=msg("车辆与终端"),
    )


@hookimpl
def register_demos() -> Sequence[Demo]:
    return (demo.DEMO,)


@hookimpl
def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
    del company
    return (
        MenuEntry(msg("安装派工"), "/tickets?type=installation_order", "car", "ticket.view"),
        MenuEntry(msg("终端维修"), "/tickets?type=terminal_repair", "tools", "ticket.view"),
    )


@hookimpl
def dashboard_tiles(company: CompanyView) -> Sequence[Tile]:
    del company
    return (
        Tile(msg("资料不全"), "type=installation_order&state=incomplete", "file-text"),
        Tile(msg("待审批"), "type=installation_order&state=awaiting_approval", "signature"),
        Tile(msg("已派工未到场"), "type=installation_order&state=dispatched&state=departed", "truck"),
        Tile(msg("在修终端"), "type=terminal_repair&open=1", "tools"),
        Tile(msg("待交单"), "type=installation_order&state=confirmed", "clipboard-list"),
    )
