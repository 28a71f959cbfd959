"""`filingwatch ...`: arguments in, calls, words out. Everything that it does can be done from Python without it."""

from filingwatch.cli import (
    applicants,
    asking,
    changepoints,
    companies,
    desk,
    doing,
    findings,
    giving,
    labelling,
    links,
    looking,
    past,
    relevance,
    rights,
    screening,
    topics_emerging,
    topics_fit,
)
from filingwatch.cli.app import app, main

__all__ = [
    "app",
    "applicants",
    "asking",
    "changepoints",
    "companies",
    "desk",
    "doing",
    "findings",
    "giving",
    "labelling",
    "links",
    "looking",
    "main",
    "past",
    "relevance",
    "rights",
    "screening",
    "topics_emerging",
    "topics_fit",
]
