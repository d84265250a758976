"""Home decoration: what patrols find on the sites, and how it is put right."""

from collections.abc import Sequence

from gongdan.api import (
    CompanyView,
    Demo,
    Draft,
    MenuEntry,
    Rulebook,
    Tile,
    hookimpl,
    msg,
    msg_in,
    read_clauses,
    read_packs,
)
from gongdan_decoration import demo, rules
from gongdan_decoration.assets import ASSET_KINDS, LINK_RULES
from gongdan_decoration.forms import FORMS
from gongdan_decoration.plans import PLAN_RULES
from gongdan_decoration.policy import POLICY_KEYS
from gongdan_decoration.roles import ROLES
from gongdan_decoration.ticket_types import RECTIFICATION, TICKET_TYPES


@hookimpl
def register_rulebook() -> Rulebook:
    return Rulebook(
        label=msg("家装工程"),
        description=msg("工地巡检与整改，施工跟进与定期回访：发出、签收、整改、复验，责任人不能自己验自己"),
        ticket_types=TICKET_TYPES,
        forms=FORMS,
        asset_kinds=ASSET_KINDS,
        link_rules=LINK_RULES,
        roles=ROLES,
        policy_keys=POLICY_KEYS,
        plan_rules=PLAN_RULES,
        packs=read_packs("gongdan_decoration"),
        clauses=read_clauses("gongdan_decoration"),
        assets_label=msg_in("many", "工地"),
    )


@hookimpl
def register_demos() -> Sequence[Demo]:
    return (demo.DEMO,)


@hookimpl
def classify_draft(draft: Draft) -> dict[str, str] | None:
    return rules.sort_finding(draft) if draft.type == RECTIFICATION.name else None


@hookimpl
def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
    del company
    return (
        MenuEntry(msg("工地整改"), "/tickets?type=rectification", "hammer", "ticket.view"),
        MenuEntry(msg("施工跟进"), "/tickets?type=site_works", "hammer", "ticket.view"),
    )


@hookimpl
def dashboard_tiles(company: CompanyView) -> Sequence[Tile]:
    del company
    return (
        Tile(msg("待发出的整改"), "type=rectification&state=found", "hammer"),
        Tile(msg("整改中"), "type=rectification&state=rectifying", "tools"),
        Tile(msg("待复验"), "type=rectification&state=awaiting_recheck", "list-check"),
        Tile(msg("未关闭的 A 类问题"), "type=rectification&severity=class_a&open=1", "alert-triangle"),
    )
