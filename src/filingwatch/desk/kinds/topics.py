"""Topic names: topics that a rule named, and the names that people give them."""

from __future__ import annotations

from collections.abc import Iterable

from filingwatch.desk.cases import Case, Choice, Fact, Table
from filingwatch.desk.inbox import Last
from filingwatch.desk.published import Row
from filingwatch.desk.queues import ListQueue

_TOPICS = """
    select topic_id, name, state, terms_en, terms_zh, filing_count, first_seen_on
    from insight.dim_topic
    where watch = $watch and named_by = 'rule' and state <> 'gone'
    order by filing_count desc, topic_id
"""
_FILINGS = """
    select filing_topic.topic_id, filing_topic.weight, fct_invention.invention_id, fct_invention.filing_date,
           fct_invention.title, fct_invention.is_synthetic
    from ml.filing_topic
    inner join core.fct_invention using (invention_id)
    where filing_topic.watch = $watch
    qualify row_number() over (
        partition by filing_topic.topic_id order by filing_topic.weight desc, fct_invention.invention_id
    ) <= 8
    order by filing_topic.weight desc, fct_invention.invention_id
"""


class TopicQueue(ListQueue):
    """Topics without a name of a person, the largest first."""

    name, title, kind = "topics", "Topic names", "topic_name"

    def read(self, watch: str) -> Iterable[Case]:
        filings: dict[str, list[Row]] = {}
        for row in self.published.rows(_FILINGS, {"watch": watch}):
            filings.setdefault(row["topic_id"], []).append(row)
        rows = self.published.rows(_TOPICS, {"watch": watch})
        return [_case(topic, filings.get(topic["topic_id"], [])) for topic in rows]

    def take_back(self, last: Last, who: str) -> None:
        """A name cannot be reset: the one that stood before is given again, at first that of the rule."""
        one = last.decision
        rule = next((case.value for case in self._all(one.watch or "") if case.case_id == one.subject), one.value)
        self._decide(
            one.watch, one.subject, last.before.value if last.before else rule, who, last.before and last.before.reason,
            {"undoes": one.decision_id, "desk": True},
        )  # fmt: skip


def _case(topic: Row, filings: list[Row]) -> Case:
    return Case(
        case_id=topic["topic_id"],
        settled_by=(topic["topic_id"],),
        question="What should this topic be called?",
        why=f"a rule made the name “{topic['name']}” of its first terms",
        choices=(
            Choice("y", topic["name"], "Keep this name", "for"),
            Choice("w", "", "Give the written name", "neutral", asks="value"),
        ),
        value=topic["name"],
        facts=(
            Fact("Terms, Chinese", "、".join(topic["terms_zh"]) or "none"),
            Fact("Terms, English", ", ".join(topic["terms_en"]) or "none"),
            Fact("Filings", f"{topic['filing_count']:,}"),
            Fact("First seen", str(topic["first_seen_on"])),
        ),
        tables=(
            Table(
                "Filings that are most of this topic",
                ("weight", "filed", "invention", "title"),
                tuple(
                    (
                        f"{row['weight']:.2f}",
                        str(row["filing_date"] or ""),
                        row["invention_id"],
                        row["title"] or "without a title",
                    )
                    for row in filings
                ),
            ),
        ),
        is_synthetic=any(row["is_synthetic"] for row in filings),
    )
