"""Intervals and effect sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.counting import statistics


def test_bootstrap_resamples_articles_not_statements():
    values = np.repeat([0.5, -0.5, 0.4, -0.3], 25)
    articles = np.repeat(["a", "b", "c", "d"], 25)
    _, low, high = statistics.bootstrap_mean(values, articles)
    _, low_alone, high_alone = statistics.bootstrap_mean(values, np.arange(100))
    assert high - low > 3 * (high_alone - low_alone)
    assert np.isnan(statistics.bootstrap_mean([0.1, 0.2], ["a", "a"])[1])


def test_bootstrap_interval_covers_the_truth():
    rng = np.random.default_rng(1)
    hits = 0
    for trial in range(100):
        effects = rng.normal(0, 0.4, 25)
        values = (effects[:, None] + rng.normal(0, 0.3, (25, 4))).ravel()
        _, low, high = statistics.bootstrap_mean(values, np.repeat(np.arange(25), 4), draws=400, seed=trial)
        hits += low <= 0 <= high
    assert hits >= 86


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.lists(st.floats(-1, 1), min_size=1, max_size=30))
@settings(deadline=None)
def test_cliffs_delta_is_what_counting_pairs_gives(first, second):
    expected = np.mean([(a > b) - (a < b) for a in first for b in second])
    assert statistics.cliffs_delta(first, second) == pytest.approx(expected)


def test_holm_matches_a_worked_example():
    assert statistics.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_holds_the_share(right, n):
    right = min(right, n)
    low, high = statistics.wilson(right, n)
    assert 0 <= low <= right / n + 1e-12 and right / n - 1e-12 <= high <= 1


def test_wilson_is_the_published_one():
    assert np.allclose(statistics.wilson(8, 10), (0.4902, 0.9433), atol=1e-4)
    assert statistics.wilson(0, 0) == (0, 1)
