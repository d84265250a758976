from __future__ import annotations

import gettext
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build
from tests.architecture.tree import ROOT

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "报修"
msgstr "{translation}"
"""


def write(catalogue: Path, translation: str, *, age_seconds: int) -> None:
    catalogue.write_text(CATALOGUE.format(translation=translation), encoding="utf-8")
    moment = catalogue.stat().st_mtime - age_seconds
    os.utime(catalogue, (moment, moment))


def translated(catalogue: Path) -> str:
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled).gettext("报修")


@pytest.mark.parametrize(
    "folder", ["core/gongdan/locale", "core/gongdan/language/locale", "plugins/brokerage/gongdan_brokerage/locale"]
)
def test_catalogues_of_core_and_plugins_are_compiled(
    tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "build_assets", lambda *_: None)
    catalogue = tmp_path / folder / "en/LC_MESSAGES/gongdan.po"
    catalogue.parent.mkdir(parents=True)
    write(catalogue, "Repair", age_seconds=0)
    hatch_build.build(tmp_path)
    assert translated(catalogue) == "Repair"


def test_a_catalogue_is_compiled_again_only_after_a_change(tmp_path: Path) -> None:
    catalogue = tmp_path / "gongdan.po"
    write(catalogue, "Repair", age_seconds=60)
    hatch_build.compile_catalogue(catalogue)
    write(catalogue, "Mending", age_seconds=60)
    hatch_build.compile_catalogue(catalogue)
    assert translated(catalogue) == "Repair"
    write(catalogue, "Mending", age_seconds=-60)
    hatch_build.compile_catalogue(catalogue)
    assert translated(catalogue) == "Mending"


def test_a_wheel_carries_the_assets_and_catalogues_and_not_what_they_are_built_from(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assets = {f"gongdan/web/static/{name}" for name in ("app.css", "app.js", "charts.js", "icons.svg", "theme.js")}
    assert assets <= names
    assert any(name.endswith(".mo") for name in names)
    assert [name for name in names if "frontend" in name or name.endswith((".po", ".pot"))] == []
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {
        "gongdan",
        "gongdan_brokerage",
        "gongdan_decoration",
        "gongdan_gps_install",
        "gongdan_property_mgmt",
    }
