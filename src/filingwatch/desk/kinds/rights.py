"""Rights tags: whether a filing touches the right that its technology is tied to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from filingwatch.desk.cases import Case, Choice, Fact, show_date
from filingwatch.desk.kinds.documents import show_texts
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

_CHOICES = (
    Choice("y", "confirmed", "It touches this right", "for"),
    Choice("d", "refused", "It does not", "against"),
)
# what rests on words alone is asked first: a class was given by an examiner
_TAGS = """
    with tag as (
        select bridge.invention_id, unnest(dim_technology.rights) as right_code,
               dim_technology.name_en as technology, bridge.evidence
        from insight.bridge_invention_technology as bridge
        inner join insight.dim_technology using (watch, technology)
        inner join insight.fct_watch_filing as filing using (watch, invention_id)
        where bridge.watch = $watch and filing.is_relevant
    ),
    gathered as (
        select invention_id, right_code, list(distinct technology order by technology) as technologies,
               list_sort(list_distinct(flatten(list(evidence)))) as evidence
        from tag
        group by all
    )
    select gathered.*, invention.title_en, invention.title_zh, invention.title, invention.abstract_en,
           invention.abstract_zh, invention.text, invention.office, invention.filing_date, invention.is_synthetic,
           len(list_filter(evidence, lambda found: starts_with(found, 'class '))) as class_count
    from gathered
    inner join core.fct_invention as invention using (invention_id)
    order by class_count > 0, hash(invention_id, right_code), invention_id, right_code
    limit $most
"""


class RightQueue(ListQueue):
    """Tags of relevant filings, those that rest on words alone first."""

    name, title, kind = "rights", "Rights tags", "right_tag"
    words: ClassVar = {
        "confirmed": "it touches this right",
        "refused": "it does not touch this right",
        "reset": "taken back",
    }

    def read(self, watch: str) -> Iterable[Case]:
        return [_case(row) for row in self.published.rows(_TAGS, {"watch": watch, "most": MOST_CASES})]


def _case(row: Row) -> Case:
    code, subject = row["right_code"], f"{row['invention_id']}|{row['right_code']}"
    words = [found.partition(" ")[2] or found for found in row["evidence"] if not found.startswith("class ")]
    called = f"{code}, {RIGHTS[code]}" if code in RIGHTS else code
    technologies = ", ".join(row["technologies"])
    return Case(
        case_id=subject,
        settled_by=(subject,),
        question=f"Does this filing touch {called}?",
        why=f"the watch ties this right to {technologies}",
        choices=_CHOICES,
        texts=show_texts(row, words, ()),
        facts=(
            Fact("Invention", row["invention_id"]),
            Fact("Office", row["office"]),
            Fact("Filed", show_date(row["filing_date"])),
            Fact("Technology", technologies),
            Fact("Found by", "; ".join(row["evidence"])),
        ),
        is_synthetic=row["is_synthetic"],
        marks_are="the words by which the technology was found",
    )
