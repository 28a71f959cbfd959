"""The built wheel is whole: a night runs where it was installed, with no checkout near it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.commands import environment
from tests.conftest import ROOT


def test_a_night_runs_from_the_wheel_alone(tmp_path: Path) -> None:
    """Installed into a folder of its own, outside any checkout: flows, dbt project and watches come from the wheel."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
        inside = set(packed.namelist())
    desk = ROOT / "src" / "filingwatch" / "desk"
    pages = [path for folder in ("static", "templates") for path in (desk / folder).iterdir()]
    assert pages and {path.relative_to(ROOT / "src").as_posix() for path in pages} <= inside
    home = tmp_path / "home"
    from_wheel = environment(home, PYTHONPATH=str(site))
    where = "import filingwatch, filingwatch.resources as r; print(filingwatch.__file__, r.project_root())"
    found = subprocess.run(
        [sys.executable, "-c", where], env=from_wheel, cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout.split()
    assert [Path(path).is_relative_to(site) for path in found] == [True, True]
    done = subprocess.run(
        [sys.executable, "-m", "filingwatch", "nightly"], env=from_wheel, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "published" / "filingwatch.duckdb").is_file()
    assert str(ROOT) not in done.stdout
