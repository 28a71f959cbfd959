"""USPTO Open Data Portal: United States applications and grants since 2001; abstracts from the weekly files.

`query` and `reading` know the search and its answers, `weekly` the concatenated XML, `numbers` the spellings of this
office, `awaiting` what still lacks its document, `portal` the calls, `paging` and `loading` their
repetition, `source` the order of a night.
"""

from filingwatch.sources.uspto.portal import POLICY
from filingwatch.sources.uspto.source import UsptoSource

__all__ = ["POLICY", "UsptoSource"]
