"""A paper as the tests print it."""

from dataclasses import replace

from gongdan.domain.papers import (
    Paper,
    PaperCell,
    PaperGrid,
    PaperSignature,
    PaperSignatures,
    PaperTable,
    PaperText,
)

SLIP = Paper(
    title="维修服务单",
    company="幸福物业",
    number="WX-2026-0001",
    blocks=(
        PaperGrid(
            "客户信息",
            2,
            (
                (PaperCell("业主姓名", "张三"), PaperCell("联系电话", "13800138000")),
                (PaperCell("报修内容", "厨房水管接口漏水", 2, 3),),
            ),
        ),
        PaperTable(
            "使用材料",
            ("名称", "数量", "金额"),
            (5, 2, 2),
            (("三角阀", "1", "45.00"), ("生料带", "2", "4.00")),
            frozenset({1, 2}),
            (("合计", "", "49.00"),),
            "人民币大写：肆拾玖元整",
        ),
        PaperText("请业主当场验收。"),
        PaperSignatures(
            (PaperSignature("维修人员"), PaperSignature("业主签字", "张三", "2026-03-05 10:00")), "单位盖章"
        ),
    ),
)


def long_slip(lines: int) -> Paper:
    """Return the slip with so many numbered lines of material."""
    table = PaperTable("使用材料", ("序号", "名称"), (1, 4), tuple((str(i), f"材料{i}") for i in range(1, lines + 1)))
    return replace(SLIP, blocks=(SLIP.blocks[0], table, *SLIP.blocks[2:]))


def saying(text: str) -> Paper:
    """Return the slip with what somebody typed on it."""
    return replace(SLIP, blocks=(PaperGrid("", 1, ((PaperCell("内容", text),),)),))
