"""Commands for analysts: documents, worked examples, exports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings


@app.command()
def docs(
    site: Annotated[Path | None, typer.Option(help="Write dbt's documentation into this folder, as one page.")] = None,
) -> None:
    """Write docs/warehouse.md anew from the dbt project, or a page with every model, test and its SQL.

    Touches no data. Example: filingwatch docs --site warehouse-docs
    """
    from filingwatch import documents
    from filingwatch.resources import checkout_root

    settings = read_settings()
    if site is not None:
        print(f"wrote {documents.write_site(settings, site)}")
        return
    root = checkout_root()
    if root is None:
        raise BadInput("docs/warehouse.md belongs to a checkout, and this is none; --site FOLDER works everywhere.")
    path = root / "docs" / "warehouse.md"
    text = documents.generate_handbook(settings)
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    path.write_text(text, encoding="utf-8")
    print(f"{path} is {'written anew' if changed else 'as it was'}")


@app.command()
def examples(
    name: Annotated[str | None, typer.Argument(help="The example to run; without it all are listed.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print its SQL instead of running it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Worked questions to the published file, each with what its answer means and does not mean.

    Example: filingwatch examples changepoints
    """
    from filingwatch import summary
    from filingwatch.examples import choose_example, read_examples
    from filingwatch.warehouse import reader

    if name is None:
        found = read_examples().values()
        if as_json:
            print_json([{"name": one.name, "question": one.question} for one in found])
        else:
            summary.show_rows(console, None, ("name", "question"), [(one.name, one.question) for one in found])
        return
    example = choose_example(name)
    if show:
        print(example.sql)
        return
    with reader(read_settings()) as con:
        answer = con.sql(example.sql)
        names, rows = answer.columns, answer.fetchall()
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print(f"{example.question}\n\nIt says: {example.answer}\nIt does not say: {example.caution}\n")
    summary.show_rows(console, None, names, rows)
    if not rows:
        print("No rows." + (" That is an answer here, see above." if example.may_be_empty else ""))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet; it appears whole.")],
    tables: Annotated[
        str, typer.Option(help="Names or patterns, separated by commas: insight.*,core.fct_invention.")
    ] = "v1.*",
    form: Annotated[str, typer.Option("--as", help="parquet or csv.")] = "parquet",
    as_json: AsJson = False,
) -> None:
    """Write tables of the published file into a folder, a file each, with a manifest that describes every column.

    Example: filingwatch export march-2026 --tables "v1.*,insight.fct_revision" --as csv
    """
    from filingwatch import exporting

    if form not in ("parquet", "csv"):
        raise BadInput(f"--as {form} is not known: parquet or csv.")
    names = [name.strip() for name in tables.split(",") if name.strip()]
    made = exporting.export(read_settings(), folder, tables=names, form=form)  # type: ignore[arg-type]
    if as_json:
        print_json({"folder": made.folder, "version": made.version, "files": made.files, "rows": made.rows,
                    "bytes": made.bytes})  # fmt: skip
    else:
        print(
            f"{made.files} tables, {made.rows:,} rows, {made.bytes:,} bytes of version {made.version} in {made.folder}"
        )
