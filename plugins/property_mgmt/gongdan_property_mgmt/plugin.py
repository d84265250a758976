"""Property management: repairs and complaints of a housing estate."""

from collections.abc import Sequence

from gongdan.api import (
    CompanyView,
    Demo,
    Draft,
    Importer,
    MenuEntry,
    Rulebook,
    Tile,
    hookimpl,
    msg,
    msg_in,
    read_clauses,
    read_packs,
)
from gongdan_property_mgmt import demo, importers, rules
from gongdan_property_mgmt.approvals import APPROVAL_RULES
from gongdan_property_mgmt.assets import ASSET_KINDS, LINK_RULES
from gongdan_property_mgmt.custody import CUSTODY_KINDS
from gongdan_property_mgmt.duties import DUTY_RULES
from gongdan_property_mgmt.forms import FORMS
from gongdan_property_mgmt.permits.catalogue import PERMIT, PERMIT_KINDS
from gongdan_property_mgmt.permits.tickets import GOODS_RELEASE
from gongdan_property_mgmt.plans import PLAN_RULES
from gongdan_property_mgmt.policy import POLICY_KEYS
from gongdan_property_mgmt.roles import ROLES
from gongdan_property_mgmt.ticket_types import COMPLAINT, REPAIR, TICKET_TYPES


@hookimpl
def register_rulebook() -> Rulebook:
    return Rulebook(
        label=msg("物业管理"),
        description=msg("报修派工与投诉处理：从登记到回访，每一步按制度条款走"),
        ticket_types=(*TICKET_TYPES, PERMIT, GOODS_RELEASE),
        permit_kinds=PERMIT_KINDS,
        approval_rules=APPROVAL_RULES,
        asset_kinds=ASSET_KINDS,
        link_rules=LINK_RULES,
        custody_kinds=CUSTODY_KINDS,
        roles=ROLES,
        duty_rules=DUTY_RULES,
        plan_rules=PLAN_RULES,
        forms=FORMS,
        policy_keys=POLICY_KEYS,
        packs=read_packs("gongdan_property_mgmt"),
        clauses=read_clauses("gongdan_property_mgmt"),
        assets_label=msg_in("many", "房屋"),
    )


@hookimpl
def register_importers() -> Sequence[Importer]:
    return importers.IMPORTERS


@hookimpl
def register_demos() -> Sequence[Demo]:
    return demo.DEMOS


@hookimpl
def classify_draft(draft: Draft) -> dict[str, str] | None:
    if draft.type == REPAIR.name:
        return rules.sort_repair(draft)
    return rules.sort_complaint(draft) if draft.type == COMPLAINT.name else None


@hookimpl
def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
    del company
    return (
        MenuEntry(msg_in("many", "报修"), "/tickets?type=repair", "tools", "ticket.view"),
        MenuEntry(msg_in("many", "投诉"), "/tickets?type=complaint", "message", "ticket.view"),
        MenuEntry(msg("许可与证件"), "/permits", "license", "permit.view"),
        MenuEntry(msg("来访登记"), "/visitors", "door-enter", "visitor.register"),
    )


@hookimpl
def dashboard_tiles(company: CompanyView) -> Sequence[Tile]:
    del company
    return (
        Tile(msg("待派报修"), "type=repair&state=pending", "tools"),
        Tile(msg("暂停的维修"), "type=repair&state=paused", "clock-pause"),
        Tile(msg("待回访的维修"), "type=repair&state=confirmed", "phone-call"),
        Tile(msg("未关闭的重大投诉"), "type=complaint&severity=major&open=1", "alert-triangle"),
        Tile(msg("待审核的许可"), "type=permit&state=applied", "license"),
        Tile(msg("待回访的投诉"), "type=complaint&state=awaiting_callback&state=settled", "message"),
    )
