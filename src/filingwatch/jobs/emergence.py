"""The job that says which topics are emerging: reads the filings of topics, calls `topics.emergence`, returns rows.

It runs after the topics have their filings and these have their applicants. The definition belongs to
`topics.emergence`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.models import model_row, name_model
from filingwatch.watch import Watch

FILINGS, SAID = "intermediate.int_topic_filing", "ml.topic_emergence"


class EmergenceJob:
    """Runs when the filings of topics changed, and when another month of publications is over.

    A topic that is gone keeps its row, with the night that said first that it was emerging: it may come back.
    """

    name = "emergence"
    version = 1
    reads = (
        Read(FILINGS, ("topic_id", "office", "patent_type", "publication_date", "applicant_groups"), per_watch=True),
        Read("ml.topic", ("topic_id", "state"), per_watch=True),
    )
    prior = (SAID,)

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """The last month that counts: its last day, which is today where the month ends today."""
        from filingwatch.changepoints.months import last_whole_month

        return {"published_until": last_whole_month(as_of).isoformat()}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        # scipy takes a while to import; a night without news must not pay it
        from filingwatch.topics.emergence import Before, judge_topics
        from filingwatch.topics.emergence_counts import EmergenceSettings

        settings, model_id = EmergenceSettings(), name_model(run, self.name, watch.watch)
        standing = tables["ml.topic"].filter(pl.col("state") != "gone")["topic_id"].to_list()
        filings = tables[FILINGS].select(
            "topic_id",
            "publication_date",
            groups=pl.col("applicant_groups"),
            stratum=pl.concat_str(pl.col("office", "patent_type").fill_null("unknown"), separator=" "),
        )
        before = {
            row["topic_id"]: Before(row["is_emerging"], row["emerged_on"]) for row in prior[SAID].iter_rows(named=True)
        }
        said = judge_topics(filings, standing, run.as_of, before, settings)
        rows = pl.concat([said, _keep_gone(prior[SAID], standing).select(said.columns)], how="vertical_relaxed")
        rows = rows.sort("topic_id").with_columns(watch=pl.lit(watch.watch), model_id=pl.lit(model_id))
        figures = {
            "topics": said.height,
            "emerging": int(said["is_emerging"].sum()),
            "new": said.filter(pl.col("emerged_on") == run.as_of).height,
            "too_young_to_judge": int(said["score"].is_null().sum()),
            "filings": filings.height,
            "filings_without_publication_date": int(filings["publication_date"].is_null().sum()),
            "published_until": self.parameters(watch, run.as_of)["published_until"],
        }
        model = model_row(run, self.name, self.version, watch.watch, asdict(settings), figures)
        return JobResult(replace={SAID: rows}, append={"ml.model": model}, figures=figures)


def _keep_gone(said: pl.DataFrame, standing: list[str]) -> pl.DataFrame:
    """Topics that stand no more and were emerging once."""
    gone = ~pl.col("topic_id").is_in(standing) & pl.col("emerged_on").is_not_null()
    return said.filter(gone).with_columns(is_emerging=pl.lit(False), because=pl.lit("no topic of tonight is it"))
