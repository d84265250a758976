"""The rulebook: everything a plugin declares about how a company's regulation runs."""

from dataclasses import dataclass

from gongdan.domain.approvals import ApprovalRule
from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.custody import CustodyKind
from gongdan.domain.duties import DutyRule
from gongdan.domain.forms import FormKind
from gongdan.domain.people import Permission, Role
from gongdan.domain.permits import PermitKind
from gongdan.domain.plans import PlanRule
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_packs import PolicyPack
from gongdan.domain.secrecy import SecrecyRule
from gongdan.domain.ticket_types import TicketType


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of a regulation, restated."""

    #: Source, part, running number: ``001-13-22``.
    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a plugin hands over at start; checked, then frozen."""

    #: The plugin's shown name, a source text.
    label: str
    #: One sentence about what it brings, a source text.
    description: str
    ticket_types: tuple[TicketType, ...] = ()
    asset_kinds: tuple[AssetKind, ...] = ()
    link_rules: tuple[LinkRule, ...] = ()
    #: What the trade keeps in custody, beside keys, documents, registers and manuals.
    custody_kinds: tuple[CustodyKind, ...] = ()
    roles: tuple[Role, ...] = ()
    permissions: tuple[Permission, ...] = ()
    #: What every company decides for itself.
    policy_keys: tuple[PolicyKey, ...] = ()
    #: Who owes what by when.
    duty_rules: tuple[DutyRule, ...] = ()
    #: What comes again and again, for the company or for each ticket.
    plan_rules: tuple[PlanRule, ...] = ()
    #: What has to be approved by whom before it is done.
    approval_rules: tuple[ApprovalRule, ...] = ()
    #: The papers of the regulation.
    forms: tuple[FormKind, ...] = ()
    #: Which class records have by themselves.
    secrecy_rules: tuple[SecrecyRule, ...] = ()
    #: What the company allows for a time, by the rows of its catalogue.
    permit_kinds: tuple[PermitKind, ...] = ()
    #: Answers to many of them at once, by the regulation they come from.
    packs: tuple[PolicyPack, ...] = ()
    #: The clauses that the declarations name.
    clauses: tuple[Clause, ...] = ()
    #: What the trade calls its assets in menus (房屋, 工地, 车辆, 代理商), a source text.
    assets_label: str = ""

    def problems(self) -> tuple[str, ...]:
        """Name everything that cannot be, as plain English for the plugin's author."""
        of_types = (problem for ticket_type in self.ticket_types for problem in ticket_type.problems())
        of_keys = (problem for key in self.policy_keys for problem in key.problems())
        of_things = (problem for kind in self.custody_kinds for problem in kind.problems())
        of_rules = (problem for rule in self.secrecy_rules for problem in rule.problems())
        return (*of_types, *of_keys, *of_things, *of_rules)
