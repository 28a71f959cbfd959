"""Rights tags: whether a filing touches a right, with the passage that a rule quotes or the technology it comes by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from filingwatch.desk.cases import Case, Choice, Fact, Table, Text, show_date
from filingwatch.desk.kinds.documents import show_texts
from filingwatch.desk.marking import Segment
from filingwatch.desk.published import Row
from filingwatch.desk.queues import MOST_CASES, ListQueue

RIGHTS = {
    "ICCPR 2": "rights without distinction, and a remedy",
    "ICCPR 6": "the right to life",
    "ICCPR 7": "no torture or degrading treatment",
    "ICCPR 9": "liberty and security of person",
    "ICCPR 10": "humane treatment of people deprived of their liberty",
    "ICCPR 12": "freedom of movement",
    "ICCPR 14": "a fair trial",
    "ICCPR 17": "privacy, family, home and correspondence",
    "ICCPR 18": "freedom of thought, conscience and religion",
    "ICCPR 19": "freedom of opinion and expression",
    "ICCPR 21": "peaceful assembly",
    "ICCPR 22": "freedom of association",
    "ICCPR 25": "taking part in public affairs",
    "ICCPR 26": "equality before the law, no discrimination",
    "ICCPR 27": "rights of minorities",
    "ICERD 5": "equality before the law without distinction of race",
    "ICESCR 7": "just conditions of work",
    "ICESCR 9": "social security",
    "ICESCR 12": "health",
}
"""Short names of articles of the two Covenants and of the Convention against Racial Discrimination."""

PROTECTS = "protects "
"""Before the right in the subject of a decision about what protects it."""

_CHOICES = (
    Choice("y", "confirmed", "It touches this right", "for"),
    Choice("d", "refused", "It does not", "against"),
)
_PROTECTING = (
    Choice("y", "confirmed", "It protects this right", "for"),
    Choice("d", "refused", "It does not", "against"),
)
# passages are asked first, then what rests on words of a technology alone: a class was given by an examiner
_TAGS = """
    with tied as (
        select bridge.invention_id, unnest(dim_technology.rights) as right_code,
               dim_technology.name_en as technology, bridge.evidence
        from insight.bridge_invention_technology as bridge
        inner join insight.dim_technology using (watch, technology)
        where bridge.watch = $watch
    ),
    technology as (
        select invention_id, right_code, false as is_protective,
               list(distinct technology order by technology) as technologies,
               list_sort(list_distinct(flatten(list(evidence)))) as evidence
        from tied
        group by all
    ),
    tag as (
        select invention_id, right_code, is_protective,
               list({'state': state, 'rule': rule_id, 'version': rule_version, 'quote': quote, 'field': field,
                     'language': language, 'publication': publication_id, 'reason': reason}
                    order by state desc, rule_id, language, field) as tags,
               bool_or(state = 'stated in text') as is_stated
        from ml.right_tag
        where watch = $watch and state <> 'analyst''s judgement'
        group by all
    ),
    gathered as (
        select invention_id, right_code, is_protective, coalesce(technologies, []) as technologies,
               coalesce(evidence, []) as evidence, coalesce(tags, []) as tags,
               coalesce(is_stated, false) as is_stated
        from technology
        full join tag using (invention_id, right_code, is_protective)
    )
    select gathered.*, invention.title_en, invention.title_zh, invention.title, invention.abstract_en,
           invention.abstract_zh, invention.text, invention.office, invention.filing_date, invention.is_synthetic,
           len(list_filter(evidence, lambda found: starts_with(found, 'class '))) as class_count
    from gathered
    inner join core.fct_invention as invention using (invention_id)
    inner join insight.fct_watch_filing as filing using (invention_id)
    where filing.watch = $watch and filing.is_relevant
    order by not is_stated, class_count > 0, hash(invention_id, right_code), invention_id, right_code, is_protective
    limit $most
"""


class RightQueue(ListQueue):
    """Tags of relevant filings: those with a passage first, then those that rest on a technology or a class."""

    name, title, kind = "rights", "Rights tags", "right_tag"
    words: ClassVar = {
        "confirmed": "it touches this right",
        "refused": "it does not touch this right",
        "reset": "taken back",
    }

    def read(self, watch: str) -> Iterable[Case]:
        return [_case(row) for row in self.published.rows(_TAGS, {"watch": watch, "most": MOST_CASES})]


def _case(row: Row) -> Case:
    code, is_protective = row["right_code"], row["is_protective"]
    subject = f"{row['invention_id']}|{PROTECTS if is_protective else ''}{code}"
    quotes = [tag["quote"] for tag in row["tags"] if tag["publication"] is not None]
    words = [found.partition(" ")[2] or found for found in row["evidence"] if not found.startswith("class ")]
    called = f"{code}, {RIGHTS[code]}" if code in RIGHTS else code
    technologies = ", ".join(row["technologies"])
    texts = show_texts(row, quotes or words, ())
    return Case(
        case_id=subject,
        settled_by=(subject,),
        question=f"Does this filing {'protect' if is_protective else 'touch'} {called}?",
        why=_why(row, technologies),
        choices=_PROTECTING if is_protective else _CHOICES,
        texts=(*texts, *_quoted_elsewhere(row)),
        facts=(
            Fact("Invention", row["invention_id"]),
            Fact("Office", row["office"]),
            Fact("Filed", show_date(row["filing_date"])),
            Fact("Technology", technologies or "none that the watch ties to it"),
            Fact("Found by", "; ".join(row["evidence"]) or "the rules alone"),
        ),
        tables=_grounds(row["tags"]),
        is_synthetic=row["is_synthetic"],
        marks_are="the passage that a rule quotes" if quotes else "the words by which the technology was found",
    )


def _why(row: Row, technologies: str) -> str:
    if row["tags"]:
        tag = row["tags"][0]
        return f"rule {tag['rule']} (version {tag['version']}) says it: {tag['state']}"
    return f"the watch ties this right to {technologies}"


def _quoted_elsewhere(row: Row) -> tuple[Text, ...]:
    """Passages of publications of the filing whose text is not the one shown."""
    shown = [row[f"{part}_{language}"] or "" for part in ("title", "abstract") for language in ("en", "zh")]
    return tuple(
        Text(f"{tag['field'].capitalize()} of {tag['publication']}", tag["language"], (Segment(tag["quote"], "for"),))
        for tag in row["tags"]
        if tag["publication"] is not None and not any(tag["quote"] in text for text in shown)
    )


def _grounds(tags: Iterable[Row]) -> tuple[Table, ...]:
    rows = tuple((tag["state"], f"{tag['rule']} {tag['version']}", tag["quote"] or "", tag["reason"]) for tag in tags)
    names = ("Ground", "Rule", "Passage or class", "Why it bears on the right")
    return (Table("What says so", names, rows),) if rows else ()
