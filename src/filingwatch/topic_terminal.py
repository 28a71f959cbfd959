"""Topics as people read them on a terminal. Light to import: the questions behind it belong to `topic_cards`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from filingwatch.terminal import clean, show_rows
from filingwatch.topic_words import tell_lineage, tell_rights, tell_trend

Row = Mapping[str, Any]

_BAR = 40
_CAUTION = (
    "A topic is a machine's grouping of texts, a filing is not a deployment, and what was filed in the last year and a "
    "half is not all published."
)
_FATES = {
    "kept": "is kept", "merged": "is kept and takes over another", "split": "comes out of another", "new": "is new",
    "gone": "would be gone",
}  # fmt: skip


def show_topics(console: Console, found: Sequence[Row]) -> None:
    """All topics, one a line."""
    if not found:
        print("There are no topics yet: too few relevant filings, or no night that published any.")
        return
    names = ("topic", "name", "by", "state", "filings", "year before last", "last year", "trend", "watch")
    rows = [
        (one["topic_id"], one["name"], one["named_by"], _state(one), f"{one['filing_count']:,}",
         one["earlier_year_count"], one["recent_year_count"], tell_trend(one), one["watch"])
        for one in found
    ]  # fmt: skip
    show_rows(console, _stamp(found), names, rows)
    print(f"Last year: twelve months that can be out, until {found[0]['trend_until'] or 'none'}. {_CAUTION}")


def show_card(console: Console, card: Row) -> None:
    """One topic on a screen."""
    _show_head(console, card)
    for title, rows in (("Typical filings", card["typical"]), ("At the edge of another topic", card["borderline"])):
        _show_filings(console, title, rows)
    _show_shares(console, "Companies", card["companies"], "name")
    _show_shares(console, "Offices", card["offices"], "office")
    _show_years(console, card)
    for line in (*tell_lineage(card), *tell_rights(card)):
        console.print(Text(clean(line)))
    print(_CAUTION)


def show_refit(console: Console, watch: str, refit: Row | None) -> None:
    """What a refit does to each topic, and what was said of it."""
    if refit is None:
        print(f"The topics of {watch} were never fitted by a night that is published.")
        return
    waits = "waits for a word" if refit["is_waiting"] else refit["decision"]
    lines = [f"Refit of the topics of {watch}, {refit['on_date']}: {waits}. {refit['because']}."]
    if refit["said"]:
        said = refit["said"]
        lines.append(f"Said since: {said['value']} by {said['decided_by']}, {said['reason'] or 'no reason given'}.")
    console.print(Text(clean("\n".join(lines))))
    effect = refit["effect"]
    if not effect:
        return
    named = {fate["topic_id"]: fate["name"] for fate in effect["fates"]}
    rows = [
        (fate["topic_id"], fate["name"], fate["named_by"], "NAME LOST" if fate["is_name_lost"] else "",
         tell_fate(fate, named))
        for fate in effect["fates"]
    ]  # fmt: skip
    show_rows(
        console,
        None,
        ("topic", "name", "by", "", "what would happen" if refit["is_waiting"] else "what happened"),
        rows,
    )
    moved = f"{100 * effect['moved_filing_share']:.0f} % of the filings change their topic"
    print(f"{effect['before_count']} topics, then {effect['after_count']}; {moved}.")
    if refit["is_waiting"]:
        print("Say --accept or --refuse, with --why. Until then the topics stay as they are.")


def tell_fate(fate: Row, names: Mapping[str, str]) -> str:
    """What a refit does to one topic, in plain words; `names` by topic."""
    parts = [_FATES[fate["fate"]]]
    origin = fate["comes_from"]
    if origin and fate["fate"] in ("merged", "split"):
        parts[0] += f" ({names.get(origin, origin)})"
    if fate["before_count"]:
        parts.append(f"{fate['stayed_count']} of {fate['before_count']} filings stay")
        parts += [f"{count} go to {names.get(to, to)}" for to, count in fate["goes_to"]]
    if fate["fate"] != "gone":
        parts.append(f"{fate['after_count']} filings then")
    return "; ".join(parts)


def _show_head(console: Console, card: Row) -> None:
    who = f"named by {card['named_by']}" + (f" ({card['said']['decided_by']})" if card["said"] else "")
    figures = [
        who,
        _state(card),
        f"{card['filing_count']:,} filings",
        f"first seen {card['first_seen_on']}",
        _say_trend(card),
    ]
    if card["coherence"] is not None:
        figures.append(f"coherence {card['coherence']:.2f}")
    lines = [
        ("", " · ".join(figures)),
        ("English", ", ".join(card["terms_en"]) or "none"),
        ("Chinese", "、".join(card["terms_zh"]) or "none"),
        ("classes", ", ".join(card["classes"] or []) or "none"),
        *([("emergence", card["emergence"])] if card["emergence"] else []),
    ]
    stamp = "SYNTHETIC  " if card["is_synthetic"] else ""
    console.print(Text(clean(f"{stamp}{card['topic_id']}  {card['name']}"), style="bold"))
    for label, words in lines:
        console.print(Text(clean(f"{label:>10}  {words}" if label else words)))


def _show_filings(console: Console, title: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    edge = "runner-up" if title.startswith("At") else ""
    shown = [
        (one["filing_date"] or "", one["invention_id"], f"{one['weight']:.2f}", _margin(one),
         *((one["runner_up_name"] or "",) if edge else ()), one["title"] or "without a title", one["url"] or "")
        for one in rows
    ]  # fmt: skip
    names = ("filed", "publication", "weight", "margin", *((edge,) if edge else ()), "title", "link")
    show_rows(console, title, names, shown)


def _margin(filing: Row) -> str:
    return "" if filing["margin"] is None else f"{filing['margin']:.2f}"


def _show_shares(console: Console, title: str, rows: Sequence[Row], field: str) -> None:
    shown = [
        f"{one[field]} {one['filing_count']:,} ({100 * one['topic_share']:.0f} % "
        f"[{100 * one['topic_share_low']:.0f} .. {100 * one['topic_share_high']:.0f}])"
        for one in rows
    ]
    total = f" of {rows[0]['topic_filing_count']:,}" if rows else ""
    console.print(Text(clean(f"{title}{total}: {', '.join(shown) or 'none'}")))


def _show_years(console: Console, card: Row) -> None:
    years = card["years"]
    most = max((one["filing_count"] for one in years), default=0)
    for one in years:
        bar = "█" * max(1, round(_BAR * one["filing_count"] / most))
        young = "  too young: not all of it can be out" if one["is_too_young"] else ""
        console.print(Text(f"{one['filing_year']:>10}  {bar} {one['filing_count']:,}{young}"))


def _say_trend(card: Row) -> str:
    counts = f"{card['earlier_year_count']} then {card['recent_year_count']} in years until {card['trend_until']}"
    return tell_trend(card) + (f" ({counts})" if card["trend_until"] else "")


def _state(one: Row) -> str:
    return f"{one['state']}, EMERGING" if one.get("is_emerging") else one["state"]


def _stamp(found: Sequence[Row]) -> str | None:
    return "SYNTHETIC" if any(one["is_synthetic"] for one in found) else None
