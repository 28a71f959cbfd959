"""What a topic's card says in words, for terminal and desk alike. Plain data in, text out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def tell_trend(one: Row) -> str:
    """Where it goes: the last whole year that can be out against the year before, with interval."""
    if one["trend_ratio"] is None:
        return one["trend"]
    ratio = f"x {one['trend_ratio']:.2f} [{one['trend_ratio_low']:.2f} .. {one['trend_ratio_high']:.2f}]"
    return f"{one['trend']}, {ratio}"


def tell_lineage(card: Row) -> list[str]:
    """What happened to it at refits; that it was kept is said once."""
    kept = [step for step in card["lineage"] if step["state"] == "kept"]
    lines = [f"Kept by {len(kept)} refits since {kept[0]['on_date']}."] if kept else []
    for step in card["lineage"]:
        own = step["topic_id"] == card["topic_id"]
        other = step["previous_topic_id"] if own else step["topic_id"]
        called = f"{other} ({(step['previous_name'] if own else step['name']) or 'without a name'})"
        said = {
            ("new", True): "new", ("gone", True): "gone", ("split", True): f"came out of {called}",
            ("merged", True): f"took over {called}", ("split", False): f"{called} came out of it",
            ("merged", False): f"was taken over by {called}",
        }.get((step["state"], own))  # fmt: skip
        if said:
            lines.append(f"{step['on_date']}: {said}.")
    return lines


def tell_rights(card: Row) -> list[str]:
    """One line of rights at stake with their filings; none where no rule or person tied any."""
    if not card["rights"]:
        return []
    told = [
        f"{one['right_code']} {one['filing_count']:,} ({one['state']}{', protective' if one['is_protective'] else ''})"
        for one in card["rights"]
    ]
    return [f"Rights at stake, filings of {card['filing_count']:,}: {', '.join(told)}"]
