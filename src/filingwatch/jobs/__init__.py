"""The analysis jobs: each reads tables, calls its pure core and returns rows. Only `base` touches the ledger."""
