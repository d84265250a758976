"""The lists that a property company keeps, as the import understands them."""

from typing import Final

from gongdan.api import (
    Column,
    Importer,
    Reason,
    RowVerdict,
    msg,
    read_amount,
    read_area,
    read_date,
    read_identity_number,
    read_name,
    read_names,
    read_phone,
    read_phones,
    read_text,
    read_time,
)
from gongdan_property_mgmt.import_facts import CASE_EXPORT, UNIT_EXPORT, case_facts, unit_facts
from gongdan_property_mgmt.import_rules import (
    case_key,
    case_summary,
    check_case,
    check_unit,
    read_building,
    read_case_kind,
    read_place,
    read_room,
    read_unit,
    read_unit_state,
    unit_key,
    unit_summary,
)

UNITS: Final = Importer(
    kind="units",
    label=msg("房屋台账"),
    columns=(
        Column(
            name="building",
            label=msg("楼栋"),
            reader=read_building,
            synonyms=("楼号", "栋号", "幢号", "楼栋号", "楼宇", "楼幢", "栋", "幢", "楼"),
        ),
        Column(name="unit", label=msg("单元"), reader=read_unit, synonyms=("单元号", "梯号")),
        Column(
            name="room",
            label=msg("房号"),
            reader=read_room,
            synonyms=("房间号", "室号", "门牌号", "房屋编号", "房屋号", "户号", "房间", "房屋"),
            required=True,
        ),
        Column(
            name="area",
            label=msg("建筑面积"),
            reader=read_area,
            synonyms=("面积", "建面", "产权面积", "计费面积"),
            on_reject=RowVerdict.FLAGGED,
        ),
        Column(
            name="state",
            label=msg("房屋状态"),
            reader=read_unit_state,
            synonyms=("状态", "房态", "入住状态", "使用状态"),
        ),
        Column(
            name="owner",
            label=msg("业主姓名"),
            reader=read_names,
            synonyms=("业主", "业主名称", "产权人", "户主", "姓名"),
        ),
        Column(
            name="phone",
            label=msg("电话"),
            reader=read_phones,
            synonyms=("联系电话", "手机", "手机号", "手机号码", "电话号码", "业主电话", "联系方式"),
            on_reject=RowVerdict.FLAGGED,
            keep_raw=True,
        ),
        Column(
            name="identity",
            label=msg("证件号码"),
            reader=read_identity_number,
            synonyms=("证件号", "身份证号", "身份证号码", "身份证"),
            on_reject=RowVerdict.FLAGGED,
            keep_raw=True,
        ),
        Column(
            name="tenant",
            label=msg("租户"),
            reader=read_names,
            synonyms=("租客", "承租人", "租户姓名", "使用人"),
        ),
        Column(
            name="moved",
            label=msg("入住日期"),
            reader=read_date,
            synonyms=("入住时间", "交房日期", "收房日期", "接房日期"),
            on_reject=RowVerdict.FLAGGED,
        ),
        Column(name="remark", label=msg("备注"), reader=read_text, synonyms=("说明", "备注说明")),
    ),
    facts=unit_facts,
    export=UNIT_EXPORT,
    key=unit_key,
    rule=check_unit,
    summary=unit_summary,
    # A unit stands in the list once: a second line with another owner is the same unit twice.
    other_content=Reason.DUPLICATE,
)

CASES: Final = Importer(
    kind="cases",
    label=msg("报修投诉台账"),
    columns=(
        Column(
            name="date",
            label=msg("日期"),
            reader=read_date,
            synonyms=("报修日期", "投诉日期", "受理日期", "登记日期", "来电日期"),
            required=True,
            carry_down=True,
        ),
        Column(
            name="time",
            label=msg("时间"),
            reader=read_time,
            synonyms=("报修时间", "投诉时间", "受理时间", "登记时间", "来电时间"),
            on_reject=RowVerdict.FLAGGED,
        ),
        Column(
            name="room",
            label=msg("房号"),
            reader=read_place,
            synonyms=("房间号", "门牌号", "地址", "位置", "报修地点", "房屋"),
        ),
        Column(
            name="name",
            label=msg("姓名"),
            reader=read_name,
            synonyms=("业主", "业主姓名", "报修人", "投诉人", "联系人", "来电人"),
        ),
        Column(
            name="phone",
            label=msg("电话"),
            reader=read_phone,
            synonyms=("联系电话", "手机", "手机号", "联系方式", "电话号码"),
            on_reject=RowVerdict.FLAGGED,
            keep_raw=True,
        ),
        Column(
            name="kind",
            label=msg("类型"),
            reader=read_case_kind,
            synonyms=("类别", "工单类型", "事项类型", "性质"),
        ),
        Column(
            name="content",
            label=msg("内容"),
            reader=read_text,
            synonyms=("报修内容", "投诉内容", "事项", "问题描述", "描述", "事由"),
            required=True,
        ),
        Column(name="dispatcher", label=msg("派单人"), reader=read_name, synonyms=("派工人", "受理人", "接单人")),
        Column(name="worker", label=msg("维修人"), reader=read_name, synonyms=("维修员", "处理人", "维修工")),
        Column(name="arrived", label=msg("到场时间"), reader=read_text, synonyms=("到场", "上门时间"), quiet=True),
        Column(
            name="finished",
            label=msg("完成时间"),
            reader=read_text,
            synonyms=("完成", "完工时间", "处理完成时间", "办结时间"),
            quiet=True,
        ),
        Column(
            name="fee",
            label=msg("费用"),
            reader=read_amount,
            synonyms=("收费", "金额", "维修费", "收费金额"),
            on_reject=RowVerdict.FLAGGED,
        ),
        Column(
            name="callback",
            label=msg("回访"),
            reader=read_text,
            synonyms=("回访结果", "满意度", "回访情况", "回访意见"),
        ),
    ),
    facts=case_facts,
    export=CASE_EXPORT,
    key=case_key,
    rule=check_case,
    summary=case_summary,
    references={"units": "unit"},
)

IMPORTERS: Final = (UNITS, CASES)
