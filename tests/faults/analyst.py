"""An analyst's process: opens the published file, asks within one connection, reports, and opens it again.

`python analyst.py FILE [QUERY ...]`: a look for each line of its input, a line of JSON for each look; what a line says
is one more query. With KEEP=1 it opens the file once and keeps the handle. Needs nothing but duckdb, as the scripts of
analysts do.
"""

from __future__ import annotations

import json
import os
import sys

import duckdb

VINTAGE = "select version, run_id from ops.this_publication"


def look(con: duckdb.DuckDBPyConnection, queries: list[str]) -> dict[str, object]:
    """Answers between two looks at the vintage, so that a swap in the middle would show."""
    before = con.execute(VINTAGE).fetchall()[0]
    answers = [con.execute(query).fetchall()[0][0] for query in queries]
    after = con.execute(VINTAGE).fetchall()[0]
    return {"before": before, "after": after, "answers": answers}


def connect(path: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(path, read_only=True, config={"threads": 1, "memory_limit": "200MB"})


def main(path: str, *queries: str) -> None:
    kept = connect(path) if os.environ.get("KEEP") else None
    while line := sys.stdin.readline():
        asked = [*queries, *filter(None, [line.strip()])]
        if kept is not None:
            report = look(kept, asked)
        else:
            with connect(path) as con:
                report = look(con, asked)
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
