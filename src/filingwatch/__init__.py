"""Filingwatch: watches patent filings for what will be deployed, and says when the rate of filing changes."""

__version__ = "0.1.0"
