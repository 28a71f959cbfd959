"""The sections of a page that compare: years, technologies, topics, turns, first moves. Each number with its n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filingwatch.companies.wording import count, day, name_in_both, percent, ratio_interval, share_interval
from filingwatch.companies.writing import Link, Section

Data = Mapping[str, Any]
LEAST_FILINGS = 20
"""From so many filings on the marts compare a company (fct_company_focus, fct_company_turn)."""
MOST_FIRSTS = 10


def tell_years(data: Data) -> Section:
    """Filings by year of filing; years of which too little is out say so."""
    rows = []
    for row in data["years"]:
        if row["too_young_from"]:
            note = f"too young to judge from {row['too_young_from']:%Y-%m} on"
        elif row["published_share"] is not None and row["published_share"] < 0.995:
            note = f"about {row['published_share']:.0%} of it out"
        else:
            note = (
                "" if row["published_share"] is not None or not row["filing_count"] else "share that is out not known"
            )
        figures = (row["filing_count"], row["invention_count"], row["utility_model_count"])
        rows.append((str(row["filing_year"]), *map(str, figures), note))
    lines = [
        f"By year of filing, as published so far; {data['undated_count']} without a filing date are in no year. "
        " Counts are not corrected for what is still to come out."
    ]
    return Section("Filings by year", lines, ("year", "filings", "inventions", "utility models", "note"), rows)


def tell_technologies(data: Data) -> Section:
    """What it does more or less than its peers."""
    n, found = data["filing_count"], data["technologies"]
    if data["scope"] == "held":
        found = [{**row, "ratio": None, "is_focus": False} for row in found]
    compared = sum(row["ratio"] is not None for row in found)
    lines = ["A filing may be of several technologies: shares do not add up."]
    if compared:
        others = next(row["other_company_filing_count"] for row in found if row["ratio"] is not None)
        lines.append(
            f"Against peers: its share divided by the share among {others} filings of all other followed companies. "
            f"{count(compared, 'comparison')}; by chance alone about {0.025 * compared:.1f} would stand out above 1."
        )
    elif data["scope"] == "relevant":
        lines.append(f"Not compared with peers: that needs {LEAST_FILINGS} filings of it and of others; it has {n}.")
    rows = [
        (
            name_in_both(row["name_en"], row["name_zh"]), share_interval(row["filing_count"], n),
            f"{row['other_filing_count']}" if row["ratio"] is not None else "-",
            ratio_interval(row["ratio"], row["ratio_low"], row["ratio_high"]), "focus" if row["is_focus"] else "",
        )
        for row in found
    ]  # fmt: skip
    heads = ("technology", "share of its filings", "filings of others", "against peers", "")
    return Section("Technologies, and its focus", lines, heads, rows)


def tell_topics(data: Data) -> Section:
    """Its topics with their permanent ids."""
    n, found = data["filing_count"], data["topics"]
    placed = sum(row["filing_count"] for row in found)
    lines = [
        f"{placed} of {n} filings have a topic. Ids stay when topics are fitted again; names are by rule or people."
    ]
    rows = [
        (row["topic_id"], row["name"], row["state"], share_interval(row["filing_count"], n),
         percent(row["filing_count"], row["topic_filing_count"]))
        for row in found
    ]  # fmt: skip
    heads = ("topic", "name", "state", "share of its filings", "its part of the topic")
    return Section("Topics", lines, heads, rows)


def tell_turns(data: Data) -> Section:
    """What it turned to, or away from, with the windows that were compared."""
    title, found = "What it turned to", data["turns"]
    if found is None:
        return Section(title, ["This published file is older than the table of turns."])
    if not found:
        return Section(title, ["Nothing is said: no filing of it lies in the years that are compared."])
    first = found[0]
    windows = (
        f"Share among its filings of {first['recent_from']} to {first['recent_to']} (n {first['recent_total']}) "
        f"against {first['before_from']} to {first['recent_from']} (n {first['before_total']}); on both sides only "
        "what was published within 20 months of filing, so that the delay is the same."
    )
    judged = [row for row in found if row["verdict"] != "too few"]
    if not judged:
        return Section(title, [f"{windows} Too few: nothing is said below {LEAST_FILINGS} on each side."])
    turned = [row for row in judged if row["verdict"] != "no turn"]
    lines = [
        windows,
        f"{count(len(judged), 'comparison')}, {len(turned)} of them a turn; by chance alone about "
        f"{0.05 * len(judged):.1f} would seem one.",
    ]
    rows = [
        (
            row["verdict"], _subject(row), f"{row['recent_count']} of {row['recent_total']}",
            f"{row['before_count']} of {row['before_total']}",
            ratio_interval(row["ratio"], row["ratio_low"], row["ratio_high"]),
            ratio_interval(row["relative_ratio"], row["relative_ratio_low"], row["relative_ratio_high"]),
        )
        for row in turned
    ]  # fmt: skip
    heads = ("verdict", "what", "recent", "before", "change", "change against peers")
    return Section(title, lines, heads, rows)


def tell_firsts(data: Data) -> Section:
    """Where it was first among the followed companies, in what is held, and who was earlier all the same."""
    title, found = "Where it was first", data["firsts"]
    if found is None:
        return Section(title, ["This published file is older than the table of first moves."])
    dated = [row for row in found if row["filing_rank"] is not None]
    everywhere = [row for row in dated if row["office"] == "*"]
    rivalled = [row for row in everywhere if row["company_count"] > 1]
    shown = [row for row in rivalled if row["filing_rank"] == 1]
    single = [row for row in dated if row["office"] != "*" and row["filing_rank"] == 1 and row["company_count"] > 1]
    lines = [
        "Place among the followed companies by first filing, in what is held here; who was first of all it does not "
        "say. Earlier filings of anybody, known by group or not, stand beside.",
        f"Over all offices it was first in {len(shown)} of the {count(len(rivalled), 'subject')} in which another "
        f"followed company files too (in {sum(bool(row['is_left_censored']) for row in shown)} of them so near to "
        f"where the data begin that an earlier one may lack), and {count(len(single), 'time')} at a single office; "
        f"in {count(len(everywhere) - len(rivalled), 'subject')} it is the only one.",
    ]
    if not shown:
        shown = rivalled[:MOST_FIRSTS]
        lines += ["Its best places:"] if shown else []
    rows = [_first_row(row) for row in [*shown, *single[:MOST_FIRSTS]]]
    heads = ("what", "office", "place", "first filing", "filed", "first published", "days ahead", "earlier", "beware")
    return Section(title, lines, heads, rows)


def _first_row(row: Data) -> tuple[str | Link, ...]:
    beware = []
    if row["is_left_censored"]:
        beware.append(f"data begin about {row['held_from']}")
    if row["is_provisional"]:
        beware.append("earlier filings may still come out")
    if row["undated_filing_count"]:
        beware.append(f"{row['undated_filing_count']} undated")
    return (
        _subject(row), "all" if row["office"] == "*" else row["office"],
        f"{row['filing_rank']} of {row['company_count']}", Link(row["first_invention_id"], row["url"]),
        day(row["first_filing_date"]), day(row["first_publication_date"]),
        "-" if row["lead_days"] is None else str(row["lead_days"]),
        f"{row['earlier_filing_count']} filings, {row['earlier_entity_count']} entities", "; ".join(beware),
    )  # fmt: skip


def _subject(row: Data) -> str:
    name = row["subject_name"] or row["subject"]
    return f"{row['subject']} {name}" if row["subject_kind"] == "topic" else name
