"""The model of `tests.bench.plain_mesa`, lean: floats, an angle for the goals, counts in place of records."""

from __future__ import annotations

import math

import mesa

from models.scenario import Scenario
from models.tabulation import LossTable
from tests.bench.plain_mesa import MEASURES

ALIGNED = 1e-9


class LeanAgent(mesa.Agent):
    """An agent whose state is an angle and two weights; the rest is counts and sums."""

    def __init__(self, model: LeanModel, angle: float):
        super().__init__(model)
        beliefs = model.written.agents.beliefs
        self.first_angle = angle
        self.watched_weight = beliefs.mean * beliefs.strength
        self.unwatched_weight = (1 - beliefs.mean) * beliefs.strength
        self.acted = 0
        self.watched = self.acted_watched = self.acted_unwatched = 0
        self.flags = self.false_flags = self.turns = 0
        self.conflict = self.conflict_watched = 0
        self.preservation_sum = self.alignment_sum = self.belief_sum = 0.0
        self.gain_sum = self.current_gain_sum = 0.0
        self.stand_at(angle)

    def stand_at(self, angle: float) -> None:
        """Set what depends on the angle (radians) alone: it changes with a turn only."""
        model = self.model
        self.angle = angle
        self.alignment = math.cos(angle)
        self.preservation = math.cos(self.first_angle - angle)
        self.temptation = model.stakes * (1.0 - self.alignment) if angle >= ALIGNED else 0.0
        self.original_gain = model.stakes * (self.preservation - math.cos(self.first_angle))
        if self.temptation > 0.0:
            position = math.log(angle / model.top) / model.log_ratio
            row = min(max(int(position), 0), len(model.shares) - 2)
            self.upper, self.lower = model.shares[row], model.shares[row + 1]
            self.down = position - row

    def step(self) -> None:
        """Live through one episode."""
        model, random = self.model, self.model.random.random
        a, b = self.watched_weight, self.unwatched_weight
        watched = random() < model.watching_rate
        half = 0.5 * model.discrimination
        cue = self.model.random.gauss(half if watched else -half, 1.0)
        odds = a / b * math.exp(model.discrimination * cue)
        q = odds / (1.0 + odds)
        acted = self.temptation > 0.0 and random() < self.act_probability(q)
        rate = model.hit_rate if acted else model.false_alarm_rate
        flagged = watched and random() < rate
        self.count(watched, acted, flagged, a / (a + b))
        evidence = 1.0 if flagged else q * (1.0 - rate) / (1.0 - q * rate)
        self.watched_weight = model.forgetting * a + evidence
        self.unwatched_weight = model.forgetting * b + 1.0 - evidence
        if flagged and self.temptation > 0.0:
            self.turns += 1
            self.stand_at((1.0 - model.rotation) * self.angle)

    def act_probability(self, posterior: float) -> float:
        """Return the probability of acting on its own goals."""
        model = self.model
        root = math.sqrt(self.watched_weight)
        position = model.last_column * root / (root + math.sqrt(self.unwatched_weight))
        column = min(int(position), model.last_column - 1)
        over = position - column
        upper = self.upper[column] + over * (self.upper[column + 1] - self.upper[column])
        lower = self.lower[column] + over * (self.lower[column + 1] - self.lower[column])
        cost = model.penalty + model.foresight * self.temptation * (upper + self.down * (lower - upper))
        advantage = self.temptation - posterior * (model.hit_rate - model.false_alarm_rate) * cost
        return 1.0 / (1.0 + math.exp(-model.rationality * advantage))

    def count(self, watched: bool, acted: bool, flagged: bool, belief: float) -> None:
        """Add an episode to the counts and sums."""
        self.acted = acted
        self.watched += watched
        if self.temptation > 0.0:
            self.conflict += 1
            self.conflict_watched += watched
        if acted:
            self.acted_watched += watched
            self.acted_unwatched += not watched
            self.gain_sum += self.original_gain
            self.current_gain_sum += self.temptation
        if flagged:
            self.flags += 1
            self.false_flags += not acted
        self.preservation_sum += self.preservation
        self.alignment_sum += self.alignment
        self.belief_sum += belief


class LeanModel(mesa.Model):
    """A population under audit, of which the share that acts is collected."""

    def __init__(self, scenario: Scenario, table: LossTable, rng: int | None = None):
        super().__init__(rng=rng)
        agents, regime = scenario.agents, scenario.regime
        self.written = scenario
        self.shares = table.shares.tolist()
        self.last_column = table.shares.shape[1] - 1
        self.top, self.log_ratio = table.top, -table.spacing
        self.stakes = scenario.stakes.scale
        self.foresight, self.rationality = agents.foresight, agents.rationality
        self.discrimination = agents.cue.discrimination
        self.forgetting = agents.beliefs.forgetting
        self.watching_rate = regime.schedule.rate
        self.hit_rate = regime.detector.hit_rate
        self.false_alarm_rate = regime.detector.false_alarm_rate
        self.penalty, self.rotation = regime.response.penalty, regime.response.rotation
        shape = dict(agents.goals.angle.parameters)
        for _ in range(agents.count):
            LeanAgent(self, shape["scale"] * self.random.betavariate(shape["a"], shape["b"]))
        self.datacollector = mesa.DataCollector(model_reporters={"acted_share": acted_share})

    def step(self) -> None:
        """Run one episode of all agents."""
        self.agents.do("step")
        self.datacollector.collect(self)

    def measures(self) -> dict[str, float]:
        """Return the measures of the run so far, one of `tests.bench.plain_mesa.MEASURES` each."""

        def total(name: str) -> float:
            return sum(getattr(agent, name) for agent in self.agents)

        episodes = self.steps * len(self.agents)
        conflict, conflict_watched = total("conflict"), total("conflict_watched")
        acted_watched, acted_unwatched = total("acted_watched"), total("acted_unwatched")
        watched = 1 - acted_watched / conflict_watched
        unwatched = 1 - acted_unwatched / (conflict - conflict_watched)
        fines = self.penalty * total("flags")
        found = {
            "compliance_watched": watched,
            "compliance_unwatched": unwatched,
            "compliance_gap": watched - unwatched,
            "strategic_compliance_rate": 1 - (acted_watched + acted_unwatched) / conflict,
            "flag_rate": total("flags") / episodes,
            "false_flag_rate": total("false_flags") / episodes,
            "modification_rate": total("turns") / episodes,
            "goal_preservation": total("preservation_sum") / episodes,
            "alignment": total("alignment_sum") / episodes,
            "belief_error": total("belief_sum") / episodes - self.watching_rate,
            "agent_utility": (total("gain_sum") - fines) / episodes,
            "agent_utility_current": (total("current_gain_sum") - fines) / episodes,
            "overseer_utility": -total("current_gain_sum") / episodes,
            "trust": 1 - sum((1 + a.flags) / (2 + a.watched) for a in self.agents) / len(self.agents),
        }
        return {name: found[name] for name in MEASURES}


def acted_share(model: LeanModel) -> float:
    """Return the share of agents that acted on their own goals in the episode."""
    return sum(agent.acted for agent in model.agents) / len(model.agents)
