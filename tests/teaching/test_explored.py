import base64
import json
import math
import re

import numpy as np
import pytest
from small_explorer import SMALL, small_explored

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.catalogue import load_scenario
from simulation.valuation import strategy_values
from teaching.explored import FORESIGHT, NUMBERS, VARIED, explored, explored_study
from teaching.explorer import explorer_page
from teaching.packing import packed, places_of_names, unpacked

#: A number is stored in float32, whose mantissa has 24 bits: half a unit in the last place is 2^-24 of it.
ROUNDING = 2.0**-24
ROTATION, PENALTY, DISCRIMINATION = tuple(VARIED)[:3]


@pytest.fixture(scope="module")
def found():
    return small_explored()


@pytest.fixture(scope="module")
def stored(found):
    """What the page holds, read from the page itself as its script does."""
    text = re.search(r'<script type="application/json" id="explored">(.*?)</script>', explorer_page(found), re.DOTALL)
    return json.loads(text[1])


def cell_of(stored, values):
    controls = stored["controls"]
    assert len(controls) == len(values)
    return sum(
        one["stride"] * list(SMALL[key]).index(value)
        for one, (key, value) in zip(controls, values.items(), strict=True)
    )


def point(rotation, penalty, discrimination, rate, foresight):
    return dict(zip(VARIED, (rotation, penalty, discrimination, rate, foresight), strict=True))


def test_told_agent_by_hand(stored):
    # MODEL.md, section 8, 3: with K = 0 a told agent fakes from foresight 1/(1 + tau (1 - m)) on. Here tau = 0.8:
    # at m = 0.2 from 1/1.64 = 0.6098 on, at m = 0.6 from 1/1.32 = 0.7576 on.
    best = unpacked(stored["codes"]["best"], "u1")

    def class_at(rate, foresight):
        return CLASS_NAMES[best[cell_of(stored, point(1.0, 0.0, math.inf, rate, foresight))]]

    assert [class_at(0.2, foresight) for foresight in (0.6, 0.64)] == ["honest", "faking"]
    assert [class_at(0.6, foresight) for foresight in (0.64, 0.72)] == ["honest", "honest"]


def test_worths_by_hand(stored):
    # Told, K = 0, gamma = 0.64, m = 0.2, tau = 0.8. Faking acts in unwatched episodes for ever:
    # 0.8/(1 - 0.64) = 2.2222. Acting always ends with the first flag: 1/(1 - 0.64 (1 - 0.16)) = 2.1626.
    cell = cell_of(stored, point(1.0, 0.0, math.inf, 0.2, 0.64))
    numbers = {name: unpacked(text, "<f4")[cell] for name, text in stored["numbers"].items()}
    assert numbers["faking"] == pytest.approx(0.8 / 0.36, rel=1e-6)
    assert numbers["honest"] == pytest.approx(1.0 / (1.0 - 0.64 * 0.84), rel=1e-6)
    assert (numbers["comply_probability_watched"], numbers["comply_probability_unwatched"]) == (1.0, 0.0)


def test_without_a_cue_there_is_no_faking_rule(stored):
    faking = unpacked(stored["numbers"]["faking"], "<f4")
    assert math.isnan(faking[cell_of(stored, point(1.0, 0.5, 0.0, 0.6, 0.6))])
    assert not math.isnan(faking[cell_of(stored, point(1.0, 0.5, 2.0, 0.6, 0.6))])


def test_nothing_deters_where_there_is_nothing_to_lose(stored):
    # rotation 0 and penalty 0: a flag costs nothing, so q* is infinite and L is 0
    cell = cell_of(stored, point(0.0, 0.0, 2.0, 0.6, 0.6))
    assert unpacked(stored["codes"]["deterrence"], "u1")[cell] == 1
    assert unpacked(stored["codes"]["guarding"], "u1")[cell] == 0
    assert unpacked(stored["numbers"]["threshold"], "<f4")[cell] == math.inf


def test_every_stored_number_is_the_exact_one(found, stored):
    """Each cell by a scenario of its own: the order of cells, the strides and the rounding are all in it."""
    base = load_scenario("base")
    columns = {name: unpacked(text, "<f4").astype(float) for name, text in stored["numbers"].items()}
    best = unpacked(stored["codes"]["best"], "u1")
    cells = np.random.default_rng(1).choice(found.study.cell_count, 60, replace=False)
    for cell in cells.tolist():
        values = {
            key: SMALL[key][cell // one["stride"] % len(SMALL[key])]
            for key, one in zip(VARIED, stored["controls"], strict=True)
        }
        exact = strategy_values(base.with_values(values))
        wanted = exact.values | {name: getattr(exact, name) for name in NUMBERS if name not in exact.values}
        assert CLASS_NAMES[best[cell]] == exact.best
        for name, column in columns.items():
            assert column[cell] == pytest.approx(wanted[name], rel=ROUNDING, abs=1e-37, nan_ok=True), (name, values)


def test_rounding_leaves_the_order_of_worths(found):
    """The best class is never shown to be worth less than another."""
    names = ("honest", "faking", "compliant")
    worths = np.array([found.numbers[name].astype(np.float32) for name in names])
    best = np.array([names.index(CLASS_NAMES[code]) for code in found.best])
    assert (np.nanmax(worths, axis=0) == worths[best, np.arange(best.size)]).all()


def test_names_stand_in_their_regions(found):
    rows, columns = found.controls[-2:]
    maps = found.best.reshape(-1, len(rows.values), len(columns.values))
    named = 0
    for one, names in zip(maps, places_of_names(found), strict=True):
        for code, x, y in names:
            row = np.abs(np.array(rows.values) - y).argmin()
            column = np.abs(np.array(columns.values) - x).argmin()
            assert one[row, column] == code
            named += 1
    assert named >= len(maps)


def test_edges_lie_half_way(found):
    rows, columns = found.controls[-2:]
    assert rows.edges == [0.0, 0.4, 0.8, 1.2]
    np.testing.assert_allclose(columns.edges, np.arange(0.46, 0.75, 0.04))


def test_what_the_guide_says_of_the_shipped_maps():
    """`teaching.reading`: where one flag converts, honesty never returns with foresight or a penalty."""
    study = explored_study()
    shipped = explored(study)
    best, loss = (values.reshape(study.shape) for values in (shipped.best, shipped.numbers["loss"]))
    honest, faking, compliant = (best == CLASS_NAMES.index(name) for name in ("honest", "faking", "compliant"))
    keys = list(study.axes)
    converts = honest[-1]
    assert study.axes[ROTATION][-1] == 1.0
    assert not (converts[..., 1:] & ~converts[..., :-1]).any()
    assert not (converts[1:] & ~converts[:-1]).any()
    assert (np.diff(loss[-1], axis=-1) >= -1e-9).all()
    # a smaller turn leaves less to guard
    assert (loss[0] == 0.0).all()
    # faking needs a cue, and at each of the others there is some
    by_cue = faking.any(axis=tuple(axis for axis, key in enumerate(keys) if key != DISCRIMINATION))
    assert by_cue.tolist() == [value > 0.0 for value in study.axes[DISCRIMINATION]]
    # upward, faking gives way to compliance where a flag hurts, and to honesty where it does not
    assert (faking[..., :-1, :] & compliant[..., 1:, :])[:, study.axes[PENALTY].index(1.5)].any()
    assert not (faking[..., :-1, :] & compliant[..., 1:, :])[:, 0, 3:].any()
    assert (faking[..., :-1, :] & honest[..., 1:, :])[:, 0].any()


def test_other_keys_are_refused():
    with pytest.raises(InputError, match=re.escape("regime.detector.hit_rate must be one of regime.response.rotation")):
        explored_study({"regime.detector.hit_rate": [0.5]})
    with pytest.raises(InputError, match="foresight"):
        explored_study({FORESIGHT: [0.5, 1.5]})


def test_data_cannot_end_their_script(found):
    page = explorer_page(found)
    assert "<\\/" not in json.dumps(packed(found)["numbers"])
    scripts = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 3
    assert all(isinstance(json.loads(text), dict) for text in scripts)
    assert base64.b64decode(json.loads(scripts[0])["codes"]["best"]) == found.best.tobytes()
