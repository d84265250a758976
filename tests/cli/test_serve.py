import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.cli.conftest import Console

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


@contextmanager
def _serving(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``gongdan serve`` in a process of its own; gives it and its address."""
    command = [sys.executable, "-c", "from gongdan.cli.main import main; main()", "--home", str(home), "serve"]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    process = subprocess.Popen(
        [*command, "--port", "0", *words], stdout=subprocess.PIPE, encoding="utf-8", env={"LANG": "C", **kept}
    )
    assert process.stdout
    try:
        for line in process.stdout:
            found = _ADDRESS.search(line)
            if found:
                yield process, found[0]
                break
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


@pytest.fixture
def home(at_home: Console) -> Path:
    """Return the home folder of an installation on SQLite."""
    at_home.done("init")
    return at_home.home


def _status(address: str) -> int:
    deadline = time.monotonic() + 20
    opener = build_opener(ProxyHandler({}))
    while True:
        try:
            with opener.open(address, timeout=5) as answer:
                return int(answer.status)
        except ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_pages_answer_at_the_address_that_is_printed(home: Path) -> None:
    with _serving(home) as (_, address):
        assert _status(f"{address}healthz") == 200


def test_safe_mode_serves_without_plugins(home: Path) -> None:
    with _serving(home, "--safe-mode") as (_, address):
        assert _status(f"{address}login") == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_the_server_ends_with_status_0(home: Path, sent: signal.Signals) -> None:
    with _serving(home) as (process, address):
        _status(f"{address}healthz")
        process.send_signal(sent)
        assert process.wait(20) == 0


def test_a_port_in_use_is_told_with_a_way_out(home: Path, at_home: Console) -> None:
    assert home.exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = at_home("serve", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, "端口已被占用" in result.stderr) == (1, True)


def test_before_init_nothing_is_served(console: Console) -> None:
    result = console("serve", "--port", "0")
    assert (result.exit_code, "gongdan init" in result.stderr) == (1, True)
