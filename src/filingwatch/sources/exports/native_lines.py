"""Pages of our own format at the speed of the disk: batches of lines checked as columns, the rest one by one.

A line passes in compiled code when writing out what was read of it gives the very same text (so nothing was missing,
too much, or of another type) and every value is one that `native` takes. All other lines go to `native`, which takes
them too or says why not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import duckdb
import polars as pl
import pyarrow as pa

from filingwatch.filing import Filing, Reject, hash_line
from filingwatch.normalform import OFFICES, NormalFormError
from filingwatch.sources.exports.native import DATES, NEEDED, PARTS, PATTERNS, VERSION, read_object
from filingwatch.sources.exports.objects import line_rows
from filingwatch.sources.exports.rows import attempt
from filingwatch.written import READ_LINE, STRUCTURE, WrittenRecords

PAGE_LINES = 10_000
PAGE_BYTES = 32 << 20
_Lines = list[bytes]


def start_of_line(is_synthetic: bool) -> str:
    """How a line begins, up to the plain values of its filing."""
    return f'{{"filingwatch": {VERSION}, "is_synthetic": {str(is_synthetic).lower()}, '


def line_batches(stream: BinaryIO, done: int) -> Iterator[_Lines]:
    """The non-blank lines after the first `done` in batches of a page; their bytes as they stand in the file."""
    lines = (line for line in stream if not line.isspace())
    batch: _Lines = []
    size = 0
    for line in islice(lines, done, None):
        batch.append(line)
        size += len(line)
        if len(batch) >= PAGE_LINES or size >= PAGE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def find_origin(lines: Iterable[bytes]) -> bool | None:
    """Whether a file says of itself that it is invented: what its first readable line says; None when none is."""
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(value.get("is_synthetic"), bool):
            return value["is_synthetic"]
    return None


def read_batch(
    con: duckdb.DuckDBPyConnection, batch: Sequence[bytes], is_synthetic: bool
) -> tuple[WrittenRecords, list[Reject]]:
    """The records and rejects of a batch; `con` is a database in memory."""
    table = _read_quickly(con, batch, is_synthetic)  # DuckDB keeps the order of the lines
    if table.num_rows == len(batch):
        return WrittenRecords(table), []
    taken = set(table["index"].to_pylist())
    found, rejects = [], []
    for index, line in enumerate(batch):
        if index not in taken:
            result = _read_one(line, is_synthetic)
            if isinstance(result, Filing):
                found.append((index, hash_line(result.line()), result.line()))
            else:
                shown = line.decode("utf-8", "replace").rstrip("\r\n")
                rejects.append(Reject(index, result.code, result.reason, shown))
    if found:
        con.register("batch", pl.DataFrame(found, schema=_BATCH, orient="row"))
        # through DuckDB as well, which keeps the types the same
        con.register("taken", table)
        table = con.sql(
            f"from taken union all by name select * exclude (line), unnest({READ_LINE}) from batch order by index"
        ).to_arrow_table()
        con.unregister("taken")
        con.unregister("batch")
    return WrittenRecords(table), rejects


def _read_quickly(con: duckdb.DuckDBPyConnection, batch: Sequence[bytes], is_synthetic: bool) -> pa.Table:
    try:
        lines: list[str | None] = list(map(bytes.decode, batch))
    except UnicodeDecodeError:
        lines = list(map(_decode, batch))
    con.register("batch", pl.DataFrame({"line": lines}, schema={"line": pl.String}).with_row_index("index"))
    try:
        try:
            con.execute(_PARSE.replace("<line>", "line"))
        except duckdb.InvalidInputException:  # a line is not JSON at all
            con.execute(_PARSE.replace("<line>", "if(json_valid(line), line, null)"))
    finally:
        con.unregister("batch")
    start = start_of_line(is_synthetic)
    table = con.execute(_CHOOSE, {"start": start}).to_arrow_table()
    # Python's SHA-256 uses the processor's own, which DuckDB's does not
    plain = ((lines[index] or "")[len(start) :].rstrip("\r\n") for index in table["index"].to_pylist())
    return table.append_column("content_hash", pa.array([hash_line("{" + line) for line in plain], pa.string()))


def _decode(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _read_one(line: bytes, is_synthetic: bool) -> Filing | NormalFormError:
    (row,) = line_rows([line.decode("utf-8", "surrogateescape").removeprefix("\ufeff")])
    if row.fault is not None:
        return row.fault
    result = attempt(read_object, row.values)
    if isinstance(result, Filing) and row.values["is_synthetic"] is not is_synthetic:
        return NormalFormError(
            "mixed_origin", "says of is_synthetic something else than the file's first line: keep them in two files"
        )
    return result


_BATCH = {"index": pl.Int32, "content_hash": pl.String, "line": pl.String}


def _written(column: str) -> str:
    return f"coalesce(to_json({column})::varchar, 'null')"


def _object(path: str, names: Iterable[str]) -> str:
    fields = ", ', ', ".join(f"""'"{name}": ', {_written(path + name)}""" for name in names)
    return f"concat('{{', {fields}, '}}')"


def _written_values() -> str:
    """SQL: the columns of STRUCTURE written as `Filing.line` writes them, but for the first brace."""
    parts = []
    for name, kind in STRUCTURE.items():
        if isinstance(kind, list):
            items = f"array_to_string(list_transform({name}, lambda x: {_object('x.', kind[0])}), ', ')"
            parts.append(f"""'"{name}": [', {items}, ']'""")
        else:
            parts.append(f"""'"{name}": ', {name if kind == "boolean" else _written(name)}""")
    return ", ', ', ".join(parts) + ", '}'"


def _is_good(path: str, column: str) -> str:
    """SQL: whether a text is one that `native` takes; never null."""
    checks = [f"{column} <> ''"]
    words: Any = PARTS.get(path.split(".")[0], {}).get(path.partition(".")[2])
    if words:
        checks.append(f"{column} in {tuple(words)}".replace(",)", ")"))
    if path in PATTERNS:
        checks.append(f"regexp_full_match({column}, '{PATTERNS[path]}')")
    if path in DATES:
        checks.append(f"try_cast({column} as date)::varchar = {column}")
        checks.append(f"{column} between '1600' and '2100-12-31'")
    if path in ("office", "application_office"):
        checks.append(f"{column} in {tuple(sorted(OFFICES))}")
    return f"coalesce({' and '.join(checks)}, {str(path not in NEEDED).lower()} and {column} is null)"


def _all_good() -> str:
    checks = [
        "publication_id = office || number || kind",
        "(application_office is null) = (application_number is null)",
        "is_deleted is not null",
    ]
    for name, kind in STRUCTURE.items():
        if isinstance(kind, list):
            each = " and ".join(_is_good(f"{name}.{field}", f"x.{field}") for field in kind[0])
            checks.append(f"coalesce(list_bool_and(list_transform({name}, lambda x: {each})), {name} is not null)")
        elif kind != "boolean":
            checks.append(_is_good(name, name))
    return " and ".join(checks)


# A table between, and not one query: planned as one, every column that is looked at would parse the line again.
_PARSE = f"""
create or replace temp table parsed as
select index, line, unnest(json_transform(<line>, '{json.dumps(STRUCTURE)}'))
from (select index::integer as index, rtrim(line, chr(13) || chr(10)) as line from batch)
"""
_CHOOSE = f"""
select index, {", ".join(STRUCTURE)}
from parsed
where line = concat($start, {_written_values()}) and {_all_good()}
"""
