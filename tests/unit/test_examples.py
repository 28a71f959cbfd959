"""The worked questions as files; that they answer is tested on a published demo file in tests/flows/test_nights.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from filingwatch.errors import BadInput
from filingwatch.examples import choose_example, read_example, read_examples


def test_every_example_says_what_its_answer_means_and_does_not_mean() -> None:
    """Ten at least, each with a question that ends like one, both readings, and one query."""
    examples = read_examples().values()
    assert len(examples) >= 10
    for example in examples:
        assert example.question.endswith("?"), example.name
        assert example.answer and example.caution, example.name
        assert ";" not in example.sql and example.sql.lower().startswith(("select", "with")), example.name


def test_an_example_without_its_caution_is_refused(tmp_path: Path) -> None:
    """Nobody adds a query that does not say what it cannot say."""
    path = tmp_path / "x.sql"
    path.write_text("-- Question: How many?\n-- Answer: So many.\nselect 1\n")
    with pytest.raises(BadInput, match="Not:"):
        read_example(path)


def test_comments_over_several_lines_are_read_whole(tmp_path: Path) -> None:
    """Lines of a part join; the remark that an empty answer is fine belongs to none of them."""
    path = tmp_path / "x.sql"
    path.write_text("-- Question: How\n--   many?\n-- Answer: So many.\n-- Not: All.\n-- May be empty.\nselect 1\n")
    example = read_example(path)
    assert (example.question, example.caution, example.may_be_empty, example.sql) == (
        "How many?",
        "All.",
        True,
        "select 1",
    )


def test_an_unknown_example_is_answered_with_those_there_are() -> None:
    """A typing mistake shows the list."""
    with pytest.raises(BadInput, match="changepoints"):
        choose_example("changepoint")
