"""What the documents promise exists, and what exists is in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
import yaml

from filingwatch import cli
from filingwatch.resources import project_root

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ANALYSTS = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_has_help_with_an_example(name: str) -> None:
    """A person finds each command in the README, and its help shows how it is called."""
    assert f"filingwatch {name}" in README
    assert f"Example: filingwatch {name}" in (COMMANDS[name].help or "")


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    """Every `filingwatch xyz` of README, operations and the analysts' page is a command, every `make xyz` a target."""
    named = r"(?:^|[`/ ])filingwatch ([a-z]+(?:-[a-z]+)*)\b"
    said = set(re.findall(named, README + OPERATIONS + ANALYSTS, flags=re.MULTILINE))
    prose = {"does", "every", "starts", "runs", "is", "was"}
    assert said - prose <= set(COMMANDS)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README + OPERATIONS, flags=re.MULTILINE)) <= targets


def test_every_variable_is_documented() -> None:
    """Each FILINGWATCH_ variable that the settings read stands in the operations handbook, and no other does."""
    read = set(re.findall(r"FILINGWATCH_[A-Z_]+", (ROOT / "src/filingwatch/settings.py").read_text()))
    told = set(re.findall(r"FILINGWATCH_[A-Z_]+", OPERATIONS)) - {"FILINGWATCH_REAL_DATA", "FILINGWATCH_PROJECT"}
    assert told == read


def test_exit_codes_of_errors_are_documented() -> None:
    """Every exit code that an error of ours carries has its row in the handbook."""
    source = (ROOT / "src/filingwatch/errors.py").read_text()
    for code in set(re.findall(r"exit_code = (\d+)", source)):
        assert f"\n| {code} |" in OPERATIONS


def test_schedules_stand_in_one_place() -> None:
    """Cron lines are in deployments/prefect.yaml alone, and each deployment there names a flow that exists."""
    plan = yaml.safe_load((project_root() / "deployments" / "prefect.yaml").read_text())
    for deployment in plan["deployments"]:
        path, _, function = deployment["entrypoint"].partition(":")
        assert f"def {function}(" in (project_root() / path).read_text()
    for path in [*ROOT.glob("flows/*.py"), *ROOT.glob("src/**/*.py")]:
        assert not re.search(r"cron\s*=\s*[\"']", path.read_text(encoding="utf-8")), path


def test_the_lock_has_hashes_and_names_no_index() -> None:
    """Every requirement is pinned with a hash; no address of an index, no option that names one."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins) > 100
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_flows_are_thin() -> None:
    """A flow file arranges; over 60 lines it has begun to work."""
    for path in ROOT.glob("flows/*.py"):
        assert len(path.read_text().splitlines()) <= 60, path
