"""Which jobs there are, in the order in which they run: each may read what the ones before it wrote.

Importing this module is light; so are the job classes, which bring their heavy libraries in when they run.
"""

from __future__ import annotations

from typing import Literal

from filingwatch.jobs.base import Job

Stage = Literal["names", "text", "series"]


def jobs_of(stage: Stage) -> tuple[Job, ...]:
    """The jobs of one stage. `names` jobs say who files; `text` jobs read filings; `series` jobs read what dbt built
    from the answers of those."""
    if stage == "names":
        from filingwatch.jobs.applicants import ApplicantJob

        return (ApplicantJob(),)
    if stage == "text":
        from filingwatch.jobs.relevance import RelevanceJob
        from filingwatch.jobs.topics import TopicJob

        return (RelevanceJob(), TopicJob())
    from filingwatch.jobs.changepoints import ChangepointJob
    from filingwatch.jobs.emergence import EmergenceJob
    from filingwatch.jobs.rights import RightsJob

    return (RightsJob(), EmergenceJob(), ChangepointJob())


def all_jobs() -> tuple[Job, ...]:
    """Every job, in running order."""
    return (*jobs_of("names"), *jobs_of("text"), *jobs_of("series"))
