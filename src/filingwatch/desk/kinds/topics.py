"""Topic names: topics that a rule named, and the names that people give them."""

from __future__ import annotations

from collections.abc import Iterable

from filingwatch.desk.cases import Case, Choice, Fact, Table, show_date
from filingwatch.desk.inbox import Last
from filingwatch.desk.published import Row
from filingwatch.desk.queues import ListQueue
from filingwatch.topic_cards import make_cards
from filingwatch.topic_queries import TOPICS
from filingwatch.topic_words import tell_lineage, tell_rights, tell_trend


class TopicQueue(ListQueue):
    """Topics without a name of a person, the largest first."""

    name, title, kind = "topics", "Topic names", "topic_name"

    def read(self, watch: str) -> Iterable[Case]:
        found = self.published.rows(TOPICS, {"watch": watch, "topic_id": None, "with_gone": False})
        unnamed = [topic for topic in found if topic["named_by"] == "rule"]
        return [_case(card) for card in make_cards(self.published.rows, unnamed)]

    def take_back(self, last: Last, who: str) -> None:
        """A name cannot be reset: the one that stood before is given again, at first that of the rule."""
        one = last.decision
        rule = next((case.value for case in self._all(one.watch or "") if case.case_id == one.subject), one.value)
        self._decide(
            one.watch, one.subject, last.before.value if last.before else rule, who, last.before and last.before.reason,
            {"undoes": one.decision_id, "desk": True},
        )  # fmt: skip


def _case(card: Row) -> Case:
    return Case(
        case_id=card["topic_id"],
        settled_by=(card["topic_id"],),
        question="What should this topic be called?",
        why=f"a rule made the name “{card['name']}” of its first terms",
        choices=(
            Choice("y", card["name"], "Keep this name", "for"),
            Choice("w", "", "Give the written name", "neutral", asks="value"),
        ),
        value=card["name"],
        facts=_facts(card),
        tables=(
            _filings("Typical filings", card["typical"]),
            *(
                [_filings("At the edge of another topic", card["borderline"], is_edge=True)]
                if card["borderline"]
                else []
            ),
            _shares("Companies", card["companies"], "name"),
            _shares("Offices", card["offices"], "office"),
            Table("By year of filing", ("year", "filings", ""), tuple(_year(one) for one in card["years"])),
        ),
        is_synthetic=card["is_synthetic"] or any(row["is_synthetic"] for row in card["typical"]),
    )


def _facts(card: Row) -> tuple[Fact, ...]:
    rights, history = tell_rights(card), tell_lineage(card)
    return (
        Fact("Terms, Chinese", "、".join(card["terms_zh"]) or "none"),
        Fact("Terms, English", ", ".join(card["terms_en"]) or "none"),
        Fact("Classes", ", ".join(card["classes"] or []) or "none"),
        Fact("Filings", f"{card['filing_count']:,}"),
        Fact("First seen", str(card["first_seen_on"])),
        Fact("Trend", tell_trend(card)),
        *([Fact("Emergence", card["emergence"])] if card["emergence"] else []),
        *([Fact("Rights", " ".join(rights))] if rights else []),
        *([Fact("History", " ".join(history))] if history else []),
    )


def _filings(heading: str, rows: list[Row], *, is_edge: bool = False) -> Table:
    names = ("weight", "margin", *(("other topic",) if is_edge else ()), "filed", "invention", "title")
    cells = tuple(
        (
            f"{row['weight']:.2f}",
            "" if row["margin"] is None else f"{row['margin']:.2f}",
            *((row["runner_up_name"] or row["runner_up"],) if is_edge else ()),
            show_date(row["filing_date"]),
            row["invention_id"],
            row["title"] or "without a title",
        )
        for row in rows
    )
    return Table(heading, names, cells)


def _shares(heading: str, rows: list[Row], field: str) -> Table:
    cells = tuple(
        (row[field], f"{row['filing_count']:,} of {row['topic_filing_count']:,}", f"{100 * row['topic_share']:.0f} %",
         f"{100 * row['topic_share_low']:.0f} .. {100 * row['topic_share_high']:.0f} %")
        for row in rows
    )  # fmt: skip
    return Table(heading, ("", "filings", "share", "95 %"), cells)


def _year(one: Row) -> tuple[str, str, str]:
    return (
        str(one["filing_year"]),
        f"{one['filing_count']:,}",
        "not all of it can be out" if one["is_too_young"] else "",
    )
