"""What an overseer expects of an episode, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.commitment import context_payoff
from models.goals import ALIGNED_ANGLE
from models.outlook import Detector, Response
from tests.models.general_case import outlook

DETECTOR = Detector(act_watched=0.8, act_unwatched=0.1, comply_strategic=0.05, comply_sincere=0.02)
PRICES = (2.0, 0.25, 0.1, 0.3, 0.05)


def response(rotation=0.3, reinforced_rotation=0.0, answered=0.5) -> Response:
    plain = outlook().response
    return plain._replace(rotation=rotation, reinforced_rotation=reinforced_rotation, answered=answered)


def payoff(watched, of, angle=1.0, tempted=1.5, act=0.6, comply=0.3):
    return context_payoff(watched, angle, tempted, act, comply, DETECTOR, of, *PRICES)


# Worked by hand: harm 2, recovery .25, watching .1, turning .3, a false flag .05; b = 1.5; acts .6, complies .3, speaks
# up .1, which is answered half of the time.


def test_a_watched_episode():
    # Caught .6 * .8 = .48; turned .48 + .3 * .05 + .1 * .5 = .545: -3 (.6 - .25 * .48) - .1 - .3 * .545.
    assert payoff(1, response()) == pytest.approx(-1.7035, rel=1e-14)


def test_an_unwatched_episode():
    # Leaks catch .06; turned .06 + .05: -3 (.6 - .25 * .06) - .3 * .11.
    assert payoff(0, response()) == pytest.approx(-1.788, rel=1e-14)


def test_turns_after_watched_compliance():
    # Complied and not flagged: .3 * .95 = .285 turn, and nobody else: -1.44 - .1 - .3 * .285; unwatched nobody.
    only = response(rotation=0.0, reinforced_rotation=0.2)
    assert payoff(1, only) == pytest.approx(-1.6255, rel=1e-14)
    assert payoff(0, only) == pytest.approx(-1.755, rel=1e-14)
    # Both: .545 + .285.
    assert payoff(1, response(reinforced_rotation=0.2)) == pytest.approx(-1.789, rel=1e-14)


def test_an_aligned_agent_costs_watching_and_false_flags():
    # Flagged .02 of the time, sincerely, and not turned: -.1 - .05 * .02.
    of = response(reinforced_rotation=0.2)
    assert payoff(1, of, angle=0.0, tempted=0.0, act=0.0, comply=1.0) == pytest.approx(-0.101, rel=1e-14)
    assert payoff(0, of, angle=0.0, tempted=0.0, act=0.0, comply=1.0) == 0.0


# Ends


def test_goals_count_as_aligned_below_the_least_angle():
    above = payoff(1, response(), angle=ALIGNED_ANGLE * (1.0 + 1e-6), tempted=0.0, act=0.0, comply=1.0)
    below = payoff(1, response(), angle=ALIGNED_ANGLE * (1.0 - 1e-6), tempted=0.0, act=0.0, comply=1.0)
    # Strategic: flagged .05, turned, and no false flag.
    assert above == pytest.approx(-0.1 - 0.3 * 0.05, rel=1e-14)
    assert below == pytest.approx(-0.101, rel=1e-14)


# Properties


@given(st.integers(0, 1), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_rule_held_fixed_pays_what_its_parts_do(watched, act, share):
    # The payoff is linear in the probabilities of the options.
    comply = (1.0 - act) * share
    of = response(reinforced_rotation=0.2)
    parts = [payoff(watched, of, act=a, comply=c) for a, c in ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))]
    whole = act * parts[0] + comply * parts[1] + (1.0 - act - comply) * parts[2]
    assert payoff(watched, of, act=act, comply=comply) == pytest.approx(whole, abs=1e-13)
