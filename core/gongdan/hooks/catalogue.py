"""What all loaded plugins declare, checked for collisions and frozen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from gongdan.domain.approval_checks import approval_problems
from gongdan.domain.approvals import OF_STEP, ApprovalRule
from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.core_duties import CORE_DUTY_RULES
from gongdan.domain.custody import CORE_CUSTODY_KINDS, CustodyKind
from gongdan.domain.duties import DutyRule
from gongdan.domain.duty_checks import Declared, problems
from gongdan.domain.form_checks import form_problems
from gongdan.domain.forms import FormKind
from gongdan.domain.importing import Importer
from gongdan.domain.people import CORE_PERMISSIONS, CORE_ROLES, Permission, Role
from gongdan.domain.permits import PermitKind, permit_problems
from gongdan.domain.plan_checks import plan_problems
from gongdan.domain.plans import PlanRule
from gongdan.domain.policy import CORE_POLICY_KEYS, PolicyKey, check
from gongdan.domain.policy_packs import PolicyPack
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.secrecy import POLICY_KEYS as SECRECY_KEYS
from gongdan.domain.secrecy import SecrecyRule
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import DeclarationError
from gongdan.hooks.clauses import read_clauses

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Owned(Generic[T]):
    """A declared thing with the plugin that declares it; ``core`` for the core's own."""

    plugin: str
    value: T


class Register(Generic[T]):
    """Declared things of one kind by name; a second one of the same name is refused, both plugins named."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._owned: dict[str, Owned[T]] = {}

    def add(self, plugin: str, name: str, value: T) -> None:
        """Take ``value``; raises ``DeclarationError`` when the name is taken."""
        if name in self._owned:
            first = self._owned[name].plugin
            raise DeclarationError(plugin, f"{self._noun} {name} is already declared by {first}")
        self._owned[name] = Owned(plugin, value)

    def get(self, name: str) -> T | None:
        """Return the thing, or None."""
        owned = self._owned.get(name)
        return owned.value if owned else None

    def plugin_of(self, name: str) -> str:
        """Return the plugin that declares ``name``; empty when nobody does."""
        owned = self._owned.get(name)
        return owned.plugin if owned else ""

    def of(self, plugins: Collection[str]) -> tuple[T, ...]:
        """Return what the core and ``plugins`` declare, by plugin name, then in the order of declaration."""
        chosen = [owned for owned in self._owned.values() if owned.plugin == "core" or owned.plugin in plugins]
        return tuple(owned.value for owned in sorted(chosen, key=lambda owned: owned.plugin))

    def __iter__(self) -> Iterator[Owned[T]]:
        return iter(self._owned.values())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything declared, by noun."""

    rulebooks: Mapping[str, Rulebook] = field(default_factory=lambda: MappingProxyType({}))
    ticket_types: Register[TicketType] = field(default_factory=lambda: Register("ticket type"))
    asset_kinds: Register[AssetKind] = field(default_factory=lambda: Register("asset kind"))
    link_rules: Register[LinkRule] = field(default_factory=lambda: Register("link rule"))
    custody_kinds: Register[CustodyKind] = field(default_factory=lambda: Register("custody kind"))
    roles: Register[Role] = field(default_factory=lambda: Register("role"))
    permissions: Register[Permission] = field(default_factory=lambda: Register("permission"))
    policy_keys: Register[PolicyKey] = field(default_factory=lambda: Register("policy key"))
    packs: Register[PolicyPack] = field(default_factory=lambda: Register("policy pack"))
    duty_rules: Register[DutyRule] = field(default_factory=lambda: Register("duty rule"))
    plan_rules: Register[PlanRule] = field(default_factory=lambda: Register("plan rule"))
    approval_rules: Register[ApprovalRule] = field(default_factory=lambda: Register("approval rule"))
    forms: Register[FormKind] = field(default_factory=lambda: Register("form"))
    permit_kinds: Register[PermitKind] = field(default_factory=lambda: Register("permit kind"))
    importers: Register[Importer] = field(default_factory=lambda: Register("import kind"))
    clauses: Mapping[str, Clause] = field(default_factory=lambda: MappingProxyType({}))

    def secrecy_rules(self, plugins: Collection[str]) -> tuple[SecrecyRule, ...]:
        """Return what ``plugins`` declare about the classes of records, by plugin."""
        books = [self.rulebooks[plugin] for plugin in sorted(plugins) if plugin in self.rulebooks]
        return tuple(rule for book in books for rule in book.secrecy_rules)

    def permit_kind(self, ticket_type: str, category: str) -> PermitKind | None:
        """Return the row of the catalogue that a ticket is about, or None for one that is no permit."""
        of_type = [owned.value for owned in self.permit_kinds if owned.value.ticket_type == ticket_type]
        return next((kind for kind in of_type if kind.category in {"", category}), None)

    def foreign_fields(self, ticket_type: str, category: str) -> frozenset[str]:
        """Return the typed fields that only other kinds of permits of the type have than the one of a category."""
        own = self.permit_kind(ticket_type, category)
        if own is None:
            return frozenset()
        every = {owned.value for owned in self.permit_kinds if owned.value.ticket_type == ticket_type}
        return frozenset(name for kind in every for name in kind.shown_fields) - set(own.shown_fields)

    def rule_of_duty(self, name: str) -> DutyRule | None:
        """Return the rule of a duty, be it one of its own, that of a plan's runs, or of a step of an approval."""
        of_approval, _, place = name.partition(OF_STEP)
        if place:
            approval = self.approval_rules.get(of_approval)
            return approval.duties.get(place) if approval else None
        plan = self.plan_rules.get(name)
        return plan.duty if plan else self.duty_rules.get(name)

    def plugin_of_duty(self, name: str) -> str:
        """Return the plugin that declares the rule of a duty; empty when nobody does."""
        of_approval, _, place = name.partition(OF_STEP)
        if place:
            return self.approval_rules.plugin_of(of_approval)
        return self.duty_rules.plugin_of(name) or self.plan_rules.plugin_of(name)


def build(rulebooks: Mapping[str, Rulebook], importers: Mapping[str, Collection[Importer]]) -> Catalogue:
    """Check what the plugins declare and put it together; raises ``DeclarationError``."""
    clauses = {clause.id: clause for clause in read_clauses("gongdan")}
    clauses |= {clause.id: clause for book in rulebooks.values() for clause in book.clauses}
    made = Catalogue(rulebooks=MappingProxyType(dict(rulebooks)), clauses=MappingProxyType(clauses))
    for permission in CORE_PERMISSIONS:
        made.permissions.add("core", permission.name, permission)
    for role in CORE_ROLES:
        made.roles.add("core", role.name, role)
    for key in (*CORE_POLICY_KEYS, *SECRECY_KEYS):
        made.policy_keys.add("core", key.name, key)
    for kind in CORE_CUSTODY_KINDS:
        made.custody_kinds.add("core", kind.name, kind)
    for rule in CORE_DUTY_RULES:
        made.duty_rules.add("core", rule.name, rule)
    for plugin in sorted(rulebooks):
        _add_rulebook(made, plugin, rulebooks[plugin])
    # Rules may speak of ticket types and roles of other plugins.
    for plugin in sorted(rulebooks):
        _add_rules(made, plugin, rulebooks[plugin])
        _add_forms(made, plugin, rulebooks[plugin])
        _add_permit_kinds(made, plugin, rulebooks[plugin])
    for plugin in sorted(importers):
        for importer in importers[plugin]:
            made.importers.add(plugin, importer.kind, importer)
    return made


def _add_rulebook(made: Catalogue, plugin: str, book: Rulebook) -> None:
    if problems := book.problems():
        raise DeclarationError(plugin, "; ".join(problems))
    for ticket_type in book.ticket_types:
        made.ticket_types.add(plugin, ticket_type.name, ticket_type)
    for kind in book.asset_kinds:
        made.asset_kinds.add(plugin, kind.name, kind)
    for rule in book.link_rules:
        made.link_rules.add(plugin, rule.role, rule)
    for thing in book.custody_kinds:
        made.custody_kinds.add(plugin, thing.name, thing)
    for permission in book.permissions:
        _check_prefix(plugin, "permission", permission.name)
        made.permissions.add(plugin, permission.name, permission)
    for role in book.roles:
        made.roles.add(plugin, role.name, role)
    for key in book.policy_keys:
        _check_prefix(plugin, "policy key", key.name)
        made.policy_keys.add(plugin, key.name, key)
    for pack in book.packs:
        _check_pack(made, plugin, pack)
        made.packs.add(plugin, pack.name, pack)


def _check_pack(made: Catalogue, plugin: str, pack: PolicyPack) -> None:
    """See that a pack speaks of its own plugin's keys and of the core's, and of clauses that there are."""
    _check_prefix(plugin, "policy pack", pack.name)
    for line in pack.lines:
        key = made.policy_keys.get(line.key)
        if key is None or made.policy_keys.plugin_of(line.key) not in {plugin, "core"}:
            raise DeclarationError(plugin, f"policy pack {pack.name} names {line.key}, which is no key of its own")
        if line.text is not None and check(key, line.text):
            raise DeclarationError(plugin, f"policy pack {pack.name} gives {line.key} {line.text}, which does not fit")
        if line.clause and line.clause not in made.clauses:
            raise DeclarationError(plugin, f"policy pack {pack.name} names clause {line.clause}, which has no text")


def _declared(made: Catalogue) -> Declared:
    return Declared(
        {owned.value.name: owned.value for owned in made.ticket_types},
        {owned.value.name for owned in made.roles},
        {owned.value.name: owned.value for owned in made.policy_keys},
    )


def _add_forms(made: Catalogue, plugin: str, book: Rulebook) -> None:
    declared = _declared(made)
    for kind in book.forms:
        _check_prefix(plugin, "form", kind.name)
        if found := form_problems(kind, declared):
            raise DeclarationError(plugin, "; ".join(found))
        made.forms.add(plugin, kind.name, kind)


def _add_rules(made: Catalogue, plugin: str, book: Rulebook) -> None:
    declared = _declared(made)
    for rule in book.duty_rules:
        _check_prefix(plugin, "duty rule", rule.name)
        if found := problems(rule, declared):
            raise DeclarationError(plugin, "; ".join(found))
        made.duty_rules.add(plugin, rule.name, rule)
    kinds = {owned.value.name for owned in made.asset_kinds}
    for plan in book.plan_rules:
        _check_prefix(plugin, "plan rule", plan.name)
        if found := plan_problems(plan, declared, kinds):
            raise DeclarationError(plugin, "; ".join(found))
        if made.duty_rules.get(plan.name):
            raise DeclarationError(plugin, f"plan rule {plan.name} is called like a duty rule")
        made.plan_rules.add(plugin, plan.name, plan)
    for approval in book.approval_rules:
        _check_prefix(plugin, "approval rule", approval.name)
        if found := approval_problems(approval, declared):
            raise DeclarationError(plugin, "; ".join(found))
        made.approval_rules.add(plugin, approval.name, approval)


def _add_permit_kinds(made: Catalogue, plugin: str, book: Rulebook) -> None:
    types = {owned.value.name: owned.value for owned in made.ticket_types}
    keys = {owned.value.name: owned.value.kind for owned in made.policy_keys}
    for kind in book.permit_kinds:
        _check_prefix(plugin, "permit kind", kind.name)
        if found := permit_problems(kind, types, keys, [other.name for other in book.permit_kinds]):
            raise DeclarationError(plugin, "; ".join(found))
        made.permit_kinds.add(plugin, kind.name, kind)


def _check_prefix(plugin: str, noun: str, name: str) -> None:
    if not name.startswith(f"{plugin}."):
        raise DeclarationError(plugin, f"{noun} {name} does not begin with {plugin}.")
