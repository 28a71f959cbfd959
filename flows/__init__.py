"""Prefect flows: they arrange the stages of `filingwatch.night`, name them, and show their figures. No work here."""
