"""EPO Open Patent Services, version 3.2: searches of the worldwide bibliographic data by the watch's own words.

`OpsSource` is the source. Plain modules say what OPS means: `reading` its documents, `cql` its questions, `faults` its
refusals, `throttling` its pace, `biblio` and `epodoc` the parts of a document. Only `tokens` and `searching` talk to the
office, through the line of `sources.http`.
"""

from filingwatch.sources.ops.source import POLICY, OpsSource

__all__ = ["POLICY", "OpsSource"]
