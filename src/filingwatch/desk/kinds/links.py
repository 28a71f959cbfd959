"""Links: inventions that a rule joined out of several applications, and what people say against it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import ClassVar

from filingwatch import links
from filingwatch.decisions import Decision
from filingwatch.desk.cases import Case, Choice, Fact, Table, show_date
from filingwatch.desk.kinds.documents import show_texts
from filingwatch.desk.published import Row
from filingwatch.desk.queues import MOST_CASES, Answer, ListQueue

RULES = {
    "dual_filing": "filed on the same day by the same applicants with nearly the same title",
    "priority": "they claim the same priorities",
    "family": "a source puts them into one family",
    "application": "they are of one application",
    "number": "they carry one number",
    "decision": "a person decided it",
}
_ASKED = ("dual_filing", "priority")
_SPLIT = "split "
# Likeness and shared priorities are inferred here; families are told by a source, and one application is one invention.
_INVENTIONS = """
    with inferred as (
        select invention_id, min(rule) as rule
        from core.link_reason
        group by invention_id
        having bool_or(rule in ('dual_filing', 'priority')) and not bool_or(rule = 'decision')
    )
    select publication.invention_id, publication.publication_id, publication.office, publication.kind_label,
           publication.publication_date, publication.filing_date, publication.url, publication.is_synthetic,
           coalesce(publication.application_id, publication.office || publication.number) as application,
           invention.title_en, invention.title_zh, invention.title, invention.abstract_en, invention.abstract_zh,
           invention.text
    from core.dim_publication as publication
    inner join inferred using (invention_id)
    inner join core.fct_invention as invention using (invention_id)
    where not publication.is_deleted
    qualify dense_rank() over (order by invention.filing_date desc nulls last, publication.invention_id) <= $most
    order by invention.filing_date desc nulls last, publication.invention_id, application, publication.publication_id
"""
_REASONS = """
    select invention_id, publication_id, rule, detail
    from core.link_reason
    where list_contains($inventions::varchar[], invention_id)
    order by all
"""


class LinkQueue(ListQueue):
    """Inventions of several applications that likeness or shared priorities joined, the newest first."""

    name, title, kind = "links", "Links", "link"
    words: ClassVar = {"join": "one invention", "split": "stands alone", "reset": "taken back"}

    def read(self, watch: str) -> Iterable[Case]:
        rows = self.published.rows(_INVENTIONS, {"most": MOST_CASES})
        reasons: dict[str, list[Row]] = {}
        inventions = sorted({row["invention_id"] for row in rows})
        for row in self.published.rows(_REASONS, {"inventions": inventions}):
            reasons.setdefault(row["invention_id"], []).append(row)
        for invention, found in groupby(rows, key=lambda row: row["invention_id"]):
            members = list(found)
            if len({row["application"] for row in members}) > 1:
                yield _case(invention, members, reasons[invention])

    def write(self, case: Case, choice: Choice, answer: Answer) -> Decision:
        """The same checks as on the command line: publications are known, and there is something to join or split."""
        names, why = case.settled_by[0].split(links.BETWEEN), answer.note or ""
        if choice.value == "join":
            return links.join(self.settings, names, by=answer.who, why=why or "looked at together")
        return links.split(self.settings, choice.value.removeprefix(_SPLIT), by=answer.who, why=why)


def _case(invention: str, members: list[Row], reasons: list[Row]) -> Case:
    first = {row["application"]: row["publication_id"] for row in reversed(members)}
    heads = sorted(first.values())
    inferred = [reason for reason in reasons if reason["rule"] in _ASKED]
    rules = sorted({reason["rule"] for reason in inferred})
    return Case(
        case_id=invention,
        settled_by=(links.BETWEEN.join(heads), *(row["publication_id"] for row in members)),
        question=f"Are these {len(heads)} applications one invention?",
        why="; ".join(RULES[rule] for rule in rules),
        choices=_choices(heads),
        texts=show_texts(members[0], (), ()),
        facts=(Fact("Invention", invention), Fact("Filed", show_date(members[0]["filing_date"]))),
        tables=(
            Table(
                "Publications",
                ("publication", "what", "application", "filed", "published"),
                tuple(
                    (
                        row["publication_id"],
                        row["kind_label"] or "",
                        row["application"],
                        show_date(row["filing_date"]),
                        show_date(row["publication_date"]),
                    )
                    for row in members
                ),
            ),
            Table(
                "Why they are together",
                ("publication", "because", "detail"),
                tuple(
                    (reason["publication_id"], RULES.get(reason["rule"], reason["rule"]), reason["detail"])
                    for reason in reasons
                ),
            ),
        ),
        is_synthetic=any(row["is_synthetic"] for row in members),
    )


def _choices(heads: list[str]) -> tuple[Choice, ...]:
    together = Choice("y", "join", "One invention", "for")
    if len(heads) == 2:
        return (together, Choice("d", f"{_SPLIT}{heads[1]}", "Two inventions", "against", asks="note"))
    apart = (
        Choice(str(place), f"{_SPLIT}{head}", f"{head} stands alone", "against", asks="note")
        for place, head in enumerate(heads[:9], start=1)
    )
    return (together, *apart)
