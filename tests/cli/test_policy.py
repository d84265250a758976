"""``gongdan policy``: values line by line, and packs as files."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]

PACK = """\
pack: mine
label: 本公司
source: ""
lines:
  sample.answer: {value: 4 h, clause: SAMPLE-01, note: 主任会议}
  sample.on_site: {value: undecided, note: 原文只说及时}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(PACK, encoding="utf-8")
    return path


def _values(ready: Console) -> dict[str, str | None]:
    listed = ready.json("policy", "list", "--plugin", "sample")
    return {row["key"]: row["value"] for row in listed}


def test_a_value_is_set_listed_and_kept_in_history(ready: Console) -> None:
    before = _values(ready)
    assert (before["sample.answer"], before["sample.on_site"]) == ("2 h", None)
    told = ready.done("policy", "set", "sample.on_site", "20 min", "--note", "主任会议", "--clause", "SAMPLE-02")
    assert "20 分钟" in told
    ready.done("policy", "set", "sample.on_site", "15 min", "--from", "2099-01-01")
    later, now = ready.json("policy", "history", "sample.on_site")
    assert (later["value"], later["since"]) == ("15 min", "2098-12-31T16:00:00+00:00")
    assert (now["value"], now["until"], now["note"], now["clause"]) == (
        "20 min",
        "2098-12-31T16:00:00+00:00",
        "主任会议",
        "SAMPLE-02",
    )
    assert _values(ready)["sample.on_site"] == "20 min"
    ready.done("policy", "withdraw", "sample.on_site", "--from", "2099-01-01")
    assert len(ready.json("policy", "history", "sample.on_site")) == 1


def test_what_is_undecided_is_listed_and_a_value_can_be_left_open_again(ready: Console) -> None:
    assert "sample.on_site" in {row["key"] for row in ready.json("policy", "undecided")}
    ready.done("policy", "set", "sample.answer", "undecided", "--note", "等业委会表决")
    assert ("sample.answer", "等业委会表决") in {(row["key"], row["note"]) for row in ready.json("policy", "undecided")}
    assert "未定" in ready.done("policy", "list", "--plugin", "sample")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sample.answer", "promptly"), "首次答复“promptly”: 不是一个时限"),
        (("sample.answer", "3 day"), "首次答复“3 day”: 不能大于 48 h"),
        (("sample.hours", "3"), "制度参数“sample.hours”: 本公司没有这项制度参数"),
        (("sample.answer", "3 h", "--from", "昨天"), "生效时间“昨天”: 应为日期，或日期和时间"),
        (("sample.answer", "3 h", "--from", "0001-01-01"), "生效时间“0001-01-01”"),
    ],
)
def test_bad_input_is_told_in_words_and_changes_nothing(
    ready: Console, unchanged_database: Proof, words: tuple[str, ...], told: str
) -> None:
    with unchanged_database():
        result = ready("policy", "set", *words)
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_pack_is_compared_applied_and_taken_back(ready: Console, pack: Path) -> None:
    shown = ready.done("policy", "diff", str(pack))
    assert "4 小时" in shown
    assert "仍未定" in shown
    applied = ready.json("policy", "apply", str(pack), "--note", "试行")
    assert applied["lines"] == 2
    assert _values(ready)["sample.answer"] == "4 h"
    assert "没有改动" in ready.done("policy", "apply", str(pack))
    [run] = ready.json("policy", "runs")
    assert (run["run"], run["pack"], run["undone_at"]) == (applied["run"], "mine", None)
    done = ready.json("policy", "rollback", applied["run"])
    assert done == {"removed": ["sample.answer", "sample.on_site"], "restored": [], "kept": []}
    assert _values(ready)["sample.answer"] == "2 h"
    again = ready("policy", "rollback", applied["run"])
    assert (again.exit_code, "已经撤回" in again.stderr) == (1, True)


def test_what_becomes_of_open_tickets_is_listed_and_nothing_is_changed(
    ready: Console, pack: Path, unchanged_database: Proof
) -> None:
    with unchanged_database():
        assert ready.json("policy", "set", "sample.answer", "3 h", "--effect", "recompute", "--preview") == []
        assert "原到期" in ready.done("policy", "apply", str(pack), "--effect", "open", "--preview")
    ready.done("policy", "set", "sample.answer", "3 h", "--effect", "recompute")
    assert _values(ready)["sample.answer"] == "3 h"
    refused = ready("policy", "set", "sample.answer", "4 h", "--effect", "open", "--from", "2099-01-01")
    assert (refused.exit_code, "只能从现在起" in refused.stderr) == (1, True)


def test_a_broken_pack_is_told_with_its_line_and_changes_nothing(
    ready: Console, pack: Path, unchanged_database: Proof
) -> None:
    pack.write_text(PACK.replace("4 h", "[4"), encoding="utf-8")
    with unchanged_database():
        result = ready("policy", "apply", str(pack))
    assert (result.exit_code, "第 5 行" in result.stderr) == (1, True)
    missing = ready("policy", "apply", "nowhere.yaml")
    assert (missing.exit_code, "nowhere.yaml" in missing.stderr) == (2, True)
    unknown = ready("policy", "apply", "sample.nothing")
    assert (unknown.exit_code, "制度包: sample.nothing" in unknown.stderr) == (1, True)


def test_what_holds_is_written_as_a_pack_and_no_file_is_overwritten_unasked(ready: Console, tmp_path: Path) -> None:
    ready.done("policy", "set", "sample.answer", "4 h")
    path = tmp_path / "xingfu.yaml"
    ready.done("policy", "export", str(path))
    assert path.read_text(encoding="utf-8") == ready.done("policy", "export")
    assert ready("policy", "export", str(path)).exit_code == 2
    # What was proposed so far becomes the company's own decision.
    ready.done("policy", "apply", str(path))
    assert "没有改动" in ready.done("policy", "apply", str(path))
