"""An import that is killed without warning; its arguments are home, address, file and number of batches."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from gongdan.bootstrap import open_desk
from gongdan.hooks.manager import PluginManager
from gongdan.services import import_runs
from gongdan.services.imports import Source
from gongdan.settings import read_settings
from gongdan_property_mgmt import plugin


def run(home: Path, url: str, file: Path, batches: int) -> None:
    """Import a list of cases two rows at a time, and die behind so many of them."""
    import_runs.BATCH_ROWS = 2
    plugins = PluginManager()
    plugins.register("property_mgmt", plugin, distribution="tests", version="1.0")
    settings = read_settings({}, home=home, database_url=url, secure_cookies=False)
    desk = open_desk(settings, plugins=plugins, clock=lambda: datetime(2026, 3, 5, 2, 0, tzinfo=UTC))
    stored = 0

    def die(done: int, total: int) -> None:
        del done, total
        nonlocal stored
        stored += 1
        if stored == batches:
            os.kill(os.getpid(), signal.SIGKILL)

    desk.at(desk.companies.by_code("xingfu")).imports.run("cases", Source(path=file), progress=die)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
