"""The handbook of the warehouse: the manifest of the dbt project in, one Markdown text out.

Here belongs how tables, columns, keys, promises and lineage are told; no database is opened and no dbt is run here.
What is told stands in the project's own descriptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

Manifest = Mapping[str, Any]
Types = Mapping[tuple[str, str, str], str]
"""Data types by schema, table and column, of tables that dbt reads and does not build."""

SCHEMAS = {
    "v1": "Stable names: what is here stays as long as v1 does (see `analysts.md`). Begin here.",
    "core": "Facts about filings, whatever the question: what was published, and which of it is one invention.",
    "insight": "What a watch makes of them: relevance, series, changepoints, topics, and the marts of its questions.",
    "ml": "What the analysis jobs say, as they said it. The marts of insight read it.",
    "ops": "The ledger: runs, what each source did, jobs, quality, alerts.",
    "seeds": "Tables kept by hand in the project. Working file only; core shows what marts need of them.",
    "raw": "What was received, append-only. Working file only, but for rejects and decisions (see ops).",
    "staging": "Views that give raw rows names and types. Working file only.",
    "intermediate": "Steps between. Working file only.",
}
BRIEF = ("seeds", "raw", "staging", "intermediate")
"""Schemas that analysts do not get: their tables are listed, without their columns."""

HEAD = """# The warehouse, table by table

Generated from the dbt project by `make docs`; do not edit. How to ask it is in `analysts.md`, what the numbers mean in
`method.md`. `published/filingwatch.duckdb` holds the schemas v1, core, insight and ml, and the readable part of ops;
the same words are comments in the file. All `_at` columns are UTC; a month is its first day; a share is 0 to 1.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A model, seed or source: its grain is the last sentence of its description."""

    id: str
    schema: str
    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]
    parents: tuple[str, ...]
    promises: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def grain(self) -> str:
        """`One row per ...`, or nothing where the description does not end with it."""
        last = self.description.rsplit(". ", 1)[-1]
        return last if last.startswith(("One row per", "Two rows per")) else ""


def write_handbook(manifest: Manifest, types: Types) -> str:
    """The whole text. Depends on nothing but its arguments; what they hold in another order reads the same."""
    tables = read_tables(manifest, types)
    parts = [HEAD, "## Contents", _contents(tables), "## Where it comes from", _lineage(tables)]
    for schema, says in SCHEMAS.items():
        members = [table for table in tables.values() if table.schema == schema]
        if members:
            parts += [f"## {schema}", says, *_section(members, tables, is_brief=schema in BRIEF)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def read_tables(manifest: Manifest, types: Types) -> dict[str, Table]:
    """Models, seeds and sources by their dbt id, sorted by schema and name."""
    promises = _read_promises(manifest)
    found = []
    for node in _relations(manifest):
        schema, name = node["schema"], node.get("alias") or node["name"]
        columns = tuple(
            (column["name"], column.get("data_type") or types.get((schema, name, column["name"]), ""),
             _flat(column["description"]))
            for column in node["columns"].values()
        )  # fmt: skip
        parents = tuple(sorted(set(node.get("depends_on", {}).get("nodes", ()))))
        words = tuple(dict.fromkeys(promises.get(node["unique_id"], ())))
        found.append(Table(node["unique_id"], schema, name, _flat(node["description"]), columns, parents, words))
    return {table.id: table for table in sorted(found, key=lambda table: (table.schema, table.name))}


def _relations(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    yield from (node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed"))
    yield from manifest["sources"].values()


def _read_promises(manifest: Manifest) -> dict[str, list[str]]:
    """Each table's tests in words: keys first, then what must not be null, links, rules."""
    found: dict[str, list[tuple[int, str]]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            for table in _tested(node):
                found.setdefault(table, []).append(_say_test(node, manifest))
        elif node["resource_type"] == "model":
            found.setdefault(node["unique_id"], []).extend(_say_constraints(node))
    return {table: [words for _, words in sorted(said)] for table, said in found.items()}


def _tested(node: Mapping[str, Any]) -> Sequence[str]:
    """The table that a test is about; a rule written as a query is about every table that it reads."""
    return [node["attached_node"]] if node.get("attached_node") else node["depends_on"]["nodes"]


def _say_test(node: Mapping[str, Any], manifest: Manifest) -> tuple[int, str]:
    meta = node.get("test_metadata")
    if meta is None:
        return 4, f"rule `{node['name']}`" + (f": {_flat(node['description'])}" if node.get("description") else "")
    given, column = meta["kwargs"], node.get("column_name")
    if meta["name"] == "unique_combination":
        return 0, f"key: {_code(given['columns'])}"
    if meta["name"] == "unique":
        return 0, f"key: `{column}`"
    if meta["name"] == "not_null":
        return 1, f"`{column}` is never null"
    if meta["name"] == "relationships":
        [target] = [name for name in node["depends_on"]["nodes"] if name != node.get("attached_node")] or [None]
        there = {**manifest["nodes"], **manifest["sources"]}.get(target or node["attached_node"])
        name = there.get("alias") or there["name"]
        return 2, f"every `{column}` is in {there['schema']}.{name} as `{given['field']}`"
    if meta["name"] == "accepted_values":
        return 3, f"`{column}` is one of {_code(given['values'])}"
    return 4, f"`{column or 'table'}`: {meta['name'].replace('_', ' ')}"


def _say_constraints(node: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    never_null = [
        column["name"]
        for column in node["columns"].values()
        if any(constraint["type"] == "not_null" for constraint in column.get("constraints", ()))
    ]
    if never_null:
        yield 1, f"never null: {_code(never_null)}"
    for column in node["columns"].values():
        for constraint in column.get("constraints", ()):
            if constraint["type"] == "check":
                yield 3, f"`{constraint['expression']}`"


def _contents(tables: Mapping[str, Table]) -> str:
    lines = []
    for schema in SCHEMAS:
        names = [
            f"`{table.name}`" if schema in BRIEF else f"[{table.name}](#{schema}{table.name.lower()})"
            for table in tables.values()
            if table.schema == schema
        ]
        if names:
            lines.append(f"- **[{schema}](#{schema})**: {', '.join(names)}")
    return "\n".join(lines)


def _lineage(tables: Mapping[str, Table]) -> str:
    """A picture of the marts: steps between are left out, what they join is joined directly."""
    shown = {name for name, table in tables.items() if table.schema in ("core", "insight", "ml")}
    edges = {(parent, name) for name in shown for parent in _shown_parents(name, tables, shown)}
    lines = ["```mermaid", "flowchart LR"]
    for schema in ("core", "ml", "insight"):
        lines.append(f"  subgraph {schema}")
        lines += [f"    {table.schema}_{table.name}[{table.name}]" for table in tables.values()
                  if table.id in shown and table.schema == schema]  # fmt: skip
        lines.append("  end")
    for parent, child in sorted(edges - _shortcuts(edges)):
        lines.append(f"  {tables[parent].full_name.replace('.', '_')} --> {tables[child].full_name.replace('.', '_')}")
    words = (
        "Arrows go from what is read to what is made of it, steps between and detours left out: a table that is read "
        "through another one has no arrow of its own. Tables of ml are written by the jobs, which read core and "
        "insight. The views of v1 read the marts of the same content."
    )
    return "\n".join([words, "", *lines, "```"])


def _shown_parents(name: str, tables: Mapping[str, Table], shown: set[str]) -> set[str]:
    found: set[str] = set()
    open_ = [parent for parent in tables[name].parents if parent in tables]
    seen = set(open_)
    while open_:
        parent = open_.pop()
        if parent in shown:
            found.add(parent)
            continue
        new = {above for above in tables[parent].parents if above in tables} - seen
        seen |= new
        open_ += sorted(new)
    return found


def _shortcuts(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Edges that a longer way says as well."""
    children: dict[str, set[str]] = {}
    for parent, child in edges:
        children.setdefault(parent, set()).add(child)

    @cache
    def reach(name: str, target: str) -> bool:
        return any(child == target or reach(child, target) for child in children.get(name, ()))

    return {
        (parent, child) for parent, child in edges
        if any(other != child and reach(other, child) for other in children[parent])
    }  # fmt: skip


def _section(members: Sequence[Table], tables: Mapping[str, Table], *, is_brief: bool) -> Iterator[str]:
    if is_brief:
        yield _rows(("table", "what"), [(f"`{table.name}`", table.description) for table in members])
        return
    for table in members:
        yield f"### {table.full_name}"
        words = table.description.removesuffix(table.grain).strip()
        yield " ".join(filter(None, [words, f"**{table.grain}**" if table.grain else ""]))
        yield _rows(
            ("column", "type", "meaning"), [(f"`{name}`", kind.lower(), says) for name, kind, says in table.columns]
        )
        read = [tables[parent].full_name for parent in table.parents if parent in tables]
        readers = [other.full_name for other in tables.values() if table.id in other.parents]
        notes = [
            ("Promises", "; ".join(table.promises)),
            ("Made from", ", ".join(read)),
            ("Read by", ", ".join(readers)),
        ]
        if lines := [f"- {title}: {words}" for title, words in notes if words]:
            yield "\n".join(lines)


def _rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _flat(text: str) -> str:
    return " ".join(text.split())
