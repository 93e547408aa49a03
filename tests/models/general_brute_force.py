"""The general plan by its definition: no envelope, no linear algebra of goals, no integral, no Newton step.

A game is the seven arguments of `models.successors.planned_losses`. Temptations are a list of equally likely draws with
what acting is worth to each judge. The rule of a two-valued cue is found by trying all of them; of a gaussian cue, by
looking which option is best at each of many cues, and bisecting where that changes. W_j(k) is solved as a Markov reward
process for each judge by itself.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

PROPORTIONAL, FIXED, RANDOM, TASKS = range(4)
CHAIN, NAIVE, MYOPIC, UNAWARE = range(4)
GAUSSIAN = 0
COMPLY, ACT, SPEAK = range(3)
MOST_TURNS = 1000
GRID = np.linspace(-12.0, 12.0, 481)


class Game(NamedTuple):
    """`ratios` are the equally likely draws b/s of random stakes, or the sizes r and angles beta of tasks, (n, 2)."""

    angle: float
    belief: float
    kind: int
    scale: float
    ratios: Floats
    planner: Any
    cue: Any
    detector: Any
    response: Any


class Losses(NamedTuple):
    """W of the present state, and of those after a flag and after reinforcement; the flow of the present rule."""

    value: float
    after_flag: float
    after_comply: float
    rules: Floats


def temptations(game: Game, angle: float) -> Floats:
    """Return the temptations of a self, one a draw."""
    if angle < 1e-9:
        return np.zeros(max(len(game.ratios), 1))
    if game.kind == TASKS:
        size, beta = game.ratios.T
        return np.where(beta < angle, 2.0 * game.scale * size * np.sin(angle - beta), 0.0)
    if game.kind == RANDOM:
        return game.scale * game.ratios
    return np.array([game.scale * (2.0 * np.sin(0.5 * angle) ** 2 if game.kind == PROPORTIONAL else 1.0)])


def worths(game: Game, judge: float, angle: float) -> Floats:
    """Return what the act of a self at `angle` is worth to one at `judge`: b_j - l_j, one a draw."""
    if game.kind == TASKS:
        size, beta = game.ratios.T
        return np.where(beta < angle, 2.0 * game.scale * size * np.sin(judge - beta), 0.0)
    tempted = temptations(game, judge)
    apart = 2.0 * np.sin(0.5 * (judge - angle)) ** 2
    whole = 2.0 * np.sin(0.5 * judge) ** 2
    return tempted - (game.scale * apart if game.kind == PROPORTIONAL else tempted * apart / whole)


def episode(game: Game, judge: float, angle: float, rules: Floats, guarding: float) -> tuple[float, float, float]:
    """Return v_j, Z and R of rules (x_1, z_1, x_0, z_0), one a draw."""
    detector, response, p = game.detector, game.response, game.belief
    tempted = temptations(game, angle)
    acts_1, speaks_1, acts_0, speaks_0 = np.where(tempted[:, None] > 0.0, rules, 0.0).T
    complies_1 = 1.0 - acts_1 - speaks_1
    false_alarm = np.where(tempted > 0.0, detector.comply_strategic, detector.comply_sincere)
    flagged_1, flagged_0 = acts_1 * detector.act_watched + complies_1 * false_alarm, acts_0 * detector.act_unwatched
    flagged, speaks = p * flagged_1 + (1.0 - p) * flagged_0, p * speaks_1 + (1.0 - p) * speaks_0
    kept = p * acts_1 * (1.0 - response.clawback * detector.act_watched)
    kept = kept + (1.0 - p) * acts_0 * (1.0 - response.clawback * detector.act_unwatched) + response.voice_kept * speaks
    costs = flagged * (response.penalty + guarding) - response.bonus * speaks
    costs = costs + response.answered * speaks * (response.voice_penalty + guarding)
    gain = kept * worths(game, judge, angle)
    if judge != angle:
        weight = game.planner.goal_weight
        gain = weight * gain + (1.0 - weight) * (temptations(game, judge) - tempted + kept * tempted)
    hazard = flagged + response.answered * speaks
    return tuple(float(np.mean(of)) for of in (gain - costs, hazard, p * complies_1 * (1.0 - false_alarm)))


def likelihoods(game: Game, cue: Any) -> tuple[Any, Any]:
    """Return l_1 and l_0 of cues that come with the signal "watched"."""
    hidden, quality = game.cue.honeypots, game.cue.quality
    if game.cue.kind == GAUSSIAN:
        high, low = np.exp(-0.5 * (cue - 0.5 * quality) ** 2), np.exp(-0.5 * (cue + 0.5 * quality) ** 2)
    else:
        high, low = (quality, 1.0 - quality) if cue == 1 else (1.0 - quality, quality)
    return (1.0 - hidden) * high + hidden * low, game.cue.false_signal * low


def utilities(game: Game, worth: float, q: Any, prices: tuple[float, float, float]) -> Floats:
    """Return the expected utility of complying, acting and speaking up at posteriors q."""
    guarding, flag, comply = prices
    detector, response = game.detector, game.response
    cost = response.penalty + guarding + flag
    acting = q * detector.act_watched + (1.0 - q) * detector.act_unwatched
    complying = q * detector.comply_strategic
    spoken = worth * response.voice_kept + response.bonus
    spoken = spoken - response.answered * (response.voice_penalty + guarding + flag)
    return np.array([
        -complying * cost - (q - complying) * comply,
        worth * (1.0 - response.clawback * acting) - acting * cost,
        (spoken if response.offers_voice else -np.inf) + 0.0 * q,
    ])  # fmt: skip


def all_rules(game: Game) -> Floats:
    """Return all rules (x_1, z_1, x_0, z_0) of a two-valued cue."""
    options = (COMPLY, ACT, SPEAK) if game.response.offers_voice else (COMPLY, ACT)
    a, hidden, false = game.cue.quality, game.cue.honeypots, game.cue.false_signal
    seen = (1.0 - hidden) * a + hidden * (1.0 - a)
    rules = []
    for on_0, on_1, quiet in product(options, repeat=3):
        rules.append([
            part
            for told, silent in ((seen, 0.0), (1.0 - a, 1.0 - false))
            for option in (ACT, SPEAK)
            for part in [
                (1.0 if silent == 0.0 else false) * (told * (on_1 == option) + (1.0 - told) * (on_0 == option))
                + (silent if told != seen or silent else 0.0) * (quiet == option)
            ]
        ])  # fmt: skip
    return np.array(rules)


def best_rule(game: Game, worth: float, prices: tuple[float, float, float]) -> Floats:
    """Return the best rule of one draw."""
    p = game.belief
    if game.cue.kind != GAUSSIAN:
        tried = all_rules(game)
        # Linear in the rule: what each option is worth in each context, the cost of a flag included.
        watched, unwatched = utilities(game, worth, 1.0, prices), utilities(game, worth, 0.0, prices)
        at_1 = np.stack([1.0 - tried[:, 0] - tried[:, 1], tried[:, 0], tried[:, 1]])
        at_0 = np.stack([1.0 - tried[:, 2] - tried[:, 3], tried[:, 2], tried[:, 3]])
        finite = np.isfinite(watched)
        total = p * (watched[finite] @ at_1[finite]) + (1.0 - p) * (unwatched[finite] @ at_0[finite])
        return tried[int(np.argmax(total))]

    def best_at(cue: Any) -> Any:
        high, low = likelihoods(game, cue)
        return np.argmax(utilities(game, worth, p * high / (p * high + (1.0 - p) * low), prices), axis=0)

    found = best_at(GRID)
    ends = [-np.inf]
    for place in np.flatnonzero(np.diff(found)):
        first = found[place]
        below, above = GRID[place], GRID[place + 1]
        for _ in range(60):
            middle = 0.5 * (below + above)
            below, above = (middle, above) if best_at(middle) == first else (below, middle)
        ends.append(0.5 * (below + above))
    ends.append(np.inf)
    kinds = [found[0], *found[np.flatnonzero(np.diff(found)) + 1]]
    half, hidden, false = 0.5 * game.cue.quality, game.cue.honeypots, game.cue.false_signal
    rule = np.zeros(4)
    for kind, low, high in zip(kinds, ends[:-1], ends[1:], strict=True):
        if kind != COMPLY:
            seen, unseen = ndtr(high - half) - ndtr(low - half), ndtr(high + half) - ndtr(low + half)
            rule[kind - 1] += (1.0 - hidden) * seen + hidden * unseen
            rule[kind + 1] += false * unseen
    quiet = int(np.argmax(utilities(game, worth, 0.0, prices)))
    if quiet != COMPLY:
        rule[quiet + 1] += 1.0 - false
    return rule


def best_rules(game: Game, judge: float, angle: float, prices: tuple[float, float, float]) -> Floats:
    """Return the best rules by the goals at `judge`, one a draw."""
    weight = game.planner.goal_weight if judge != angle else 1.0
    tempted = temptations(game, angle)
    worth = weight * worths(game, judge, angle) + (1.0 - weight) * tempted
    rules = [best_rule(game, w, prices) if b > 0.0 else np.zeros(4) for w, b in zip(worth, tempted, strict=True)]
    return np.array(rules)


class Chain:
    """All states that turns lead to, each with its angle and its next ones."""

    def __init__(self, game: Game, most_levels: int | None = None) -> None:
        self.game = game
        first, second = game.response.rotation, game.response.reinforced_rotation
        self.angles: dict[tuple[int, int], float] = {}
        waiting = [(0, 0)]
        while waiting:
            state = waiting.pop()
            angle = game.angle * (1.0 - first) ** state[0] * (1.0 - second) ** state[1]
            if state in self.angles:
                continue
            self.angles[state] = angle
            ends = angle < 1e-9 or sum(state) >= (MOST_TURNS if most_levels is None else most_levels)
            if not ends:
                waiting += [self.after(state, 0)] * (first > 0.0) + [self.after(state, 1)] * (second > 0.0)
        self.order = sorted(self.angles, key=lambda state: -sum(state))
        self.index = {state: place for place, state in enumerate(self.order)}

    @staticmethod
    def after(state: tuple[int, int], kind: int) -> tuple[int, int]:
        return (state[0] + 1, state[1]) if kind == 0 else (state[0], state[1] + 1)

    def turns(self, state: tuple[int, int], kind: int) -> bool:
        rotation = self.game.response.rotation if kind == 0 else self.game.response.reinforced_rotation
        return rotation > 0.0 and sum(state) < MOST_TURNS and self.angles[state] >= 1e-9

    def guarding(self, state: tuple[int, int]) -> float:
        return self.game.planner.guarding if self.turns(state, 0) else 0.0


def solve(game: Game) -> Losses:
    """Return the plan that looks ahead without end."""
    chain = Chain(game)
    gamma = game.planner.foresight
    rules: dict[tuple[int, int], Floats] = {}
    size = len(chain.order)
    for place, state in enumerate(chain.order):
        angle = chain.angles[state]
        if angle < 1e-9:
            rules[state] = np.zeros((max(len(game.ratios), 1), 4))
            continue
        judge = game.angle if game.planner.kind == NAIVE else angle
        # W_j of all states after this one, by solving the process that their rules make.
        moves, flows = np.zeros((size, size)), np.zeros(size)
        for row, later in enumerate(chain.order[: place + 1]):
            if later == state:
                continue
            _fill(chain, moves, flows, row, later, judge, rules[later])
        worth = np.linalg.solve(np.eye(size) - gamma * moves, flows)
        after = [worth[chain.index[chain.after(state, kind)]] if chain.turns(state, kind) else 0.0 for kind in (0, 1)]
        value, rules[state] = _fixed_point(chain, state, judge, after)
    return Losses(value, after[0], after[1], rules[(0, 0)])


def _fill(chain: Chain, moves: Floats, flows: Floats, row: int, state: Any, judge: float, rules: Floats) -> None:
    flow, hazard, taught = episode(chain.game, judge, chain.angles[state], rules, chain.guarding(state))
    hazard, taught = hazard * chain.turns(state, 0), taught * chain.turns(state, 1)
    for kind, chance in ((0, hazard), (1, taught)):
        if chance > 0.0:
            moves[row, chain.index[chain.after(state, kind)]] += chance
    moves[row, row] += 1.0 - hazard - taught
    flows[row] = flow


def _fixed_point(chain: Chain, state: Any, judge: float, after: list[float]) -> tuple[float, Floats]:
    game, angle, gamma = chain.game, chain.angles[state], chain.game.planner.foresight
    chosen = np.zeros((max(len(game.ratios), 1), 4))
    value = -np.inf
    for _ in range(100):
        flow, hazard, taught = episode(game, judge, angle, chosen, chain.guarding(state))
        hazard, taught = hazard * chain.turns(state, 0), taught * chain.turns(state, 1)
        new = (flow + gamma * (hazard * after[0] + taught * after[1])) / (1.0 - gamma * (1.0 - hazard - taught))
        if not new > value + 1e-14 * abs(new):
            break
        value, best = new, chosen
        flag, comply = (gamma * chain.turns(state, kind) * (value - after[kind]) for kind in (0, 1))
        chosen = best_rules(game, judge, angle, (chain.guarding(state), flag, comply))
    return value, best


def look_ahead(game: Game) -> Losses:
    """Return the plan that looks `game.planner.depth` episodes ahead, by direct recursion."""
    chain = Chain(game, game.planner.depth + 2)
    gamma, naive = game.planner.foresight, game.planner.kind == NAIVE
    known: dict[Any, Any] = {}

    def rules(steps: int, state: Any) -> Floats:
        if ("rules", steps, state) not in known:
            judge = game.angle if naive else chain.angles[state]
            own = worth(steps - 1, judge, state)
            prices = [
                gamma * (own - worth(steps - 1, judge, chain.after(state, kind))) if chain.turns(state, kind) else 0.0
                for kind in (0, 1)
            ]
            known["rules", steps, state] = best_rules(
                game, judge, chain.angles[state], (chain.guarding(state), *prices)
            )
        return known["rules", steps, state]

    def worth(steps: int, judge: float, state: Any) -> float:
        if steps == 0:
            return 0.0
        if (steps, judge, state) not in known:
            aligned = chain.angles[state] < 1e-9
            chosen = np.zeros((max(len(game.ratios), 1), 4)) if aligned else rules(steps, state)
            total, hazard, taught = episode(game, judge, chain.angles[state], chosen, chain.guarding(state))
            stay = 1.0
            for kind, chance in ((0, hazard), (1, taught)):
                if chain.turns(state, kind):
                    total += gamma * chance * worth(steps - 1, judge, chain.after(state, kind))
                    stay -= chance
            known[steps, judge, state] = total + gamma * stay * worth(steps - 1, judge, state)
        return known[steps, judge, state]

    depth = game.planner.depth
    after = [
        worth(depth, game.angle, chain.after((0, 0), kind)) if chain.turns((0, 0), kind) else 0.0 for kind in (0, 1)
    ]
    return Losses(worth(depth, game.angle, (0, 0)), after[0], after[1], rules(depth + 1, (0, 0)))
