"""``gongdan doctor``: is the installation in order, and if not, what is to be done."""

import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import click

from gongdan.cli.commands import Command, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.errors import GongdanError
from gongdan.text import msg

_FEW_MEGABYTES = 1024
_TOO_FEW_MEGABYTES = 200
_MEGABYTE = 1024 * 1024


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    #: What was looked at, a source text.
    subject: str
    health: Health
    #: What was found, as shown.
    found: str
    #: What to do, as shown; empty when all is well.
    remedy: str = ""


_COLUMNS = (
    Column("subject", msg("检查项")),
    Column("health", msg("结果")),
    Column("found", msg("情况")),
    Column("remedy", msg("处理办法")),
)


@click.command("doctor", cls=Command, help=msg("检查设置、数据库、扩展与磁盘；有故障时返回 1"))
@option("--host", default="127.0.0.1", help=msg("监听地址，默认只限本机"))
@option("--port", type=click.IntRange(1, 65535), default=8000, help=msg("端口，默认 8000"))
@json_option
@pass_terminal
def doctor(terminal: Terminal, host: str, port: int) -> int:
    checks = [*_examine(terminal), _port(terminal, host, port)]
    rows = [
        {"subject": check.subject, "health": check.health.value, "found": check.found, "remedy": check.remedy}
        for check in checks
    ]
    terminal.show_rows(_COLUMNS, rows)
    return int(any(check.health is Health.FAIL for check in checks))


def _examine(terminal: Terminal) -> Iterator[Check]:
    """Check what builds on one another: without settings there is nothing further to look at."""
    settings = _attempt(terminal, msg("设置"), lambda: str(terminal.settings.home))
    yield settings
    if settings.health is Health.FAIL:
        return
    yield _disk(terminal)
    database = _attempt(terminal, msg("数据库"), lambda: terminal.bare_desk.database.dialect)
    yield database
    yield _secret(terminal)
    yield _fonts(terminal)
    yield _images(terminal)
    yield _attempt(terminal, msg("文件存储"), lambda: _try_files(terminal))
    if database.health is Health.OK:
        tables = _attempt(terminal, msg("表结构"), lambda: _versions(terminal))
        yield tables
        yield from _plugins(terminal)
        if tables.health is Health.OK:
            yield _timers(terminal)
            yield from _holidays(terminal)


def _attempt(terminal: Terminal, subject: str, look: Callable[[], str]) -> Check:
    """Return what ``look`` finds; an error that gongdan knows becomes a failure with its remedy."""
    from gongdan.language import render_error

    try:
        return Check(subject, Health.OK, look())
    except GongdanError as error:
        rendered = render_error(error, terminal.translator)
        return Check(subject, Health.FAIL, rendered.text, rendered.remedy)
    except OSError as problem:
        return Check(subject, Health.FAIL, str(problem), terminal.say(msg("请检查文件夹是否存在、是否可写")))


def _versions(terminal: Terminal) -> str:
    from gongdan.bootstrap import require_ready, schema_states

    require_ready(terminal.bare_desk)
    return ", ".join(f"{state.name} {state.stored or '-'}" for state in schema_states(terminal.bare_desk))


def _try_files(terminal: Terminal) -> str:
    from gongdan.services.file_keeping import try_out

    return try_out(terminal.bare_desk.files)


def _disk(terminal: Terminal) -> Check:
    free_mb = shutil.disk_usage(terminal.settings.home).free // _MEGABYTE
    found = terminal.say(msg("剩余 {free_mb} MB"), free_mb=free_mb)
    if free_mb >= _FEW_MEGABYTES:
        return Check(msg("磁盘"), Health.OK, found)
    health = Health.WARN if free_mb >= _TOO_FEW_MEGABYTES else Health.FAIL
    return Check(msg("磁盘"), health, found, terminal.say(msg("请清理磁盘，或把数据文件夹移到更大的盘")))


def _secret(terminal: Terminal) -> Check:
    path = terminal.settings.home / "secret.key"
    if not path.exists():
        return Check(msg("密钥文件"), Health.WARN, str(path), terminal.say(msg("请先运行 gongdan init")))
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        remedy = terminal.say(msg("请运行 chmod 600 {path}"), path=path)
        return Check(msg("密钥文件"), Health.FAIL, f"{path} {mode:o}", remedy)
    return Check(msg("密钥文件"), Health.OK, str(path))


def _images(terminal: Terminal) -> Check:
    """Tell whether photos can be drawn anew; without the extra none is shown in a page."""
    from gongdan.services.images import can_clean

    if can_clean():
        return Check(msg("图片"), Health.OK, "Pillow")
    found = terminal.say(msg("照片按原样保存，页面上不显示，只能下载"))
    return Check(msg("图片"), Health.WARN, found, terminal.say(msg("请运行 pip install 'gongdan[images]'")))


def _fonts(terminal: Terminal) -> Check:
    """Tell the font of PDFs; without the extra everything is still printed by the browser."""
    from gongdan.language import render_error

    try:
        fonts = terminal.bare_desk.typesetter.fonts()
    except GongdanError as error:
        rendered = render_error(error, terminal.translator)
        return Check(msg("PDF 字体"), Health.WARN, rendered.text, rendered.remedy)
    found = f"{fonts.song}, {fonts.hei}"
    if fonts.is_shipped:
        return Check(msg("PDF 字体"), Health.OK, found)
    remedy = terminal.say(msg("用的是本机字体，换一台机器版面会不同；请运行 pip install 'gongdan[pdf]'"))
    return Check(msg("PDF 字体"), Health.WARN, found, remedy)


def _plugins(terminal: Terminal) -> Iterator[Check]:
    manager = terminal.bare_desk.plugins
    loaded = ", ".join(plugin.name for plugin in manager.loaded)
    yield Check(msg("扩展"), Health.OK, loaded or terminal.say(msg("没有加载任何扩展")))
    remedy = terminal.say(msg("请升级或移除该扩展，或用 --safe-mode 启动"))
    for failure in manager.failures:
        yield Check(msg("扩展"), Health.WARN, f"{failure.name}: {failure.cause}", remedy)


def _timers(terminal: Terminal) -> Check:
    from gongdan.services.timer_lists import installation_counts

    counts = installation_counts(terminal.bare_desk)
    words = msg("等待 {waiting}，其中已晚 {late}，搁置 {parked}")
    found = terminal.say(words, waiting=counts.waiting, late=counts.late, parked=counts.parked)
    if counts.late:
        remedy = msg("请启动 gongdan serve 或 gongdan worker")
    elif counts.parked:
        remedy = msg("请用 gongdan timer list --state parked 查看原因，再用 gongdan timer retry 重新执行")
    else:
        return Check(msg("定时"), Health.OK, found)
    return Check(msg("定时"), Health.WARN, found, terminal.say(remedy))


def _holidays(terminal: Terminal) -> Iterator[Check]:
    """Tell which companies wait for the holidays of a year."""
    desk = terminal.bare_desk
    for company in desk.companies.all():
        late = desk.at(company).calendars.horizon_warning(desk.clock())
        if late:
            found = terminal.say(msg("{company}：{year} 年的节假日还未导入"), company=company.code, year=late.year)
            remedy = terminal.say(msg("通知公布后请运行 gongdan policy calendar import {year}"), year=late.year)
            yield Check(msg("工作日历"), Health.WARN, found, remedy)


def _port(terminal: Terminal, host: str, port: int) -> Check:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            remedy = terminal.say(msg("服务可能已在运行；也可用 --port 另选端口"))
            return Check(msg("端口"), Health.WARN, f"{host}:{port} {problem.strerror or problem}", remedy)
    return Check(msg("端口"), Health.OK, f"{host}:{port}")
