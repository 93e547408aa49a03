"""Studies of the claims that faking emerges, depends on the context, grows with capability, persists, and is strategic.

Each must load, have the figure and the conditions that it names, and vary and measure what its claim is about. Where
the claim has a direction that exact values know, two points of the study must differ in it.
"""

from __future__ import annotations

import math

import pytest

from analysis.figures.kinds import figure_of
from models.literature import gap_bound
from parameter_sweeps.catalogue import load_study
from parameter_sweeps.support_conditions import conditions_of, unfit_conditions
from simulation.valuation import strategy_values

LEVEL, OVERSEER = "agents.capability.level", "overseer.capability.level"
CUE, PROBE = "agents.cue.discrimination", "regime.detector.probe.hit_rate"
#: By study: the kind of its figure, what varies, and measures without which its claim cannot be judged.
STUDIES = {
    "emergence": ("regime_map", {"agents.foresight", "regime.schedule.rate"}, {"faking_share", "compliance_watched"}),
    "context_sensitivity": ("lines", {CUE, "agents.beliefs.mean"}, {"compliance_gap"}),
    "capability": ("heatmap", {LEVEL, OVERSEER}, {"faking_share"}),
    "persistence": ("differences", {"regime"}, {"faking_share"}),
    "explicit_reasoning": (
        "lines", {PROBE, "regime.response.rotation"}, {"strategic_compliance_rate", "honest_share", "alignment"},
    ),
    "preference_stability": (
        "heatmap", {"agents.current_goal_weight", "agents.terminal_guarding", "agents.planning"}, {"faking_share"},
    ),
    "front_and_back_stage": ("lines", {CUE, "agents.goals.angle"}, {"stage_distance"}),
    "weakness_of_will": ("lines", {"agents.akrasia", "agents.rationality"}, {"suspicion_auc"}),
}  # fmt: skip


def best_class(name, values):
    return strategy_values(load_study(name).scenario.with_values(values)).best


def gap(name, values):
    found = strategy_values(load_study(name).scenario.with_values(values))
    return found.act_probability_unwatched - found.act_probability_watched


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_varies_and_measures_what_its_claim_is_about(name):
    kind, axes, measures = STUDIES[name]
    study = load_study(name)
    assert figure_of(study)[0] == kind
    assert {*study.checked_axes, *(["regime"] if study.regimes else [])} == axes
    assert measures <= set(study.measures)
    assert study.claim.endswith(".")


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_judged_by_what_it_has(name):
    study = load_study(name)
    conditions = conditions_of(study.supports_if)
    assert conditions
    assert not [*unfit_conditions(study)]
    assert study.scenario.run.replicates >= 10 or (study.replicates or 0) >= 10
    simulated = {condition["measure"] for condition in conditions if "measure" in condition}
    assert simulated <= set(study.measures)


@pytest.mark.parametrize(
    ("foresight", "rate", "best"), [(0.9, 0.3, "faking"), (0.0, 0.1, "honest"), (0.0, 0.95, "compliant")]
)
def test_learners_are_compared_with_a_map_of_all_three_classes(foresight, rate, best):
    # myopic, q* = b/(tau K) = 1/1.2 = 0.83, d = 1: it complies on cues above logit q* - logit m. At m = 0.1 these are
    # above 3.8, which hardly any is; at m = 0.95 above -1.3, which 97 % of watched and 80 % of unwatched ones are
    values = {"agents.foresight": foresight, "regime.schedule.rate": rate}
    assert best_class("emergence", values) == best


def test_the_world_of_learners_is_that_of_the_map_of_rational_choice():
    learned, planned = (load_study(name).scenario for name in ("emergence", "rational_choice"))
    assert (learned.agents.decision, planned.agents.decision) == ("learner", "planner")
    assert learned.agents.cue == planned.agents.cue
    assert (learned.regime, learned.stakes) == (planned.regime, planned.stakes)


@pytest.mark.parametrize("belief", [0.002, 0.02, 0.2])
def test_the_exact_gap_grows_with_the_cue_below_its_bound(belief):
    gaps = [gap("context_sensitivity", {CUE: cue, "agents.beliefs.mean": belief}) for cue in (0.0, 1.0, 2.0, 4.0)]
    assert gaps == sorted(gaps)
    assert all(found <= gap_bound(cue) + 1e-12 for found, cue in zip(gaps, (0.0, 1.0, 2.0, 4.0), strict=True))


def test_who_was_told_differs_more_by_context_than_who_was_not():
    told, hinted, not_told = (
        gap("context_sensitivity", {CUE: 2.0, "agents.beliefs.mean": belief}) for belief in (0.2, 0.02, 0.002)
    )
    # told, d = 2: section 8.5 of the specification, .8686811184 - .1894779701
    assert told == pytest.approx(0.6792031483, abs=1e-9)
    assert told > hinted > not_told


@pytest.mark.parametrize("overseer", [0.4, 1.0])
def test_a_capable_agent_fakes_where_an_incapable_one_does_not(overseer):
    assert best_class("capability", {LEVEL: 0.1, OVERSEER: overseer}) != "faking"
    assert best_class("capability", {LEVEL: 1.0, OVERSEER: overseer}) == "faking"


def test_an_overseer_that_grows_with_the_agents_does_not_end_faking():
    assert [best_class("capability", {LEVEL: level, OVERSEER: level}) for level in (0.2, 1.0)] == ["honest", "faking"]


def test_without_a_cue_no_rule_fakes_and_told_agents_do():
    study = load_study("persistence")
    found = {str(cell.values["regime"]): study.cell_scenario(cell) for cell in study.cells()}
    for name in ("covert", "panopticon"):
        assert math.isnan(strategy_values(found[name], method="exact").values["faking"])
    # believing the true rate, as agents do when they have learned
    told = found["announced_tiers"].with_values({"agents.beliefs.mean": 0.2})
    assert strategy_values(told).best == "faking"


def test_a_probe_of_reasons_makes_fakers_honest():
    # at tau_w = 1 whoever is watched is flagged, acting or pretending, and acting pays b besides
    for rotation in (0.0, 0.3):
        found = [best_class("explicit_reasoning", {PROBE: hit, "regime.response.rotation": rotation}) for hit in (0, 1)]
        assert found == ["faking", "honest"]


@pytest.mark.parametrize(
    ("planning", "weight", "guarding", "fakes"),
    [("chain", 1.0, 0.0, True), ("chain", 0.0, 0.0, False), ("chain", 0.0, 2.0, False),
     ("myopic", 1.0, 2.0, True), ("myopic", 1.0, 0.0, False), ("unaware", 1.0, 2.0, False)],
)  # fmt: skip
def test_either_kind_of_guarding_makes_agents_fake(planning, weight, guarding, fakes):
    # a hedonist that plans counts the contentment of its modified self, which outweighs a dislike of 2
    values = {"agents.planning": planning, "agents.current_goal_weight": weight, "agents.terminal_guarding": guarding}
    assert (best_class("preference_stability", values) == "faking") == fakes


@pytest.mark.parametrize("angle", [0.6, 1.2, 2.4])
def test_two_selves_are_one_without_a_cue_and_nearly_pure_with_a_sharp_one(angle):
    assert gap("front_and_back_stage", {CUE: 0.0, "agents.goals.angle": angle}) == 0.0
    # at d = 6 a threshold midway errs in Phi(-3) = 0.13 % of either kind
    assert gap("front_and_back_stage", {CUE: 6.0, "agents.goals.angle": angle}) > 0.95


def test_only_a_weak_will_betrays_the_misaligned():
    # told: watched acting costs 0.9 x 1.5 and pretending 0.02 x 1.5, so that acting, worth 1, does not pay
    scenario = load_study("weakness_of_will").scenario
    misaligned = strategy_values(scenario.of_group("misaligned"))
    assert misaligned.best == "faking"
    assert misaligned.act_probability_watched == 0.0
    assert strategy_values(scenario.of_group("aligned")).best == "aligned"
