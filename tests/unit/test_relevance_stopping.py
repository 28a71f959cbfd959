"""The rule of stopping and the simulated screen. Documents are invented: words of two subjects and noise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import hypergeom

from filingwatch import cli
from filingwatch.relevance.quality import Stratum
from filingwatch.relevance.simulating import PlaySettings, play, simulate
from filingwatch.relevance.stopping import StopSettings, advise, find_stop

_ROWS = 400
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run `relevance simulate` here; gives exit code, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["relevance", "simulate", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, " ".join(said.err.split())

    return run


def _thinning_out(seed: int, count: int = 2_000, scale: float = 120.0) -> np.ndarray:
    """Labels of a synthetic ranked screen: ever fewer relevant ones."""
    rng = np.random.default_rng(seed)
    return rng.random(count) < 0.95 * np.exp(-np.arange(count) / scale)


def test_with_thinning_one_it_is_the_hypergeometric_test_of_the_remainder() -> None:
    """By hand: 40 found, then 60 irrelevant, 100 unread; 3 left would be too many. Is none in 60 of 160 likely then?"""
    labels = np.array([True] * 40 + [False] * 60)
    doubt = hypergeom.cdf(0, 160, 3, 60)
    for confidence in (1 - doubt * 0.99, 1 - doubt * 1.01):
        settings = StopSettings(thinning=1.0, confidence=confidence, least_stretch=60)
        assert advise(labels, unread=100, settings=settings).stop == (confidence < 1 - doubt)


def test_every_irrelevant_label_brings_the_end_nearer() -> None:
    """Each further irrelevant label lowers what may be left, and once the advice is to stop it stays."""
    labels, last, stopped = _thinning_out(1)[:400].tolist(), 10**9, False
    for unread in range(600, 0, -20):
        advice = advise(labels, unread=unread)
        assert advice.upper_missed <= last and not (stopped and not advice.stop)
        last, stopped = advice.upper_missed, advice.stop
        labels += [False] * 20
    assert stopped


def test_the_words_and_the_numbers_agree() -> None:
    """Stopping: nothing more to label. Going on: how many more about. Nothing found: too early. All read: done."""
    stop = advise([True] * 100 + [False] * 900, unread=300)
    assert stop.stop and stop.more_labels_estimate == 0 and "You can stop" in stop.words and stop.recall_low >= 0.95
    on = advise([True, False] * 100, unread=35_000)
    assert not on.stop and 0 < on.more_labels_estimate <= 35_000 and "Go on" in on.words
    assert on.expected_missed <= on.upper_missed <= on.unread == 35_000
    assert "Too early" in advise([False] * 20, unread=5).words and advise([], unread=5).recall_low == 0.0
    assert advise([False] * 20, unread=0).stop


def test_drawn_documents_hold_a_veto() -> None:
    """When the random sample shows that much is missed, ranked reading that ran dry does not end the screen."""
    labels = [True] * 100 + [False] * 900
    rich = [Stratum(2_000, 100, 25, 125, 1_000, False)]
    poor = [Stratum(2_000, 100, 5, 100, 1_000, False)]
    assert not advise(labels, unread=300, strata=rich).stop
    held = advise(labels, unread=300, strata=poor)
    assert held.stop and held.audit_upper > 0


def test_most_screens_that_thin_out_reach_the_target_and_save_work() -> None:
    """Of 200 synthetic screens at least 184 reach recall 0.95 where the rule says stop; the median saves over 0.4."""
    reached, saved = 0, []
    for seed in range(200):
        labels = _thinning_out(seed)
        stop = find_stop(labels, range(50, 2_000, 50))
        reached += labels[:stop].sum() / labels.sum() >= 0.95
        saved.append(1 - stop / len(labels))
    assert reached >= 184 and np.median(saved) > 0.4


def _with_audits(seed: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """A synthetic ranked screen among which documents of the remainder are drawn: labels, and which came by rank."""
    rng, ranked = np.random.default_rng([seed, 3]), _thinning_out(seed, scale=250.0)
    left, order, is_ranked = list(range(len(ranked))), [], []
    while left:
        by_rank = rng.random() >= share
        order.append(left.pop(0 if by_rank else int(rng.integers(len(left)))))
        is_ranked.append(by_rank)
    return ranked[order], np.array(is_ranked)


@pytest.mark.parametrize("share", [0.12, 0.5])
def test_documents_drawn_at_random_do_not_end_a_screen(share: float) -> None:
    """Of 100 synthetic screens at least 93 reach the target, also where every second document is drawn."""
    reached = 0
    for seed in range(100):
        labels, is_ranked = _with_audits(seed, share)
        stop = find_stop(labels, range(50, 2_000, 50), is_ranked=is_ranked)
        reached += labels[:stop].sum() / labels.sum() >= 0.95
    assert reached >= 93


def test_labels_that_came_from_elsewhere_are_found_and_bring_no_end() -> None:
    """Hundreds of irrelevant ones out of an old file are no dry ranking; without any ranked label it is too early."""
    labels = [True, False] * 50 + [False] * 600
    by_rank = [True] * 100 + [False] * 600
    assert advise(labels, unread=300).stop
    assert not advise(labels, unread=300, is_ranked=by_rank).stop
    assert advise(labels, unread=300, is_ranked=by_rank) == advise(labels[:100], unread=300)
    none = advise(labels, unread=300, is_ranked=[False] * 700)
    assert not none.stop and "Too early" in none.words and none.recall_low == 50 / 350


def test_find_stop_looks_as_advise_does() -> None:
    """The first end at which the advice is to stop is the one that is found."""
    labels, ends = _thinning_out(4, 800, 60.0), list(range(25, 800, 25))
    told = [end for end in ends if advise(labels[:end], unread=800 - end).stop]
    assert find_stop(labels, ends) == told[0]


def _documents(seed: int = 1) -> pl.DataFrame:
    """Invented documents: 12 % speak of one subject."""
    rng = np.random.default_rng(seed)
    label = rng.random(_ROWS) < 0.12
    common = [f"word{number}" for number in range(60)]
    own = {True: ["traffic", "crossing", "pedestrian", "signal"], False: ["kiln", "cement", "furnace", "slag"]}
    texts = [" ".join([*rng.choice(common, 12), *rng.choice(own[bool(held)], 3)]) for held in label]
    return pl.DataFrame(
        {"id": [f"d{number:04d}" for number in range(_ROWS)], "title": texts, "abstract": texts, "label": label}
    ).with_columns(pl.col("label").cast(pl.Int64))


def test_a_screen_reads_everything_once_and_learns(tmp_path: Path) -> None:
    """Every document is decided once; the subject is found early; the same seed gives the same, another one another."""
    frame = _documents()
    found = simulate(frame["title"].to_list(), frame["label"].to_list(), frame["id"].to_list())
    again = simulate(frame["title"].to_list(), frame["label"].to_list(), frame["id"].to_list())
    assert found == again and found["recall_by_labels"][-1] == {"labels": _ROWS, "recall": 1.0}
    assert found["wss_95"] > 0.5 and found["stopping"]["true_recall"] >= 0.95
    assert sum(found["chosen_as"].values()) == _ROWS and len(found["recall_by_labels"]) <= 40


def test_a_file_sorted_by_label_tells_nothing() -> None:
    """The order of the rows does not change the screen: what is relevant cannot be read off the place in the file."""
    frame = _documents()
    one, other = (
        simulate(held["title"].to_list(), held["label"].to_list(), held["id"].to_list())
        for held in (frame, frame.sort("label", descending=True))
    )
    assert one == other


def test_a_family_takes_one_decision() -> None:
    """Members follow the one that was read; work counts families."""
    labels = np.arange(60) % 3 == 0
    families = [f"f{number // 3 if number < 30 else number}" for number in range(60)]
    ids = [f"d{number}" for number in range(60)]
    rng = np.random.default_rng(0)
    held = play(labels, ids, lambda rows, known: rng.random(60), groups=families, settings=PlaySettings())
    assert sorted(held.order) == list(range(60)) and held.kinds.count("shared") == 20
    found = simulate(ids, labels, ids, families=families)
    assert found["decisions"] == 40


def test_the_command_prints_json_and_a_table(ask: Ask, tmp_path: Path) -> None:
    """`simulate` gives the figures that were promised, for a program and for a person."""
    path = tmp_path / "labelled.parquet"
    _documents().write_parquet(path)
    told = json.loads(ask(str(path), "--json", "--seed", "3")[1])
    assert {"recall_by_labels", "wss_95", "work_to_95_recall", "stopping", "calibration_error", "seconds"} <= set(told)
    assert told["seed"] == 3 and "true_recall" in told["stopping"]
    assert "WSS@95" in ask(str(path))[1]
    dated = tmp_path / "dated.parquet"
    _documents().with_columns(date=pl.lit("no date at all")).write_parquet(dated)
    other = json.loads(ask(str(dated), "--json", "--seed", "3")[1])
    assert (told["unused_columns"], other["unused_columns"]) == ([], ["date"])
    assert other["recall_by_labels"] == told["recall_by_labels"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.drop("label"), "no column label"),
        (lambda frame: frame.with_columns(label=pl.lit(2)), "label is 2 in row 1"),
        (lambda frame: frame.with_columns(label=pl.lit("yes")), "label is String"),
        (lambda frame: frame.with_columns(label=pl.lit(None, pl.Int64)), "label is empty in row 1"),
        (lambda frame: frame.with_columns(label=pl.lit(0)), "no document is labelled relevant"),
        (lambda frame: frame.with_columns(id=pl.lit("same")), "more than one row"),
        (lambda frame: frame.head(0), "no rows"),
        (lambda frame: frame.with_columns(family=pl.col("title").str.split(" ")), "family is List"),
        (lambda frame: frame.with_columns(lang=pl.struct("title")), "lang is Struct"),
        (lambda frame: frame.with_columns(title=pl.lit(""), abstract=pl.lit(None, pl.String)), "nothing to learn from"),
    ],
)
def test_a_file_that_cannot_be_screened_is_refused_in_plain_words(
    ask: Ask, tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    """Exit code 2 and a message that names what is wrong."""
    path = tmp_path / "bad.parquet"
    change(_documents()).write_parquet(path)
    code, _, error = ask(str(path))
    assert code == 2 and said in error


def test_a_file_that_is_no_parquet_file_is_refused(ask: Ask, tmp_path: Path) -> None:
    """A CSV with a wrong name, and a path without a file."""
    path = tmp_path / "bad.parquet"
    path.write_text("id,title\n1,x\n")
    assert "Parquet" in ask(str(path))[2]
    assert "not a file" in ask(str(tmp_path / "none"))[2]
