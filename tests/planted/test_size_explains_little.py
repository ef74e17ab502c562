"""What messiness says of the true loss of coverage is not what a count of buildings says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from benchmarks.planted import loss_of
from benchmarks.rank import partial_rank_correlation, rank_correlation
from tests.planted.city import Planted, planted_city
from tests.planted.parameters import STYLES
from tests.real_city import batch_of
from twin.messiness.measure import Messiness, messiness


@cache
def measured(style: str) -> tuple[Planted, Messiness]:
    planted = planted_city(style, 31, zones=250)
    return planted, messiness(batch_of(planted.layers["zone"], planted.layers))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("supplied", [False, True])
def test_messiness_ranks_with_the_loss_and_keeps_a_part_that_the_count_has_not(style: str, supplied: bool) -> None:
    planted, form = measured(style)
    loss, count = loss_of(planted, supplied=supplied), form.n
    assert rank_correlation(form.value, loss) > 0.45
    assert partial_rank_correlation(form.value, loss, count) > 0.15
    assert partial_rank_correlation(count, loss, form.value) < 0.2
    assert rank_correlation(form.value, loss) > rank_correlation(np.where(np.isnan(form.value), np.nan, count), loss)


@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(-2, 2))
def test_one_that_is_held_gives_the_recursive_formula(seed: int, one: float, other: float) -> None:
    random = np.random.default_rng(seed)
    held = random.normal(size=60)
    x, y = one * held + random.normal(size=60), other * held + random.normal(size=60)
    xy, xh, yh = (spearmanr(*pair).statistic for pair in ((x, y), (x, held), (y, held)))
    expected = (xy - xh * yh) / np.sqrt((1 - xh**2) * (1 - yh**2))
    assert partial_rank_correlation(x, y, held) == pytest.approx(expected, abs=1e-9)
    assert rank_correlation(x, y) == pytest.approx(xy, abs=1e-12)


def test_few_pairs_and_one_value_give_no_correlation() -> None:
    assert np.isnan(rank_correlation(range(19), range(19)))
    assert np.isnan(rank_correlation([1.0] * 30, range(30)))
    assert rank_correlation([*range(30), np.nan], [*range(30), 5]) == pytest.approx(1)
