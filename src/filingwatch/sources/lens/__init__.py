"""Lens.org: patents of the whole world by a search that is asked day by day.

`query` writes requests, `answers` reads statuses and frames, `records` sorts what a page holds, `source` walks.
"""

from filingwatch.sources.lens.source import POLICY, LensSource

__all__ = ["POLICY", "LensSource"]
