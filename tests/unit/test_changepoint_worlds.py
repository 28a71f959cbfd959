"""The generator behind the changepoint figures makes what its specification says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.changepoints.worlds import LEVELS, SCATTERS, START, World, delay_shares, draw, grid, season


def test_the_same_seed_gives_the_same_series_and_another_seed_others() -> None:
    """Reproducible: a world, a number and a seed are all it takes."""
    world = World("doubling", 15, 10, 0.4, "mixture")
    once, again, other = draw(world, 4, 7), draw(world, 4, 7), draw(world, 4, 8)
    assert (once.reports == again.reports).all()
    assert (once.counts != other.counts).any()


@pytest.mark.parametrize("correlation", [0.0, 0.4])
def test_noise_has_the_stated_variance_whatever_the_correlation(correlation: float) -> None:
    """The variance of counts around their rate is mean + mean^2 / size; log ratios of neighbours correlate as said."""
    batch = draw(World("quiet", 400, 10, correlation), 2000)
    ratio = batch.counts / batch.rates
    extra = ((ratio - 1) ** 2 - 1 / batch.rates).mean()
    assert extra == pytest.approx(1 / 10, rel=0.05)
    noise = np.log(np.maximum(ratio, 1e-9))
    lagged = np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]
    assert lagged == pytest.approx(correlation, abs=0.04)


def test_poisson_has_no_more_variance_than_its_mean() -> None:
    """`size` None is Poisson."""
    batch = draw(World("quiet", 50, None), 500)
    assert ((batch.counts - batch.rates) ** 2 / batch.rates).mean() == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "factors"),
    [
        ("quiet", (1, 1, 1, 1)),
        ("doubling", (2, 2, 2, 2)),
        ("halving", (0.5, 0.5, 0.5, 0.5)),
        ("up_and_down", (2, 2, 2, 1)),
        ("spike", (4, 1, 1, 1)),
        ("two_spike", (4, 4, 1, 1)),
    ],
)
def test_each_kind_changes_the_rate_as_specified(kind: str, factors: tuple[float, ...]) -> None:
    """Months c, c + 1, c + 2 and c + 24 against the rate the series had without the change."""
    batch = draw(World(kind, 50, None), 20)
    for row, at in enumerate(batch.changes):
        time = np.arange(batch.world.months)
        plain = batch.rates[row] / season()[time % 12]
        growth = (plain[at - 1] / plain[0]) ** (1 / (at - 1))
        assert 1 <= growth**12 <= 1.2
        assert plain[0] == pytest.approx(50)
        got = plain[[at, at + 1, at + 2, at + 24]] / growth ** np.array([at, at + 1, at + 2, at + 24]) / 50
        assert got == pytest.approx(factors)


def test_a_growth_change_bends_the_rate_without_a_step() -> None:
    """The yearly growth of the logarithm moves by 0.4 to the side that the truth names."""
    batch = draw(World("growth_change", 50, None), 20)
    assert set(batch.signs.tolist()) == {-1, 1}
    for row, at in enumerate(batch.changes):
        year = np.log(batch.rates[row, at + 12] / batch.rates[row, at])
        before = np.log(batch.rates[row, at] / batch.rates[row, at - 12])
        (truth,) = batch.truths(row)
        assert year - before == pytest.approx(0.4 if truth.direction == "up" else -0.4)


@pytest.mark.parametrize(
    ("delay", "least", "most", "mean"),
    [("at_once", 0, 0, 0), ("mixture", 4, 19, 12.5), ("pure18", 17, 19, 18.5), ("utility", 6, 14, 11)],
)
def test_delays_are_as_specified(delay: str, least: int, most: int, mean: float) -> None:
    """In calendar months; half a month is added where filing days are spread over their month."""
    shares = delay_shares(delay)
    months = np.flatnonzero(shares)
    assert shares.sum() == pytest.approx(1)
    assert (months.min(), months.max()) == (least, most)
    assert shares @ np.arange(len(shares)) == pytest.approx(mean, abs=0.52)


def test_a_triangle_holds_every_filing_once_with_its_month_of_report() -> None:
    """Reference months are first days, report dates last days, as `replay` wants them."""
    batch = draw(World("halving", 15, 10, 0.2, "mixture"), 3)
    frame = batch.triangle(1)
    assert frame["count"].sum() == batch.counts[1].sum()
    assert frame["reference_month"].min() == START
    assert (frame["report_date"] == frame["report_date"].dt.month_end()).all()
    months = frame["report_date"].dt.year() * 12 + frame["report_date"].dt.month()
    delay = months - frame["reference_month"].dt.year() * 12 - frame["reference_month"].dt.month()
    assert (delay * frame["count"]).sum() == (batch.reports[1] * np.arange(batch.reports.shape[2])).sum()


def test_the_grid_has_all_levels_and_scatters() -> None:
    """Twenty worlds of each kind, all different."""
    worlds = grid(["quiet"], ["pure18"])
    assert len(worlds) == len(set(worlds)) == len(LEVELS) * len(SCATTERS)
