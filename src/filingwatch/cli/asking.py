"""Commands for analysts: documents, worked examples, exports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from filingwatch.cli.app import app
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
