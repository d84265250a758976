"""What is asked for help, its version or a completion answers at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Every one of these costs a tenth of a second or more, or pulls in one that does.
HEAVY = {"alembic", "argon2", "babel", "cryptography", "flask", "jinja2", "marshmallow", "sqlalchemy", "werkzeug"}
PROGRAM = """
import sys
from gongdan.cli.main import main
sys.argv = ["gongdan", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    status = end.code
print("loaded", status or 0, *sys.modules)
"""


@pytest.mark.parametrize("question", ["--help", "--version"])
def test_help_loads_nothing_heavy(question: str) -> None:
    command = [sys.executable, "-c", PROGRAM, question]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    _, status, *loaded = output.splitlines()[-1].split()
    assert status == "0"
    assert HEAVY & set(loaded) == set()


def test_the_facade_of_plugins_loads_no_flask() -> None:
    program = "import sys, gongdan.api; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert {"click", "flask", "werkzeug"} & set(output.split()) == set()
