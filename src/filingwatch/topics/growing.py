"""New subjects among newcomers: documents that are many now and were few before, and are alike.

A linear model learns to tell newcomers from the documents known before, each judged by a model that did not see it. Of
known subjects newcomers are as hard to tell as chance has it; those above what the known documents reach are of a new
subject (novelty as a two-sample test by classifier: Friedman 2003, Lopez-Paz & Oquab 2017). The members found so are
learned again against all the rest, which sharpens the group. Nothing here knows a factor: small subjects that explain
next to nothing of the corpus are found as well. What becomes of them belongs to `continuing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import binom, hypergeom
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from filingwatch.topics.model import mean_direction

FOLDS = 4
SHARPENINGS = 3
STRENGTH = 10.0
# known documents that newcomers are told from: more only cost time
MOST_COMPARED = 12_000
# chance that newcomers of known subjects stand out as far; twenty draws of such in two languages gave 4e-4 at most
MOST_CHANCE = 1e-5
TAILS = (0.1, 0.05, 0.02, 0.01, 0.005)
# of the likeness to the nearest accepted topic; the same draws gave groups with 0.69 at most, planted subjects 0.70 and
# more, most of them above 0.85
LEAST_ALIKE = 0.7
# the same of those that stand out most in a corpus that drifts: groups of known subjects in the demo world had 1.08 at
# most, a planted subject of ten to twenty filings 5 and more
LEAST_ALIKE_OF_FEW = 1.5


@dataclass(frozen=True, slots=True)
class Rule:
    """A document belongs where its row times `weights`, plus `bias`, is above 0: the odds (natural logarithm)."""

    weights: np.ndarray
    bias: float


@dataclass(frozen=True, slots=True)
class Grown:
    """A new subject: its members (rows, rising) and the rule by which later documents join it."""

    members: np.ndarray
    rule: Rule


def find_new_subjects(
    matrix: sparse.csr_matrix, is_newcomer: np.ndarray, accepted: np.ndarray, *, least: int, most: int, seed: int
) -> list[Grown]:
    """At most `most` new subjects of at least `least` newcomers, the clearest first.

    `matrix` holds documents in a fixed order, `accepted` the accepted topics as rows of length 1.
    """
    found: list[Grown] = []
    left = is_newcomer.copy()
    while len(found) < most and left.sum() >= least and (~is_newcomer).sum() >= least:
        rows = np.sort(np.concatenate([np.flatnonzero(left), _draw(np.flatnonzero(~is_newcomer), seed)]))
        group = rows[_find_one(matrix[rows], left[rows], accepted, least, seed)]
        if not len(group):
            break
        left[group] = False
        found.append(Grown(group, learn_rule(matrix, group, seed)))
        accepted = np.vstack([accepted, mean_direction(matrix[group])])
    return found


def learn_rule(matrix: sparse.csr_matrix, members: np.ndarray, seed: int) -> Rule:
    """What tells these members from all other documents, cut where most of both are told rightly (F1)."""
    others = np.setdiff1d(np.arange(matrix.shape[0]), members)
    rows = np.sort(np.concatenate([members, _draw(others, seed)]))
    is_member = np.isin(rows, members)
    scores = _score_unseen(matrix[rows], is_member, seed)
    model = _learn(matrix[rows], is_member, seed)
    return Rule(model.coef_.ravel(), float(model.intercept_[0]) - _best_cut(scores, is_member))


def _find_one(matrix: sparse.csr_matrix, is_new: np.ndarray, accepted: np.ndarray, least: int, seed: int) -> np.ndarray:
    """Rows of the clearest group of newcomers; none where newcomers are told from the others by chance alone.

    Where the language of all subjects drifts, most newcomers stand out and are no group: then those that stand out most
    are tried, and must be clearly more like each other than like any accepted topic.
    """
    nobody = np.array([], dtype=np.int64)
    scores = _score_unseen(matrix, is_new, seed)
    new, old = scores[is_new], scores[~is_new]
    if _chance(new, old) > MOST_CHANCE:
        return nobody
    members = _sharpen(matrix, is_new, is_new & (scores >= _cut(new, old)), True, seed)
    if len(members) >= least and _likeness(matrix[members], accepted) >= LEAST_ALIKE:
        return members
    best, most = nobody, LEAST_ALIKE_OF_FEW
    for tail in TAILS:
        members = _sharpen(matrix, is_new, is_new & (scores >= np.quantile(old, 1 - tail)), False, seed)
        if len(members) >= least and (alike := _likeness(matrix[members], accepted)) >= most:
            best, most = members, alike
    return best


def _sharpen(
    matrix: sparse.csr_matrix, is_new: np.ndarray, members: np.ndarray, is_wide: bool, seed: int
) -> np.ndarray:
    """Rows of the newcomers that these members come down to, learned again and again against all the rest.

    A wide group takes whoever is more likely new than not; a narrow one, in a corpus that drifts, those alone that are
    best told from all the rest. None where as many of the others are like them as chance has it.
    """
    nobody = np.array([], dtype=np.int64)
    cut, scores = 0.0, np.zeros(len(is_new))
    for turn in range(SHARPENINGS):
        if members.sum() < FOLDS:
            return nobody
        scores = _score_unseen(matrix, members, seed + turn + 1)
        cut = _cut(scores[is_new], scores[~is_new]) if is_wide else _best_cut(scores, members)
        members = is_new & (scores >= cut)
    taken, others = int(members.sum()), int((~is_new & (scores >= cut)).sum())
    chance = hypergeom.sf(taken - 1, len(is_new), int(is_new.sum()), taken + others)
    return np.flatnonzero(members) if chance <= MOST_CHANCE else nobody


def _learn(matrix: sparse.csr_matrix, wanted: np.ndarray, seed: int) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", random_state=seed)
    return model.fit(matrix, wanted)


def _score_unseen(matrix: sparse.csr_matrix, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Log odds of each document by a model that did not see it."""
    scores = np.zeros(len(wanted))
    folds = StratifiedKFold(min(FOLDS, int(wanted.sum())), shuffle=True, random_state=seed)
    for seen, unseen in folds.split(matrix, wanted):
        scores[unseen] = _learn(matrix[seen], wanted[seen], seed).decision_function(matrix[unseen])
    return scores


def _chance(new: np.ndarray, old: np.ndarray) -> float:
    """How likely so many newcomers stand among the highest scores if they were like the others; the best of TAILS."""
    cuts = [np.quantile(old, 1 - tail) for tail in TAILS]
    return min(float(binom.sf((new > cut).sum() - 1, len(new), max((old > cut).mean(), 1e-6))) for cut in cuts)


def _cut(new: np.ndarray, old: np.ndarray) -> float:
    """The score from which newcomers are taken: where the F1 to be expected of the group is best.

    Below the median of the others newcomers of known subjects lie as often as these do, which tells how many of them
    there are (Storey 2002); at each score the share of the others above it tells how many of them would be taken.
    """
    falling, rising = np.sort(new)[::-1], np.sort(old)
    above = 1.0 - np.searchsorted(rising, falling, side="left") / len(rising)
    of_known = min(1.0, (new < np.median(old)).sum() / (0.5 * len(new)))
    taken = np.arange(1, len(new) + 1)
    right = np.maximum(taken - len(new) * of_known * above, 0.0)
    expected = 2 * right / (taken + max(len(new) * (1.0 - of_known), 1.0))
    return float(falling[int(np.argmax(expected))])


def _best_cut(scores: np.ndarray, wanted: np.ndarray) -> float:
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(wanted[order])
    return float(scores[order][int(np.argmax(2 * right / (np.arange(1, len(scores) + 1) + wanted.sum())))])


def _likeness(group: sparse.csr_matrix, accepted: np.ndarray) -> float:
    """Mean cosine of members to the mean of the others of the group, over the mean cosine to the nearest topic."""
    total, lengths = np.asarray(group.sum(axis=0)).ravel(), np.asarray(group.multiply(group).sum(axis=1)).ravel()
    along = group @ total
    others = np.sqrt(np.maximum(total @ total - 2 * along + lengths, 1e-12))
    nearest = (group @ accepted.T).max(axis=1, initial=0.0).mean()
    own = ((along - lengths) / others).mean()
    return float(own / nearest) if nearest > 0 else np.inf


def _draw(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= MOST_COMPARED:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_COMPARED, replace=False))
