"""The handbook of the warehouse, from small manifests made by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from filingwatch.handbook import read_tables, write_handbook


def model(name: str, *parents: str, schema: str = "core", **more: Any) -> dict[str, Any]:
    return {
        "unique_id": name, "resource_type": "model", "schema": schema, "name": name, "alias": name,
        "description": f"Things called {name}. One row per {name}.", "columns": {},
        "depends_on": {"nodes": list(parents)}, **more,
    }  # fmt: skip


def column(name: str, description: str, kind: str | None = None, *constraints: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "description": description, "data_type": kind, "constraints": list(constraints)}


def test_of(name: str, table: str, **given: Any) -> dict[str, Any]:
    return {
        "unique_id": f"test.{name}.{table}", "resource_type": "test", "name": name, "attached_node": table,
        "column_name": given.pop("column_name", None), "depends_on": {"nodes": [table, *given.pop("reads", [])]},
        "test_metadata": {"name": name, "kwargs": given},
    }  # fmt: skip


test_of.__test__ = False  # type: ignore[attr-defined]


def manifest(*nodes: dict[str, Any], sources: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {node["unique_id"]: node for node in sources},
    }


def test_a_table_is_told_with_grain_columns_keys_and_links() -> None:
    """Words, then the grain in bold, every column with its type, and each test as a promise in words."""
    fact = model(
        "fact",
        "other",
        columns={
            "id": column("id", "The id\nof it; a | b.", "varchar", {"type": "not_null"}),
            "kind": column("kind", "Kind.", "integer", {"type": "check", "expression": "kind in (1, 2)"}),
        },
    )
    text = write_handbook(
        manifest(
            fact,
            model("other"),
            test_of("unique_combination", "fact", columns=["id", "kind"]),
            test_of("relationships", "fact", column_name="id", field="id", reads=["other"]),
        ),
        {},
    )
    assert "### core.fact\n\nThings called fact. **One row per fact.**" in text
    assert "| `id` | varchar | The id of it; a &#124; b. |" in text
    assert (
        "- Promises: key: `id`, `kind`; never null: `id`; every `id` is in core.other as `id`; `kind in (1, 2)`" in text
    )
    assert "- Made from: core.other" in text
    assert "- Read by: core.fact" in text


def test_types_of_sources_come_from_the_migrations() -> None:
    """dbt does not know the types of tables that it does not build; an unknown one is left empty."""
    source = model("run", schema="ops") | {
        "columns": {"run_id": column("run_id", "The run."), "new": column("new", "New.")}
    }
    text = write_handbook(manifest(sources=(source,)), {("ops", "run", "run_id"): "VARCHAR"})
    assert "| `run_id` | varchar | The run. |" in text
    assert "| `new` |  | New. |" in text


def test_the_picture_joins_marts_over_steps_and_leaves_detours_out() -> None:
    """a -> step -> b -> c and a -> c: the arrow from a to c is said by the way over b."""
    text = write_handbook(
        manifest(
            model("a"), model("step", "a", schema="intermediate"), model("b", "step"),
            model("c", "b", "a", schema="insight"),
        ),
        {},
    )  # fmt: skip
    arrows = [line.strip() for line in text.splitlines() if "-->" in line]
    assert arrows == ["core_a --> core_b", "core_b --> insight_c"]


def test_every_table_of_every_schema_is_there_under_its_published_name() -> None:
    """Views of v1 are told by their alias; tables that analysts do not get have a line without columns."""
    stable = model("v1_event", "event", schema="v1", alias="event", columns={"n": column("n", "N.", "integer")})
    text = write_handbook(manifest(stable, model("event"), model("int_x", schema="intermediate")), {})
    assert text.index("### v1.event") < text.index("### core.event")
    assert "| `int_x` | Things called int_x. One row per int_x. |" in text
    assert "### intermediate" not in text


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_the_manifest_does_not_matter(order: list[str]) -> None:
    """The same project gives the same text, so that the committed file changes only with the project."""
    nodes = {
        "a": model("a"), "b": model("b", "a"), "c": model("c", "a", "b"),
        "d": test_of("unique_combination", "a", columns=["x"]),
    }  # fmt: skip
    assert write_handbook(manifest(*(nodes[name] for name in order)), {}) == write_handbook(
        manifest(*nodes.values()), {}
    )


def test_a_table_without_a_grain_says_none() -> None:
    """Only a last sentence that begins like a grain is one."""
    [table] = read_tables(manifest(model("x", description="One row per year was the plan. No.")), {}).values()
    assert table.grain == ""
