"""Names of regions: in the roomiest place, wholly inside."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.figures.labels import roomiest_place

EVEN = np.linspace(0.0, 1.0, 101)


def test_all_of_the_axes_has_its_middle():
    assert roomiest_place(np.ones((101, 101)), EVEN, EVEN, 0.2, 0.2) == pytest.approx((0.5, 0.5), abs=0.01)


def test_a_strip_as_high_as_the_label():
    # inside where y is below 0.2; the middle of the strip is at 0.1
    below = np.where(EVEN[:, None] < 0.2, 1.0, -1.0) * np.ones(101)
    x, y = roomiest_place(below, EVEN, EVEN, 0.2, 0.15)
    assert 0.1 < x < 0.9
    assert y == pytest.approx(0.1, abs=0.02)
    assert roomiest_place(below, EVEN, EVEN, 0.2, 0.25) is None


def test_a_coarse_field_is_not_taken_for_a_large_region():
    # one row of five is above 0, which is the upper eighth of the axes
    coarse = np.linspace(0.0, 1.0, 5)
    above = np.where(coarse[:, None] == 1.0, 1.0, -1.0) * np.ones(5)
    assert roomiest_place(above, coarse, coarse, 0.2, 0.2) is None
    assert roomiest_place(above, coarse, coarse, 0.2, 0.08) is not None


def test_unequal_distances_count():
    # columns crowd at the left: the region right of column 1 is nine tenths of the axes
    columns = np.array([0.0, 0.05, 0.1, 1.0])
    right = np.ones((101, 4)) * np.array([-1.0, -1.0, 1.0, 1.0])
    x, _ = roomiest_place(right, columns, EVEN, 0.2, 0.1)
    assert x == pytest.approx(0.54, abs=0.02)


def test_nowhere():
    assert roomiest_place(-np.ones((3, 3)), np.linspace(0, 1, 3), np.linspace(0, 1, 3), 0.1, 0.1) is None
