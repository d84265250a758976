"""``gongdan serve``: the pages. The one command that knows the web room."""

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import click

from gongdan.cli.commands import Command, option
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.errors import SettingsError
from gongdan.text import msg

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer, MultiSocketServer

    from gongdan.services.desk import Desk
    from gongdan.settings import Settings

_Sockets: TypeAlias = dict[int, socket.socket]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

#: Requests that are worked on at once; SQLite writes one after the other anyway.
_THREADS = 8

#: A server that runs beside something else looks this often whether it is to stop.
_WAIT_SECONDS = 0.1


@click.command("serve", cls=Command, help=msg("启动网页服务"))
@option("--host", default=DEFAULT_HOST, help=msg("监听地址，默认只限本机"))
@option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, help=msg("端口，默认 8000；0 为任选"))
@option("--safe-mode", is_flag=True, help=msg("不加载任何扩展"))
@pass_terminal
def serve(terminal: Terminal, host: str, port: int, *, safe_mode: bool) -> None:
    if safe_mode:
        terminal.overrides["safe_mode"] = True
    server = make_server(terminal.desk, terminal.settings, host, port)
    for failure in terminal.desk.plugins.failures:
        terminal.tell(msg("扩展“{plugin}”不能加载：{cause}"), plugin=failure.name, cause=failure.cause)
    terminal.tell(msg("服务地址：{address}"), address=address_of(server, host))
    terminal.tell(msg("按 Ctrl+C 停止"))
    run(server)


def make_server(
    desk: "Desk", settings: "Settings", host: str, port: int, *, sockets: _Sockets | None = None
) -> "BaseWSGIServer | MultiSocketServer":
    """Return a server that already listens; raises ``SettingsError`` when it cannot.

    Its sockets are noted in ``sockets``, so that a loop other than its own can serve them.
    """
    from waitress.server import create_server

    from gongdan.web.app import create_app

    app = create_app(desk, settings)
    try:
        return create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=_THREADS,
            ident="",
            # The application itself reads these headers, as many as there are proxies.
            clear_untrusted_proxy_headers=not settings.proxies,
        )
    except (OSError, socket.gaierror, ValueError) as problem:
        raise SettingsError("--port", f"{host}:{port}", msg("地址不可用，或端口已被占用")) from problem


def address_of(server: "BaseWSGIServer | MultiSocketServer", host: str) -> str:
    """Return the address to type into a browser."""
    # Waitress gives one server for one socket, and another kind that knows a list for several.
    listening: list[tuple[str, int]] = getattr(server, "effective_listen", [])
    port: int = listening[0][1] if listening else getattr(server, "effective_port", 0)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"


@contextmanager
def running(desk: "Desk", settings: "Settings", host: str) -> Iterator[str]:
    """Answer requests on a free port while the block runs; gives the address."""
    from waitress import wasyncore

    sockets: _Sockets = {}
    server = make_server(desk, settings, host, 0, sockets=sockets)
    stopped = threading.Event()

    def answer() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=_WAIT_SECONDS, map=sockets, count=1)

    thread = threading.Thread(target=answer, name="gongdan-pages", daemon=True)
    thread.start()
    try:
        yield address_of(server, host)
    finally:
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        # The server's own close leaves connections open that a browser has kept.
        wasyncore.close_all(map=sockets, ignore_all=True)


def run(server: "BaseWSGIServer | MultiSocketServer") -> None:
    """Answer requests until the process is asked to stop; requests under way are finished."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.flush()
    try:
        server.run()
    finally:
        server.close()
