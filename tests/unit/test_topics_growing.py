"""New subjects among newcomers of an invented corpus whose language drifts: found while small, and not made up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from filingwatch.topics.growing import Grown, find_new_subjects, mean_direction

SUBJECTS, WORDS, DRIFT, OLD, NEW = 4, 30, 12, 800, 150


def invent_rows(subjects: np.ndarray, is_new: np.ndarray, seed: int) -> sparse.csr_matrix:
    """Documents of twelve words of their subject and three of all; a fifth of the new ones use words of the day."""
    rng = np.random.default_rng(seed)
    width = (SUBJECTS + 2) * WORDS + DRIFT
    dense = np.zeros((len(subjects), width))
    for row, subject in enumerate(subjects):
        dense[row, subject * WORDS + rng.choice(WORDS, 12, replace=False)] = 1.0
        dense[row, (SUBJECTS + 1) * WORDS + rng.choice(WORDS, 3, replace=False)] = 1.0
        if is_new[row] and subject < SUBJECTS and rng.random() < 0.2:
            dense[row, -DRIFT + rng.choice(DRIFT, 2, replace=False)] = 1.0
    return sparse.csr_matrix(dense / np.linalg.norm(dense, axis=1)[:, None])


def find(planted: int, seed: int) -> tuple[list[Grown], np.ndarray]:
    """What is found among newcomers of known subjects and so many of a new one; the rows of the latter."""
    rng = np.random.default_rng(seed)
    subjects = np.concatenate([rng.integers(SUBJECTS, size=OLD + NEW), np.full(planted, SUBJECTS)])
    is_new = np.arange(len(subjects)) >= OLD
    matrix = invent_rows(subjects, is_new, seed)
    accepted = np.vstack([mean_direction(matrix[subjects == one]) for one in range(SUBJECTS)])
    return find_new_subjects(matrix, is_new, accepted, least=10, most=3, seed=seed), np.flatnonzero(
        subjects == SUBJECTS
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_subject_of_a_dozen_filings_is_found_although_all_subjects_drift(seed: int) -> None:
    """Its members are told from newcomers of known subjects, a fifth of which carry words that nobody used before."""
    found, planted = find(12, seed)
    assert len(found) == 1
    right = len(np.intersect1d(found[0].members, planted))
    assert 2 * right / (len(found[0].members) + len(planted)) >= 0.8


@pytest.mark.parametrize("seed", range(3))
def test_drift_alone_is_no_subject(seed: int) -> None:
    """Newcomers that differ from all before by a few words of the day, whatever they are about, are no group."""
    assert find(0, seed)[0] == []
