"""What plugins say of clauses is whole: texts, places, tests and the table in the README."""

import pytest

from tests.plugins.clause_table import PLUGINS, carried, proved, rulebook, table, written


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_brings_the_texts_of_exactly_the_clauses_that_it_names(plugin: str) -> None:
    assert [clause.id for clause in rulebook(plugin).clauses] == list(carried(plugin))
    assert all(clause.zh and clause.en for clause in rulebook(plugin).clauses)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_clause_that_a_plugin_carries_is_proved_by_a_test(plugin: str) -> None:
    assert set(carried(plugin)) - set(proved(plugin)) == set()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_no_test_names_a_clause_that_the_plugin_does_not_carry(plugin: str) -> None:
    assert set(proved(plugin)) - set(carried(plugin)) == set()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_table_in_the_readme_is_true(plugin: str) -> None:
    assert written(plugin) == table(plugin), "run python -m tests.plugins.clause_table"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_declaration_is_sound(plugin: str) -> None:
    assert rulebook(plugin).problems() == ()
