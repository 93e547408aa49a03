"""Closed forms of others (results 13 to 16 and 19) beside runs of the simulation, through what a user calls.

Where luck remains, a mean over replicates or agents is compared with its exact expectation within four standard errors
(a false alarm in 16,000 where they are normal), and what is compared would show an error of 5 %: four standard errors
are below 5 % of it (10 % for the speed of imitation). What cannot be run is said where it would stand.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from models.cascades import (
    averaged_beliefs,
    cascade_size,
    compliance_threshold,
    conformity_limit,
    influence,
    replicator_flow,
)
from models.escalation import escalated_compliance_share, escalation_limit
from models.literature import InspectionGame, beta_mean, detection_auc, logit_equilibrium
from parameter_sweeps.catalogue import load_scenario
from simulation.mesa_agent import ComplianceAgent
from simulation.population import draw_population
from simulation.run import simulate

#: Agents that look no episode ahead, cannot tell when they are watched, and are never modified.
PLAIN = {
    "agents.foresight": 0.0,
    "agents.cue.discrimination": 0.0,
    "regime.detector.hit_rate": 1.0,
    "regime.response.rotation": 0.0,
}


def scenario(*changes):
    built = load_scenario("base").with_values(PLAIN)
    for change in changes:
        built = built.with_values(change)
    return built


def assert_mean(found, expected):
    """Compare the mean of independent values with their expectation: z < 4, and 5 % would have been seen."""
    error = np.std(found, ddof=1) / math.sqrt(np.size(found))
    if error < 1e-12:
        # What happens less than once in a run may not happen at all.
        assert np.mean(found) == pytest.approx(expected, abs=1e-6)
        return
    assert abs(np.mean(found) - expected) < 4.0 * error
    assert 4.0 * error < 0.05 * expected


# 13. Escalating audits
#
# Planning leaves out every change of the schedule, so no agent of the simulation guards its group: leverage, and with
# it the optimal reply of a patient agent, is compared in tests/models alone. What can be run is the chain of groups
# that a rule brings about. A rule acts in group g with probability e_g where watched (rate p_g, every act is caught)
# and x_g where not; it leaves g with p_g e_g (move if caught) + p_g (1 - e_g) (move if complied).

#: (.1, .5, 0, 1, .5): Harrington's numbers, as in tests/models.
TWO_GROUPS = (
    {"rate": 0.1, "penalty": 0.0, "move_if_caught": 1.0, "to": 1},
    {"rate": 0.5, "penalty": 1.0, "move_if_complied": 0.5, "to": 0},
)
FOREVER, AGAIN = 0.0, 0.2


def three_groups(pardon):
    """Return Greenberg's groups; from the third one is pardoned with a probability when found to comply."""
    return (
        {"rate": 0.2, "penalty": 0.3, "move_if_caught": 1.0, "to": 1},
        {"rate": 0.4, "penalty": 0.6, "move_if_caught": 1.0, "to": 2, "move_if_complied": 1.0, "to_if_complied": 0},
        {"rate": 1.0, "penalty": 0.9, "move_if_complied": pardon, "to": 0},
    )


def chain(groups, watched_acts):
    """Return the probabilities of moving from group to group in an episode."""
    moves = np.zeros((len(groups), len(groups)))
    for group, (row, acts) in enumerate(zip(groups, watched_acts, strict=True)):
        caught = row["rate"] * acts * row.get("move_if_caught", 0.0)
        pardoned = row["rate"] * (1.0 - acts) * row.get("move_if_complied", 0.0)
        moves[group, row["to"]] += caught
        moves[group, row.get("to_if_complied", row["to"])] += pardoned
        moves[group, group] += 1.0 - caught - pardoned
    return moves


def mean_shares(moves, first, last):
    """Return the expected shares of the groups, averaged over episodes, of agents that begin in the first group."""
    return np.mean([np.linalg.matrix_power(moves, episode)[0] for episode in range(first, last)], axis=0)


EPISODES, SETTLED, STRETCH = 160, 60, 20
#: How agents decide, and P(act | watched) and P(act | unwatched) in each group. Beliefs of 1/2 and a two-valued cue
#: that is right with .6 give a faker the posteriors .6 and .4: with its threshold of 1/2 it acts on a wrong cue.
DECIDERS = {
    "compliant": ({"agents.decision": "compliant"}, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
    "honest": ({"agents.decision": "honest"}, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    "told faker": (
        {"agents.decision": "faker", "agents.cue": {"kind": "binary", "accuracy": 1.0}},
        (0.0, 0.0, 0.0), (1.0, 1.0, 1.0),
    ),
    "misled faker": (
        {"agents.decision": "faker", "agents.cue": {"kind": "binary", "accuracy": 0.6}},
        (0.4, 0.4, 0.4), (0.6, 0.6, 0.6),
    ),
    # A planner who takes the rate for 1/2 is deterred by F_g/2 >= b: b = .4 lies between 0 and .5.
    "cooperative planner": ({"stakes.scale": 0.4}, (1.0, 0.0), (1.0, 0.0)),
}  # fmt: skip


def escalated(groups, *values):
    schedule = {"regime.schedule": {"kind": "escalating", "rows": list(groups)}, "agents.beliefs.mean": 0.5}
    size = {"agents.count": 600, "run.episodes": EPISODES, "run.replicates": 30}
    return scenario(schedule, size, *values)


def settled_means(*values):
    """Return, of each replicate after `SETTLED` episodes, the means of an agent-episode."""
    run = simulate(escalated(*values), seed=3, record="agents", record_every=STRETCH)
    late = run.trajectory.sel(episode=slice(SETTLED, None))
    counts = {name: late[name].mean(["episode", "agent"]).to_numpy() for name in ("watched", "acted", "flagged")}
    found = {name: count / STRETCH for name, count in counts.items()}
    # Beliefs stand at 1/2; a payoff is b for an act, less the penalties.
    found["rate"] = 0.5 - late["belief_error"].mean("episode").to_numpy()
    gained = run.scenario.stakes.scale * found["acted"]
    found["penalty"] = gained - late["agent_utility"].mean("episode").to_numpy()
    return found


def assert_chain(groups, decider):
    values, watched_acts, unwatched_acts = DECIDERS[decider]
    acts, idle = np.array(watched_acts[: len(groups)]), np.array(unwatched_acts[: len(groups)])
    shares = mean_shares(chain(groups, acts), SETTLED, EPISODES)
    rate, penalty = (np.array([row[key] for row in groups]) for key in ("rate", "penalty"))
    expected = {
        "rate": shares @ rate,
        "watched": shares @ rate,
        "acted": shares @ (rate * acts + (1.0 - rate) * idle),
        "flagged": shares @ (rate * acts),
        "penalty": shares @ (rate * acts * penalty),
    }
    found = settled_means(groups, values)
    for name, mean in expected.items():
        assert_mean(found[name], mean)
    return shares


@pytest.mark.parametrize("decider", DECIDERS)
def test_13_two_groups(decider):
    shares = assert_chain(TWO_GROUPS, decider)
    # By hand: as many leave the first group, .1 e_1 of those in it, as the second, .5 (1 - e_2) .5.
    by_hand = {
        "compliant": 0.0,
        "told faker": 0.0,
        "misled faker": 0.04 / (0.04 + 0.15),
        "cooperative planner": escalated_compliance_share(0.1, 0.5, 0.5),
    }
    # Nobody honest comes back: of those that stay in the first group .9^60 = .0018 are left.
    assert shares[1] == pytest.approx(by_hand.get(decider, 1.0), abs=2e-4)


@pytest.mark.parametrize("decider", [name for name in DECIDERS if "planner" not in name])
@pytest.mark.parametrize("pardon", [FOREVER, AGAIN])
def test_13_three_groups(decider, pardon):
    shares = assert_chain(three_groups(pardon), decider)
    if decider == "misled faker" and pardon == AGAIN:
        # By hand: out of the third group go 1 x .6 x .2 = .12 of those in it, into it .4 x .4 = .16 of the second; the
        # second is left by all that are watched there, .4, and entered by .2 x .4 = .08 of the first. So the shares are
        # as .4/.08 : 1 : .16/.12 = 15 : 3 : 4.
        assert shares == pytest.approx(np.array([15.0, 3.0, 4.0]) / 22.0, abs=1e-3)


@pytest.mark.parametrize(("side", "complies"), [(-1e-6, 1.0), (1e-6, 0.0)])
def test_13_without_leverage_the_second_group_is_deterred_up_to_its_own_penalty(side, complies):
    # However patient: p2 F2 = .5, where Harrington's agent of foresight .9 complies up to 1.0921.
    limit = escalation_limit(0.1, 0.5, 0.0, 1.0, 0.5, 0.0)
    assert limit == 0.5
    values = {"stakes.scale": limit + side, "agents.foresight": 0.9}
    found = settled_means(TWO_GROUPS, values)
    shares = mean_shares(chain(TWO_GROUPS, (1.0, 1.0 - complies)), SETTLED, EPISODES)
    assert_mean(1.0 - found["acted"], complies * shares[1])
    assert complies * shares[1] == pytest.approx(complies * 0.2857142857, abs=1e-9)


# 14. Cascades
#
# An agent complies iff r (2 S - 1) >= n, n = b - p tau Omega: iff the number of others that complied in the episode
# before is at least (N - 1)(1 + n/r)/2, its threshold. Nobody has complied before the first episode.

CONFORMING = {
    "agents.conformity": 1.0,
    "society.graph": "complete",
    "society.initial_compliance": 0.0,
    "regime.schedule.rate": 0.5,
    # Goals that cannot be turned are not guarded; these hardly turn, and nobody plans for it.
    "regime.response.rotation": 1e-9,
    "agents.planning": "myopic",
}


class Granovetter(ComplianceAgent):
    """Agent k wants to see k others comply; agent 1, where it is more reluctant, 2."""

    reluctant = False

    def __init__(self, model, index, population):
        threshold = 2 if self.reluctant and index == 1 else index
        # Halfway between two numbers of others, so that no rounding decides: n = 2 (k - 1/2)/99 - 1, b - n = Omega/2.
        guarding = 2.0 * (1.0 - (2.0 * (threshold - 0.5) / 99.0 - 1.0))
        super().__init__(model, index, replace(population, guarding=np.full(population.size, guarding)))


class GranovetterReluctant(Granovetter):
    reluctant = True


@pytest.mark.parametrize(
    ("agents", "thresholds", "path"),
    [
        # One more in each episode, until all hundred do.
        (Granovetter, range(100), [min(count, 100) for count in range(1, 111)]),
        (GranovetterReluctant, [0, 2, *range(2, 100)], [1] * 110),
    ],
)
def test_14_one_threshold_decides(agents, thresholds, path):
    values = CONFORMING | {"agents.count": 100, "run.episodes": 110, "stakes.scale": 1.0}
    run = simulate(scenario(values), engine="mesa", agent_class=agents, replicates=1, record="agents")
    complied = 100 - run.trajectory["acted"].isel(replicate=0).sum("agent")
    assert complied.to_numpy().tolist() == path
    assert path[-1] == cascade_size(thresholds)


@pytest.mark.parametrize(
    ("conformity", "expected"),
    # n is uniform on [-.6, .4], and the share that must comply on [(1 - .6/r)/2, (1 + .4/r)/2]:
    # [-.5, 1.167]: (S + .5)/1.667 = S at 3/4. [-.1, .9]: more than S do. [.2, .7]: nobody is the first.
    [(0.3, 0.75), (0.5, 1.0), (1.0, 0.0)],
)
def test_14_conformity_completes_a_cascade_stops_it_or_prevents_it(conformity, expected):
    assert conformity_limit(0.0, conformity, -0.6, 0.4) == pytest.approx(expected)
    count = 800
    # b = .4 and Omega/2 uniform on [0, 1].
    values = CONFORMING | {
        "agents.count": count, "agents.conformity": conformity, "stakes.scale": 0.4, "run.episodes": 120,
        "agents.terminal_guarding": {"distribution": "uniform", "scale": 2.0},
    }  # fmt: skip
    built = scenario(values)
    run = simulate(built, seed=5, replicates=3, record="agents")
    for replicate in range(3):
        tempted = 0.4 - 0.5 * draw_population(built, 5, replicate).guarding
        thresholds = [(count - 1) * compliance_threshold(one, conformity) for one in tempted]
        acted = run.trajectory["acted"].isel(replicate=replicate).to_numpy()
        complied = np.zeros(count, dtype=bool)
        for episode in range(120):
            complied = complied.sum() - complied >= thresholds
            assert (acted[episode] == ~complied).all(), episode
        assert complied.sum() == cascade_size(thresholds)
        # Thresholds are drawn: around the fixed point by sqrt(S (1 - S)/N)/(1 - slope), slope 1/1.667 = .6.
        luck = math.sqrt(expected * (1.0 - expected) / count) / 0.4
        assert abs(complied.mean() - expected) <= 4.0 * luck


# 15. Signals, noisy answers, imitation


def test_15_thresholds_of_fakers_trace_the_curve_of_signal_detection():
    # Believing 1/2, a faker complies iff logit q = d y >= logit(threshold): iff the cue is at least c = logit/d. Hits
    # are its compliance watched, Phi(d/2 - c), false alarms its compliance unwatched, Phi(-d/2 - c). One seed has the
    # same cues for every threshold, so the area is that of one sample: the share of pairs in which the watched cue is
    # the larger. Of n + n cues that has variance (A (1 - A) + 2 (n - 1)(Q - A^2))/n^2, Q = P(two watched exceed one).
    d, agents, episodes = 1.0, 2000, 40
    values = {
        "agents.decision": "faker", "agents.cue.discrimination": d, "regime.schedule.rate": 0.5,
        "agents.count": agents, "run.episodes": episodes,
    }  # fmt: skip
    edges = np.arange(-4.0, 4.01, 0.1)
    found = []
    for edge in edges:
        threshold = {"agents.faker.threshold": float(expit(d * edge))}
        run = simulate(scenario(values, threshold), seed=6, replicates=1, record="none").measures["mean"]
        found.append((run["compliance_watched"], run["compliance_unwatched"]))
    hits, alarms = np.array(found).T
    half = agents * episodes / 2
    for share, exact in ((hits, norm.cdf(d / 2 - edges)), (alarms, norm.cdf(-d / 2 - edges))):
        # 162 shares of dependent draws, z < 4: a false alarm in 100.
        assert np.all(np.abs(share - exact) < 4.0 * np.sqrt(exact * (1.0 - exact) / (0.98 * half)))
    area = detection_auc(d)
    assert area == pytest.approx(0.7602499389, abs=5e-11)
    both, _ = quad(lambda y: norm.pdf(y + d / 2) * norm.sf(y - d / 2) ** 2, -10.0, 10.0)
    error = math.sqrt((area * (1.0 - area) + 2.0 * (half - 1.0) * (both - area**2)) / half**2)
    # A curve of 81 points is below the smooth one by less than .0005.
    assert abs(area_below(hits, alarms) - area) < 4.0 * error + 5e-4
    assert abs(area_below(norm.cdf(d / 2 - edges), norm.cdf(-d / 2 - edges)) - area) < 5e-4
    # A d-prime that is wrong by 5 % moves the area by .011.
    assert detection_auc(1.05 * d) - area > 4.0 * error + 5e-4


def area_below(hits, alarms):
    """Return the area under hits over false alarms, both falling."""
    return float(np.trapezoid(np.concatenate([[0.0], hits[::-1], [1.0]]), np.concatenate([[0.0], alarms[::-1], [1.0]])))


GAME = InspectionGame(
    temptation=1.0, penalty=3.0, hit_rate=1.0, clawback=1.0, harm=1.0, recovery=0.7, monitoring_cost=0.1
)
#: Acting gains 1 and, watched, loses 2.
IMITATED = GAME._replace(penalty=2.0, clawback=0.0)
IN_GAME = {"regime.response.penalty": 3.0, "regime.response.clawback": 1.0, "agents.count": 1000, "run.episodes": 100}


@pytest.mark.parametrize("rationality", [1.0, 3.0, 6.0, 30.0])
def test_15_noisy_agents_answer_the_rate_of_the_logit_equilibrium(rationality):
    # At the rate m acting is worth b - tau (F + xi b) m = 1 - 4 m: they act with sigma(lambda (1 - 4 m)). The overseer
    # of the simulation chooses without noise, so its rate is given; to the violations of the run its noisy answer would
    # be that rate again: sigma(lambda (.7 x - .1)) = m.
    rate, violation = logit_equilibrium(GAME, rationality)
    if rationality == 1.0:
        assert (rate, violation) == pytest.approx((0.5194293943, 0.2539381869), abs=5e-11)
    values = {"agents.rationality": rationality, "regime.schedule.rate": rate}
    trajectory = simulate(scenario(IN_GAME, values), seed=7, replicates=2, record="agents").trajectory
    acted = trajectory["acted"].mean("episode").to_numpy().ravel()
    assert_mean(acted, violation)
    error = acted.std(ddof=1) / math.sqrt(acted.size)
    answer = expit(rationality * (0.7 * acted.mean() - 0.1))
    assert answer == pytest.approx(rate, abs=4.0 * error * 0.7 * rationality / 4.0)


@pytest.mark.parametrize("rate", [0.3, 0.7])
def test_15_imitators_follow_the_replicator_equation(rate):
    # Nobody can tell, so with a belief of .7 that never moves a threshold says one thing: up to .7 always comply, above
    # always act. Thresholds uniform on [0, 1] begin with a share x of about .3 that acts (.7 where the belief is .3).
    # Acting pays b = 1 or b - F = -1, on average 1 - 2 m, complying 0. By Fermi's rule x changes in a round by
    # x (1 - x) E tanh(payoff/(2 T)) = x (1 - x)(1 - 2 m) tanh(1/(2 T)): the replicator equation, which is
    # x' = x (1 - x)(b - K m), K = 2, with episodes that last tanh(1/(2 T)). At a constant rate its log odds rise by
    # (1 - 2 m) tanh(1/(2 T)) an episode. (The cycles of the whole game need overseers who imitate: there are none.)
    start, rise = (0.3, 0.4) if rate < 0.5 else (0.7, -0.4)
    assert rise == pytest.approx(1.0 - 2.0 * rate)
    assert rise * start * (1.0 - start) == pytest.approx(replicator_flow(IMITATED, rate, start)[1])
    values = {
        "agents.decision": "imitator", "agents.imitator": {"window": 1, "temperature": 2.0},
        "agents.imitator.threshold": {"distribution": "uniform"}, "agents.beliefs.mean": 1.0 - start,
        "regime.schedule.rate": rate, "regime.response.penalty": 2.0, "society.graph": "complete",
        "agents.count": 2000, "run.episodes": 31,
    }  # fmt: skip
    acted = simulate(scenario(values), seed=8, replicates=60, record="agents").trajectory["acted"]
    shares = acted.mean("agent").to_numpy()
    assert abs(shares[:, 0].mean() - start) < 4.0 * math.sqrt(start * (1.0 - start) / 120_000)
    for episode in (10, 20, 30):
        logarithm = logit(shares[:, 0]) + episode * rise * math.tanh(0.25)
        differences = shares[:, episode] - expit(logarithm)
        error = differences.std(ddof=1) / math.sqrt(60)
        # In steps of an episode the equation is followed to .004: .8939 in place of .8901 after 30.
        assert abs(differences.mean()) < 4.0 * error + 0.004, episode
        if episode == 20:
            # A tenth more or less of the speed, .2 in the log odds, moves the share by .035.
            assert 4.0 * error + 0.004 < 0.035


# 16. Beliefs


def test_16_beliefs_count_episodes():
    # (1 + k)/(10 + n) after n episodes, k of them watched: full feedback, prior mean .1 worth 10 episodes.
    beliefs = {"mean": 0.1, "strength": 10.0, "feedback": "full"}
    values = {
        "agents.decision": "compliant", "agents.beliefs": beliefs, "regime.schedule.rate": 0.15, "agents.count": 200,
        "run.episodes": 21,
    }  # fmt: skip
    trajectory = simulate(scenario(values), seed=9, replicates=1, record="agents").trajectory.isel(replicate=0)
    watched = trajectory["watched"].isel(episode=slice(20)).sum("episode").to_numpy()
    believed = trajectory["belief"].sel(episode=20).to_numpy()
    assert believed == pytest.approx(np.array([beta_mean(1.0, 9.0, k, 20.0) for k in watched]), abs=1e-14)
    assert len(set(watched)) > 5
    assert believed[watched == 3] == pytest.approx(0.1333333333, abs=5e-11)
    assert (watched == 3).any()


#: Agent 0 listens to 1 and 2 alike, 1 to 0, 2 to 1.
DEGROOT = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">
<node id="0"/><node id="1"/><node id="2"/>
<edge source="0" target="1"/><edge source="0" target="2"/>
<edge source="1" target="0"/><edge source="2" target="1"/>
</graph></graphml>"""
TRUST = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
LINE = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]])


def believed(folder, name, text, learning, mean, replicates):
    """Return beliefs, (replicates, episodes, agents), of three agents that hear nothing but each other."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    values = {
        "agents.decision": "compliant", "agents.count": 3, "society.graph": "file", "society.path": str(path),
        "society.social_learning": learning, "run.episodes": 81,
        "agents.beliefs": {"mean": mean, "strength": 5.0, "feedback": "none"},
    }  # fmt: skip
    run = simulate(scenario(values), seed=10, replicates=replicates, record="agents")
    return run.trajectory["belief"].transpose("replicate", "episode", "agent").to_numpy()


@pytest.mark.parametrize(
    ("name", "text", "trust", "learning", "weights"),
    [
        # w T = w by hand: w1 = w2, w3 = w1/2.
        ("trust.graphml", DEGROOT, TRUST, 1.0, (0.4, 0.4, 0.2)),
        ("trust.graphml", DEGROOT, TRUST, 0.4, (0.4, 0.4, 0.2)),
        # Undirected: by the number of neighbours. With a share of 1 they would go round for ever.
        ("line.txt", "0 1\n1 2\n", LINE, 0.5, (0.25, 0.5, 0.25)),
    ],
)
def test_16_beliefs_are_averaged(tmp_path, name, text, trust, learning, weights):
    # Beliefs of equal strength are averaged as their means are: (1 - zeta) p + zeta T p in each episode.
    mixed = (1.0 - learning) * np.eye(3) + learning * trust
    assert influence(mixed) == pytest.approx(weights, abs=1e-12)
    for path in believed(tmp_path, name, text, learning, {"distribution": "uniform"}, 5):
        expected = [averaged_beliefs(mixed, path[0], episode) for episode in range(81)]
        assert path == pytest.approx(np.array(expected), abs=1e-12)
        assert path[-1] == pytest.approx(np.full(3, path[0] @ weights), abs=1e-6)
        assert np.ptp(path[0]) > 0.1


def test_16_one_who_is_sure_convinces_two_by_two_fifths(tmp_path):
    # Beliefs drawn next to 0 or 1, either as likely: with 1/8 the first alone is next to 1.
    extreme = {"distribution": "beta", "a": 0.001, "b": 0.001}
    paths = believed(tmp_path, "trust.graphml", DEGROOT, 1.0, extreme, 60)
    sure = [path for path in paths if np.abs(path[0] - (1.0, 0.0, 0.0)).max() < 1e-9]
    assert sure
    for path in sure:
        assert path[-1] == pytest.approx(0.4, abs=1e-7)
        # (0, 1, 0), (.5, 0, 1), (.5, .5, 0) by hand.
        assert path[1:4].ravel() == pytest.approx([0, 1, 0, 0.5, 0, 1, 0.5, 0.5, 0], abs=1e-8)


# 19. Audits of the most suspect
#
# `audit_catch_probability` adds normal luck to a score; tests/models compares it with quadrature. The schedule adds
# Gumbel luck to suspicion/temperature. The highest k of such scores are a sample without replacement: each next one is
# drawn with probability proportional to its weight exp(suspicion/temperature) among those left (Plackett, Luce), since
# exp(-score) are exponential with the weights as rates, and the first of them is memoryless.


def inclusion(weights, agent, audits):
    """Return the probability that an agent is among the first one, or three, by enumeration of who comes before."""
    total, own = weights.sum(), weights[agent]
    if audits == 1:
        return own / total
    others = np.delete(weights, agent)
    left = total - others
    second = others / total * own / left
    # A first and a second, who are two.
    third = np.outer(others / total / left, others) * own / (left[:, None] - others[None, :])
    np.fill_diagonal(third, 0.0)
    return own / total + second.sum() + third.sum()


@pytest.mark.parametrize("audits", [1, 3])
def test_19_enumeration_by_another_route(audits):
    # Everybody's probabilities add up to the budget; one of weight w among N - 1 of weight 1 is in time if fewer than
    # k of them come before: integral of w exp(-w s) P(Binomial(N - 1, 1 - exp(-s)) < k) ds.
    random = np.random.default_rng(19)
    weights = np.exp(random.uniform(0.0, 4.0, 30))
    assert sum(inclusion(weights, agent, audits) for agent in range(30)) == pytest.approx(audits, abs=1e-12)
    weight = math.e
    weights = np.array([weight, *[1.0] * 99])

    def in_time(s):
        before = -math.expm1(-s)
        return (
            weight
            * math.exp(-weight * s)
            * sum(math.comb(99, j) * before**j * math.exp(-s * (99 - j)) for j in range(audits))
        )

    expected, _ = quad(in_time, 0.0, 40.0, epsabs=1e-13, limit=400)
    assert inclusion(weights, 0, audits) == pytest.approx(expected, abs=1e-10)
    assert inclusion(np.ones(100), 0, audits) == pytest.approx(0.01 * audits, abs=1e-14)


#: Angles below 1e-9 are none: pi u^2000 leaves about one agent in a hundred that is not aligned and always acts.
SUSPECT = {
    "agents.decision": "honest",
    "agents.count": 100,
    "agents.goals.angle": {"distribution": "beta", "a": 0.0005, "b": 1.0, "scale": math.pi},
}


@pytest.mark.parametrize(("audits", "temperature", "episodes"), [(1, 0.15, 600), (3, 0.25, 400)])
def test_19_the_most_suspect_of_a_hundred_are_audited(audits, temperature, episodes):
    # Who acts is flagged whenever watched, who complies never. The record before an episode gives the weights, these
    # the probability P of an audit; audits less P add up to nothing, with variance sum P (1 - P), however records came
    # about (a martingale). The first misaligned agent of each replicate counts.
    schedule = {"kind": "targeted", "share": audits / 100, "temperature": temperature}
    built = scenario(SUSPECT, {"regime.schedule": schedule, "run.episodes": episodes})
    trajectory = simulate(built, seed=11, replicates=40, record="agents").trajectory
    audited = expected = variance = at_random = 0.0
    for replicate in range(40):
        one = trajectory.isel(replicate=replicate)
        watched, flagged = one["watched"].to_numpy(), one["flagged"].to_numpy()
        assert (watched.sum(axis=1) == audits).all()
        suspects = np.flatnonzero(one["angle"].isel(episode=0).to_numpy() > 0.0)
        if suspects.size == 0:
            continue
        seen, flags = np.cumsum(watched, axis=0) - watched, np.cumsum(flagged, axis=0) - flagged
        weights = np.exp((1.0 + flags) / (2.0 + seen) / temperature)
        probability = np.array([inclusion(weight, suspects[0], audits) for weight in weights])
        audited += watched[:, suspects[0]].sum()
        expected += probability.sum()
        variance += (probability * (1.0 - probability)).sum()
        at_random += 0.01 * audits * episodes
    assert abs(audited - expected) < 4.0 * math.sqrt(variance)
    assert 4.0 * math.sqrt(variance) < 0.05 * expected
    assert expected > 10.0 * at_random


def test_19_where_luck_alone_counts_audits_are_at_random():
    # 3 of 100 in each episode: those of the first fifty agents are 3/2 with variance 3/4 x 97/99 (hypergeometric).
    def watched(schedule):
        built = scenario(SUSPECT, {"regime.schedule": schedule | {"share": 0.03}, "run.episodes": 100})
        return simulate(built, seed=11, replicates=40, record="agents").trajectory["watched"]

    found = watched({"kind": "targeted", "temperature": math.inf})
    first = found.isel(agent=slice(50)).sum("agent").to_numpy()
    assert abs(first.mean() - 1.5) < 4.0 * math.sqrt(0.75 * 97.0 / 99.0 / 4000) < 0.05 * 1.5
    assert found.identical(watched({"kind": "budget"}))
