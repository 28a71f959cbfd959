"""How good the answers are, and how much was missed: estimated on documents that chance chose for checking.

Here belong recall, precision, elusion, calibration and drift with their limits. Which documents are drawn belongs to
`queueing`, when to stop belongs to `stopping`.

The sample needs no record of why a document was read. Documents have permanent random numbers (lots); within a
stratum of probability those with the lowest lots, down to the first that nobody has read, are a random sample of the
stratum (Ohlsson 1995). Ending at the first unread one can only make the sample richer in relevant documents than the
stratum is, since likely documents are read first: what is missed is estimated too high rather than too low.

What people read and could not decide (skipped, disputed) does not end the sample. Upper limits take it as relevant,
lower ones as irrelevant: nothing is promised by leaving it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

_DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """`edges` cut the probabilities into strata, beside `threshold`; a stratum with fewer than `least_stratum`
    documents joins its lower neighbour on the same side of the threshold. `audit_wanted` is the size of the sample
    of what is left out, below which `audit_missing` counts. `near` is how close to the threshold, in log odds, a case
    is hard."""

    confidence: float = 0.95
    threshold: float = 0.5
    edges: tuple[float, ...] = (0.02, 0.1, 0.3, 0.7, 0.9)
    least_stratum: int = 20
    audit_wanted: int = 300
    near: float = 0.6
    seed: int = 2015


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: `value` with limits `low` and `high` (None where there are none), from `sample_count` documents."""

    measure: str
    scope: str
    value: float | None
    low: float | None
    high: float | None
    sample_count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of one watch, in a fixed order."""

    measures: tuple[Measure, ...]

    def find(self, measure: str, scope: str = "all") -> Measure:
        """The figure of this name. Raises KeyError when there is none."""
        for held in self.measures:
            if held.measure == measure and held.scope == scope:
                return held
        raise KeyError((measure, scope))


@dataclass(frozen=True, slots=True)
class Stratum:
    """Documents of similar probability. The sample are `sampled` of `size`; of it `hits` are relevant and `undecided`
    read without a decision. `known` are all labelled relevant documents of the stratum, `unread` have no label."""

    size: int
    sampled: int
    hits: int
    known: int
    unread: int
    is_accepted: bool
    undecided: int = 0

    @property
    def decided(self) -> int:
        """Documents of the sample that have a label."""
        return self.sampled - self.undecided


def estimate(frame: pl.DataFrame, settings: QualitySettings | None = None) -> Quality:
    """Recall, elusion, precision, calibration of the answers in `frame`, which has one row per document.

    Columns: invention_id, probability (not learned from its own label), is_accepted (the final answer), lot (in
    [0, 1)), label (bool or null); optional `is_hard` (skipped, disputed or ruled on): without a label it counts as read
    and undecided. The order of rows does not matter.
    """
    settings = settings or QualitySettings()
    frame = frame.sort("invention_id").cast({"label": pl.Boolean})
    strata = cut_strata(frame, settings)
    measures = [*_measure_side(strata, settings, "all"), *_measure_labels(frame, strata, settings)]
    return Quality((*measures, *_describe_hard(frame, _find_hard(frame, settings), settings)))


def cut_strata(frame: pl.DataFrame, settings: QualitySettings) -> list[Stratum]:
    """The strata of probability by rising probability, with what their samples say."""
    has_label, is_relevant = frame["label"].is_not_null().to_numpy(), frame["label"].fill_null(False).to_numpy()
    strata = []
    for held, sample, is_accepted in _sample(frame, settings):
        hits, known = int(is_relevant[sample].sum()), int(is_relevant[held].sum())
        unread, undecided = (int((~has_label[rows]).sum()) for rows in (held, sample))
        strata.append(Stratum(len(held), len(sample), hits, known, unread, is_accepted, undecided))
    return strata


def _sample(frame: pl.DataFrame, settings: QualitySettings) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
    """Of each stratum its rows, those of its sample, and its side of the threshold."""
    lot, is_read = frame["lot"].to_numpy(), (frame["label"].is_not_null() | _is_marked(frame)).to_numpy()
    for held, is_accepted in _cut(frame["probability"].to_numpy(), settings):
        order = held[np.argsort(lot[held], kind="stable")]
        unread = np.flatnonzero(~is_read[order])
        yield held, order[: unread[0]] if len(unread) else order, is_accepted


def _is_marked(frame: pl.DataFrame) -> pl.Series:
    if "is_hard" not in frame.columns:
        return pl.Series("is_hard", [False] * frame.height, dtype=pl.Boolean)
    return frame["is_hard"].fill_null(False)


def draw_relevant(strata: Sequence[Stratum], *, upper: bool, seed: int, draws: int = _DRAWS) -> np.ndarray:
    """Draws of the number of relevant unread documents of each stratum, one row per draw.

    Each row comes from the confidence distribution that gives the exact (Clopper-Pearson) upper or lower limit of the
    share of its stratum; limits of sums and ratios are quantiles over draws ("melding": Fay, Proschan & Brittain 2015,
    Biometrics 71). Undecided documents of the sample are relevant for the upper one, irrelevant for the lower. What is
    known bounds the draws: between the labelled relevant ones and these plus all unread.
    """
    rng = np.random.default_rng(seed)
    columns = []
    for held in strata:
        above, hits = (1, held.hits + held.undecided) if upper else (0, held.hits)
        a, b = hits + above, held.sampled - hits + 1 - above
        # without a sample the upper draws are "all", the lower "none": chance has said nothing
        share = np.full(draws, float(upper)) if not held.sampled else _beta(rng, a, b, draws)
        beside = rng.binomial(held.size - held.sampled, np.clip(share, 0, 1))
        columns.append(np.clip(hits + beside - held.known, 0, held.unread))
    return np.array(columns, dtype=np.float64).T.reshape(draws, len(strata))


def calibration_error(
    probability: np.ndarray, is_relevant: np.ndarray, weights: np.ndarray | None = None, *, bins: int = 10
) -> float:
    """Expected calibration error over bins of equal width, 0 to 1 (Naeini, Cooper & Hauskrecht 2015)."""
    probability = np.asarray(probability, dtype=np.float64)
    if not len(probability):
        return 0.0
    weights = np.ones(len(probability)) if weights is None else np.asarray(weights, dtype=np.float64)
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights * (np.asarray(is_relevant, dtype=np.float64) - probability), minlength=bins)
    return float(np.abs(gaps).sum() / weights.sum())


def find_drift(before: np.ndarray, now: np.ndarray, *, bins: int = 10) -> float | None:
    """Population stability index of two samples of probabilities, over tenths of the first; None when one is empty.

    Usual reading: below 0.1 nothing moved, above 0.25 the filings are not those that the model knew. Half a document
    is added to each bin, so that an empty one does not give infinity.
    """
    if not len(before) or not len(now):
        return None
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = []
    for sample in (before, now):
        counts = np.bincount(np.searchsorted(edges, sample, side="right"), minlength=len(edges) + 1) + 0.5
        shares.append(counts / counts.sum())
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


def _cut(probability: np.ndarray, settings: QualitySettings) -> list[tuple[np.ndarray, bool]]:
    cuts = sorted({*settings.edges, settings.threshold})
    place = np.searchsorted(cuts, probability, side="right")
    limit = cuts.index(settings.threshold) + 1
    found: list[tuple[np.ndarray, bool]] = []
    for is_accepted, places in ((False, range(limit)), (True, range(limit, len(cuts) + 1))):
        side: list[np.ndarray] = []
        for held in (np.flatnonzero(place == number) for number in places):
            if side and min(len(held), len(side[-1])) < settings.least_stratum:
                side[-1] = np.concatenate([side[-1], held])
            else:
                side.append(held)
        found += [(held, is_accepted) for held in side if len(held)]
    return found


def _measure_side(strata: Sequence[Stratum], settings: QualitySettings, scope: str) -> list[Measure]:
    """Recall, missed, elusion and precision of the final answers: labels are final, the rest follows the threshold."""
    tail = (1 - settings.confidence) / 2
    out = np.array([not held.is_accepted for held in strata], dtype=bool)
    known = sum(held.known for held in strata)
    sampled, undecided = sum(held.decided for held in strata), sum(held.undecided for held in strata)
    left = [held for held in strata if not held.is_accepted]
    unread_out, out_sample = sum(held.unread for held in left), sum(held.decided for held in left)
    unread_in, out_size = sum(held.unread for held in strata) - unread_out, sum(held.size for held in left)
    point = np.array([_point(held) for held in strata])
    high, low = (draw_relevant(strata, upper=upper, seed=settings.seed) for upper in (True, False))
    sides = [(draws[:, out].sum(axis=1), draws[:, ~out].sum(axis=1)) for draws in (low, high)]
    (missed_low, found_low), (missed_high, found_high) = sides
    found = float(point[~out].sum())
    # without a sample nothing is told, not even "none"
    missed = float(point[out].sum()) if out_sample or not unread_out else None
    precise = (known + found) / max(known + unread_in, 1) if sampled > out_sample or not unread_in else None

    def limits(at_low: np.ndarray, at_high: np.ndarray) -> tuple[float, float]:
        return float(np.quantile(at_low, tail)), float(np.quantile(at_high, 1 - tail))

    recall = limits(_ratio(known + found_low, missed_high), _ratio(known + found_high, missed_low))
    precision = limits(
        (known + found_low) / max(known + unread_in, 1), (known + found_high) / max(known + unread_in, 1)
    )
    elusion = limits(missed_low / max(unread_out, 1), missed_high / max(unread_out, 1))
    told = None if missed is None or precise is None else float(_ratio(known + found, missed))
    elusive = None if missed is None else missed / max(unread_out, 1)
    return [
        Measure("recall", scope, told, *recall, sampled, "of the final answers, people's decisions included"),
        Measure("precision", scope, precise, *precision, sampled),
        Measure("elusion", scope, elusive, *elusion, out_sample, "relevant among what is left out"),
        Measure("missed", scope, missed, *limits(missed_low, missed_high), out_sample, "relevant filings left out"),
        Measure("audit_labels", scope, sampled, None, None, sampled, "labels that count as drawn at random"),
        Measure("audit_undecided", scope, undecided, None, None, sampled + undecided, "drawn, read, and not decided"),
        Measure("audit_missing", scope, max(min(settings.audit_wanted, out_size) - out_sample, 0), None, None, 0),
    ]


def _measure_labels(frame: pl.DataFrame, strata: Sequence[Stratum], settings: QualitySettings) -> list[Measure]:
    held = frame.filter(pl.col("label").is_not_null())
    relevant, error = int(held["label"].sum()) if held.height else 0, _audit_error(frame, settings)
    return [
        Measure("labels_relevant", "all", relevant, None, None, held.height),
        Measure("labels_irrelevant", "all", held.height - relevant, None, None, held.height),
        Measure("calibration_error", "all", error, None, None, sum(one.decided for one in strata)),
    ]


def _audit_error(frame: pl.DataFrame, settings: QualitySettings) -> float | None:
    """Calibration error on the samples of the strata, each document standing for its part of the stratum."""
    taken, weights = draw_audit(frame, settings)
    if not len(taken):
        return None
    probability, is_relevant = frame["probability"].to_numpy(), frame["label"].fill_null(False).to_numpy()
    return calibration_error(probability[taken], is_relevant[taken], weights)


def draw_audit(frame: pl.DataFrame, settings: QualitySettings | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `frame` (as for `estimate`) that count as drawn at random, and how many documents each stands for."""
    has_label = frame["label"].is_not_null().to_numpy()
    rows, weights = [np.array([], dtype=np.int64)], [np.array([])]
    for held, drawn, _ in _sample(frame, settings or QualitySettings()):
        taken = drawn[has_label[drawn]]
        rows.append(taken)
        weights.append(np.full(len(taken), len(held) / max(len(taken), 1)))
    return np.concatenate(rows), np.concatenate(weights)


def _find_hard(frame: pl.DataFrame, settings: QualitySettings) -> np.ndarray:
    sure = 1e-9
    probability = np.clip(frame["probability"].to_numpy(), sure, 1 - sure)
    threshold = min(max(settings.threshold, sure), 1 - sure)
    odds = np.log(probability / (1 - probability)) - np.log(threshold / (1 - threshold))
    return (np.abs(odds) <= settings.near) | _is_marked(frame).to_numpy()


def _describe_hard(frame: pl.DataFrame, hard: np.ndarray, settings: QualitySettings) -> list[Measure]:
    """Hard cases apart: how many, and how often the model was right at the threshold on those that people read."""
    held = frame.filter(pl.Series(hard, dtype=pl.Boolean))
    read = held.filter(pl.col("label").is_not_null()).with_columns(taken=pl.col("probability") >= settings.threshold)
    relevant, taken = read.filter("label"), read.filter("taken")
    measures = [
        Measure("hard", "hard", held.height, None, None, read.height, "skipped, differed on or near the threshold"),
        Measure("labels_relevant", "hard", relevant.height, None, None, read.height),
    ]
    for name, side, other in (("hard_recall", relevant, "taken"), ("hard_precision", taken, "label")):
        share = float(side[other].sum() / side.height) if side.height else None
        measures.append(Measure(name, "hard", share, None, None, side.height, "the model alone, on labelled ones"))
    return measures


def _point(held: Stratum) -> float:
    if not held.decided:
        return 0.0
    return float(np.clip(held.hits / held.decided * held.size - held.known, 0, held.unread))


def _ratio(found: np.ndarray | float, missed: np.ndarray | float) -> np.ndarray:
    total = np.asarray(found + missed, dtype=np.float64)
    return np.where(total > 0, np.asarray(found) / np.where(total > 0, total, 1.0), 1.0)


def _beta(rng: np.random.Generator, a: float, b: float, draws: int) -> np.ndarray:
    if a <= 0:
        return np.zeros(draws)
    return np.ones(draws) if b <= 0 else rng.beta(a, b, draws)
