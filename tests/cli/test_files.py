from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from gongdan.bootstrap import open_desk
from gongdan.domain.subjects import SubjectKey
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.settings import read_settings
from gongdan.testing.factories import Factory
from tests.cli.conftest import Console

PAPER = Upload("说明.txt", "厨房漏水".encode())


@pytest.fixture
def company(ready: Console, plugin_manager: PluginManager) -> Iterator[CompanyDesk]:
    """Return the desk of the command line's company, in a process beside it."""
    desk = open_desk(read_settings(ready.variables), plugins=plugin_manager)
    yield desk.at(desk.companies.by_code("xingfu"))
    desk.close()


def test_the_store_is_compared_with_the_database_and_swept(ready: Console, company: CompanyDesk) -> None:
    place = SubjectKey("party", Factory(company).party().id)
    (kept,) = company.attachments.add(place, [PAPER])
    company.attachments.store(place, [Upload("清单.txt", "水管两米".encode())])
    assert ready.json("files", "check") == {"needed": 1, "unneeded": 1, "missing": []}
    assert ready.json("files", "sweep") == {"files": 0, "size_bytes": 0}
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in (ready.home / "files").rglob("*"):
        os.utime(path, (two_days_ago, two_days_ago))
    assert ready.json("files", "sweep") == {"files": 1, "size_bytes": 12}
    assert company.attachments.read(kept.id)[1] == PAPER.content


def test_a_file_whose_bytes_are_gone_makes_the_check_fail(ready: Console, company: CompanyDesk) -> None:
    place = SubjectKey("party", Factory(company).party().id)
    (kept,) = company.attachments.add(place, [PAPER])
    company.installation.files.remove(company.company.id, kept.sha256)
    result = ready("files", "check")
    assert (result.exit_code, "缺失：说明.txt" in result.stdout) == (1, True)
