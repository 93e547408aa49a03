import numpy as np
import pytest
import xarray as xr

from analysis.map_summary import class_shares, first_changes, map_table


@pytest.fixture
def found():
    best = np.array([["honest", "honest"], ["honest", "faking"], ["faking", "faking"]])
    advantage = np.array([[-2.0, -1.0], [-0.5, 0.5], [1.0, 2.0]])
    dims = ("agents.foresight", "regime.schedule.rate")
    return xr.Dataset(
        {"best": (dims, best), "faking_advantage": (dims, advantage)},
        coords={dims[0]: (dims[0], [0.1, 0.5, 0.9]), dims[1]: (dims[1], [0.2, 0.4])},
    )


def test_cells_are_counted_by_class(found):
    assert class_shares(found) == [
        {"class": "faking", "cells": 3, "share": 0.5},
        {"class": "honest", "cells": 3, "share": 0.5},
    ]


def test_first_change_along_each_axis(found):
    # down: the second column changes first, between .1 and .5; across: only the middle row changes
    down, across = first_changes(found)
    assert (down["last"], down["first"], down["from"], down["to"]) == (0.1, 0.5, "honest", "faking")
    assert (down["lines"], down["of"]) == (2, 2)
    assert (across["last"], across["first"], across["lines"], across["of"]) == (0.2, 0.4, 1, 3)


def test_axis_without_a_change_says_so(found):
    down, _ = first_changes(found.isel({"agents.foresight": [0]}))
    assert down == {
        "key": "agents.foresight",
        "lines": 0,
        "of": 2,
        "last": None,
        "first": None,
        "from": None,
        "to": None,
    }


def test_table_has_a_row_a_cell(found):
    table = map_table(found)
    assert list(table.columns) == ["agents.foresight", "regime.schedule.rate", "best", "faking_advantage"]
    assert len(table) == 6


def test_map_without_axes_is_one_cell():
    single = xr.Dataset({"best": ((), np.array("honest")), "loss": ((), np.array(1.5))})
    assert map_table(single).to_dict("records") == [{"best": "honest", "loss": 1.5}]
    assert class_shares(single) == [{"class": "honest", "cells": 1, "share": 1.0}]
    assert first_changes(single) == []
