"""Commands that take tables which are no filings: counts of whole offices, cases of export."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from filingwatch.cli.app import AsJson, announce, app, print_json
from filingwatch.settings import read_settings


@app.command("import-background")
def import_background(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet: office, patent_type (or kind), filing_month, count.")],
    source: Annotated[
        str, typer.Option(help="Whose counts these are; a newer file of it replaces its counts.")
    ] = "file",
    as_json: AsJson = False,
) -> None:
    """Land how much an office received in all, so that a series can be read against it.

    Columns: office, patent_type or kind, filing_month as 2019-03, filing_count. One faulty row refuses the file.
    Example: filingwatch import-background counts.csv --source wipo-statistics
    """
    from filingwatch import night
    from filingwatch.background_file import import_background as land
    from filingwatch.warehouse import writer

    settings = read_settings()
    with night.session(settings, "import") as (run, figures), writer(settings) as con:
        landed = land(con, settings, run, file, source)
        figures["background"] = asdict(landed)
    if as_json:
        print_json(figures["background"])
        return
    if landed.status == "already_landed":
        print(f"{landed.name} is known as counts of {landed.source}; nothing changed.")
        return
    print(
        f"{landed.name}: {landed.filings:,} filings in {landed.cells:,} months of office and type, "
        f"{landed.first_month:%Y-%m} to {landed.last_month:%Y-%m}, as counts of {landed.source}.\n"
        "Next: filingwatch analyse; then core.dim_background says which source speaks for which office."
    )
    announce(settings)


@app.command("import-export-cases")
def import_export_cases(
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet: firm, country, year or date, source; more is optional.")
    ],
    as_json: AsJson = False,
) -> None:
    """Land cases of export, each with its source; rows without one are rejected and said.

    Columns: firm, country (two letters), year or date, source; if known technology, what, url.
    Example: filingwatch import-export-cases cases.csv
    """
    from filingwatch import night
    from filingwatch.export_cases import import_export_cases as land
    from filingwatch.warehouse import writer

    settings = read_settings()
    with night.session(settings, "import") as (run, figures), writer(settings) as con:
        landed = land(con, settings, run, file)
        rejects = [{"row": one.row.number, "reason": one.reason} for one in landed.rejects]
        figures["export_cases"] = {"file": landed.name, "status": landed.status, "rows": landed.rows,
                                   "new": landed.new, "rejects": rejects}  # fmt: skip
    if as_json:
        print_json(figures["export_cases"])
    else:
        known = landed.rows - landed.new - len(rejects)
        print(f"{landed.name}: {landed.rows} rows, {landed.new} new cases, {known} known, {len(rejects)} rejected.")
        for reject in rejects:
            print(f"  row {reject['row']}: {reject['reason']}")
        print("Next: filingwatch analyse; then insight.fct_export_case holds them.")
    announce(settings)
    if landed.rejects:
        raise typer.Exit(2)
