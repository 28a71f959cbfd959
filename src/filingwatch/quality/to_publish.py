"""The rules of the gate `to_publish`: what analysts are about to see, in core, insight and ml."""

from __future__ import annotations

from filingwatch.quality import drift
from filingwatch.quality.rules import InBand, NoRows, Rule, read_sql

# Columns on which the published answers rest (counts by month and office, changepoints, topics). Types and the rest
# are dbt's contracts; this catches a file that was built by another version of the models.
_COLUMNS = {
    "core.dim_publication": "publication_id invention_id office number kind publication_date filing_date is_synthetic",
    "core.fct_invention": "invention_id office patent_type filing_date filing_month earliest_publication_date "
    "undated_reason title languages is_synthetic",
    "insight.fct_watch_filing": "watch invention_id probability is_relevant topic_id office patent_type filing_month "
    "is_synthetic",
    "insight.dim_series": "series_id watch label office patent_type technology topic_id group_id filing_count "
    "is_synthetic",
    "insight.fct_series_month": "series_id watch filing_month filing_count",
    "insight.fct_series_triangle": "series_id watch filing_month publication_date filing_count",
    "insight.fct_reporting_triangle": "office patent_type filing_month publication_month filing_count is_synthetic",
    "insight.fct_filing_month": "filing_month office patent_type filing_count",
    "insight.fct_changepoint": "changepoint_id series_id watch label month month_low month_high rate_ratio "
    "probability mode state is_news is_synthetic",
    "insight.dim_topic": "watch topic_id",
    "insight.fct_topic_month": "watch topic_id filing_month filing_count",
}

_WANTED = ", ".join(f"('{table}', '{column}')" for table, columns in _COLUMNS.items() for column in columns.split())

_MISSING_COLUMNS = f"""
with

wanted as (from (values {_WANTED}) as listed (table_name, column_name)),

there as (
    select schema_name || '.' || table_name as table_name, column_name
    from duckdb_columns()
    where database_name = current_database()
)

from wanted anti join there using (table_name, column_name) order by all
"""

TO_PUBLISH: tuple[Rule, ...] = (
    Rule(
        "columns_as_contracted",
        "The published tables have the columns that analysts were promised.",
        "Build the dbt project of this version completely (`filingwatch nightly`); a renamed column needs a decision.",
        _MISSING_COLUMNS,
        NoRows(),
        subject="core, insight",
    ),
    Rule(
        "marts_filled",
        "No mart is empty while what it is built from is not.",
        "Look at the last dbt build of the layer (`filingwatch status`) and at its inputs.",
        read_sql("marts_filled"),
        InBand(),
    ),
    Rule(
        "counts_not_collapsed",
        "What analysts saw yesterday has not shrunk.",
        "Compare the table with the published file (`filingwatch sql`). When a change of a watch or of the models is "
        "meant to shrink it, move the published file aside once.",
        read_sql("counts_not_collapsed"),
        InBand(),
    ),
    Rule(
        "shares_like_last_publication",
        "Offices, kinds and languages have about the shares that analysts saw last, and filings are about as complete.",
        "Compare the share with the published file (`filingwatch sql`): a feed may have lost a field, or a link rule "
        "joins too much. When the mixture is meant to change: `filingwatch decide batch_accepted drift accepted "
        "--why ...`; the next publication is then the new usual.",
        drift.write_rule(),
        InBand(),
        when_empty="there are no inventions, now or before",
    ),
    Rule(
        "series_months_complete",
        "A series has one count for every month from its first to its last, none negative, none in the future.",
        "Look at insight.fct_series_month for the sample, and at the filing dates behind it.",
        read_sql("series_months_complete"),
        NoRows(),
        subject="insight.fct_series_month",
    ),
    Rule(
        "series_totals_agree",
        "The months of a series add up to its relevant filings.",
        "Count the filings of the sample in insight.fct_watch_filing: a join of the series doubles or drops them.",
        read_sql("series_totals_agree"),
        NoRows(),
        subject="insight.dim_series",
    ),
    Rule(
        "changepoints_consistent",
        "A changepoint lies inside its series, its month, rate ratio and direction inside their own intervals.",
        "Run the job `changepoints` again for the watch; when it stays, the finding contradicts its own fit.",
        read_sql("changepoints_consistent"),
        NoRows(),
        subject="insight.fct_changepoint",
    ),
    Rule(
        "probabilities_between_0_and_1",
        "Every probability and every completeness is a number between 0 and 1.",
        "Run the job that wrote the table again; when it stays, its model is broken and must not be published.",
        read_sql("probabilities_between_0_and_1"),
        NoRows(),
        subject="ml, insight",
    ),
    Rule(
        "at_most_one_topic",
        "A filing stands once in a watch, with at most one topic, and the topic is known.",
        "Run the job `topics` again for the watch, then build the layer `series`.",
        read_sql("at_most_one_topic"),
        NoRows(),
        subject="insight.fct_watch_filing",
    ),
    Rule(
        "topics_have_terms",
        "A topic that is shown has terms, so that people can tell what it is.",
        "Run the job `topics` again for the watch; a topic without terms has no filings behind it.",
        "select watch, topic_id, name, state from ml.topic "
        "where state <> 'gone' and len(terms_en) + len(terms_zh) = 0 order by all",
        NoRows(),
        subject="ml.topic",
    ),
)
