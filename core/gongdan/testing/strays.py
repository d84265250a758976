"""Finding Chinese texts that no catalogue will ever hold, because nobody marked them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

_HAN = re.compile(r"[\u3400-\u9fff]")

#: Whatever stands inside a call of these is extracted.
_MARKS = {"msg", "msg_in", "_", "gettext", "ngettext", "pgettext", "npgettext", "tr"}


def strays_in_code(path: Path) -> Iterator[tuple[int, str]]:
    """Return line and text of each Chinese string that is neither marked nor a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _unmarked(tree)


def _is_data(node: ast.AST) -> bool:
    """Tell whether Chinese here is compared with what people type, and never shown."""
    if isinstance(node, ast.keyword):
        return node.arg == "synonyms"
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and node.col_offset == 0:
        return _is_word_list(node.value)
    if not isinstance(node, ast.Call):
        return False
    # A clause carries its English text with it.
    return ast.unparse(node.func) == "re.compile" or _called(node.func) == "Clause"


def _is_word_list(value: ast.expr) -> bool:
    """Tell whether ``value`` is a set or tuple of strings, or of such sets and tuples."""
    if isinstance(value, ast.Call) and _called(value.func) == "frozenset" and value.args:
        return _is_word_list(value.args[0])
    if not isinstance(value, ast.Set | ast.Tuple):
        return False
    return all(isinstance(element, ast.Constant) or _is_word_list(element) for element in value.elts)


def _unmarked(node: ast.AST, *, in_f_string: bool = False) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and _called(node.func) in _MARKS and not in_f_string:
        return
    if _is_data(node):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _HAN.search(node.value):
        yield node.lineno, node.value
    # The keys of a table are what people type; its values may be shown.
    children = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
    # Python 3.11 hands an f-string over as one piece, so that a mark inside it is never extracted.
    inside = in_f_string or isinstance(node, ast.JoinedStr)
    for child in children:
        if not _is_stored_value(child, node):
            yield from _unmarked(child, in_f_string=inside)


def _is_stored_value(node: ast.AST, parent: ast.AST) -> bool:
    """Tell whether ``node`` is what a choice stores; its label follows."""
    return isinstance(parent, ast.Call) and _called(parent.func) == "Choice" and node is parent.args[0]


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def strays_in_template(path: Path) -> Iterator[tuple[int, str]]:
    """Return line and text of each Chinese text of a template that stands outside ``_()`` and ``trans``."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse(path.read_text(encoding="utf-8"))
    marked = {
        id(text)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in _MARKS
        for text in call.args
    }
    for data in tree.find_all(nodes.TemplateData):
        if _HAN.search(data.data):
            yield data.lineno, data.data.strip()
    for constant in tree.find_all(nodes.Const):
        if id(constant) not in marked and isinstance(constant.value, str) and _HAN.search(constant.value):
            yield constant.lineno, constant.value
