"""The job that says who files: reads names, seeds and decisions, calls `applicants.resolving`, returns rows.

It runs once for all watches. How two names are judged belongs to the package `applicants`; which group an entity
belongs to and when is joined by dbt.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import JobResult, Read, Tables

if TYPE_CHECKING:
    from filingwatch.applicants.resolving import Known, Resolution

_NAME, _ALIAS = "intermediate.int_applicant_name", "intermediate.int_applicant_alias"
_SEEN, _BRAND = "intermediate.int_applicant_seen_together", "seeds.company_brand"
_ENTITY = {
    "entity_id": pl.String, "body": pl.String, "brand_group_id": pl.String, "brand": pl.String,
    "name_count": pl.Int32, "is_seeded": pl.Boolean,
}  # fmt: skip
_ASSIGNMENT = {
    "normalised_name": pl.String, "entity_id": pl.String, "body": pl.String, "method": pl.String, "score": pl.Float64,
    "explanation": pl.String, "source": pl.String, "approved_by": pl.String, "spelling": pl.String, "brand": pl.String,
    "blocking_keys": pl.List(pl.String), "scored_with": pl.String,
}  # fmt: skip
_LINK = {
    "name_a": pl.String, "name_b": pl.String, "verdict": pl.String, "score": pl.Float64, "explanation": pl.String,
}  # fmt: skip


class ApplicantJob:
    """Joins names to legal entities when there are new names, another seed, new evidence or new decisions."""

    name = "applicants"
    version = 2
    is_per_watch = False
    reads = (
        Read(_NAME, ("normalised_name", "name")),
        Read(_ALIAS, ("normalised_name", "alias", "entity_id", "check_mark", "source")),
        Read(_SEEN, ("name_a", "name_b", "seen_share")),
        Read(_BRAND, ("brand", "brand_id", "group_id", "decides_group")),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "decided_by", "decided_at"),
            where="kind = 'applicant_pair'",
        ),
    )
    prior = ("ml.applicant_entity", "ml.applicant_link")

    def parameters(self, watch: None, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing: a changed rule is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: None, run: ledger.Run) -> JobResult:
        # the vocabulary and the transcription take a while to load; a night without news must not pay them
        from filingwatch.applicants.resolving import resolve

        scored_with = self._stamp(tables[_BRAND])
        known = _read_known(tables, prior, scored_with)
        seen = {(a, b): share for a, b, share in tables[_SEEN].iter_rows()}
        result = resolve(dict(tables[_NAME].iter_rows()), seen, known)
        methods = Counter(assignment.method for assignment in result.assignments.values())
        return JobResult(
            replace={
                "ml.legal_entity": _entity_rows(result, known, tables[_BRAND]),
                "ml.applicant_entity": _assignment_rows(result, scored_with),
                "ml.applicant_link": _link_rows(result.scored),
                "ml.applicant_review": _link_rows(result.review).drop("verdict"),
            },
            figures={
                "names": len(result.assignments), "new": result.parsed_count, "compared": result.compared_count,
                "cut_off": result.cut_off_count, "review": len(result.review), **dict(sorted(methods.items())),
            },
        )  # fmt: skip

    def _stamp(self, brands: pl.DataFrame) -> str:
        """Changes when what was scored before must be scored anew."""
        plain = json.dumps([self.version, sorted(brands.select("brand", "brand_id").rows())])
        return hashlib.sha256(plain.encode()).hexdigest()[:12]


def _read_known(tables: Tables, prior: Tables, scored_with: str) -> Known:
    from filingwatch.applicants.resolving import Alias, Decision, Facts, Known
    from filingwatch.applicants.scoring import PairScore

    before = prior["ml.applicant_entity"]
    scored = before.filter(pl.col("scored_with") == scored_with)
    links = prior["ml.applicant_link"] if scored.height == before.height else prior["ml.applicant_link"].clear()
    decisions = {}
    latest = tables["raw.decision"].sort("decided_at", "decision_id").unique("subject", keep="last")
    for subject, value, who in latest.select("subject", "value", "decided_by").iter_rows():
        if value != "reset":
            one, _, two = subject.partition("|")
            decisions[min(one, two), max(one, two)] = Decision(value, who)
    facts = scored.select("normalised_name", "spelling", "blocking_keys", "body", "brand").iter_rows()
    return Known(
        aliases={
            name: Alias(alias, entity, f"seed ({mark}){': ' + source if source else ''}")
            for name, alias, entity, mark, source in tables[_ALIAS].iter_rows()
        },
        brands=dict(tables[_BRAND].select("brand", "brand_id").iter_rows()),
        decisions=decisions,
        facts={name: Facts(spelling, tuple(keys), body, brand) for name, spelling, keys, body, brand in facts},
        scored={
            (a, b): PairScore(verdict, score, (), explanation)
            for a, b, verdict, score, explanation in links.iter_rows()
        },
        entities=dict(before.drop_nulls("entity_id").select("normalised_name", "entity_id").iter_rows()),
    )


def _entity_rows(result: Resolution, known: Known, brands: pl.DataFrame) -> pl.DataFrame:
    deciding = {
        brand: group for brand, _, group, decides in brands.iter_rows() if decides
    }  # a whole brand, never a word inside one
    members: dict[str, list[str]] = defaultdict(list)
    for name, assignment in sorted(result.assignments.items()):
        if assignment.entity_id is not None:
            members[assignment.entity_id].append(name)
    seeded = {alias.entity_id for alias in known.aliases.values()}
    rows = []
    for entity, names in sorted(members.items()):
        facts = [result.facts[name] for name in names]
        groups = {deciding[f.brand]: f.brand for f in facts if f.brand in deciding and f.body == "company"}
        group, brand = next(iter(groups.items())) if len(groups) == 1 else (None, None)
        bodies = Counter(f.body for f in facts if f.body not in ("person", "unknown"))
        body = min(bodies, key=lambda body: (-bodies[body], body)) if bodies else "unknown"
        rows.append((entity, body, group, brand, len(names), entity in seeded))
    return pl.DataFrame(rows, schema=_ENTITY, orient="row")


def _assignment_rows(result: Resolution, scored_with: str) -> pl.DataFrame:
    rows = []
    for name, said in sorted(result.assignments.items()):
        facts = result.facts[name]
        rows.append(
            (
                name, said.entity_id, facts.body, said.method, said.score, said.explanation, said.source,
                said.approved_by, facts.spelling, facts.brand, list(facts.keys), scored_with,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_ASSIGNMENT, orient="row")


def _link_rows(pairs: Mapping[tuple[str, str], Any]) -> pl.DataFrame:
    rows = [(a, b, said.verdict, said.score, said.explanation) for (a, b), said in sorted(pairs.items())]
    return pl.DataFrame(rows, schema=_LINK, orient="row")
