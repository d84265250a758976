"""``gongdan init``: a database and the first account, which may do everything."""

from dataclasses import dataclass
from typing import ClassVar

import click

from gongdan.cli.commands import Command, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.errors import Refused
from gongdan.text import msg


@dataclass(eq=False)
class AlreadyInitialised(Refused):
    """The installation has tables and accounts."""

    code: ClassVar[str] = "already_initialised"
    text: ClassVar[str] = msg("这里已经初始化过：{home}")
    remedy: ClassVar[str] = msg("直接运行 gongdan serve 即可；忘记密码请用 gongdan account reset-password")

    home: str = ""


_COLUMNS = (
    Column("home", msg("数据文件夹")),
    Column("login", msg("用户名")),
    Column("password", msg("初始密码")),
)


@click.command("init", cls=Command, help=msg("初始化：建立数据库与第一个运维账号"))
@option("--login", default="admin", help=msg("运维账号的用户名，默认 admin"))
@option("--name", default="", help=msg("运维人员的姓名"))
@option("--password", default="", help=msg("初始密码；不给则自动生成，只显示一次"))
@json_option
@pass_terminal
def init(terminal: Terminal, login: str, name: str, password: str) -> None:
    from gongdan.bootstrap import upgrade
    from gongdan.services.actors import SYSTEM
    from gongdan.services.passwords import first_password

    _refuse_again(terminal)
    upgrade(terminal.bare_desk)
    chosen = password or first_password(login)
    terminal.desk.accounts.create(SYSTEM, login, name or login, chosen, is_operator=True, must_change_password=True)
    terminal.tell(msg("初始化完成。首次登录后须修改密码。"))
    shown = {"home": str(terminal.settings.home), "login": login, "password": None if password else chosen}
    terminal.show_one([column for column in _COLUMNS if shown[column.name]], shown)
    terminal.tell(msg("下一步：gongdan company create 建立公司，再用 gongdan serve 启动"))


def _refuse_again(terminal: Terminal) -> None:
    """Raise ``AlreadyInitialised`` before anything is touched; tables without any account may go on."""
    from gongdan.bootstrap import schema_states

    has_tables = bool(schema_states(terminal.bare_desk)[0].stored)
    if has_tables and terminal.desk.accounts.all():
        raise AlreadyInitialised(str(terminal.settings.home))
