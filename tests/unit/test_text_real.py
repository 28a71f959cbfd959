"""Relevance and topics on real filings: is the answer better than guessing, is it readable, how long does it take.

The bounds are sanity bounds with room to spare; class-derived labels are noisy, and classes are no features there.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from filingwatch.relevance.rule import Rule
from filingwatch.relevance.screening import ScreeningSettings, screen
from filingwatch.topics.model import TopicSettings
from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known, model_topics

pytestmark = pytest.mark.real
NO_SYMBOLS = pl.lit([], dtype=pl.List(pl.String)).alias("symbols")
TEXT = pl.concat_str(pl.col("title").fill_null(""), pl.lit(". "), pl.col("abstract").fill_null("")).alias("text")
NOTHING = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})


def read_english(folder: Path) -> pl.DataFrame:
    records = pl.read_parquet(folder / "google-patents-ai" / "records_text.parquet")
    labels = pl.read_parquet(folder / "google-patents-ai" / "cpc_weak_labels.parquet")
    return records.join(labels, on="publication_number").select(
        pl.col("publication_number").alias("invention_id"), TEXT, pl.col("cpc_codes").alias("symbols"), "sc_weak"
    )


def read_chinese(folder: Path) -> pl.DataFrame:
    records = pl.read_parquet(folder / "screening" / "zh_patheat_F02G5-00.parquet")
    return records.select(
        pl.col("id").cast(pl.String).alias("invention_id"), TEXT, NO_SYMBOLS, (pl.col("label") == 1).alias("sc_weak")
    )


@pytest.mark.parametrize(
    ("read", "least_auc", "least_lift"),
    [
        pytest.param(read_english, 0.70, 1.8, id="en"),
        pytest.param(read_chinese, 0.88, 4.0, id="zh"),
    ],
)
def test_a_quarter_of_the_labels_finds_the_rest(real_data: Path, read, least_auc: float, least_lift: float) -> None:
    """Unlabelled filings are ordered: AUC and average precision (in multiples of prevalence) above their bounds.

    The mean probability is within 0.03 of the share of relevant filings: calibration holds in the large.
    """
    sample = read(real_data).sort("invention_id").sample(2_000, seed=1)
    documents = sample.select("invention_id", "text", NO_SYMBOLS)
    human = dict(sample.gather_every(4).select("invention_id", "sc_weak").iter_rows())
    settings = ScreeningSettings(most_weak_labels=0, use_classes=False)
    rows = screen(documents, Rule(("no such term",)), human, settings).rows
    rest = rows.filter(pl.col("decided_by") == "model").join(sample, on="invention_id")
    wanted, found = rest["sc_weak"].to_numpy(), rest["probability"].to_numpy()
    assert rest.height == 1_500
    assert roc_auc_score(wanted, found) >= least_auc
    assert average_precision_score(wanted, found) >= least_lift * wanted.mean()
    assert abs(found.mean() - wanted.mean()) <= 0.03


def test_topics_of_real_filings_are_readable_and_stay(real_data: Path) -> None:
    """Every topic has terms and its own name, no term is a piece of another, and 5 % new filings move next to none."""
    sample = read_english(real_data).sort("invention_id").sample(2_000, seed=2)

    def fit(part: pl.DataFrame, known: Known):
        return model_topics(
            part, known, count=12, settings=TopicSettings(), today=dt.date(2026, 1, 1), mint_from="real"
        )

    first = fit(sample.head(1_900), NOTHING)
    second = fit(sample, Known(first.topics, first.filings, {}))
    assert first.topics.height >= 10 and first.topics["name"].is_unique().all()
    for terms in first.topics["terms_en"].to_list():
        words = {word for term in terms if " " in term for word in term.split()}
        assert len(terms) >= 3 and not words & set(terms)
    assert second.figures["same_topic_share"] >= 0.95


def test_real_filings_are_judged_by_rule_and_model(real_data: Path) -> None:
    """4,000 filings with weak labels from terms are trained on, judged and explained; a minority is relevant."""
    sample = read_english(real_data).sort("invention_id").sample(4_000, seed=3)
    rule = Rule(("surveillance", "face recognition", "traffic"), ("animal",), ("G08G", "G06V 20/52"))
    result = screen(sample, rule, {}, ScreeningSettings())
    assert set(result.rows["decided_by"]) == {"model", "rule"}
    assert 0 < result.figures["relevant"] < 2_000
