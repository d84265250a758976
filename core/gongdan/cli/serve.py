"""``gongdan serve``: the pages. The one command that knows the web room."""

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeAlias, cast

import click

from gongdan.cli.commands import Command, option
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.errors import SettingsError
from gongdan.text import msg

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer

    from gongdan.services.desk import Desk
    from gongdan.settings import Settings

_Sockets: TypeAlias = dict[int, socket.socket]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

#: Requests that are worked on at once; SQLite writes one after the other anyway.
_THREADS = 8

#: A server that runs beside something else looks this often whether it is to stop.
_WAIT_SECONDS = 0.1


@click.command("serve", cls=Command, help=msg("启动网页服务"))
@option("--host", default=DEFAULT_HOST, help=msg("监听地址，默认只限本机"))
@option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, help=msg("端口，默认 8000；0 为任选"))
@option("--no-worker", is_flag=True, help=msg("不执行定时任务，由 gongdan worker 另行执行"))
@option("--safe-mode", is_flag=True, help=msg("不加载任何扩展"))
@pass_terminal
def serve(terminal: Terminal, host: str, port: int, *, no_worker: bool, safe_mode: bool) -> None:
    if safe_mode:
        terminal.overrides["safe_mode"] = True
    desk = terminal.desk
    from gongdan.worker.loop import executing

    listening = listen(host, port)
    server = make_server(desk, terminal.settings, listening)
    desk.database.analyse()
    for failure in desk.plugins.failures:
        terminal.tell(msg("扩展“{plugin}”不能加载：{cause}"), plugin=failure.name, cause=failure.cause)
    terminal.tell(msg("服务地址：{address}"), address=address_of(listening))
    _warn(terminal, host)
    terminal.tell(msg("按 Ctrl+C 停止"))
    with nullcontext() if no_worker else executing(desk):
        run(server)


def _warn(terminal: Terminal, host: str) -> None:
    """Say beforehand what people would otherwise find out at the log-in page."""
    if terminal.settings.secure_cookies and not terminal.settings.proxies:
        terminal.tell(msg("登录须经 HTTPS；只在本机试用时，可设 GONGDAN_SECURE_COOKIES=false"))
    if host not in _THIS_MACHINE and not terminal.settings.trusted_hosts:
        terminal.tell(msg("其他机器还不能访问：请在 GONGDAN_TRUSTED_HOSTS 中写明网址里的主机名"))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises ``SettingsError`` when the address cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        raise SettingsError("--port", f"{host}:{port}", msg("地址不可用，或端口已被占用")) from problem


def address_of(listening: socket.socket) -> str:
    """Return the address to type into a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def make_server(
    desk: "Desk", settings: "Settings", listening: socket.socket, known: _Sockets | None = None
) -> "BaseWSGIServer":
    """Return a server of the pages; its sockets are noted in ``known``, so that another loop can serve them."""
    from waitress.server import create_server

    from gongdan.web.app import create_app

    server = create_server(
        create_app(desk, settings),
        map=known,
        sockets=[listening],
        threads=_THREADS,
        ident="",
        # The application itself reads these headers, as many as there are proxies.
        clear_untrusted_proxy_headers=not settings.proxies,
    )
    # Waitress has another kind of server for several sockets.
    return cast("BaseWSGIServer", server)


@contextmanager
def running(desk: "Desk", settings: "Settings", host: str) -> Iterator[str]:
    """Answer requests on a free port while the block runs; gives the address."""
    from waitress import wasyncore

    known: _Sockets = {}
    listening = listen(host, 0)
    server = make_server(desk, settings, listening, known)
    stopped = threading.Event()

    def answer() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=_WAIT_SECONDS, map=known, count=1)

    thread = threading.Thread(target=answer, name="gongdan-pages", daemon=True)
    thread.start()
    try:
        yield address_of(listening)
    finally:
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        # The server's own close leaves connections open that a browser has kept.
        wasyncore.close_all(map=known, ignore_all=True)


def run(server: "BaseWSGIServer") -> None:
    """Answer requests until the process is asked to stop; requests under way are finished."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.flush()
    try:
        server.run()
    finally:
        server.close()
