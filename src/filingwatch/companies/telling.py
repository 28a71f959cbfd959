"""The page of a company in sections: what each number says, of how many filings, and what it does not say.

Plain data in (`reading`), sections out; the same ones are shown in a terminal and written as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filingwatch.companies.telling_numbers import tell_firsts, tell_technologies, tell_topics, tell_turns, tell_years
from filingwatch.companies.wording import NO_DEPLOYMENT, between, count, day, name_in_both, percent, share_interval
from filingwatch.companies.writing import Link, Page, Section

Data = Mapping[str, Any]


def tell_page(data: Data) -> Page:
    """The whole page; without a relevant filing it says so, who is meant, how old the data are and how to cite."""
    company = data["company"]
    sections = [_tell_who(data)]
    if data["filing_count"]:
        sections += [tell_years(data), _tell_offices(data), tell_technologies(data)]
        # companies are compared, and topics given, by what is relevant alone
        if data["scope"] == "relevant":
            sections += [tell_turns(data), tell_firsts(data), tell_topics(data)]
        sections += [_tell_co_applicants(data), _tell_rights(data)]
    sections.append(_tell_exports(data))
    if data["filing_count"]:
        sections.append(_tell_filings(data))
    sections += [_tell_names(data)] if data["names"]["rows"] else []
    sections += [_tell_data(data), _tell_caveats(data), _tell_citing(data)]
    return Page(name_in_both(company["name_en"], company["name_zh"]), _tell_head(data), sections)


def _tell_head(data: Data) -> list[str]:
    lines = []
    if data["is_synthetic"]:
        lines.append(
            "SYNTHETIC: the company and its filings were invented by the demo office. "
            "Nothing here is about a real firm."
        )
    lines.append(NO_DEPLOYMENT)
    lines.append(_tell_size(data))
    others = {name: n for name, n in data["watches"].items() if name != data["watch"] and n}
    if others:
        lines.append("In other watches: " + ", ".join(f"{name} {n}" for name, n in others.items()) + " (--watch NAME).")
    return lines


def _tell_size(data: Data) -> str:
    held, n = count(data["held_count"], "filing"), data["relevant_count"]
    undated = f"{data['undated_count']} without a filing date"
    if not data["held_count"]:
        return _tell_nothing(data)
    if data["scope"] == "held":
        return (
            f"{held} of it in the data, {n or 'none'} of them judged relevant to watch {data['watch']}. This page is "
            f"of all of them, {undated}; companies are compared by relevant filings alone, so nothing is compared here."
        )
    place = data["place"]
    return (
        f"{count(n, 'relevant filing')} in watch {data['watch']}, {undated}; place {place['place']} of the "
        f"{place['company_count']} followed companies that have any. In all, relevant or not, {held} of it in the data."
    )


def _tell_nothing(data: Data) -> str:
    held = data["data"]
    if held["is_synthetic"]:
        return (
            "No filing: this home holds only filings that the demo office invented (SYNTHETIC), and none of these is "
            "ever given to a real firm. Import real filings to fill this page."
        )
    return (
        f"No filing of this company is in the data ({held['held_count']} inventions, published until "
        f"{day(held['last_publication_date'])}). That is no sign that it files none: the data may not cover it, or it "
        "files under a name that is not recognised."
    )


def _tell_who(data: Data) -> Section:
    company = data["company"]
    lines = [
        f"Id {company['group_id']}. Mark {company['check_mark']}"
        f"{': ' + company['source'] if company['source'] else ''} (V seen in a source, S stated in the founding "
        "articles, M from memory and not checked). A filing counts for the company when one of its legal entities "
        "filed it while belonging to it."
    ]
    rows = [
        (
            name_in_both(row["name_latin"], row["name_zh"]), str(row["filing_count"]), str(row["name_count"]),
            between(row["valid_from"], row["valid_to"]), row["check_mark"], row["source"] or "",
        )
        for row in data["entities"]
    ]  # fmt: skip
    heads = ("legal entity", "filings", "names", "belongs", "mark", "evidence")
    return Section("Who it is", lines, heads, rows)


def _tell_names(data: Data) -> Section:
    names = data["names"]
    more = names["count"] - len(names["rows"])
    lines = [
        "Names as filed, on any publication in the data, and why each was joined to its legal entity; of an entity "
        "that left, later filings do not count."
    ]
    lines += [f"{count(more, 'name')} that fewer publications bear are not shown."] if more else []
    rows = [
        (
            row["name"], str(row["use_count"]), row["link_method"],
            "" if row["link_score"] is None else f"{row['link_score']:.2f}", row["link_explanation"] or "",
            row["approved_by"] or "nobody",
        )
        for row in names["rows"]
    ]  # fmt: skip
    return Section("Its names", lines, ("name", "publications", "joined by", "score", "because", "stood for by"), rows)


def _tell_offices(data: Data) -> Section:
    n = data["filing_count"]
    lines = ["Office of the first publication."]
    if data["abroad"]:
        lines.append(
            "Extended to (protection sought there, no sale or use): "
            + ", ".join(f"{row['name_en'] or row['office']} {row['filing_count']}" for row in data["abroad"][:12])
            + "."
        )
    rows = [
        (row["name_en"] or row["office"], row["office"], str(row["filing_count"]), percent(row["filing_count"], n))
        for row in data["offices"]
    ]
    return Section("Where it files", lines, ("office", "code", "filings", f"share of {n}"), rows)


def _tell_co_applicants(data: Data) -> Section:
    found = data["co_applicants"]
    lines = []
    if not found["rows"]:
        lines.append("No other organisation stands on its filings.")
    if found["other_name_count"]:
        lines.append(
            f"{count(found['other_name_count'], 'further name')} of persons, or of which nothing is known, on "
            f"{count(found['other_filing_count'], 'filing')}: counted, not listed."
        )
    rows = [
        (name_in_both(row["name_latin"], row["name_zh"]) or row["entity_id"], row["body"], str(row["filing_count"]))
        for row in found["rows"][:15]
    ]
    return Section("Who files with it", lines, ("organisation", "kind", "filings together"), rows)


def _tell_rights(data: Data) -> Section:
    title, found = "Rights at stake", data["rights"]
    if not found or not found["counts"]:
        touched = [row for row in data["technologies"] if row["filing_count"] and row["rights"]]
        said = "; ".join(f"{row['name_en']} ({row['filing_count']}): {', '.join(row['rights'])}" for row in touched)
        lines = ["No filing of it carries a rights tag with a quote in this published file."]
        if said:
            lines.append(f"What the watch says of its technologies, with the number of filings: {said}.")
        return Section(title, lines)
    n = data["filing_count"]
    rows = [
        (
            _name_right(row), row["state"],
            share_interval(row["filing_count"], n),
        )
        for row in found["counts"]
    ]  # fmt: skip
    quotes = [
        f"{_name_right(row)}, {row['state']}: "
        + (f"class {row['quote']}" if row["state"] == "implied by class" else f"“{row['quote']}”")
        + f" ({row['publication_id']})"
        for row in found["quotes"]
    ]
    lines = [
        "Tied to rights by rules over text and classes, each with its quote; a filing may touch several. No court or "
        "body has judged it. One quote of each:",
        *quotes,
    ]
    return Section(title, lines, ("right", "how it is known", "share of its filings"), rows)


def _name_right(row: Data) -> str:
    return row["right_code"] + (" (protective)" if row["is_protective"] else "")


def _tell_exports(data: Data) -> Section:
    cases, statements = data["exports"]["cases"], data["exports"]["statements"]
    lines = ["Deliveries as their sources tell them: not counted from filings, and no filing proves one."]
    if not cases:
        lines.append(
            "No case of export by this company is in the data (filingwatch import-export-cases FILE lands some)."
        )
    if statements:
        lines.append(
            "Figures over many firms, which overlap and say nothing of this one: "
            + "; ".join(f"{row['statement']} ({row['source']}, mark {row['check_mark']})" for row in statements)
            + "."
        )
    rows = [
        (
            _case_day(row), row["country"], row["firm"], row["what"] or row["technology"] or "",
            Link(row["source"], row["url"]),
        )
        for row in cases
    ]  # fmt: skip
    return Section("Exports", lines, ("when", "country", "firm as written", "what", "source"), rows)


def _case_day(row: Data) -> str:
    return str(row["case_date"])[: {"year": 4, "month": 7}.get(row["date_precision"], 10)]


def _tell_filings(data: Data) -> Section:
    lines = [
        "Of each topic those that fit it best, the largest topic first; without topics, the most relevant by score. "
        "Chosen by rule, not by merit."
    ]
    rows = [
        (
            Link(row["publication_id"], row["url"]), day(row["filing_date"]), day(row["publication_date"]),
            name_in_both(row["title_en"], row["title_zh"]) or row["title"] or "no title",
            f"{row['topic_id']} {row['topic'] or ''}" if row["topic_id"] else "none",
        )
        for row in data["filings"]
    ]  # fmt: skip
    return Section("Typical filings", lines, ("publication", "filed", "published", "title", "topic"), rows)


def _tell_data(data: Data) -> Section:
    held = data["data"]
    lines = [
        f"Version {held['version']}, as of {held['as_of']}: {held['held_count']} inventions, of which "
        f"{held['relevant_count']} are relevant to watch {data['watch']}; latest publication "
        f"{day(held['last_publication_date'])}. Formats read: {', '.join(held['feeds'] or ['none'])}.",
        *(_tell_source(row) for row in held["sources"]),
        *(_tell_quality(row) for row in held["quality"]),
        "Relevant filings of which an organisation is known: "
        f"{share_interval(held['named']['known_count'], held['named']['filing_count'])}; the others are nobody's here.",
    ]
    return Section("The data", lines)


def _tell_source(row: Data) -> str:
    parts = [f"Source {row['source']}: {row['status']}"]
    parts += [f"complete through {row['complete_through']}"] if row["complete_through"] else []
    parts += [f"stale since {row['stale_since']}"] if row["stale_since"] else []
    return ", ".join(parts) + "."


def _tell_quality(row: Data) -> str:
    name = f"Screening, {row['measure']}"
    if row["value"] is None or not row["sample_count"]:
        return f"{name}: not known, no filing drawn at random was judged by people."
    return (
        f"{name}: {row['value']:.0%} [{row['low']:.0%} .. {row['high']:.0%}], of {row['sample_count']} judged filings."
    )


def _tell_caveats(data: Data) -> Section:
    lines: Sequence[str] = (
        NO_DEPLOYMENT,
        "Names were joined by rules, seeds from memory and scores; each name above says how. A subsidiary that is not "
        "recognised is missing, and so are filings that nobody found relevant.",
        "A filing of several companies counts for each of them, and for none of the others it is compared with.",
        "Intervals are 95 % and for one comparison each: among many some stand out by chance.",
        "The latest years are not out yet: an application is published up to 18 months after it was filed.",
    )
    return Section("What this page does not say", [f"{place}. {line}" for place, line in enumerate(lines, start=1)])


def _tell_citing(data: Data) -> Section:
    held, company = data["data"], data["company"]
    stamp = "SYNTHETIC data, not for citing as fact. " if held["is_synthetic"] else ""
    title = name_in_both(company["name_en"], company["name_zh"])
    command = f"filingwatch companies show {company['group_id']} --watch {data['watch']}"
    command += " --all" if data["scope"] == "held" else ""
    return Section(
        "How to cite this page",
        [
            f"{stamp}filingwatch, company page “{title}”, watch {data['watch']}, version {held['version']}, "
            f"data as of {held['as_of']}, read on {held['read_on']}.",
            f"The page is made from this version alone; made by: {command}. Versions that are kept can be put back "
            "(filingwatch restore --list); keep the page itself for longer.",
        ],
    )
