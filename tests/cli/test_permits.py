"""``gongdan permit``: passes listed and checked."""

from tests.cli.conftest import Console


def test_what_is_no_pass_is_said_so_and_ends_with_one(ready: Console) -> None:
    assert ready.json("permit", "list") == []
    answer = ready("permit", "check", "LS202603-0001", "--post", "东门")
    assert answer.exit_code == 1
    assert "查无此证" in answer.output
