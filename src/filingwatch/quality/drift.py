"""Drift: whether what is about to be published is made up like what was published last.

Here belong the shares that are compared, how far they may move, and the SQL of the rule. Attaching the published file
belongs to `scope`. A count that falls is another rule's affair (`counts_not_collapsed`): drift is about the mixture.
"""

from __future__ import annotations

LEAST_INVENTIONS = 200
"""Below this many inventions before, one file of one office rightly changes every share (2026-11-22: first value)."""

MOST_GROWTH = 1.5
"""Past this growth since the last publication the mixture is what was added, and is not compared (2026-11-22: first
value; an office's back-file at once is the usual cause). How complete filings are is compared all the same."""

MIX_TOLERANCE = 0.2
"""An office, patent type or language may gain or lose this share of all inventions (2026-11-22: first value,
chosen and not yet learned from nights)."""

COMPLETE_TOLERANCE = 0.1
"""The share of inventions with an abstract, a date or an applicant may fall by this much; a rise is welcome
(2026-11-22: first value, half of the other: what is lost here is lost to every series)."""

COLUMNS = ("office", "patent_type", "languages", "abstract_en", "abstract_zh", "filing_month", "applicant_count")
"""What the shares are made of, in core.fct_invention."""


def write_shares(table: str) -> str:
    """SQL that counts the inventions of each share in a table like core.fct_invention, which the caller names."""
    return f"""
        with invention as (select {", ".join(COLUMNS)} from {table}),
        held as (
            select 'office' as dimension, office as value from invention
            union all select 'patent type', patent_type from invention
            union all select 'language', unnest(languages) from invention
            union all select 'complete', 'abstract' from invention where abstract_en is not null
                or abstract_zh is not null
            union all select 'complete', 'filing date' from invention where filing_month is not null
            union all select 'complete', 'applicant' from invention where applicant_count > 0
        )
        select dimension, value, count(*) as share_count, (select count(*) from invention) as of_count
        from held group by all
    """


def write_rule() -> str:
    """SQL of the rule: one row for each share of now or before (see `rules.InBand`)."""
    return f"""
    with

    now as ({write_shares("core.fct_invention")}),

    total as (select count(*) as now_count, coalesce(bool_or(is_synthetic), false) as is_synthetic
        from core.fct_invention),

    previous as (
        select max(of_count) as previous_count, bool_or(is_synthetic) as is_synthetic from gate_previous_share
    ),

    published as (select max(logged_at) as at from ops.publication_log where action in ('published', 'refreshed')),

    accepted as (
        select coalesce(bool_or(published.at is null or decision.decided_at > published.at), false) as is_accepted
        from raw.decision as decision cross join published
        where decision.kind = 'batch_accepted' and decision.subject = 'drift'
    ),

    compared as (
        select
            dimension,
            value,
            coalesce(now.share_count, 0) / greatest(total.now_count, 1) as now_share,
            coalesce(before.share_count, 0) / previous.previous_count as previous_share,
            case
                when previous.previous_count is null then 'not compared: not in a previous publication'
                when previous.is_synthetic is distinct from total.is_synthetic
                    then 'not compared: the previous publication was of another world'
                when previous.previous_count < {LEAST_INVENTIONS}
                    then format('not compared: only {{:,}} inventions before', previous.previous_count)
                when accepted.is_accepted then 'not compared: the drift was accepted'
                when dimension <> 'complete' and total.now_count > {MOST_GROWTH} * previous.previous_count
                    then format('not compared: grown from {{:,}} inventions', previous.previous_count)
            end as excuse,
            if(dimension = 'complete', {COMPLETE_TOLERANCE}, {MIX_TOLERANCE}) as tolerance
        from now
        full join gate_previous_share as before using (dimension, value)
        cross join total
        cross join previous
        cross join accepted
    )

    select
        dimension || ': ' || value as subject,
        now_share as value,
        case when excuse is null then previous_share - tolerance end as low,
        case when excuse is null and dimension <> 'complete' then previous_share + tolerance end as high,
        format('{{:.1f}} % of inventions', 100 * now_share) as observed,
        coalesce(
            excuse,
            format(
                '{{:.1f}} % in the last publication, {{}} {{:.0f}} points',
                100 * previous_share, if(dimension = 'complete', 'less at most', 'more or less at most'),
                100 * tolerance
            )
        ) as expected
    from compared
    order by subject
    """
