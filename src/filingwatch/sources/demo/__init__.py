"""An office made by us: synthetic filings for a first run without any credential, and for tests that know the truth.

Every record is invented and marked so: the source is synthetic, applicants carry "(fictional)", numbers come from
ranges that no office has reached, and no record has an address.
"""

from filingwatch.sources.demo.office import DemoOffice

__all__ = ["DemoOffice"]
