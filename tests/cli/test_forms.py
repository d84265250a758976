"""``gongdan form``: a company that has filed nothing yet."""

from tests.cli.conftest import Console


def test_nothing_is_listed_nothing_differs_and_an_unknown_number_is_said_to_be_unknown(ready: Console) -> None:
    assert ready.json("form", "list", "--state", "filed", "--from", "2026-01-01") == []
    assert ready.json("form", "verify") == []
    assert "0 张已归档的单据都与归档时一致" in ready.done("form", "verify")
    assert ready("form", "show", "GZD2026-0001").exit_code == 1
