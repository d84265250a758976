"""Entries of the journal in words: what was done, and which values it changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import g

from gongdan.domain.fields import Field
from gongdan.domain.secrecy import NOUNS as SECRECY_NOUNS
from gongdan.services.import_files import OUTCOME_WORDS, VERDICT_WORDS
from gongdan.services.intake import CHANNELS
from gongdan.services.journal import JournalEntry
from gongdan.text import msg, msg_in
from gongdan.web import act_values, shown
from gongdan.web.access import installation
from gongdan.web.form_words import form_words
from gongdan.web.ticket_words import LINK_LABELS
from gongdan.web.words import say

#: Acts in words and the icon that stands for them; a plugin's own acts are shown by their names.
_ACTS: Mapping[str, tuple[str, str]] = {
    "account.changed": (msg("修改了个人资料"), "user"),
    "account.created": (msg("建立了账号"), "user-plus"),
    "account.disabled": (msg("停用了账号"), "lock"),
    "account.enabled": (msg("启用了账号"), "user-check"),
    "account.password_set": (msg("设置了密码"), "key"),
    "approval.asked": (msg("申请了审批"), "send"),
    "approval.confirmed": (msg("补签了口头同意"), "signature"),
    "approval.decided": (msg("作出了审批决定"), "signature"),
    "approval.lapsed": (msg("审批失效"), "ban"),
    "approval.reminded": (msg("催办了审批"), "bell"),
    "approval.reversed": (msg("撤销了审批决定"), "arrow-back-up"),
    "approval.spoken": (msg("登记了口头同意"), "message"),
    "approval.used": (msg("据审批办理"), "circle-check"),
    "approval.withdrawn": (msg("撤回了审批申请"), "arrow-back-up"),
    "asset.changed": (msg("修改了资料"), "edit"),
    "asset.created": (msg("建立了档案"), "plus"),
    "asset.imported": (msg("随导入建立"), "database-import"),
    "asset.link_ended": (msg("结束了关系"), "link"),
    "asset.linked": (msg("建立了关系"), "link"),
    "asset.serial_added": (msg("登记了编号"), "tag"),
    "attachment.added": (msg("上传了附件"), "paperclip"),
    "attachment.described": (msg("写了照片的说明"), "photo"),
    "attachment.paired": (msg("把两张照片配成了对"), "columns"),
    "attachment.unpaired": (msg("拆开了一对照片"), "columns"),
    "attachment.swept": (msg("清理了没有用上的文件"), "trash"),
    "calendar.duties_moved": (msg("按新的日历重算了到期时间"), "calendar"),
    "calendar.changed": (msg("修改了上班时间"), "calendar"),
    "calendar.day_dropped": (msg("取消了公司日"), "calendar"),
    "calendar.day_set": (msg("设定了公司日"), "calendar"),
    "calendar.dropped": (msg("改为沿用上级的上班时间"), "calendar"),
    "calendar.year_imported": (msg("导入了一年的节假日"), "calendar"),
    "company.changed": (msg("修改了公司设置"), "settings"),
    "company.created": (msg("建立了公司"), "building-community"),
    "custody.described": (msg("更正了保管物品的资料"), "pencil"),
    "custody.destroyed": (msg("销毁了保管物品"), "trash"),
    "custody.found": (msg("找回了遗失的物品"), "check"),
    "custody.handed_on": (msg("把借出的物品转给了另一人"), "arrows-exchange"),
    "custody.lent": (msg("借出了物品"), "arrow-right"),
    "custody.lock_changed": (msg("换了锁"), "lock"),
    "custody.lost": (msg("登记了遗失"), "alert-triangle"),
    "custody.moved": (msg("移动了存放位置"), "map-pin"),
    "custody.prolonged": (msg("续借了物品"), "calendar"),
    "custody.returned": (msg("收回了物品"), "arrow-left"),
    "custody.taken_in": (msg("收下了物品保管"), "plus"),
    "department.changed": (msg("修改了部门"), "sitemap"),
    "department.closed": (msg("停用了部门"), "ban"),
    "department.created": (msg("添加了部门"), "sitemap"),
    "department.moved": (msg("移动了部门"), "arrows-exchange"),
    "duty.acknowledged": (msg("已知悉升级提醒"), "check"),
    "duty.cancelled": (msg("责任已取消"), "x"),
    "duty.due_changed": (msg("到期时间已改变"), "refresh"),
    "duty.escalated": (msg("升级提醒"), "alert-triangle"),
    "duty.met": (msg("责任已完成"), "circle-check"),
    "duty.missed": (msg("责任已逾期"), "alert-triangle"),
    "duty.not_reckoned": (msg("算不出到期时间"), "alert-triangle"),
    "duty.pause_refused": (msg("暂停已满最长时间，不再暂停"), "player-play"),
    "duty.paused": (msg("责任已暂停"), "player-pause"),
    "duty.reassigned": (msg("责任换人"), "arrows-exchange"),
    "duty.taken_over": (msg("下一班接手了责任"), "arrows-exchange"),
    "duty.restored": (msg("责任随工单恢复"), "arrow-back-up"),
    "duty.resumed": (msg("责任继续计时"), "player-play"),
    "duty.started": (msg("责任开始"), "history"),
    "duty.superseded": (msg("由新的责任接替"), "refresh"),
    "duty.taken_up": (msg("为导入的工单建立了责任"), "database-import"),
    "duty.waived": (msg("豁免了责任"), "ban"),
    "duty.warned": (msg("到期前预警"), "alert-triangle"),
    "export.written": (msg("导出了数据"), "download"),
    "form.begun": (msg("开立了单据"), "file-text"),
    "form.changed": (msg("填写了单据"), "edit"),
    "form.corrected": (msg("单据已由更正的一版代替"), "history"),
    "form.correction_begun": (msg("开始更正单据"), "history"),
    "form.copy_received": (msg("单据的一联已签收"), "check"),
    "form.follow_up_opened": (msg("因检查不合格开立了工单"), "tools"),
    "form.filed": (msg("单据归档"), "archive"),
    "form.signature_fell": (msg("签名失效"), "alert-triangle"),
    "form.signed": (msg("在单据上签名"), "signature"),
    "form.voided": (msg("单据作废"), "ban"),
    "import.finished": (msg("完成了导入"), "database-import"),
    "import.interrupted": (msg("中断了导入"), "database-import"),
    "import.removed": (msg("随撤销导入删除"), "arrow-back-up"),
    "import.restored": (msg("随撤销导入还原"), "arrow-back-up"),
    "import.resumed": (msg("继续了导入"), "database-import"),
    "import.started": (msg("开始了导入"), "database-import"),
    "import.undone": (msg("撤销了导入"), "arrow-back-up"),
    "leaver.assigned": (msg("写明了接手人"), "user-check"),
    "leaver.begun": (msg("开始了离岗交接"), "logout"),
    "leaver.customer_told": (msg("告知了客户联络人变更"), "phone"),
    "leaver.done": (msg("完成了离岗交接"), "circle-check"),
    "leaver.signed": (msg("在离岗交接上签了字"), "signature"),
    "leaver.withdrawn": (msg("撤回了离岗交接"), "arrow-back-up"),
    "letter.acted": (msg("办毕了公文"), "circle-check"),
    "letter.answered": (msg("答复了请示"), "message"),
    "letter.doubted": (msg("就公文请示"), "help-circle"),
    "letter.endorsed": (msg("签发了公文"), "signature"),
    "letter.filed": (msg("把公文归档"), "archive"),
    "letter.instructed": (msg("批示了来文"), "pencil"),
    "letter.passed_on": (msg("把公文传给下一位"), "arrow-right"),
    "letter.read": (msg("传阅了公文"), "eye"),
    "letter.registered": (msg("签收登记了来文"), "inbox"),
    "letter.sent": (msg("发出了公文"), "send"),
    "letter.sent_back": (msg("退回了文稿"), "arrow-back-up"),
    "letter.submitted": (msg("送审了文稿"), "send"),
    "letter.urged": (msg("催办了公文"), "bell"),
    "member.left": (msg("移出了公司"), "logout"),
    "member.saved": (msg("保存了岗位与角色"), "user-check"),
    "note.removed": (msg("删除了记录"), "trash"),
    "note.written": (msg("写了记录"), "note"),
    "number_pattern.dropped": (msg("恢复了默认编号格式"), "tag"),
    "number_pattern.set": (msg("设置了编号格式"), "tag"),
    "layout.reset": (msg("恢复了默认版面"), "arrow-back-up"),
    "layout.saved": (msg("修改了单据版面"), "edit"),
    "word_template.added": (msg("上传了 Word 模板"), "upload"),
    "word_template.removed": (msg("停用了 Word 模板"), "trash"),
    "paper.printed": (msg("打印了单据"), "printer"),
    "print_run.finished": (msg("完成了批量打印"), "printer"),
    "print_run.interrupted": (msg("中断了批量打印"), "printer"),
    "print_run.started": (msg("开始了批量打印"), "printer"),
    "party.changed": (msg("修改了资料"), "edit"),
    "party.created": (msg("建立了客户档案"), "user-plus"),
    "party.imported": (msg("随导入建立"), "database-import"),
    "party.related": (msg("建立了客户关系"), "link"),
    "party.unmasked": (msg("查看了完整证件号"), "eye"),
    "secrecy.asked": (msg("申请查看涉密内容"), "hourglass"),
    "secrecy.classified": (msg("设定了密级"), "lock"),
    "secrecy.closed": (msg("结束了涉密查看"), "eye-off"),
    "secrecy.consent": (msg("批准查看涉密内容"), "circle-check"),
    "secrecy.granted": (msg("批准查看涉密内容"), "circle-check"),
    "secrecy.opened": (msg("打开了涉密内容"), "eye"),
    "secrecy.read": (msg("查看了涉密内容"), "eye"),
    "secrecy.refused": (msg("没有批准查看涉密内容"), "ban"),
    "pass.issued": (msg("发了证件"), "license"),
    "pass.lost": (msg("挂失了证件"), "alert-triangle"),
    "pass.refused": (msg("门岗拒绝了证件"), "ban"),
    "pass.returned": (msg("收回了证件"), "arrow-back-up"),
    "pass.revoked": (msg("吊销了证件"), "ban"),
    "pass.used": (msg("证件已使用"), "circle-check"),
    "permit.goods_added": (msg("登记了放行物品"), "plus"),
    "permit.goods_removed": (msg("删去了放行物品"), "trash"),
    "permit.person_added": (msg("登记了施工人员"), "user-plus"),
    "permit.person_removed": (msg("划去了施工人员"), "user-circle"),
    "plan.begun": (msg("计划开始"), "calendar"),
    "plan.ended": (msg("计划终止"), "ban"),
    "plan.rebased": (msg("计划的起点改变，重新计划"), "refresh"),
    "plan.resumed": (msg("计划恢复"), "player-play"),
    "plan.taken_up": (msg("为已有的工单建立了计划"), "database-import"),
    "plan_run.done": (msg("完成了计划的一次"), "circle-check"),
    "plan_run.made": (msg("计划日到来"), "calendar"),
    "plan_run.missed": (msg("计划的一次已错过"), "alert-triangle"),
    "plan_target.done": (msg("办理了计划的一个对象"), "check"),
    "plan_target.taken_back": (msg("撤回了已办理的对象"), "arrow-back-up"),
    "plugin.disabled": (msg("停用了扩展"), "puzzle"),
    "plugin.enabled": (msg("启用了扩展"), "puzzle"),
    "plugin.failed": (msg("扩展出错"), "alert-triangle"),
    "policy.applied": (msg("采用了制度包"), "book"),
    "policy.followed": (msg("让未办结的工单改用现行制度"), "refresh"),
    "policy.rolled_back": (msg("撤回了制度包"), "arrow-back-up"),
    "policy.set": (msg("定了制度"), "gavel"),
    "policy.withdrawn": (msg("撤下了还没有生效的制度"), "trash"),
    "role.removed": (msg("删除了角色"), "trash"),
    "role.saved": (msg("保存了角色"), "shield-check"),
    "duty_log.written": (msg("写了值班日志"), "book"),
    "handover.begun": (msg("开始了交接班"), "arrows-exchange"),
    "handover.checked": (msg("清点了岗位"), "clipboard-list"),
    "handover.done": (msg("完成了交接班"), "circle-check"),
    "handover.left": (msg("登记了离岗"), "logout"),
    "handover.signed": (msg("在交接班上签了字"), "signature"),
    "handover.taken_over": (msg("接手了重要工作"), "user-check"),
    "handover.told": (msg("交代了工作"), "note"),
    "handover.withdrawn": (msg("撤回了交接班"), "arrow-back-up"),
    "roster.absence_cancelled": (msg("取消了请假"), "arrow-back-up"),
    "roster.absence_entered": (msg("登记了请假"), "user-circle"),
    "roster.shift_cancelled": (msg("取消了班次"), "trash"),
    "roster.shift_changed": (msg("改了班次"), "edit"),
    "roster.shift_planned": (msg("排了班"), "calendar"),
    "roster.stand_in_cancelled": (msg("取消了顶岗"), "arrow-back-up"),
    "roster.stand_in_entered": (msg("安排了顶岗"), "user-plus"),
    "roster.swap_accepted": (msg("同意了换班"), "check"),
    "roster.swap_approved": (msg("批准了换班"), "circle-check"),
    "roster.swap_asked": (msg("申请了换班"), "arrows-exchange"),
    "roster.swap_declined": (msg("谢绝了换班"), "x"),
    "roster.swap_refused": (msg("没有批准换班"), "ban"),
    "roster.swap_withdrawn": (msg("撤回了换班"), "arrow-back-up"),
    "session.all_ended": (msg("退出了全部设备"), "logout"),
    "session.ended": (msg("退出了一台设备"), "logout"),
    "session.opened": (msg("登录"), "login"),
    "ticket.changed": (msg("修改了工单"), "edit"),
    "ticket.corrected": (msg("更正了工单"), "history"),
    "ticket.imported": (msg("随导入登记"), "database-import"),
    "ticket.linked": (msg("关联了工单"), "link"),
    "ticket.merge_undone": (msg("撤销了合并"), "git-merge"),
    "ticket.merged": (msg("合并了工单"), "git-merge"),
    "ticket.moved": (msg("办理了工单"), "arrow-right"),
    "ticket.opened": (msg("登记了工单"), "ticket"),
    "ticket.reopened": (msg("重新打开了工单"), "refresh"),
    "ticket.took_in": (msg("并入了另一张工单"), "git-merge"),
    "ticket.unlinked": (msg("取消了关联"), "link"),
    "timer.given_up": (msg("放弃了定时"), "ban"),
    "timer.parked": (msg("搁置了定时"), "player-pause"),
    "timer.resumed": (msg("重新执行了定时"), "player-play"),
    "view.removed": (msg("删除了视图"), "bookmark"),
    "view.saved": (msg("保存了视图"), "bookmark"),
    "visit.left": (msg("登记了访客离开"), "logout"),
    "visit.registered": (msg("登记了来访"), "user-plus"),
    "visit.unmasked": (msg("查看了访客的完整证件号"), "eye"),
}

#: Groups of acts that a reader of the journal chooses from, by prefix.
GROUPS: Mapping[str, str] = {
    "ticket.": msg_in("many", "工单"), "note.": msg_in("many", "记录"), "attachment.": msg("附件"),
    "duty.": msg("责任"), "plan": msg_in("many", "计划"), "approval.": msg_in("many", "审批"),
    "form.": msg_in("many", "单据"),
    "party.": msg_in("many", "客户"), "asset.": msg_in("many", "资产"), "import.": msg("导入"),
    "custody.": msg("保管"), "letter.": msg_in("many", "公文"), "leaver.": msg("离岗交接"),
    "export.": msg("导出"), "roster.": msg("排班"), "duty_log.": msg("值班日志"), "handover.": msg_in("many", "交接班"),
    "policy.": msg("制度"), "calendar.": msg("工作日历"), "member.": msg("人员"), "account.": msg_in("many", "账号"),
    "session.": msg_in("many", "登录"), "role.": msg_in("many", "角色"), "department.": msg_in("many", "部门"),
    "number_pattern.": msg_in("many", "编号格式"), "view.": msg_in("many", "视图"), "plugin.": msg_in("many", "扩展"),
    "secrecy.": msg("涉密"), "company.": msg_in("many", "公司"), "timer.": msg_in("many", "定时"),
    "print_run.": msg_in("many", "打印"), "word_template.": msg_in("many", "Word 模板"),
    "permit.": msg_in("many", "许可"), "pass.": msg_in("many", "证件"), "visit.": msg_in("many", "来访"),
}  # fmt: skip

#: Kinds of things that acts are about, one of them.
NOUNS: Mapping[str, str] = {
    "ticket": msg("工单"), "duty": msg_in("one", "责任"), "party": msg("客户"), "asset": msg("资产"),
    "account": msg("账号"), "department": msg("部门"), "company": msg("公司"), "import_run": msg("导入批次"),
    "policy_line": msg("制度值"), "policy_run": msg("制度包"), "shift": msg("班次"), "handover": msg("交接班"),
    "approval": msg("审批"), "plan": msg("计划"), "plan_run": msg("计划的一次"), "plan_target": msg("计划的对象"),
    "custody_item": msg("保管物品"),
    "letter": msg("公文"), "leaving": msg("离岗交接"), "form": msg("单据"),
    "pass": msg("证件"), "visit": msg("来访"),
}  # fmt: skip

_NAMES: Mapping[str, str] = {
    "accent": msg("主题色"), "area": msg("面积"), "asset_id": msg("资产"), "assignee_id": msg("经办人"),
    "begins": msg("开始"), "department_id": msg("部门"), "requester_id": msg("客户"),
    "category": msg("类别"), "channel": msg("来源"), "contact_name": msg("来电人"),
    "contact_phone": msg("联系电话"), "description": msg("内容"), "place": msg("地点"), "round": msg("轮次"),
    "type": msg("类型"), "cause": msg("原因"), "body": msg("内容"), "code": msg("代码"), "counts": msg("行数"),
    "correction_reason": msg("更正原因"),
    "department": msg("部门"), "ends": msg("结束"), "fields": msg("字段"), "file": msg("文件"), "finding": msg("认定"),
    "identity": msg("证件号"), "kind": msg("类型"), "label": msg("名称"), "locale": msg("语言"), "login": msg("用户名"),
    "move": msg("办理"), "name": msg("名称"), "number": msg("编号"), "owner_id": msg("首接人"), "party": msg("客户"),
    "path": msg("位置"), "pattern": msg("编号格式"), "permissions": msg("权限"), "phones": msg("电话"),
    "plugin": msg("扩展"), "position": msg("位置"), "public": msg("已告知客户（记录）"), "reason": msg("原因"),
    "rows": msg("行数"), "identities": msg("含证件号"), "remark": msg("备注"), "role": msg("关系"),
    "roles": msg_in("many", "角色"), "severity": msg("级别"), "state": msg("状态"), "subject": msg("主题"),
    "supervisor": msg("上级"), "ticket_type": msg("工单类型"), "tier": msg("分级"), "time_zone": msg("时区"),
    "to": msg("对象"), "important": msg("重要"), "unsigned": msg("未签字离岗"),
    "person": msg("人员"), "asker": msg("申请人"), "other": msg("对方"), "given": msg("换出"), "taken": msg("换入"),
    "outgoing": msg("交班人"), "incoming": msg("接班人"), "deputy": msg("代理人"), "note": msg("备注"),
    "author": msg("谁"), "day": msg("日期"), "signed": msg("签字"), "follow_up": msg("继续跟进"),
    "matters": msg("事项"),
    "size_bytes": msg("字节数"), "caption": msg("说明"), "taken_at": msg("拍摄时间"), "coordinates": msg("拍摄地点"),
    "photo_before": msg("处理前"), "photo_after": msg("处理后"),
    "value": msg("值"), "version": msg("版本"), "key": msg("制度参数"), "effective_from": msg("生效时间"),
    "clause": msg("条款"), "pack": msg("制度包"), "count": msg("值的数目"), "removed": msg("删去的值"),
    "restored": msg("恢复的值"), "kept": msg("保留的值"),
    "debtor": msg("责任人"), "due_at": msg("到期时间"), "event": msg("起因"), "limit": msg("时限"),
    "is_provisional": msg("暂定"), "rule": msg("责任"), "rung": msg("升级"), "because": msg("状态"), "at": msg("时间"),
    "relieved": msg("原责任人"), "anchor_at": msg("起点"), "run": msg("第几次"), "planned_for": msg("计划日"),
    "nominal_on": msg("按周期"), "stands_for": msg("代替的计划日"), "population": msg("对象总数"),
    "share": msg("抽取比例"), "outcome": msg("结果"), "result": msg("结果"), "by": msg("办理人"),
    "chain": msg("审批人"), "step": msg("第几步"), "for": msg("应由谁决定"), "is_deputy": msg("代理"),
    "spoken_at": msg("口头同意时间"), "values": msg("所批内容"), "now": msg("改为"), "people": msg("人员"),
    "title": msg("标题"), "leaves_on": msg("最后工作日"), "receiver": msg("所属部门接收人"),
    "information": msg("信息部接收人"), "report": msg("报告"), "text": msg("第几稿"),
    "holder": msg("在谁手中"), "purpose": msg("用途"), "until": msg("归还时间"), "mark": msg("环号、封号或标记"),
    "witnesses": msg("见证人"), "lost_by": msg("遗失时在谁手中"), "before": msg("原来"), "after": msg("改为"),
    "copies": msg("份数"), "retain_until": msg("保存到"), "party_id": msg("寄存人"),
    "level": msg("密级"), "parts": msg("看了什么"), "reason_kind": msg("原因类别"),
    "cancelled": msg("取消的次数"), "written_at": msg("写入时间"),
    "form": msg("单据"), "edition": msg("版次"), "ticket": msg("工单"), "box": msg("签名处"), "way": msg("签名方式"),
    "item": msg("检查项目"), "copy": msg("联次"), "received_by": msg("签收人"),
    "deputy_for": msg("代谁"), "witness": msg("在场人"), "why": msg("原因"), "photos": msg("照片"),
    "serial": msg("证件编号"), "begins_at": msg("开始"), "ends_at": msg("结束"),
    "quantity": msg("数量"), "host": msg("被访人"), "consent": msg("被访人意见"), "consent_by": msg("谁同意的"),
    "seconds": msg("登记用时（秒）"),
    "mon": msg("星期一"), "tue": msg("星期二"), "wed": msg("星期三"), "thu": msg("星期四"), "fri": msg("星期五"),
    "sat": msg("星期六"), "sun": msg("星期日"),
}  # fmt: skip
#: Names that mean something else for some things.
_OWN_NAMES: Mapping[tuple[str, str], str] = {
    **{(noun, "way"): msg("方式") for noun in SECRECY_NOUNS},
    ("shift", "role"): msg("角色"),
}
#: What only the program goes by.
_SILENT = frozenset({"point", "seed", "account_id", "author_id", "subject_kind", "digest", "photos"})

#: Lists that are exported as a page shows them.
_LISTS: Mapping[str, str] = {
    "tickets": msg_in("many", "工单"), "parties": msg_in("many", "客户"), "assets": msg_in("many", "资产"),
    "forms": msg_in("many", "单据"),
}  # fmt: skip

#: A reference to a record, or the hash of a file: a reader can do nothing with it.
_REFERENCE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


#: Values that are numbers of people's phones.
_PHONES = frozenset({"contact_phone", "phones"})


@dataclass(frozen=True, slots=True)
class Change:
    """One value, before and after, in words; either may be empty."""

    label: str
    before: str
    after: str


def act_in_words(act: str) -> str:
    """Return what was done."""
    known = _ACTS.get(act)
    return say(known[0]) if known else act


def act_icon(act: str) -> str:
    """Return the name of the icon that stands for an act."""
    known = _ACTS.get(act)
    return known[1] if known else "circle-dot"


def changes(entry: JournalEntry, names: Mapping[UUID, str] | None = None) -> tuple[Change, ...]:
    """Return the values that an act changed, without references that only a machine can read.

    ``names`` says what some references are called.
    """
    called = {text: name for key, name in (names or {}).items() for text in (key.hex, str(key))}
    before, after = (
        _named(act_values.in_words(values, entry.subject_kind), called) for values in (entry.before, entry.after)
    )
    # An act that tells a name already needs no reference to the same thing.
    told = {key: value for key, value in after.items() if key == "name" or value != after.get("name")}
    before, told = ({key: value for key, value in values.items() if key not in _SILENT} for values in (before, told))
    return tuple(_changes(entry.subject_kind, before, told))


def _named(values: Mapping[str, object], called: Mapping[str, str]) -> dict[str, object]:
    """Return ``values`` with names in place of references, also inside declared fields."""
    found: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found[key] = _named(value, called)
        else:
            found[key] = called.get(value, value) if isinstance(value, str) else value
    return found


def _changes(noun: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) or isinstance(new, dict):
            yield from _changes(noun, old if isinstance(old, dict) else {}, new if isinstance(new, dict) else {})
            continue
        change = Change(_name(noun, name), _value(noun, name, old), _value(noun, name, new))
        if (change.before or change.after) and change.before != change.after:
            yield change


def _name(noun: str, name: str) -> str:
    field = _fields().get((noun, name))
    own = _OWN_NAMES.get((noun, name)) or _NAMES.get(name)
    return say(field.label if field else own or _words().get((noun, ""), {}).get(name, name))


def _value(noun: str, name: str, value: object) -> str:
    field = _fields().get((noun, name))
    if field and not isinstance(value, list):
        return "" if _REFERENCE.fullmatch(str(value)) else shown.stored(field, value)
    if name in _PHONES:
        numbers = value if isinstance(value, list | tuple) else [value or ""]
        return say(msg("、")).join(shown.phone(str(number)) for number in numbers)
    return _plain(value, _words().get((noun, name), {}))


def _plain(value: object, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return say(msg("是")) if value else say(msg("否"))
    if not value and value != 0:
        return ""
    if isinstance(value, dict):
        return " ".join(filter(None, (_plain(part, words) for part in value.values())))
    if isinstance(value, list | tuple):
        return say(msg("、")).join(filter(None, (_plain(part, words) for part in value)))
    text = str(value)
    return "" if _REFERENCE.fullmatch(text) else say(words.get(text, text))


def _fields() -> Mapping[tuple[str, str], Field]:
    """Return the fields that plugins declare, by noun and name."""
    if "act_fields" not in g:
        catalogue = installation().plugins.catalogue
        found = {("ticket", field.name): field for owned in catalogue.ticket_types for field in owned.value.fields}
        found |= {("asset", field.name): field for owned in catalogue.asset_kinds for field in owned.value.fields}
        found |= {("form", field.name): field for owned in catalogue.forms for field in owned.value.fields}
        g.act_fields = found
    fields: Mapping[tuple[str, str], Field] = g.act_fields
    return fields


def _words() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Return what plugins call stored values, by noun and name; under an empty name, what they call their fields."""
    if "act_words" not in g:
        catalogue = installation().plugins.catalogue
        types = [owned.value for owned in catalogue.ticket_types]
        kinds = [owned.value for owned in catalogue.asset_kinds]
        found: dict[tuple[str, str], Mapping[str, str]] = {
            ("ticket", name): {one.value: one.label for kind in types for one in kind.choices(name)}
            for name in ("severity", "category", "cause", "finding")
        }
        found["ticket", "state"] = {state.name: state.label for kind in types for state in kind.workflow.states}
        found["ticket", "move"] = {move.name: move.label for kind in types for move in kind.workflow.moves}
        found["ticket", "type"] = {kind.name: kind.label for kind in types}
        found["ticket", "channel"] = {one.value: one.label for one in CHANNELS}
        found["ticket", "kind"] = {kind.value: outgoing for kind, (outgoing, _) in LINK_LABELS.items()}
        found["asset", "state"] = {value: label for kind in kinds for value, label in kind.states}
        found["asset", "role"] = {owned.value.role: owned.value.label for owned in catalogue.link_rules}
        found["import_run", ""] = {
            verdict.value: word for verdict, word in (*VERDICT_WORDS.items(), *OUTCOME_WORDS.items())
        }
        found["import_run", "kind"] = {owned.value.kind: owned.value.label for owned in catalogue.importers}
        found["company", "kind"] = {**found["import_run", "kind"], **_LISTS}
        found["party", "kind"] = {"person": msg("个人"), "company": msg("单位")}
        keys = {owned.value.name: owned.value.label for owned in catalogue.policy_keys}
        found |= {("policy_line", "key"): keys}
        found |= {("policy_run", name): keys for name in ("removed", "restored", "kept")}
        found |= {("company", "keys"): keys}
        found |= form_words(owned.value for owned in catalogue.forms)
        found |= act_values.words()
        g.act_words = found
    words: Mapping[tuple[str, str], Mapping[str, str]] = g.act_words
    return words
