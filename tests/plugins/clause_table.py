"""The table in each plugin's README: clause, where the plugin carries it, which tests prove it.

``python -m tests.plugins.clause_table`` writes the tables anew.
"""

import ast
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gongdan.api import FormKind, Importer, Rulebook, TicketType

ROOT = Path(__file__).parents[2]
PLUGINS = ("property_mgmt", "decoration", "gps_install", "brokerage")

BEGIN = "<!-- clauses -->"
END = "<!-- end of clauses -->"


def rulebook(plugin: str) -> Rulebook:
    found: Rulebook = importlib.import_module(f"gongdan_{plugin}.plugin").register_rulebook()
    return found


def importers(plugin: str) -> Sequence[Importer]:
    module = importlib.import_module(f"gongdan_{plugin}.plugin")
    found: Sequence[Importer] = getattr(module, "register_importers", tuple)()
    return found


def readme(plugin: str) -> Path:
    return ROOT / "plugins" / plugin / "README.md"


def carried(plugin: str) -> Mapping[str, Sequence[str]]:
    """Return the declarations that name each clause, by clause."""
    found: dict[str, list[str]] = {}
    book = rulebook(plugin)
    places = [place for declared in book.ticket_types for place in _places(declared)]
    places += [(f"duty `{_short(rule.name)}`", rule.clauses) for rule in book.duty_rules]
    places += [(f"plan `{_short(rule.name)}`", rule.clauses) for rule in book.plan_rules]
    places += [(f"permit `{_short(kind.name)}`", kind.clauses) for kind in book.permit_kinds]
    places += [
        (f"permit `{_short(kind.name)}`", kind.consent.clauses)
        for kind in book.permit_kinds
        if kind.consent is not None
    ]
    places += [(f"policy `{_short(key.name)}`", key.clauses) for key in book.policy_keys]
    places += [(f"pack `{_short(pack.name)}`", (line.clause,)) for pack in book.packs for line in pack.lines]
    places += [(f"approval `{_short(rule.name)}`", rule.clauses) for rule in book.approval_rules]
    places += [(f"custody `{kind.name}`", kind.clauses) for kind in book.custody_kinds]
    places += [(f"secrecy of {rule.noun}", rule.clauses) for rule in book.secrecy_rules]
    places += [place for kind in book.forms for place in _on_paper(kind)]
    places += [(f"import `{importer.kind}`", importer.clauses) for importer in importers(plugin)]
    for place, clauses in places:
        for clause in clauses:
            found.setdefault(clause, []).append(place)
    return dict(sorted(found.items()))


def _short(name: str) -> str:
    return name.partition(".")[2]


def _places(declared: TicketType) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield f"`{declared.name}`", declared.clauses
    yield from ((f"field `{declared.name}.{field.name}`", field.clauses) for field in declared.fields)
    yield from ((f"move `{declared.name}.{move.name}`", move.clauses) for move in declared.workflow.moves)
    yield from ((f"guard `{guard.name}`", guard.clauses) for guard in declared.workflow.guards)


def _on_paper(kind: FormKind) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = _short(kind.name)
    yield f"form `{name}`", kind.clauses
    yield from ((f"form field `{name}.{field.name}`", field.clauses) for field in kind.fields)
    yield from ((f"form item `{name}.{item.name}`", item.clauses) for item in kind.items)
    yield from ((f"signature `{name}.{box.name}`", box.clauses) for box in kind.signatures)
    yield from ((f"form rule `{name}.{rule.name}`", rule.clauses) for rule in kind.rules)


def proved(plugin: str) -> Mapping[str, Sequence[str]]:
    """Return the tests that are marked with each clause, by clause."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests" / "plugins" / plugin).glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for clause in _marks(node):
                    found.setdefault(clause, []).append(node.name)
    return found


def _marks(function: ast.FunctionDef) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.clause":
            yield from (argument.value for argument in decorator.args if _is_text(argument))  # type: ignore[attr-defined]  # a constant


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def table(plugin: str) -> str:
    """Return the table as it stands in the README."""
    texts = {clause.id: clause.zh for clause in rulebook(plugin).clauses}
    tests = proved(plugin)
    lines = ["| clause | rule | carried by | proved by |", "|---|---|---|---|"]
    for clause, places in carried(plugin).items():
        names = "<br>".join(f"`{name}`" for name in tests.get(clause, ()))
        lines.append(f"| {clause} | {texts[clause]} | {'<br>'.join(dict.fromkeys(places))} | {names} |")
    return "\n".join(lines)


def written(plugin: str) -> str:
    """Return the table of the README, or an empty text."""
    text = readme(plugin).read_text(encoding="utf-8")
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def write(plugin: str) -> None:
    text = readme(plugin).read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    readme(plugin).write_text(f"{head}{BEGIN}\n\n{table(plugin)}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    for name in PLUGINS:
        write(name)
