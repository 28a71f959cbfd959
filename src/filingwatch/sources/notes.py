"""Doubtful things about the records of one page that did not stop them: how many by code, with a few examples."""

from __future__ import annotations

from typing import Any

_EXAMPLES = 3


class Notes:
    """Collects the warnings of a page."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Any]] = {}

    def warn(self, code: str, text: str) -> None:
        entry = self._found.setdefault(code, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < _EXAMPLES and text not in entry["examples"]:
            entry["examples"].append(text)

    def take(self) -> dict[str, dict[str, Any]]:
        """What was collected; the next page begins empty."""
        found, self._found = self._found, {}
        return found
