"""Figures of the changepoint package: scripts that print, see tests/benchmarks/README.md. pytest collects none."""
