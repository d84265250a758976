"""Permissions and roles: names that core and plugins declare, sets that a company gives to its people."""

from dataclasses import dataclass

from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing a person may do in a company."""

    #: ``noun.verb``; a plugin's own begin with its name.
    name: str
    #: Shown name, a source text.
    label: str


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions; companies may add to and take from what is declared."""

    name: str
    #: Shown name as the trade says it, a source text.
    label: str
    permissions: frozenset[str]


CORE_PERMISSIONS: tuple[Permission, ...] = (
    Permission("ticket.view", msg("查看工单")),
    Permission("ticket.create", msg("登记工单")),
    Permission("ticket.edit", msg("修改工单内容")),
    Permission("ticket.correct", msg("更正工单")),
    Permission("ticket.move", msg("办理工单")),
    Permission("ticket.assign", msg("指派工单")),
    Permission("ticket.change_owner", msg("变更首接人")),
    Permission("ticket.link", msg("关联与合并工单")),
    Permission("note.write", msg("填写记录")),
    Permission("party.view", msg("查看客户")),
    Permission("party.edit", msg("修改客户资料")),
    Permission("party.phone", msg("查看完整电话")),
    Permission("party.unmask", msg("查看完整证件号")),
    Permission("secrecy.read", msg("说明原因后查看涉密内容")),
    Permission("secrecy.consent", msg("批准查看涉密内容")),
    Permission("secrecy.classify", msg("提高密级")),
    Permission("secrecy.declassify", msg("降低密级")),
    Permission("secrecy.destroy", msg("批准销毁涉密记录")),
    Permission("secrecy.audit", msg("查看涉密查阅记录")),
    Permission("asset.view", msg("查看房屋与资产")),
    Permission("asset.edit", msg("修改房屋与资产")),
    Permission("roster.view", msg("查看排班与值班日志")),
    Permission("roster.admin", msg("排班、批准换班与请假")),
    Permission("duty_log.write", msg("填写值班日志与交接班")),
    Permission("custody.view", msg("查看钥匙与文件保管")),
    Permission("custody.keep", msg("保管、借出与收回钥匙、文件")),
    Permission("circulation.view", msg("查看收发文")),
    Permission("circulation.office", msg("收发文登记、传递与归档")),
    Permission("circulation.draft", msg("拟发文稿")),
    Permission("circulation.instruct", msg("批示来文、签发对外公文")),
    Permission("circulation.sign", msg("签阅内部公文")),
    Permission("leaver.manage", msg("办理离岗交接")),
    Permission("leaver.information", msg("代表信息部接收离岗资料")),
    Permission("permit.view", msg("查看许可与证件")),
    Permission("pass.check", msg("核验证件、放行物品")),
    Permission("pass.return", msg("收回与挂失证件")),
    Permission("pass.revoke", msg("吊销证件")),
    Permission("visitor.view", msg("查看来访登记")),
    Permission("visitor.register", msg("登记来访")),
    Permission("import.run", msg("导入数据")),
    Permission("export.run", msg("导出数据")),
    Permission("duty.team", msg("查看全体人员的责任")),
    Permission("duty.waive", msg("豁免责任")),
    Permission("approval.ask", msg("发起审批")),
    Permission("approval.view", msg("查看全部审批")),
    Permission("plan.view", msg("查看计划")),
    Permission("plan.do", msg("办理他人的计划事项")),
    Permission("plan.manage", msg("终止与恢复计划")),
    Permission("policy.view", msg("查看制度参数与工作日历")),
    Permission("policy.admin", msg("设定制度参数与工作日历")),
    Permission("journal.view", msg("查看日志")),
    Permission("company.admin", msg("管理公司与部门")),
    Permission("account.admin", msg("管理账号与角色")),
    Permission("plugin.admin", msg("管理扩展")),
)

_DESK = frozenset(
    {
        "ticket.view",
        "ticket.create",
        "ticket.edit",
        "ticket.move",
        "ticket.assign",
        "ticket.link",
        "note.write",
        "party.view",
        "party.edit",
        "party.phone",
        "secrecy.read",
        "asset.view",
        "roster.view",
        "duty_log.write",
        "plan.view",
        "approval.ask",
        "custody.view",
        "custody.keep",
        "circulation.view",
        "circulation.office",
        "circulation.draft",
        "permit.view",
        "pass.check",
        "pass.return",
        "visitor.view",
        "visitor.register",
    }
)

#: The role that ``company.admin`` screens call the company administrator.
ADMINISTRATOR = "administrator"
#: Decides what is beyond everybody else's limit.
GENERAL_MANAGER = "general_manager"

CORE_ROLES: tuple[Role, ...] = (
    Role(ADMINISTRATOR, msg("公司管理员"), frozenset(permission.name for permission in CORE_PERMISSIONS)),
    Role(
        "supervisor",
        msg("主管"),
        _DESK
        | {
            "ticket.correct",
            "ticket.change_owner",
            "party.unmask",
            "secrecy.classify",
            "asset.edit",
            "import.run",
            "export.run",
            "journal.view",
            "policy.view",
            "duty.team",
            "duty.waive",
            "plan.do",
            "plan.manage",
            "roster.admin",
            "circulation.sign",
            "approval.view",
            "pass.revoke",
        },
    ),
    Role(
        GENERAL_MANAGER,
        msg("总经理"),
        frozenset(
            {
                "ticket.view",
                "ticket.move",
                "note.write",
                "party.view",
                "asset.view",
                "roster.view",
                "plan.view",
                "duty.team",
                "journal.view",
                "policy.view",
                "approval.ask",
                "approval.view",
            }
        ),
    ),
    Role("agent", msg("客服"), _DESK),
    Role(
        "worker",
        msg("经办人"),
        frozenset(
            {
                "ticket.view",
                "ticket.move",
                "note.write",
                "asset.view",
                "party.view",
                "party.phone",
                "secrecy.read",
                "roster.view",
                "duty_log.write",
                "plan.view",
                "approval.ask",
                "custody.view",
                "permit.view",
                "pass.check",
            }
        ),
    ),
    Role(
        "observer",
        msg("查阅者"),
        frozenset(
            {"ticket.view", "party.view", "asset.view", "roster.view", "plan.view", "custody.view", "permit.view"}
        ),
    ),
)
