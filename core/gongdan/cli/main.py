"""``gongdan``: the table of commands. Help, version and completion import click and nothing of the desk."""

from gongdan.cli.lazy import Lazy, RootGroup, root_options
from gongdan.text import msg, msg_in

_HERE = "gongdan.cli"

#: Command → where it lies and what it does, in the order of a first day with gongdan.
TABLE = {
    "demo": Lazy(f"{_HERE}.demo:demo", msg("启动带演示数据的系统")),
    "init": Lazy(f"{_HERE}.init:init", msg("初始化：建立数据库与第一个运维账号")),
    "serve": Lazy(f"{_HERE}.serve:serve", msg("启动网页服务")),
    "worker": Lazy(f"{_HERE}.worker:worker", msg("执行到期的定时任务")),
    "doctor": Lazy(f"{_HERE}.doctor:doctor", msg("检查设置、数据库、扩展与磁盘")),
    "db": Lazy(f"{_HERE}.db:db", msg("数据库结构")),
    "company": Lazy(f"{_HERE}.company:company", msg_in("many", "公司")),
    "plugin": Lazy(f"{_HERE}.plugin:plugin", msg_in("many", "扩展")),
    "account": Lazy(f"{_HERE}.account:account", msg_in("many", "账号")),
    "role": Lazy(f"{_HERE}.role:role", msg_in("many", "角色")),
    "department": Lazy(f"{_HERE}.department:department", msg_in("many", "部门")),
    "ticket": Lazy(f"{_HERE}.ticket:ticket", msg_in("many", "工单")),
    "form": Lazy(f"{_HERE}.forms:form", msg_in("many", "单据")),
    "duty": Lazy(f"{_HERE}.duties:duty", msg("责任")),
    "permit": Lazy(f"{_HERE}.permits:permit", msg("许可与证件")),
    "plan": Lazy(f"{_HERE}.plans:plan", msg_in("many", "计划")),
    "approval": Lazy(f"{_HERE}.approvals:approval", msg_in("many", "审批")),
    "explain": Lazy(f"{_HERE}.explain:explain", msg("说明到期时间从何而来")),
    "import": Lazy(f"{_HERE}.imports:imports", msg("导入表格")),
    "export": Lazy(f"{_HERE}.exports:exports", msg("导出表格")),
    "policy": Lazy(f"{_HERE}.policy:policy", msg("制度参数与工作日历")),
    "clause": Lazy(f"{_HERE}.clause:clause", msg("制度条款")),
    "files": Lazy(f"{_HERE}.files:files", msg("附件的存储")),
    "timer": Lazy(f"{_HERE}.timer:timer", msg("定时任务")),
    "roster": Lazy(f"{_HERE}.roster:roster", msg("排班")),
    "custody": Lazy(f"{_HERE}.custody:custody", msg("钥匙与文件保管")),
    "journal": Lazy(f"{_HERE}.journal:journal", msg("日志")),
    "bench": Lazy("gongdan.testing.bench:bench", msg("测量速度")),
}

root = RootGroup("gongdan", table=TABLE, params=root_options(), help=msg("工单：按公司制度运行的服务台"))


def main() -> None:
    """Run the command line; the status is 0 (done), 1 (refused or failed) or 2 (wrong use)."""
    root(prog_name="gongdan")
