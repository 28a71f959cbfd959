"""EPO Open Patent Services, version 3.2: searches of the worldwide bibliographic data by the watch's own words.

`OpsSource` is the source. Plain modules say what OPS means: `reading` its documents (`biblio`, `epodoc` their parts),
`cql` its questions, `faults` its refusals, `throttling` its pace. `tokens` and `searching` alone talk to the office,
through the line of `sources.http`; `paging` sees to it that a search is complete.
"""

from filingwatch.sources.ops.source import POLICY, OpsSource

__all__ = ["POLICY", "OpsSource"]
