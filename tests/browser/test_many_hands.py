"""Several people at once, without a browser: the command itself, two scripts that label over HTTP, and a night."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from filingwatch import warehouse
from filingwatch.decisions import read_decisions
from filingwatch.settings import Settings
from tests.browser import hand_made
from tests.commands import environment, run
from tests.conftest import ROOT

ONE, OTHER = 1000, 250
"""How many documents each of the two scripts labels."""


@contextmanager
def _desk(home: Path, *more: str) -> Iterator[str]:
    """The command in a process of its own; its end by SIGTERM must be an orderly one."""
    command = [sys.executable, "-m", "filingwatch", "desk", "--no-browser", *more]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        assert process.stdout and process.stderr
        try:
            yield process.stdout.readline()
        finally:
            process.send_signal(signal.SIGTERM)
            out, wrong = process.communicate(timeout=60)
        assert (process.returncode, wrong) == (0, ""), out + wrong


def _label(address: str, who: str, count: int) -> list[tuple[int, str, str]]:
    """Label so many documents as one person's browser would; decision id, document and value of each."""
    origin = address.split("/start")[0]
    made: list[tuple[int, str, str]] = []
    with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=120, follow_redirects=True) as client:
        client.get(f"{address}&as={who}")
        page = client.get("/labels", params={"watch": hand_made.WATCH}).text
        client.headers["x-csrf-token"] = re.search(r'data-csrf="(\w+)"', page)[1]  # type: ignore[index]
        while len(made) < count:
            given = client.get("/labels/next", params={"watch": hand_made.WATCH, "limit": 50}).raise_for_status()
            for case in given.json()["cases"][: count - len(made)]:
                value = ("relevant", "irrelevant", "skip")[len(made) % 3]
                body = {"id": case["id"], "value": value, "note": f"{who} {len(made)} 人群"}
                kept = client.post("/labels/decide", params={"watch": hand_made.WATCH}, json=body).raise_for_status()
                made.append((kept.json()["decision_id"], case["id"], value))
    return made


def test_a_thousand_labels_without_loss(settings: Settings, tmp_path: Path) -> None:
    """While another person labels, a night lands and a new version is published: each answer is in the inbox exactly
    once, with who and what, all are landed, and two people share only the documents that two are to read."""
    from filingwatch.labelling import is_double

    hand_made.publish(settings, filings=1500)
    stop = tmp_path / "stop"
    lander = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.landing", str(settings.home), str(stop)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with _desk(settings.home) as said, ThreadPoolExecutor() as people:
            address = re.search(r"http://127\.0\.0\.1:\d+/start\?token=[\w-]+", said)[0]  # type: ignore[index]
            one, other = people.submit(_label, address, "ann", ONE), people.submit(_label, address, "bo", OTHER)
            by_bo = other.result()
            hand_made.publish(settings, filings=1500, version="2")
            by_ann = one.result()
    finally:
        stop.touch()
        landed, wrong = lander.communicate(timeout=120)
    assert lander.returncode == 0, wrong
    kept = {one.decision_id: (one.subject, one.value, one.decided_by, one.reason)
            for one in read_decisions(settings, limit=10_000)}  # fmt: skip
    expected = {
        number: (document, value, who, f"{who} {place} 人群")
        for who, made in (("ann", by_ann), ("bo", by_bo))
        for place, (number, document, value) in enumerate(made)
    }
    assert kept == expected and len(kept) == ONE + OTHER
    with warehouse.writer(settings) as con:
        rows = con.execute("select decision_id, subject, value, decided_by, reason from raw.decision").fetchall()
    assert int(landed) == len(rows) == len(kept)
    assert {number: tuple(more) for number, *more in rows} == kept
    readers = Counter(document for _, document, _ in {(who, *row[1:]) for who, made in
                      (("ann", by_ann), ("bo", by_bo)) for row in made})  # fmt: skip
    shared = {document for document, count in readers.items() if count > 1}
    assert shared and all(is_double(document) for document in shared)


def test_the_command_refuses_other_hosts_and_taken_ports(settings: Settings) -> None:
    """Exit code 2 with what to do instead; nothing listens anywhere."""
    done = run(settings.home, "desk", "--host", "0.0.0.0", "--no-browser", code=2)
    assert "ssh -L" in done.stderr and "Traceback" not in done.stderr
    with _desk(settings.home) as said:
        port = re.search(r"127\.0\.0\.1:(\d+)", said)[1]  # type: ignore[index]
        done = run(settings.home, "desk", "--port", port, "--no-browser", code=2)
        assert "cannot be used" in done.stderr and "--port" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_ends_the_desk_in_order(settings: Settings) -> None:
    """The interrupt of a terminal is an end like any other: exit code 0, no trace, nothing on the error stream."""
    command = [sys.executable, "-m", "filingwatch", "desk", "--no-browser", "--as", "ann"]
    with subprocess.Popen(
        command, env=environment(settings.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert "&as=ann" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, wrong = process.communicate(timeout=60)
    assert (process.returncode, wrong) == (0, "")
