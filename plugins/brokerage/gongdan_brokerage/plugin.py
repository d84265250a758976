"""Brokerage: what agents are owed for a month, and that it is checked before it is paid."""

from collections.abc import Sequence

from gongdan.api import CompanyView, Demo, MenuEntry, Rulebook, Tile, hookimpl, msg, msg_in, read_clauses
from gongdan_brokerage import demo
from gongdan_brokerage.assets import ASSET_KINDS, LINK_RULES
from gongdan_brokerage.forms import FORMS
from gongdan_brokerage.roles import ROLES
from gongdan_brokerage.secrecy import SECRECY_RULES
from gongdan_brokerage.ticket_types import REBATE_STATEMENT


@hookimpl
def register_rulebook() -> Rulebook:
    return Rulebook(
        label=msg("经纪返佣"),
        description=msg("代理商月结：核算、复核、批准、代理商确认、付款，账要轧平"),
        ticket_types=(REBATE_STATEMENT,),
        forms=FORMS,
        asset_kinds=ASSET_KINDS,
        link_rules=LINK_RULES,
        roles=ROLES,
        secrecy_rules=SECRECY_RULES,
        clauses=read_clauses("gongdan_brokerage"),
        assets_label=msg_in("many", "代理商"),
    )


@hookimpl
def register_demos() -> Sequence[Demo]:
    return (demo.DEMO,)


@hookimpl
def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
    del company
    return (MenuEntry(msg_in("many", "返佣结算"), "/tickets?type=rebate_statement", "coin", "ticket.view"),)


@hookimpl
def dashboard_tiles(company: CompanyView) -> Sequence[Tile]:
    del company
    return (
        Tile(msg("待复核"), "type=rebate_statement&state=computed", "list-check"),
        Tile(msg("待批准"), "type=rebate_statement&state=reviewed", "signature"),
        Tile(msg("代理商异议"), "type=rebate_statement&state=disputed", "alert-circle"),
        Tile(msg("待付款"), "type=rebate_statement&state=confirmed&state=part_paid", "coin"),
    )
