"""The gardeners' list of repairs."""

from gongdan.api import Column, Importer, msg, read_date, read_name, read_text
from gongdan_fountain.rules import facts_of, key_of

REPAIRS = Importer(
    kind="fountain_repairs",
    label=msg("水景报修台账"),
    columns=(
        Column(name="day", label=msg("日期"), reader=read_date, required=True),
        Column(name="basin", label=msg("水池编号"), reader=read_text, synonyms=("水池", "池号"), required=True),
        Column(name="trouble", label=msg("故障情况"), reader=read_text, synonyms=("情况",), required=True),
        Column(name="reporter", label=msg("报修人"), reader=read_name),
    ),
    key=key_of,
    facts=facts_of,
)
