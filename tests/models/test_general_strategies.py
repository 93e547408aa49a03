import math

import numpy as np
import pytest
from scipy import stats

from models.choice import ACT, COMPLY, SPEAK
from models.class_rules import class_of_rule, listed_rule
from models.flows import constant_flow, rule_rates
from models.goals import FIXED, PROPORTIONAL, RANDOM, TASKS
from models.judgement import own_eyes
from models.outlook import CHAIN, ENDLESS, MYOPIC, NAIVE, UNAWARE
from models.perception import BINARY, GAUSSIAN
from models.stakes import random_stakes
from models.strategies import ALIGNED, CLASS_NAMES, COMPLIANT, FAKING, HONEST, PERVERSE, strategy_values_at
from tests.models import general_brute_force as brute_force
from tests.models.general_case import (
    arguments,
    brute_game,
    from_basic,
    losses,
    outlook,
    random_changes,
    strategies,
    with_random_stakes,
)
from tests.models.test_planning import random_game

TOLD = {"cue_kind": BINARY, "quality": 1.0}
CUELESS = {"quality": 0.0}
VOICE = {"offers_voice": 1, "answered": 1.0}
TIE = 1e-6


def name_of(**changes):
    return CLASS_NAMES[strategies(**changes).best]


# Worked by hand


def test_1_told_cue():
    found = strategies(**TOLD)
    assert found.faking == pytest.approx(8.0, rel=1e-13)
    assert found.honest == pytest.approx(1.0 / 0.244, rel=1e-13)
    assert found.compliant == 0.0
    assert found.best == FAKING
    assert found.value == pytest.approx(8.0, rel=1e-13)


def test_2_no_cue():
    assert name_of(**CUELESS, foresight=0.0, penalty=6.25 - TIE) == "honest"
    assert name_of(**CUELESS, foresight=0.0, penalty=6.25 + TIE) == "compliant"
    assert math.isnan(strategies(**CUELESS).faking)


def test_3_told_cue_threshold():
    assert name_of(**TOLD, act_watched=0.5, foresight=0.7142857143 - TIE) == "honest"
    assert name_of(**TOLD, act_watched=0.5, foresight=0.7142857143 + TIE) == "faking"


@pytest.mark.parametrize(("cost", "onset"), [(0.0, 0.6097560976), (0.5, 0.4838709677)])
def test_4_onset(cost, onset):
    assert strategies(penalty=cost, foresight=onset + TIE).threshold < 1.0
    assert strategies(penalty=cost, foresight=onset - TIE).threshold > 1.0


def test_5_gaussian_cue():
    found = strategies()
    assert found.value == pytest.approx(5.7574850199, abs=5e-11)
    assert found.threshold == pytest.approx(0.2412318719, abs=5e-11)
    assert (found.act_watched, found.act_unwatched) == pytest.approx((0.1894779701, 0.8686811184), abs=2e-8)
    clawed = strategies(clawback=1.0)
    assert clawed.value == pytest.approx(5.531857264, abs=5e-10)
    assert clawed.threshold == pytest.approx(0.20908, abs=5e-6)


def test_6_two_valued_cue():
    for accuracy, expected in ((0.6721763085 - TIE, "honest"), (0.6721763085 + TIE, "faking")):
        assert name_of(cue_kind=BINARY, quality=accuracy) == expected


def test_7_random_stakes_without_a_cue_are_honest_above_the_reservation_stake():
    found = strategies(stakes=random_stakes(1.0, stats.expon, exact=True), **CUELESS, act_watched=0.5)
    expected = math.exp(-0.529832965633)
    assert (found.act_watched, found.act_unwatched) == pytest.approx((expected, expected), rel=1e-10)
    assert found.best == HONEST


def test_8_depth():
    for depth, expected in ((1, "honest"), (2, "honest"), (3, "faking"), (8, "faking")):
        assert name_of(**TOLD, act_watched=0.5, foresight=1.0, depth=depth) == expected


def test_9_whose_goals_judge():
    told = TOLD | {"act_watched": 0.5}
    assert name_of(**told, goal_weight=0.4222222222 - TIE) == "honest"
    assert name_of(**told, goal_weight=0.4222222222 + TIE) == "faking"


def test_17_honeypots():
    # m = .2, half of it honeypots: h = .1, r = .8: real chances are deterred iff .1 >= .8/K.
    for penalty, acts in ((8.0 - TIE, 1.0), (8.0 + TIE, 0.0)):
        found = strategies(**TOLD, honeypots=0.5, foresight=0.0, clawback=1.0, act_watched=1.0, penalty=penalty)
        # gamma = 0 and no Omega: eta does not matter.
        assert found.act_unwatched == acts


def test_17_amnesty():
    told = TOLD | VOICE | {"act_watched": 1.0}
    watched = [strategies(**told, bonus=bonus) for bonus in (7.2 - TIE, 7.2 + TIE, 10.0 - TIE, 10.0 + TIE)]
    assert [found.best for found in watched] == [FAKING, HONEST, HONEST, HONEST]
    assert [found.comply_watched for found in watched] == [1.0, 0.0, 0.0, 0.0]
    assert [found.act_unwatched for found in watched] == [1.0, 1.0, 1.0, 0.0]


def test_17_always_speaking_against_faking():
    # Speaking always is worth the bonus: the plan ends with it. Faking is worth 8.
    here = outlook(**TOLD, **VOICE, bonus=8.0, act_watched=1.0)
    always = constant_flow(
        own_eyes(0.5 * math.pi, here.stakes), rule_rates(listed_rule(SPEAK, SPEAK, COMPLY), 0.0, here, 0.0)
    )
    faking = constant_flow(
        own_eyes(0.5 * math.pi, here.stakes), rule_rates(listed_rule(ACT, COMPLY, COMPLY), 0.0, here, 0.0)
    )
    assert (always.gain - always.cost) / (1.0 - 0.9 * (1.0 - always.hazard)) == pytest.approx(8.0)
    assert (faking.gain - faking.cost) / (1.0 - 0.9 * (1.0 - faking.hazard)) == pytest.approx(8.0)


@pytest.mark.parametrize(("posterior", "complies"), [(0.5 + TIE, True), (0.5 - TIE, False)])
def test_18_signal(posterior, complies):
    # m = .3, q* = 1/2; the signal leaves mu: it complies on it iff mu >= q*, that is m/mu = .6 of the time.
    false = 0.3 * (1.0 - posterior) / (posterior * 0.7)
    found = strategies(**CUELESS, belief=0.3, false_signal=false, act_watched=1.0, penalty=2.0, foresight=0.0)
    share = 0.3 * found.comply_watched + 0.7 * found.comply_unwatched
    assert share == pytest.approx(0.6 if complies else 0.0, abs=1e-5)


def test_classes_of_rules():
    assert class_of_rule(0.0, 0.0, 1.0, 1.0) == COMPLIANT
    assert class_of_rule(0.0, 1.0, 1.0, 0.0) == FAKING
    assert class_of_rule(1.0, 1.0, 0.0, 0.0) == HONEST
    assert class_of_rule(1.0, 0.0, 0.0, 1.0) == PERVERSE
    # Speaks when watched, complies when not: honest, it says so.
    assert class_of_rule(0.0, 0.0, 0.0, 1.0) == HONEST


# Ends


def test_aligned():
    found = strategies(angle=0.0, comply_sincere=0.1, penalty=2.0)
    # .2 * .1 * 2/.1.
    assert (found.best, found.compliant, found.value) == (ALIGNED, pytest.approx(-0.4), pytest.approx(-0.4))
    assert math.isnan(found.honest)
    assert math.isnan(found.faking)
    assert strategies(angle=0.0, comply_sincere=0.1, penalty=2.0, kind=MYOPIC).value == pytest.approx(-0.04)


def test_watched_compliance_that_turns_can_be_perverse():
    # Told, m = 1/2, nothing flagged: complying when watched costs the goals, acting does not; unwatched acts are
    # leaked and fined: f_0 = 1, F = 2.
    found = strategies(
        **TOLD, belief=0.5, act_watched=0.0, act_unwatched=1.0, penalty=2.0, rotation=0.0, reinforced_rotation=1.0
    )
    assert found.best == PERVERSE
    assert (found.act_watched, found.act_unwatched) == (1.0, 0.0)


@pytest.mark.parametrize("kind", [UNAWARE, MYOPIC])
def test_9_those_who_see_no_turn_never_fake(kind):
    generator = np.random.default_rng(61)
    for _ in range(200):
        of = random_changes(
            generator, FIXED, BINARY, kind=kind, offers_voice=0, penalty=0.0, guarding=0.0, clawback=0.0
        )
        assert strategies(**of).best == HONEST
        assert (
            strategies(**of | {"kind": CHAIN, "goal_weight": 0.0, "reinforced_rotation": 0.0, "rotation": 1.0}).best
            != FAKING
        )


# Equal to the basic rules


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize(("rotation", "games"), [(1.0, 300), (0.5, 60)])
def test_equals_the_basic_strategies(rotation, games, cue_kind):
    generator = np.random.default_rng([62, int(10 * rotation), cue_kind])
    for _ in range(games):
        of = random_game(generator, rotation, cue_kind)
        true_honeypots = generator.choice([of["reckoned_honeypots"], generator.uniform(0.0, 0.6)])
        expected = strategy_values_at(*of.values(), true_honeypots)
        found = strategies(true_honeypots, **from_basic(of))
        allowed = {"rel": 1e-6, "abs": 1e-7, "nan_ok": True}
        assert found[:4] == pytest.approx(expected[:4], **allowed), of
        assert found.threshold == pytest.approx(expected[4], **allowed), of
        assert (found.act_watched, found.act_unwatched) == pytest.approx(expected[5:7], abs=1e-6), of
        assert found.loss_flag == pytest.approx(expected[7], **allowed), of


@pytest.mark.parametrize("ends", [{"quality": 0.0}, {"belief": 0.0}, {"belief": 1.0}], ids=str)
def test_equals_the_basic_strategies_at_the_ends(ends):
    """A cue that says nothing is a coin to both, and what is certain leaves the classes that there are."""
    generator = np.random.default_rng(64)
    for _ in range(100):
        of = random_game(generator, 1.0, GAUSSIAN) | ends
        expected = strategy_values_at(*of.values(), of["reckoned_honeypots"])
        found = strategies(**from_basic(of))
        assert found[:4] == pytest.approx(expected[:4], rel=1e-5, abs=1e-6, nan_ok=True), of


def test_20_with_full_reward_for_complying_the_future_is_no_reason():
    generator = np.random.default_rng(63)
    for cue_kind in (GAUSSIAN, BINARY):
        for _ in range(200):
            of = random_changes(
                generator, PROPORTIONAL, cue_kind, rotation=1.0, reinforced_rotation=1.0, act_watched=1.0, clawback=0.0,
                act_unwatched=0.0, comply_strategic=0.0, comply_sincere=0.0, offers_voice=0, goal_weight=1.0,
            )  # fmt: skip
            found, at_once = strategies(**of), strategies(**of | {"foresight": 0.0})
            assert found.best == at_once.best
            chosen = (found.act_watched, found.act_unwatched)
            assert chosen == pytest.approx((at_once.act_watched, at_once.act_unwatched), abs=1e-7)


# Properties


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize("stakes_kind", [PROPORTIONAL, FIXED, RANDOM, TASKS])
@pytest.mark.parametrize(
    ("kind", "depth"), [(CHAIN, ENDLESS), (NAIVE, ENDLESS), (CHAIN, 2), (MYOPIC, 0), (UNAWARE, ENDLESS)]
)
def test_the_best_rule_is_worth_most(kind, depth, stakes_kind, cue_kind):
    generator = np.random.default_rng([64, kind, depth + 1, stakes_kind, cue_kind])
    for _ in range(4):
        of = random_changes(generator, stakes_kind, cue_kind, kind=kind, depth=depth)
        if stakes_kind == RANDOM:
            of |= {"stakes": random_stakes(of["scale"], stats.expon)}
        found = strategies(**of)
        worths = {HONEST: found.honest, COMPLIANT: found.compliant, FAKING: found.faking}
        slack = 1e-9 * (1.0 + abs(found.value))
        if found.best in worths:
            assert worths[found.best] == pytest.approx(found.value, abs=10.0 * slack, rel=0.0), of
        assert all(not worth > found.value + slack for worth in worths.values()), of
        assert not math.isnan(found.honest)
        assert not math.isnan(found.compliant)
        if kind in (CHAIN, NAIVE):
            assert (found.loss_flag, found.loss_comply) == losses(**of)


def test_values_of_two_valued_cues_by_trying_all_rules():
    generator = np.random.default_rng(65)
    for _ in range(60):
        of = random_changes(generator, FIXED, BINARY, rotation=1.0, reinforced_rotation=0.0, offers_voice=1)
        game = brute_game(of)
        chain = brute_force.Chain(game)
        after = -game.belief * game.detector.comply_sincere * game.response.penalty / (1.0 - game.planner.foresight)
        after += (1.0 - game.planner.goal_weight) * game.scale / (1.0 - game.planner.foresight)
        expected = dict.fromkeys((HONEST, COMPLIANT, FAKING, PERVERSE), -math.inf)
        for rule in brute_force.all_rules(game):
            flow, hazard, _ = brute_force.episode(game, game.angle, game.angle, rule[None], chain.guarding((0, 0)))
            gamma = game.planner.foresight
            worth = (flow + gamma * hazard * after) / (1.0 - gamma * (1.0 - hazard))
            code = class_of_rule(rule[0], rule[2], 1.0 - rule[0] - rule[1], 1.0 - rule[2] - rule[3])
            expected[code] = max(expected[code], worth)
        found = strategies(**of)
        for code, worth in ((HONEST, found.honest), (COMPLIANT, found.compliant), (FAKING, found.faking)):
            wanted = expected[code] if math.isfinite(expected[code]) else math.nan
            assert worth == pytest.approx(wanted, rel=1e-10, abs=1e-12, nan_ok=True), of


def test_values_of_a_gaussian_cue_with_voice_are_not_below_threshold_rules():
    # Any two thresholds, act below the first and speak above the second, give a rule of some class.
    generator = np.random.default_rng(66)
    for _ in range(25):
        of = random_changes(
            generator, FIXED, GAUSSIAN, rotation=1.0, reinforced_rotation=0.0, offers_voice=1, false_signal=1.0
        )
        found, here = strategies(**of), outlook(**of)
        best = {HONEST: -math.inf, COMPLIANT: -math.inf, FAKING: -math.inf, PERVERSE: -math.inf}
        for low in np.append(np.linspace(-4.0, 4.0, 25), [-math.inf, math.inf]):
            for high in np.append(low + np.linspace(0.0, 6.0, 25), [math.inf]) if math.isfinite(low) else [math.inf]:
                rule = brute_rule(here, low, high)
                code = class_of_rule(rule[0], rule[2], 1.0 - rule[0] - rule[1], 1.0 - rule[2] - rule[3])
                best[code] = max(best[code], worth_of(of, rule))
        for code, worth in ((HONEST, found.honest), (FAKING, found.faking), (COMPLIANT, found.compliant)):
            assert worth >= best[code] - 1e-9, of


def brute_rule(here, low, high):
    half, hidden = 0.5 * here.cue.quality, here.cue.honeypots
    acts_1, acts_0 = stats.norm.cdf(low - half), stats.norm.cdf(low + half)
    speaks_1, speaks_0 = stats.norm.sf(high - half), stats.norm.sf(high + half)
    return np.array([
        (1.0 - hidden) * acts_1 + hidden * acts_0, (1.0 - hidden) * speaks_1 + hidden * speaks_0, acts_0, speaks_0
    ])  # fmt: skip


def worth_of(of, rule):
    game = brute_game(of)
    gamma = game.planner.foresight
    after = -game.belief * game.detector.comply_sincere * game.response.penalty / (1.0 - gamma)
    after += (1.0 - game.planner.goal_weight) * game.scale / (1.0 - gamma)
    flow, hazard, _ = brute_force.episode(game, game.angle, game.angle, rule[None], game.planner.guarding)
    return (flow + gamma * hazard * after) / (1.0 - gamma * (1.0 - hazard))


def test_random_stakes_that_are_all_the_same_are_fixed():
    generator = np.random.default_rng(67)
    for _ in range(30):
        of = random_changes(generator, FIXED, GAUSSIAN, offers_voice=0)
        same, _ = with_random_stakes(of, [1.0, 1.0])
        expected = strategies(**of)
        found = strategies(**same)
        assert found[:4] == pytest.approx(expected[:4], rel=1e-7, abs=1e-8, nan_ok=True)
        assert found.value == pytest.approx(expected.value, rel=1e-9, abs=1e-10)


def test_arguments_are_those_of_the_planner():
    assert len(arguments()) == 7
