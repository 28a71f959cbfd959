"""EPO's bulk data service: the weekly front files of DOCDB, streamed, ordered and filtered to the watch."""

from filingwatch.sources.docdb.source import POLICY, DocdbSource

__all__ = ["POLICY", "DocdbSource"]
