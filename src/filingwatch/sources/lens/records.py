"""Records of one answer of Lens as filings and rejects. What a record means is said by the reader of Lens exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from filingwatch.filing import Filing, Record, Reject
from filingwatch.sources.exports import lens_json
from filingwatch.sources.exports.objects import object_row
from filingwatch.sources.exports.rows import attempt

MOST_EXAMPLES = 3


class Sorted(NamedTuple):
    """Each item of an answer once, as a record or a reject, and what was doubtful, for the page's notes."""

    records: list[Record]
    rejects: list[Reject]
    notes: dict[str, Any]


def sort_items(items: Sequence[Any]) -> Sorted:
    """Every item as a record or as a reject with its reason and its text; no item costs another one."""
    warnings: dict[str, dict[str, Any]] = {}
    unmapped: set[str] = set()
    records: list[Record] = []
    rejects: list[Reject] = []

    def warn(code: str, text: str) -> None:
        entry = warnings.setdefault(code, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < MOST_EXAMPLES and text not in entry["examples"]:
            entry["examples"].append(text)

    interpret = lens_json.bind(warn)
    for index, item in enumerate(items):
        original, values, fault = object_row(item)
        result = fault if fault is not None else attempt(interpret, values)
        if isinstance(result, Filing):
            records.append(Record(index, result))
            unmapped |= lens_json.unmapped(values)
        else:
            rejects.append(Reject(index, result.code, result.reason, original.rstrip("\n")))
    return Sorted(records, rejects, {"unmapped_columns": sorted(unmapped), "warnings": warnings})


def read_lens_ids(items: Sequence[Any]) -> list[str]:
    """The Lens ids of the items that have one, each once, in their order."""
    ids = (item.get("lens_id") for item in items if isinstance(item, dict))
    return list(dict.fromkeys(name for name in ids if isinstance(name, str) and name))
