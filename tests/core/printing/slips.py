"""A form kind whose layouts the tests write."""

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.forms import CheckItem, Checklist, Copy, FormKind, Lines, PaperSize, Section, SignatureBox
from gongdan.domain.numbering import NumberPattern

SLIP_KIND = FormKind(
    name="sample.slip",
    label="维修服务单",
    ticket_types=("sample_repair",),
    number=NumberPattern("WX{serial:4}"),
    blocks=(
        Section(
            name="customer",
            label="客户信息",
            parts=(
                Field(name="owner", label="业主姓名", required=True),
                Field(name="phone", label="联系电话"),
                Field(name="fault", label="报修内容", kind=FieldKind.LONG_TEXT),
            ),
        ),
        Lines(
            name="parts",
            label="使用材料",
            columns=(Field(name="item", label="名称"), Field(name="amount", label="金额", kind=FieldKind.MONEY)),
            totals=("amount",),
            in_words="amount",
            blank_lines=2,
        ),
        Checklist(name="points", label="检查项目", items=(CheckItem(name="water", label="水管", standard="不漏"),)),
    ),
    signatures=(
        SignatureBox(name="worker", label="维修人员", by=("worker",)),
        SignatureBox(name="customer", label="业主签字", by=("outsider",), required=False),
    ),
    copies=(Copy("业主"), Copy("财务")),
    seal="单位盖章",
    paper=PaperSize.A5,
)

TEXT = """\
纸张: A4横
每行格数: 3
联次: [业主, 存根]
内容:
- 标题: 客户
  各行:
  - 业主姓名, 联系电话*2
  - 报修内容*3/5
- 明细表: 使用材料
  列宽: {名称: 5, 金额: 2}
  空行: 8
  序号: 否
- checklist: points
- 文字: "请业主当场验收。"
  小字: 是
- 签字: [业主签字, 维修人员]
  盖章: 否
附注: 本单一式两联
"""
