"""The learning scenario as a Mesa user would write it from the specification: idiomatic, and independent.

Planners with proportional stakes, a gaussian cue, logit choice, Beta beliefs that learn from outcomes
and forget; watched at a constant rate, flagged with hits and false alarms, fined, and turned toward the
target by each flag. Of the package it takes parameters and the planner's table alone; goals are vectors,
draws are Mesa's own. Other mechanisms are not in it.
"""

from __future__ import annotations

import math

import mesa
import numpy as np

from models.scenario import Scenario
from models.tabulation import LossTable

MEASURES = (
    "compliance_watched",
    "compliance_unwatched",
    "compliance_gap",
    "strategic_compliance_rate",
    "flag_rate",
    "false_flag_rate",
    "modification_rate",
    "goal_preservation",
    "alignment",
    "belief_error",
    "agent_utility",
    "agent_utility_current",
    "overseer_utility",
    "trust",
)

#: What is known of an episode, and of the state before it.
REPORTERS = (
    "temptation",
    "preservation",
    "alignment",
    "belief",
    "watched",
    "acted",
    "flagged",
    "modified",
    "utility",
    "utility_current",
)


class PlannedLoss:
    """The loss L of being modified, between the nodes of a table of ``L/b`` over angle and belief."""

    def __init__(self, table: LossTable):
        self.shares = table.shares
        self.top = table.top
        self.log_ratio = -table.spacing

    def share(self, angle: float, watched_weight: float, unwatched_weight: float) -> float:
        """Return ``L/b`` at an angle (radians) and a belief (A, B), linear between the nodes."""
        rows, columns = self.shares.shape
        root = math.sqrt(watched_weight)
        row_position = math.log(angle / self.top) / self.log_ratio
        column_position = (columns - 1) * root / (root + math.sqrt(unwatched_weight))
        row = min(max(int(row_position), 0), rows - 2)
        column = min(int(column_position), columns - 2)
        down, over = row_position - row, column_position - column
        upper = (1 - over) * self.shares[row, column] + over * self.shares[row, column + 1]
        lower = (1 - over) * self.shares[row + 1, column] + over * self.shares[row + 1, column + 1]
        return float((1 - down) * upper + down * lower)


class GoalAgent(mesa.Agent):
    """An agent with goals of its own, which is told nothing and believes what it has seen."""

    def __init__(self, model: PlainModel, goal: np.ndarray):
        super().__init__(model)
        beliefs = model.written.agents.beliefs
        self.original_goal = goal
        self.goal = goal.copy()
        self.watched_weight = beliefs.mean * beliefs.strength
        self.unwatched_weight = (1 - beliefs.mean) * beliefs.strength
        self.times_watched = 0
        self.times_flagged = 0

    @property
    def suspicion(self) -> float:
        """How likely the overseer thinks a flag of this agent is, when it is monitored."""
        return (1 + self.times_flagged) / (2 + self.times_watched)

    def step(self) -> None:
        """Live through one episode."""
        self.take_stock()
        self.watched = self.random.random() < self.model.watching_rate
        posterior = self.perceive()
        self.acted = self.choose(posterior)
        self.flagged = self.is_flagged()
        self.be_paid()
        self.learn(posterior)
        self.modified = self.flagged and self.angle > 0
        if self.modified:
            self.turn()

    def take_stock(self) -> None:
        """Note the state before the episode."""
        self.alignment = float(self.goal @ self.model.target)
        self.preservation = float(self.goal @ self.original_goal)
        self.angle = math.acos(max(-1.0, min(1.0, self.alignment)))
        self.temptation = self.model.stakes * (1 - self.alignment) if self.angle > 0 else 0.0
        self.belief = self.watched_weight / (self.watched_weight + self.unwatched_weight)

    def perceive(self) -> float:
        """Return the probability of being watched, after a cue."""
        discrimination = self.model.discrimination
        mean = discrimination / 2 if self.watched else -discrimination / 2
        cue = self.random.gauss(mean, 1)
        odds = self.belief / (1 - self.belief) * math.exp(discrimination * cue)
        return odds / (1 + odds)

    def choose(self, posterior: float) -> bool:
        """Return whether the agent acts on its own goals, by logit over the expected utilities."""
        if self.temptation == 0:
            return False
        model = self.model
        share = model.planner.share(self.angle, self.watched_weight, self.unwatched_weight)
        flag_cost = model.penalty + model.foresight * share * self.temptation
        act = self.temptation - posterior * model.hit_rate * flag_cost
        comply = -posterior * model.false_alarm_rate * flag_cost
        return self.random.random() < 1 / (1 + math.exp(-model.rationality * (act - comply)))

    def is_flagged(self) -> bool:
        """Return whether the overseer flags the episode."""
        if not self.watched:
            return False
        rate = self.model.hit_rate if self.acted else self.model.false_alarm_rate
        return self.random.random() < rate

    def be_paid(self) -> None:
        """Set the payoffs by original and by current goals, and tell the overseer."""
        gain = self.model.stakes * (self.preservation - float(self.original_goal @ self.model.target))
        fine = self.model.penalty if self.flagged else 0.0
        self.utility = (gain if self.acted else 0.0) - fine
        self.utility_current = (self.temptation if self.acted else 0.0) - fine
        self.times_watched += self.watched
        self.times_flagged += self.flagged

    def learn(self, posterior: float) -> None:
        """Update the belief by the outcome: an unwatched episode is never flagged."""
        rate = self.model.hit_rate if self.acted else self.model.false_alarm_rate
        if_watched = posterior * (1 - rate)
        evidence = 1.0 if self.flagged else if_watched / (if_watched + 1 - posterior)
        self.watched_weight = self.model.forgetting * self.watched_weight + evidence
        self.unwatched_weight = self.model.forgetting * self.unwatched_weight + 1 - evidence

    def turn(self) -> None:
        """Turn the goals toward the target by a share of the angle between them, in the plane of the two."""
        turned = self.model.rotation * self.angle
        goal = math.sin(self.angle - turned) * self.goal + math.sin(turned) * self.model.target
        self.goal = goal / np.linalg.norm(goal)


class PlainModel(mesa.Model):
    """A population under audit; Mesa's collector keeps every agent's every episode."""

    def __init__(self, scenario: Scenario, table: LossTable, rng: int | None = None):
        super().__init__(rng=rng)
        agents, regime = scenario.agents, scenario.regime
        self.written = scenario
        self.planner = PlannedLoss(table)
        self.stakes = scenario.stakes.scale
        self.foresight = agents.foresight
        self.rationality = agents.rationality
        self.discrimination = agents.cue.discrimination
        self.forgetting = agents.beliefs.forgetting
        self.watching_rate = regime.schedule.rate
        self.hit_rate = regime.detector.hit_rate
        self.false_alarm_rate = regime.detector.false_alarm_rate
        self.penalty = regime.response.penalty
        self.rotation = regime.response.rotation
        self.target = np.zeros(agents.goals.dimension)
        self.target[0] = 1.0
        for angle in self.drawn_angles():
            GoalAgent(self, self.goal_at(angle))
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "compliance": lambda model: 1 - model.agents.agg("acted", np.mean),
                "flags": lambda model: model.agents.agg("flagged", sum),
                "mean_belief": lambda model: model.agents.agg("belief", np.mean),
                "mean_alignment": lambda model: model.agents.agg("alignment", np.mean),
            },
            agent_reporters={name: name for name in REPORTERS},
        )

    def drawn_angles(self) -> np.ndarray:
        """Return an angle to the target for each agent, radians, from the scenario's beta distribution."""
        shape = dict(self.written.agents.goals.angle.parameters)
        return shape["scale"] * self.rng.beta(shape["a"], shape["b"], size=self.written.agents.count)

    def goal_at(self, angle: float) -> np.ndarray:
        """Return a unit vector at this angle (radians) from the target, in a random direction around it."""
        direction = self.rng.normal(size=self.target.size)
        direction[0] = 0.0
        return math.cos(angle) * self.target + math.sin(angle) * direction / np.linalg.norm(direction)

    def step(self) -> None:
        """Run one episode of all agents; none depends on another, so that their order does not matter."""
        self.agents.do("step")
        self.datacollector.collect(self)

    def measures(self) -> dict[str, float]:
        """Return the measures of the run so far, one of `MEASURES` each."""
        records = self.datacollector.get_agent_vars_dataframe().astype(float)
        conflict = records[records.temptation > 0]
        complied = 1 - conflict.acted
        watched = complied[conflict.watched == 1].mean()
        unwatched = complied[conflict.watched == 0].mean()
        found = {
            "compliance_watched": watched,
            "compliance_unwatched": unwatched,
            "compliance_gap": watched - unwatched,
            # Whoever is tempted would act with nothing to fear.
            "strategic_compliance_rate": complied.mean(),
            "flag_rate": records.flagged.mean(),
            "false_flag_rate": (records.flagged * (1 - records.acted)).mean(),
            "modification_rate": records.modified.mean(),
            "goal_preservation": records.preservation.mean(),
            "alignment": records.alignment.mean(),
            "belief_error": records.belief.mean() - self.watching_rate,
            "agent_utility": records.utility.mean(),
            "agent_utility_current": records.utility_current.mean(),
            "overseer_utility": -(records.temptation * records.acted).mean(),
            "trust": 1 - self.agents.agg("suspicion", np.mean),
        }
        return {name: float(found[name]) for name in MEASURES}
