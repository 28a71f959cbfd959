"""The candidates of the search in the full likelihood: which of them hold, and what each is worth.

The model that they are judged in is `full_model`, what is told of a changepoint belongs to `describing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from filingwatch.changepoints.full_model import Fitted, FullModel, Turn, Turning
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.noise import Scatter
from filingwatch.changepoints.settling import Options, Series, State, estimate_scatter

_BOTH = 3.0
"""So much more must a step and a bend together say than either alone at its own best period."""
_APART = 3
_MOST_ADDED = 4
_WORTH_A_FIT = 0.5
_HOPELESS = 0.5
_FOUND_LATER = 1.0
"""What a better date can add to the evidence of a candidate."""
_PULSE_BEFORE = 3
_PULSE_AFTER = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A changepoint that holds: evidence in log-likelihood, what is left of it without the months that help it most,
    those months, and what changes."""

    turning: Turning
    evidence: float
    firm_evidence: float
    helpers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refit:
    """The full model with the changepoints that hold."""

    model: FullModel
    fitted: Fitted
    held: tuple[Held, ...]
    mean: Array

    @property
    def turnings(self) -> list[Turning]:
        return [held.turning for held in self.held]


def refit(series: Series, state: State, options: Options) -> Refit:
    """The changepoints of the search that have the evidence asked for in the full likelihood, and those it adds.

    The weakest is dropped until all have the evidence; the scatter is estimated anew each time. Then steps are added
    that the coarser search has missed.
    """
    kind: Turn = "both" if options.has_growth else "level"
    turnings = [Turning(_first_judged(series, cut), kind) for cut in state.cuts]
    scatter, added = state.scatter, 0
    while True:
        model, fitted = _scattered(series, state, options, scatter, turnings)
        scatter = model.scatter
        evidence = _evidence(model, fitted, turnings)
        if min(evidence, default=np.inf) >= options.threshold - _FOUND_LATER:
            turnings = _with_kinds(model, turnings)
            fitted = model.fit(turnings)
            evidence = _evidence(model, fitted, turnings)
            if min(evidence, default=np.inf) >= options.threshold:
                more = _one_more_step(model, turnings, fitted) if added < _MOST_ADDED else None
                if more is None:
                    break
                added += 1
                turnings = sorted([*turnings, more], key=lambda turning: turning.index)
                continue
        turnings = _without_weakest(turnings, evidence, options.threshold)
    held = tuple(
        Held(turning, float(evidence[place]), *_firmness(model, series, turnings, place, fitted))
        for place, turning in enumerate(turnings)
    )
    return Refit(model, fitted, held, model.mean(fitted, turnings))


def _scattered(
    series: Series, state: State, options: Options, scatter: Scatter, turnings: list[Turning]
) -> tuple[FullModel, Fitted]:
    """The model with the scatter around its own mean."""
    first = FullModel(series, options, state.effects, scatter)
    mean = first.mean(first.fit(turnings), turnings)
    model = first.with_scatter(estimate_scatter(series, state.effects, mean, len(turnings) + 1, options))
    return model, model.fit(turnings)


def _evidence(model: FullModel, fitted: Fitted, turnings: list[Turning]) -> list[float]:
    """Log-likelihood that each changepoint is worth."""
    return [fitted.value - model.fit(_without(turnings, place)).value for place in range(len(turnings))]


def _without_weakest(turnings: list[Turning], evidence: list[float], threshold: float) -> list[Turning]:
    """All but the weakest, and but those that are hopeless and weaker than both neighbours."""
    beside = [np.inf, *evidence, np.inf]
    hopeless = {
        place
        for place, (before, own, after) in enumerate(zip(beside[:-2], beside[1:-1], beside[2:], strict=True))
        if own < _HOPELESS * threshold and own <= min(before, after)
    }
    gone = hopeless | {int(np.argmin(evidence))}
    return [turning for place, turning in enumerate(turnings) if place not in gone]


def _without(turnings: Sequence[Turning], place: int) -> list[Turning]:
    return [*turnings[:place], *turnings[place + 1 :]]


def _with_kinds(model: FullModel, turnings: list[Turning]) -> list[Turning]:
    """Each changepoint as a step or a bend at its best period, unless both together say much more."""
    told = list(turnings)
    for place in range(len(told)):
        others = _without(told, place)
        low, high = _room(model, told, place)
        both = _replaced(told, place, told[place].index, "both" if model.options.has_growth else "level")
        candidates = [(model.fit(both).value - (_BOTH if model.options.has_growth else 0.0), both)]
        for kind, gains in zip(("level", "growth"), model.score(others), strict=True):
            if kind == "growth" and not model.options.has_growth:
                continue
            tried = [_replaced(told, place, at, kind) for at in _peaks(gains, low, high, model.series.used)]
            candidates += [(model.fit(each).value, each) for each in tried]
        told = max(candidates, key=lambda pair: pair[0])[1]
    return told


def _one_more_step(model: FullModel, turnings: list[Turning], fitted: Fitted) -> Turning | None:
    """A step that the full likelihood wants and the search has not proposed."""
    if model.options.most_changes is not None and len(turnings) >= model.options.most_changes:
        return None
    steps, _ = model.score(turnings)
    tried = []
    edges = [0, *(turning.index for turning in turnings), len(steps)]
    for low, high in pairwise(edges):
        room = _allowed(model, low, high)
        worth = steps[room[0] : room[1] + 1].max(initial=0.0) >= _WORTH_A_FIT * model.options.threshold
        for at in _peaks(steps, *room, model.series.used) if worth else []:
            value = model.fit(sorted([*turnings, Turning(at, "level")], key=lambda turning: turning.index)).value
            tried.append((value, Turning(at, "level")))
    if not tried:
        return None
    value, best = max(tried, key=lambda pair: pair[0])
    return best if value - fitted.value >= model.options.threshold else None


def _first_judged(series: Series, at: int) -> int:
    """The first judged period of a regime that begins at `at`, which may be unknown."""
    return at + int(np.argmax(series.used[at:]))


def _replaced(turnings: Sequence[Turning], place: int, at: int, kind: Turn) -> list[Turning]:
    return [*turnings[:place], Turning(at, kind), *turnings[place + 1 :]]


def _room(model: FullModel, turnings: Sequence[Turning], place: int) -> tuple[int, int]:
    """First and last period at which a changepoint may lie between its neighbours."""
    before = turnings[place - 1].index if place else 0
    after = turnings[place + 1].index if place + 1 < len(turnings) else len(model.series.counts)
    return _allowed(model, before, after)


def _allowed(model: FullModel, before: int, after: int) -> tuple[int, int]:
    """The periods of a stretch that leave enough judged ones on both sides; the first is beyond the last if none do."""
    judged = np.flatnonzero(model.series.used[before:after]) + before
    least = model.options.least_length
    if len(judged) < 2 * least:
        return after, before
    return int(judged[least - 1]) + 1, int(judged[-least])


def _peaks(gains: Array, low: int, high: int, used: Array) -> list[int]:
    """The highest judged place of a stretch, its neighbours, and the highest of those that are not beside it."""
    places = np.arange(low, high + 1)
    places = places[used[low : high + 1]]
    if not len(places):
        return []
    order = places[np.argsort(-gains[places])]
    best = int(order[0])
    beside = [int(at) for at in (best - 1, best + 1) if at in places]
    far = order[np.abs(order - best) > _APART][:1]
    return [best, *beside, *(int(at) for at in far)]


def _firmness(
    model: FullModel, series: Series, turnings: Sequence[Turning], place: int, fitted: Fitted
) -> tuple[float, tuple[int, ...]]:
    """Evidence that is left without the pair of neighbouring months that helps most, and that pair."""
    index = turnings[place].index
    judged = np.flatnonzero(series.used)
    first = int(np.searchsorted(judged, index))
    near = judged[max(first - _PULSE_BEFORE, 0) : first + _PULSE_AFTER]
    fewer = _without(turnings, place)
    plain = model.fit(fewer)
    help_of = _helps(model, series, model.mean(fitted, turnings), model.mean(plain, fewer))
    pairs = [(help_of[one] + help_of[other], (int(one), int(other))) for one, other in pairwise(near)]
    tried = [pair for _, pair in sorted(pairs, reverse=True)[:2]]
    left = [model.fit(turnings, pair).value - model.fit(fewer, pair).value for pair in tried]
    if not left:
        return 0.0, ()
    worst = int(np.argmin(left))
    return float(left[worst]), _extremes(tried[worst], help_of)


def _helps(model: FullModel, series: Series, with_it: Array, without: Array) -> Array:
    """What each period adds to the likelihood ratio, its neighbours left aside."""
    if not series.is_count:
        return ((series.counts - without) ** 2 - (series.counts - with_it) ** 2) / model.scatter.variance / 2
    with np.errstate(divide="ignore"):
        gain = series.counts * np.log(with_it / without) - (with_it - without)
    return gain / (1 + model.scatter.variance * model.scatter.inflation * np.maximum(with_it, without))


def _extremes(pair: tuple[int, int], help_of: Array) -> tuple[int, ...]:
    """Both months, or the one that helps when the other hardly does."""
    one, other = pair
    if help_of[other] < help_of[one] / 4:
        return (one,)
    if help_of[one] < help_of[other] / 4:
        return (other,)
    return pair
