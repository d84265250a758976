"""``gongdan demo``: a home folder of its own with a company for each trade, ready to be logged in to."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Command, option
from gongdan.cli.tables import box, pad, width
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.cli.demo_home import Showcase

HOST = "127.0.0.1"
PORT = 8000


@click.command("demo", cls=Command, help=msg("建立并启动演示系统；再次运行时沿用原有数据"))
@option("--port", type=click.IntRange(0, 65535), default=None, help=msg("端口，默认 8000；被占用时自动另选"))
@option("--reset", is_flag=True, help=msg("删除原有演示数据，重新建立"))
@option("--check", is_flag=True, help=msg("建立、启动、打开几个页面后退出"))
@pass_terminal
def demo(terminal: Terminal, *, port: int | None, reset: bool, check: bool) -> None:
    from gongdan.cli.demo_home import forget, prepare

    home = terminal.home = (terminal.home or default_home()).absolute()
    terminal.overrides.update(
        database_url=f"sqlite:///{home / 'gongdan.db'}",
        secure_cookies=False,
        trusted_hosts=["localhost", HOST],
    )
    if reset:
        forget(home)
    showcase = prepare(terminal, home)
    if check:
        _walk(terminal, showcase)
    else:
        _serve(terminal, showcase, port)


def default_home() -> Path:
    """Return the folder of the demo; never that of a real installation."""
    from platformdirs import user_data_path

    return user_data_path("gongdan-demo", appauthor=False)


def _serve(terminal: Terminal, showcase: "Showcase", port: int | None) -> None:
    from gongdan.cli.serve import address_of, make_server, run
    from gongdan.worker.loop import executing

    listening = _listen(port)
    server = make_server(terminal.desk, terminal.settings, listening)
    click.echo(_welcome(terminal, showcase, address_of(listening)))
    terminal.tell(msg("按 Ctrl+C 停止"))
    with executing(terminal.desk):
        run(server)


def _listen(port: int | None) -> socket.socket:
    """Listen on the port that was asked for; without one, on the usual port or any that is free."""
    from gongdan.cli.serve import listen
    from gongdan.errors import SettingsError

    try:
        return listen(HOST, PORT if port is None else port)
    except SettingsError:
        if port is not None:
            raise
        return listen(HOST, 0)


def _walk(terminal: Terminal, showcase: "Showcase") -> None:
    from gongdan.cli.demo_check import walk

    for address, seconds in walk(terminal.desk, terminal.settings, showcase):
        terminal.tell(msg("已打开 {address}，{seconds} 秒"), address=address, seconds=f"{seconds:.2f}")
    terminal.tell(msg("演示系统运行正常"))


def _welcome(terminal: Terminal, showcase: "Showcase", address: str) -> str:
    people = [(person.login, person.name, f"{person.company} {person.position}".strip()) for person in showcase.people]
    columns = [max(width(line[column]) for line in people) for column in (0, 1)]
    logins = [f"{pad(login, columns[0])}  {pad(name, columns[1])}  {place}" for login, name, place in people]
    return box([
        terminal.say(msg("地址：{address}"), address=address),
        terminal.say(msg("密码：{password}（所有账号相同）"), password=showcase.password),
        "",
        *logins,
        "",
        terminal.say(msg("数据：{home}"), home=terminal.settings.home),
    ])  # fmt: skip
