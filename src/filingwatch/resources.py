"""Where the parts that are not Python modules lie: flows, dbt project, deployments, watches.

In a checkout they stand at the top level; in an installed wheel they are bundled inside the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).resolve().parent


def checkout_root() -> Path | None:
    """The root of the checkout that this package runs from, or None when it was installed as a wheel."""
    root = PACKAGE.parent.parent
    return (
        root if (root / "dbt_project" / "dbt_project.yml").is_file() and (root / "pyproject.toml").is_file() else None
    )


def project_root() -> Path:
    """The folder that holds `flows/`, `dbt_project/` and `deployments/`."""
    return checkout_root() or PACKAGE / "_bundled"


def dbt_project_folder() -> Path:
    return project_root() / "dbt_project"


def shipped_watches() -> Path:
    return PACKAGE / "watches"


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        OSError, UnicodeDecodeError, yaml.YAMLError: it could not be read.
    """
    # the compiled reader says the same and takes a tenth of the time; a watch is read several times a night
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
