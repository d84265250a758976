"""Declare: called once at start, for every loaded plugin. No input or output; results are checked, then frozen."""

from collections.abc import Sequence
from pathlib import Path

from gongdan.domain.demo import Demo
from gongdan.domain.importing import Importer
from gongdan.domain.rulebook import Rulebook
from gongdan.hooks.markers import hookspec


@hookspec
def register_rulebook() -> Rulebook | None:
    """Hand over ticket types, asset kinds, link rules, roles, permissions, policy and the clauses they name.

    Called once at start. Two plugins with one ticket type, asset kind, role or permission: start-up refuses and
    names both. None: the plugin has no rulebook. Since 0.1.
    """


@hookspec
def register_importers() -> Sequence[Importer] | None:
    """Hand over the kinds of spreadsheets the plugin can read.

    Called once at start. A kind may be declared by one plugin only. Since 0.1.
    """


@hookspec
def register_migrations() -> Path | None:
    """Return the folder with the plugin's Alembic version files; its tables begin with ``<plugin>_``.

    Called at start and whenever a company enables the plugin. Migrations import nothing from the plugin. Since 0.1.
    """


@hookspec
def register_commands() -> Sequence[str] | None:
    """Name click commands as ``module:attribute``; they appear under ``gongdan <plugin>``.

    Called when the command line is asked for a command of the plugin; the module is imported only then. A command's
    context object (``click.pass_obj``) has the ``company``'s desk, ``say`` for texts and ``show_…`` for results.
    Since 0.1.
    """


@hookspec
def register_blueprints() -> Sequence[str] | None:
    """Name Flask blueprints as ``module:attribute``; their pages lie under ``/x/<plugin>/``.

    Called once when the web application starts; a page answers only for companies that have the plugin enabled.
    Since 0.1.
    """


@hookspec
def register_seed() -> str | None:
    """Name a function ``module:attribute`` that fills a company's own tables when the plugin is first enabled.

    The function takes the company's desk and runs in its own transaction; it may be called again and must then
    change nothing. Since 0.1.
    """


@hookspec
def register_demos() -> Sequence[Demo] | None:
    """Describe demo companies: their people, and the functions that fill them.

    Called by ``gongdan demo`` only, which makes each company, enables the plugin, makes the people and then calls
    the function with the company's desk, acting as the installation, and a progress. Since 0.1.
    """
