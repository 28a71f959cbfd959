"""Worked questions to the published file: one SQL file each, with what its answer means and does not mean.

Here belongs finding and reading them; they lie in `docs/examples/` and ask the stable views where these suffice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from filingwatch.errors import BadInput
from filingwatch.resources import project_root


@dataclass(frozen=True, slots=True)
class Example:
    """A worked question. `may_be_empty` where no answer is an answer."""

    name: str
    question: str
    answer: str
    caution: str
    sql: str
    may_be_empty: bool


def read_examples() -> dict[str, Example]:
    """All examples by name, in alphabetical order."""
    paths = sorted((project_root() / "docs" / "examples").glob("*.sql"))
    return {path.stem: read_example(path) for path in paths}


def choose_example(name: str) -> Example:
    """The example of this name.

    Raises:
        BadInput: there is none; the message lists those that there are.
    """
    examples = read_examples()
    if name not in examples:
        raise BadInput(f"There is no example {name!r}; there are: {', '.join(examples)}.")
    return examples[name]


def read_example(path: Path) -> Example:
    """One file: a comment of `Question:`, `Answer:` and `Not:`, then the query.

    Raises:
        BadInput: a part of the comment is missing.
    """
    text = path.read_text(encoding="utf-8")
    head = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    parts = dict(re.findall(r"(Question|Answer|Not): (.*?)(?= (?:Question|Answer|Not): | May be empty\.|$)", head))
    if missing := [part for part in ("Question", "Answer", "Not") if part not in parts]:
        raise BadInput(f"{path} has no comment `{missing[0]}:`; look at its neighbours.")
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
    return Example(path.stem, parts["Question"], parts["Answer"], parts["Not"], sql, "May be empty." in head)
