"""Everything that gongdan refuses, and why.

One root, one class per kind. A class carries a stable ``code``, a ``text`` that says what is wrong and which
rule was broken, and a ``remedy`` that says what to do next; both are source texts with named placeholders that
the fields of the instance fill. The language room puts them into words, the web room alone maps codes to HTTP
statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from gongdan.text import msg


@dataclass(eq=False)
class GongdanError(Exception):
    """The root of every error that gongdan raises on purpose."""

    #: Stable identifier; it never changes once released.
    code: ClassVar[str] = "error"
    #: What is wrong, with the rule; placeholders are field names.
    text: ClassVar[str] = msg("操作未能完成")
    #: What the reader can do next; may be empty.
    remedy: ClassVar[str] = ""

    def __post_init__(self) -> None:
        super().__init__(*self.details().values())

    def details(self) -> Mapping[str, object]:
        """Return the typed fields by name, in the order of their declaration."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        return self.text.format(**self.details())


# --- Refusals: the request was understood and a rule says no ---------------------------------------------------


@dataclass(eq=False)
class Refused(GongdanError):
    """A rule of gongdan or of a plugin says no; nothing was changed."""

    code: ClassVar[str] = "refused"


@dataclass(eq=False)
class FieldProblem:
    """One wrong value of a form: which field, what came, which rule, what to do."""

    #: Name of the field as declared.
    field: str
    #: The text as the user gave it.
    value: str
    #: Source text of the broken rule, with placeholders from ``params``.
    rule: str
    #: Source text of the way out; may be empty.
    remedy: str = ""
    #: Values for the placeholders of ``rule``, ``remedy`` and ``label``.
    params: Mapping[str, object] | None = None
    #: Label of the field, a source text; empty when ``field`` is not declared.
    label: str = ""


@dataclass(eq=False)
class InvalidInput(Refused):
    """One or several values do not fit their declaration; all of them are reported together."""

    code: ClassVar[str] = "invalid_input"
    text: ClassVar[str] = msg("有内容填写不正确")
    remedy: ClassVar[str] = msg("请按提示修改后重新提交，已填内容不会丢失")

    problems: tuple[FieldProblem, ...] = ()


@dataclass(eq=False)
class InUse(InvalidInput):
    """Something stays because of what is left in it; every problem says what, how much of it, and where it can go."""

    code: ClassVar[str] = "in_use"
    text: ClassVar[str] = msg("现在不能停用或删除")
    remedy: ClassVar[str] = ""


@dataclass(eq=False)
class NotFound(Refused):
    """The thing does not exist, or not for this company and this person: both look the same on purpose."""

    code: ClassVar[str] = "not_found"
    text: ClassVar[str] = msg("找不到这条记录")
    remedy: ClassVar[str] = msg("它可能属于别的公司，或者链接已失效")

    noun: str = ""
    key: str = ""


@dataclass(eq=False)
class NotAllowed(Refused):
    """The person lacks the permission."""

    code: ClassVar[str] = "not_allowed"
    text: ClassVar[str] = msg("您没有这项权限：{permission}")
    remedy: ClassVar[str] = msg("请联系公司管理员调整您的角色")

    permission: str = ""


@dataclass(eq=False)
class StaleVersion(Refused):
    """Somebody else saved first; ``expected`` is what the form was made from, ``actual`` what is stored now."""

    code: ClassVar[str] = "stale_version"
    text: ClassVar[str] = msg("您打开之后，这条记录已被他人修改")
    remedy: ClassVar[str] = msg("请对照两个版本，决定保留哪一个")

    noun: str = ""
    key: str = ""
    expected: int = 0
    actual: int = 0


@dataclass(eq=False)
class TicketClosed(Refused):
    """A ticket that is closed or void is no longer edited; what is wrong in it is corrected, with a reason."""

    code: ClassVar[str] = "ticket_closed"
    text: ClassVar[str] = msg("工单 {number} 已结束，不能再修改")
    remedy: ClassVar[str] = msg("填错了的，请有“更正工单”权限的人写明原因后更正；还要处理的，请先重新打开")

    number: str = ""


@dataclass(eq=False)
class MoveRefused(Refused):
    """A move is not possible now; every refusal is listed, each with its guard and clauses."""

    code: ClassVar[str] = "move_refused"
    text: ClassVar[str] = msg("现在不能执行“{move}”")
    remedy: ClassVar[str] = msg("请先处理下面列出的每一项")

    move: str = ""
    refusals: tuple["Refusal", ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one guard says no."""

    #: Name of the guard.
    guard: str
    #: Source text of the reason, with placeholders from ``params``.
    reason: str
    #: Clause ids the guard comes from.
    clauses: tuple[str, ...] = ()
    #: Field that would answer the guard, if there is one.
    field: str = ""
    #: Values for the placeholders of ``reason``.
    params: Mapping[str, object] | None = None
    #: Name of the form kind that would answer the guard, if it is one.
    form: str = ""


@dataclass(eq=False)
class FormFrozen(Refused):
    """A form that is filed or void is no longer filled in or signed; a filed one is corrected, with a reason."""

    code: ClassVar[str] = "form_frozen"
    text: ClassVar[str] = msg("《{form}》{number} 已归档或作废，不能再修改")
    remedy: ClassVar[str] = msg("填错了的，请有“更正工单”权限的人写明原因后更正，原单会保留")

    form: str = ""
    number: str = ""


@dataclass(eq=False)
class FormIncomplete(InvalidInput):
    """A form lacks something without which it cannot be filed; everything that is lacking is named at once."""

    code: ClassVar[str] = "form_incomplete"
    text: ClassVar[str] = msg("单据还不完整，不能归档")
    remedy: ClassVar[str] = msg("请补齐列出的每一项，已填内容都在")


@dataclass(eq=False)
class FillRefused(Refused):
    """A part of a form is for people with other roles."""

    code: ClassVar[str] = "fill_refused"
    text: ClassVar[str] = msg("“{block}”由{roles}填写，您不能修改")
    remedy: ClassVar[str] = msg("请由他们填写；其余部分可以照常保存")

    block: str = ""
    #: Source texts.
    roles: tuple[str, ...] = ()


@dataclass(eq=False)
class SignatureRefused(Refused):
    """Somebody cannot sign at a place of a form, or not in this way; nothing is signed."""

    code: ClassVar[str] = "signature_refused"
    text: ClassVar[str] = msg("不能在“{box}”签名：{reason}")
    remedy: ClassVar[str] = msg("什么都没有签；请由应签的人来签")

    #: Source texts.
    box: str = ""
    reason: str = ""


@dataclass(eq=False)
class Conflict(Refused):
    """Two facts cannot both hold, such as two open links of an exclusive kind."""

    code: ClassVar[str] = "conflict"
    text: ClassVar[str] = msg("与已有记录冲突：{existing}")
    remedy: ClassVar[str] = msg("请先结束或更正原有记录")

    noun: str = ""
    existing: str = ""


@dataclass(eq=False)
class PluginDisabled(Refused):
    """The company has not enabled the plugin that this act needs."""

    code: ClassVar[str] = "plugin_disabled"
    text: ClassVar[str] = msg("本公司未启用扩展“{plugin}”")
    remedy: ClassVar[str] = msg("管理员可在“扩展”页启用它；已有工单仍可查看")

    plugin: str = ""


@dataclass(eq=False)
class OtherCompany(Refused):
    """A page of one company is sent while the person works for another; nothing may land there."""

    code: ClassVar[str] = "other_company"
    text: ClassVar[str] = msg("此页属于“{page}”，您已切换到“{current}”")
    remedy: ClassVar[str] = msg("什么都没有保存；切换回“{page}”后可以重新提交")

    page: str = ""
    current: str = ""


@dataclass(eq=False)
class NoCompanyNamed(Refused):
    """A form does not say of which company its page was."""

    code: ClassVar[str] = "no_company_named"
    text: ClassVar[str] = msg("页面没有写明属于哪家公司")
    remedy: ClassVar[str] = msg("什么都没有保存；请刷新页面后再提交")


@dataclass(eq=False)
class LoginRefused(Refused):
    """Wrong name, wrong password or disabled account: one answer for all three."""

    code: ClassVar[str] = "login_refused"
    text: ClassVar[str] = msg("用户名或密码不正确")
    remedy: ClassVar[str] = msg("请检查大小写；忘记密码请联系公司管理员")


@dataclass(eq=False)
class LoginThrottled(Refused):
    """Too many failed tries for this name or from this address."""

    code: ClassVar[str] = "login_throttled"
    text: ClassVar[str] = msg("尝试次数过多，请在 {wait_minutes} 分钟后再试")
    remedy: ClassVar[str] = msg("如非本人操作，请联系管理员")

    wait_minutes: int = 0


@dataclass(eq=False)
class FileRefused(Refused):
    """An upload or an import file that is not taken as it is."""

    code: ClassVar[str] = "file_refused"
    text: ClassVar[str] = msg("文件“{name}”不能接收：{reason}")
    remedy: ClassVar[str] = msg("请换一个文件")

    name: str = ""
    reason: str = ""


@dataclass(eq=False)
class SecrecyClosed(NotAllowed):
    """A classified record was not opened for this person: its masks must not be taken for its values."""

    code: ClassVar[str] = "secrecy_closed"
    text: ClassVar[str] = msg("这条记录已分级，内容没有对您打开")
    remedy: ClassVar[str] = msg("请先在它的页面上说明原因、打开查看；绝密的还须经批准")

    noun: str = ""
    key: str = ""


@dataclass(eq=False)
class QuotaExceeded(Refused):
    """A company's files take all the room that it has given them."""

    code: ClassVar[str] = "files_quota"
    text: ClassVar[str] = msg("附件的空间不够：共 {quota_mb} MB，已用 {used_mb} MB，这次要 {needed_mb} MB")
    remedy: ClassVar[str] = msg("请压缩或减少文件，或请公司管理员在制度里调高“本公司的附件最多占多少空间”")

    quota_mb: str = ""
    used_mb: str = ""
    needed_mb: str = ""


# --- Failures: the installation is not in order -----------------------------------------------------------------


@dataclass(eq=False)
class SettingsError(GongdanError):
    """A setting is missing or wrong."""

    code: ClassVar[str] = "settings"
    text: ClassVar[str] = msg("设置“{name}”的值“{value}”不可用：{rule}")
    remedy: ClassVar[str] = msg("请修改设置后重新启动")

    name: str = ""
    value: str = ""
    rule: str = ""


@dataclass(eq=False)
class DatabaseNotReady(GongdanError):
    """The database is absent, empty or of another version."""

    code: ClassVar[str] = "database_not_ready"
    text: ClassVar[str] = msg("数据库尚未就绪：{state}")
    remedy: ClassVar[str] = msg("请先运行 gongdan init 或 gongdan db upgrade")

    state: str = ""


@dataclass(eq=False)
class DatabaseUnreachable(GongdanError):
    """Nothing answers at the database's address, or it refuses this installation."""

    code: ClassVar[str] = "database_unreachable"
    text: ClassVar[str] = msg("连接不上数据库")
    remedy: ClassVar[str] = msg("请检查数据库是否已启动，以及 GONGDAN_DATABASE_URL 的地址、用户名与密码")


@dataclass(eq=False)
class WorkCollided(GongdanError):
    """The database has taken a transaction back for the sake of another one that runs at the same time."""

    code: ClassVar[str] = "work_collided"
    text: ClassVar[str] = msg("有人同时在改同一处，这次没有保存")
    remedy: ClassVar[str] = msg("请再试一次")


@dataclass(eq=False)
class FileMissing(GongdanError):
    """A stored file is not where the database says that it is."""

    code: ClassVar[str] = "file_missing"
    text: ClassVar[str] = msg("文件“{name}”不在系统的文件存储里了")
    remedy: ClassVar[str] = msg("请管理员从备份恢复文件存储；也可以请提供文件的人再上传一次")

    name: str = ""


@dataclass(eq=False)
class FileStoreFailed(GongdanError):
    """The place where files lie does not answer, or refuses this installation."""

    code: ClassVar[str] = "file_store_failed"
    text: ClassVar[str] = msg("文件存储“{store}”不可用：{reason}")
    remedy: ClassVar[str] = msg("文件没有保存，请稍后再试；一直这样请管理员运行 gongdan doctor 检查")

    store: str = ""
    reason: str = ""


@dataclass(eq=False)
class FileStoreFull(FileStoreFailed):
    """There is no room for another file."""

    code: ClassVar[str] = "file_store_full"
    reason: str = msg("空间已满")


@dataclass(eq=False)
class DeclarationError(GongdanError):
    """A plugin declares something that cannot be; start-up names both sides."""

    code: ClassVar[str] = "declaration"
    text: ClassVar[str] = msg("扩展“{plugin}”的声明有误：{problem}")
    remedy: ClassVar[str] = msg("请升级或移除该扩展，或用 --safe-mode 启动")

    plugin: str = ""
    problem: str = ""


@dataclass(eq=False)
class TenancyViolation(GongdanError):
    """Code tried to read or write across companies; this is a defect, never a user's mistake."""

    code: ClassVar[str] = "tenancy_violation"
    text: ClassVar[str] = msg("已阻止一次跨公司的数据访问")
    remedy: ClassVar[str] = msg("请把此信息报告给管理员")

    detail: str = ""


@dataclass(eq=False)
class NestedTransaction(GongdanError):
    """Code tried to write inside a transaction that is still open, as a deciding hook must not."""

    code: ClassVar[str] = "nested_transaction"
    text: ClassVar[str] = msg("不能在一次保存尚未完成时再次保存")
    remedy: ClassVar[str] = msg("请把此信息报告给扩展的作者")
