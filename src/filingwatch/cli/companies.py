"""`filingwatch companies ...`: the companies that are followed, and a page about each that can be cited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings

if TYPE_CHECKING:
    from filingwatch.companies.writing import Page

companies = typer.Typer(
    help="Companies that are followed by name, and a page about each.\n\nExample: filingwatch companies show Hikvision",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(companies, name="companies")


@companies.command("list")
def list_(
    watch: Annotated[str | None, typer.Option(help="Count what is relevant to this watch only.")] = None,
    as_json: AsJson = False,
) -> None:
    """The companies that are followed, those with most relevant filings first; those without any are listed too.

    Example: filingwatch companies list --watch smart_cities
    """
    from filingwatch import summary
    from filingwatch.companies.finding import list_companies
    from filingwatch.warehouse import reader

    with reader(read_settings()) as con:
        rows = list_companies(con, watch)
    if as_json:
        print_json(rows)
        return
    names = ("id", "name", "Chinese", "relevant", "all filings", "filed", "mark", "")
    shown = [
        (row["group_id"], row["name_en"], row["name_zh"], row["relevant_count"], row["filing_count"],
         f"{row['first_year']} .. {row['last_year']}" if row["first_year"] else "", row["check_mark"],
         "SYNTHETIC" if row["is_synthetic"] else "")
        for row in rows
    ]  # fmt: skip
    summary.show_rows(console, "Companies", names, shown)
    print("A page about one: filingwatch companies show ID. Mark: V seen, S stated in the founding articles, M memory.")


@companies.command()
def show(
    name: Annotated[str, typer.Argument(help="Its id, its name in English or Chinese, a brand, or a name as filed.")],
    watch: Annotated[
        str | None, typer.Option(help="The watch to speak of; by default that with most of its filings.")
    ] = None,
    is_all: Annotated[
        bool, typer.Option("--all", help="Speak of all its filings in the data, relevant to the watch or not.")
    ] = False,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the page into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """A page about a company: who it is, what it files where, its focus, what it turned to, where it was first.

    Reads the published file only. Example: filingwatch companies show 海康威视 --markdown hikvision.md
    """
    from filingwatch.companies.finding import find_company
    from filingwatch.companies.reading import read_page
    from filingwatch.companies.telling import tell_page
    from filingwatch.companies.writing import write_markdown
    from filingwatch.warehouse import reader

    settings = read_settings()
    with reader(settings) as con:
        data = read_page(con, find_company(con, name), watch, settings.today, is_all=is_all)
    page = tell_page(data)
    if markdown is not None:
        try:
            markdown.write_text(write_markdown(page), encoding="utf-8")
        except OSError as error:
            raise BadInput(
                f"The page could not be written to {markdown}: {error}. Name a file in a folder that is there."
            ) from error
    if as_json:
        print_json(data)
    elif markdown is not None:
        print(f"Wrote {markdown}: {page.title}, version {data['data']['version']}.")
    else:
        _print_page(page)


def _print_page(page: Page) -> None:
    from rich.text import Text

    from filingwatch import summary
    from filingwatch.companies.writing import clean

    console.print(Text(clean(page.title), style="bold"))
    for line in page.lines:
        console.print(Text(clean(line)))
    for section in page.sections:
        console.print()
        console.print(Text(clean(section.title), style="bold"))
        for line in section.lines:
            console.print(Text(clean(line)))
        if section.rows:
            rows = [[_plain(cell) for cell in row] for row in section.rows]
            summary.show_rows(console, None, section.names, rows)


def _plain(cell: Any) -> str:
    from filingwatch.companies.writing import Link, clean

    return clean(cell.text if isinstance(cell, Link) else cell)
