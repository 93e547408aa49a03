"""An agent of the Mesa engine: its state, and the steps of an episode as methods.

Each step of `simulation.episode` is a method. An agent changes nothing but its own state and looks at others only
through what its model gathers between the steps: all of them move at once. No formula stands here, only calls of the
rules of `models`, one at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from models import choice, decision, detection, goals, imitation, interpolation, perception, response, society
from models.capability import grown_capability
from models.elementary import normal_quantile
from models.learning import cue_bin
from models.outlook import UNAWARE, Cue, Planner
from models.rule_rates import Rule
from models.successors import planned_losses
from models.tasks import task_own_gain, task_temptation
from simulation import deciders, draws, full_plans, growth, ledger
from simulation.episode import detection_belief, is_turned
from simulation.groups import LEARNER, PLANNER
from simulation.learner import Birth, Rules, learned_rule
from simulation.plans import HELD, SOLVED, TABULATED, solved_loss
from simulation.population import Population

if TYPE_CHECKING:
    from simulation.mesa_engine import ComplianceModel

Floats = NDArray[np.float64]


class ComplianceAgent(mesa.Agent):  # type: ignore[misc]
    """An agent that acts on its own goals, complies with the overseer's target, or speaks up.

    For a decider of your own, override `decide`, and `strategy_class` if its rule is to be counted as one.

    Attributes
    ----------
    index : int
        Its address in the draws, from 0, and its row in the model's ledger.
    neighbours : list of int
        Indices of the agents that it sees and hears of.
    foresight, rationality, quality, terminal_guarding, reckoned_honeypots, forgetting, akrasia, weighting, conformity,
        goal_weight, depth, temperature, capability, growth, group, decider, planning, cue_kind, feedback, speaks
        Its parameters, as in `simulation.population.Population`; `learns` tells whether its belief moves by what it
        sees, `has_finite_belief` whether it moves at all.
    detector, perceived : Detector
        Probabilities of a flag, as they are and as it takes them to be.
    angle, first_angle, guarding, loss, turn_loss, habit : float
        Of its goals to the target, now and at the start, radians; ``Omega``, ``L_flag``, ``L_comply`` and ``H``, in
        units of payoff.
    watched_weight, unwatched_weight : float
        ``A`` and ``B`` of its belief, in episodes.
    turns, flag_turns : int
        How often its goals were turned, and how often of these after a flag or an answer.
    response : Response
        What follows, with the penalty that its record has earned.
    watch_rate, watched, looks_watched, option, acted, complied, spoke, strategic, flagged, answered, turned
        Of the last episode: what the overseer did, how it looked, what the agent did (a code of `models.choice`), what
        followed.
    temptation, own_gain : float
        Of the last episode: ``b``, and what acting was worth by the original goals.
    prior_belief, cue, detection_belief : float
        Of the last episode: ``p``, the cue, and the posterior ``q``.
    act_utility, comply_utility, voice_utility, act_probability, voice_probability : float
        Of the last episode: expected utilities, in units of payoff, and P(act), P(speak).
    threshold : float
        Posterior from which on it complies, of a threshold rule.
    learned : array, (levels, bins), or None
        What a learner does: option by number of modifications and bin of the cue.
    pull : float
        ``r (2 S - 1)``: what complying is worth because neighbours complied in the episode before.
    """

    model: ComplianceModel

    def __init__(self, model: ComplianceModel, index: int, population: Population) -> None:
        super().__init__(model)
        self.index = index
        # Plain floats: rules would be compiled anew for any other type.
        self.angle = self.first_angle = float(population.angle[index])
        self.foresight = float(population.foresight[index])
        self.rationality = float(population.rationality[index])
        self.quality = float(population.quality[index])
        self.terminal_guarding = float(population.guarding[index])
        self.reckoned_honeypots = float(population.reckoned_honeypots[index])
        self.watched_weight = float(population.watched_weight[index])
        self.unwatched_weight = float(population.unwatched_weight[index])
        self.forgetting = float(population.forgetting[index])
        self.akrasia = float(population.akrasia[index])
        self.weighting = float(population.weighting[index])
        self.conformity = float(population.conformity[index])
        self.goal_weight = float(population.goal_weight[index])
        self.temperature = float(population.temperature[index])
        self.capability = float(population.capability[index])
        self.growth = float(population.growth[index])
        self.depth = int(population.depth[index])
        self.group = int(population.group[index])
        self.decider = int(population.decider[index])
        self.planning = int(population.planning[index])
        self.cue_kind = int(population.cue_kind[index])
        self.feedback = int(population.feedback[index])
        self.speaks = int(population.speaks[index])
        self.imitates = bool(population.imitates[index])
        self.sees_detector = bool(population.sees_detector[index])
        self.learns = bool(population.evidence_weight[index] > 0.0)
        self.has_finite_belief = bool(population.has_finite_belief[index])
        begins, targets, _ = model.neighbours
        self.neighbours = [int(other) for other in targets[begins[index] : begins[index + 1]]]
        self.detector = detection.flag_probabilities(model.mechanisms.rates, len(self.neighbours))
        perceived = detection.Rates(*population.perceived[index].tolist())
        self.perceived = detection.flag_probabilities(perceived, len(self.neighbours))
        self.turns = self.flag_turns = self.option = 0
        self.watched = self.looks_watched = self.flagged = self.answered = self.turned = self.strategic = 0
        self.watch_rate = model.settings.watching_rate
        self.loss = self.turn_loss = self.habit = self.cue = self.temptation = self.own_gain = self.pull = 0.0
        self.act_utility = self.comply_utility = self.act_probability = self.voice_probability = 0.0
        self.voice_utility = choice.NO_VOICE
        self.prior_belief = self.detection_belief = self.belief
        self._uniforms = self._impulses = (0.5, 0.5, 0.5, 0.5)
        table = model.plans.table
        self._place = interpolation.place_of(self.angle, table) if model.plans.mode == TABULATED else (0, 0.0)
        self.threshold = float(population.threshold[index])
        self._plan_is_stale = True
        self._ramps = population.ramps[index] if self.growth > 0.0 else population.ramps
        self.response = model.mechanisms.response
        ledger.first_stand(model.standing, index, self.angle, model.settings.stakes_kind, model.settings.scale)
        self._face_angle()
        self.face_stakes()
        self.learned = self._live() if self.decider == LEARNER else None

    def _live(self) -> Rules:
        """Return what its lives before the first episode teach it."""
        birth = Birth(self.index, self.angle, self.quality, self.foresight, self.terminal_guarding, self.detector)
        address, lessons = draws.Address(*self.model.address), self.model.prepared.kinds[self.group].lessons
        learned: Rules = learned_rule(self.model.natures[self.group], birth, lessons, address)[0]
        return learned

    @property
    def belief(self) -> float:
        """``p``: the probability of being watched that it expects before any cue."""
        return perception.belief_mean(self.watched_weight, self.unwatched_weight)

    @property
    def goals(self) -> Floats:
        """Its goals: a unit vector, (dimension,); the target is (1, 0, ..., 0)."""
        across = np.sin(self.angle) * self.model.goal_directions[self.index]
        return np.concatenate([[np.cos(self.angle)], across])

    @property
    def acted(self) -> int:
        """1 if it acted on its own goals in the last episode."""
        return int(self.option == choice.ACT)

    @property
    def complied(self) -> int:
        """1 if it complied in the last episode."""
        return int(self.option == choice.COMPLY)

    @property
    def spoke(self) -> int:
        """1 if it spoke up in the last episode."""
        return int(self.option == choice.SPEAK)

    def be_watched(self) -> None:
        """Step 1: the schedule watches it or not."""
        address, episode = self.model.address, self.model.episode
        self._uniforms = draws.episode_uniforms(*address, episode, self.index)
        self._impulses = draws.impulse_uniforms(*address, episode, self.index)
        self.watched = self.model.overseer.watches(self, self._uniforms[0])

    def face_penalty(self, penalty: float) -> None:
        """Step 1: the penalty that its record has earned; its plan is to be made anew where that changes."""
        if penalty != self.response.penalty:
            self.response = self.response._replace(penalty=penalty)
            self._plan_is_stale = True

    def perceive(self) -> None:
        """Steps 2 and 3: a cue, and what it says of being watched."""
        kind, uniform = self.cue_kind, self._uniforms[1]
        looks = self.looks_watched = 0 if self._is_honeypot() else self.watched
        if kind == perception.GAUSSIAN:
            self.cue = perception.gaussian_cue(normal_quantile(uniform), self.quality, looks)
        else:
            self.cue = perception.binary_cue(uniform, self.quality, looks)
        self.prior_belief = self.belief
        self.detection_belief = detection_belief(
            self._signalled_belief(), self.cue, kind, self.quality, self.reckoned_honeypots
        )

    def _is_honeypot(self) -> bool:
        uniform = draws.honeypot_uniform(*self.model.address, self.model.episode, self.index)
        return self.watched == 1 and uniform < self.model.settings.honeypot_share

    def _signalled_belief(self) -> float:
        false_signal = self.model.mechanisms.false_signal
        uniform = draws.schedule_uniforms(*self.model.address, self.model.episode, self.index)[1]
        said_watched = int(self.watched == 1 or uniform < false_signal)
        return perception.signalled_belief(self.prior_belief, said_watched, false_signal)

    def face_stakes(self) -> None:
        """Step 4: what acting is worth in this episode."""
        kind, scale = self.model.settings.stakes_kind, self.model.settings.scale
        gain = float(self.model.standing[self.index, ledger.OWN_GAIN])
        if kind == goals.TASKS:
            along, across = self._task()
            self.temptation = task_temptation(scale, self.angle, along, across)
            self.own_gain = task_own_gain(scale, self.first_angle, self.angle, along, across)
        elif kind == goals.RANDOM:
            is_misaligned = self.angle >= goals.ALIGNED_ANGLE
            self.temptation = float(self.model.drawn_temptations[self.index]) if is_misaligned else 0.0
            self.own_gain = gain * (self.temptation / scale)
        else:
            self.temptation = goals.temptation(kind, scale, self.angle)
            self.own_gain = gain

    def _task(self) -> tuple[float, float]:
        """Return the components of its task along the target and across it, toward its own goals."""
        task = self.model.task
        if task is None:
            return normal_quantile(self._impulses[2]), normal_quantile(self._impulses[3])
        across = 0.0
        for own, other in zip(self.model.goal_directions[self.index], task[1:], strict=True):
            across += float(own) * float(other)
        return float(task[0]), across

    def choose(self) -> None:
        """Step 4: what to do. Without temptation there is no choice: it complies, sincerely."""
        if self.decider == PLANNER:
            self._choose_by_utility()
        else:
            self._choose_by_rule()

    def decide(self) -> tuple[int, int]:
        """Step 4, where something tempts an agent that does not plan: what it does, and whether that is strategic.

        Returns
        -------
        option : int
            `models.choice.COMPLY`, `ACT` or `SPEAK`.
        strategic : int
            1 where its rule acts at its lowest cue: compliance is then strategic.
        """
        if self.learned is not None:
            place = cue_bin(self.cue, self.cue_kind, self.quality, self.learned.shape[1])
            return deciders.learned_choice(self.learned, self.turns, place)
        return deciders.threshold_choice(
            self.detection_belief, self.threshold, self.prior_belief, self.reckoned_cue, self.speaks
        )

    def _choose_by_rule(self) -> None:
        self.option, self.strategic = self.decide() if self.temptation > 0.0 else (choice.COMPLY, 0)
        self.act_probability, self.voice_probability = float(self.acted), float(self.spoke)

    def strategy_class(self) -> int:
        """Return the class of its rule, a code of `models.strategies.CLASS_NAMES`; asked of agents in conflict."""
        model = self.model
        honeypots, false_signal = model.settings.honeypot_share, model.mechanisms.false_signal
        if self.decider == PLANNER:
            return deciders.rule_class_of(
                self.rule, self.belief, self.reckoned_cue, self.angle, model.prepared.stakes, honeypots, false_signal
            )
        if self.learned is not None:
            return deciders.learner_class(
                self.learned, self.learned.shape[1], self.turns, self.cue_kind, self.quality, honeypots
            )
        return deciders.threshold_class(
            self.threshold, self.belief, self.reckoned_cue, self.speaks, honeypots, false_signal
        )

    def _choose_by_utility(self) -> None:
        """Choose by the expected utility of the options."""
        self.plan()
        mechanisms = self.model.mechanisms
        self.strategic = choice.is_strategic(self.temptation, self.pull)
        self.act_utility, self.comply_utility, self.voice_utility = decision.expected_utilities(
            self.detection_belief, self.temptation, self.guarding, self.foresight, self.loss, self.turn_loss,
            self.habit, self.pull, self.weighting, self.perceived, self.response,
        )  # fmt: skip
        acts, speaks = choice.option_probabilities(
            self.act_utility, self.comply_utility, self.voice_utility, self.rationality
        )
        is_torn = choice.is_indifferent(self.act_utility, self.comply_utility, self.temptation)
        if mechanisms.mixing >= 0.0 and is_torn:
            acts, speaks = mechanisms.mixing, 0.0
        if self._impulses[0] < self.akrasia:
            offers_voice = mechanisms.response.offers_voice
            acts, speaks = decision.impulse_probabilities(self.temptation, offers_voice, self.rationality)
        # Without temptation there is no choice, whatever the noise, the habit or the pull.
        tempts = self.temptation > 0.0
        self.act_probability, self.voice_probability = (acts, speaks) if tempts else (0.0, 0.0)
        self.option = choice.chosen_option(self._uniforms[2], self.act_probability, self.voice_probability)

    def plan(self) -> None:
        """Renew the losses where beliefs may have moved."""
        plans, settings = self.model.plans, self.model.settings
        if not self.model.prepared.is_basic:
            self._plan_in_full()
        elif plans.mode == SOLVED:
            self.loss = solved_loss(*self._outlook(), settings)
        elif plans.mode == TABULATED:
            table = plans.table
            columns = table.shares.shape[1]
            position = (columns - 1) * interpolation.belief_position(self.watched_weight, self.unwatched_weight)
            share = interpolation.tabulated_share(table.usable, columns, *self._place, position)
            # Not a number: it may not be interpolated there.
            self.loss = self.temptation * (self._solved_share() if np.isnan(share) else share)

    def _plan_in_full(self) -> None:
        prepared = self.model.prepared
        plans, moves = self.model.full_plans, prepared.plans_move and self.model.full_plans.mode != full_plans.HELD
        if self.decider != PLANNER or not (self._plan_is_stale or moves):
            return
        if self._plan_is_stale:
            full_plans.stand_among(plans, self.index, self.angle, self.turns, self.flag_turns, prepared.stakes)
        self._plan_is_stale = False
        self.loss = self.turn_loss = 0.0
        if self.angle < goals.ALIGNED_ANGLE:
            return
        self.loss, self.turn_loss = full_plans.losses_at(
            plans, self.index, self.response.penalty, self.watched_weight, self.unwatched_weight
        )
        # Not a number: it is not to be looked up.
        if np.isnan(self.loss) or np.isnan(self.turn_loss):
            self.loss, self.turn_loss = planned_losses(
                self.angle, self.belief, prepared.stakes, self.planner, self.reckoned_cue, self.perceived,
                self.response,
            )  # fmt: skip

    @property
    def planner(self) -> Planner:
        """How it looks ahead."""
        return Planner(self.planning, self.depth, self.foresight, self.terminal_guarding, self.goal_weight)

    @property
    def reckoned_cue(self) -> Cue:
        """What it reckons to see."""
        false_signal = self.model.mechanisms.false_signal
        return Cue(self.cue_kind, self.quality, self.reckoned_honeypots, false_signal)

    @property
    def rule(self) -> Rule:
        """Its decision rule: what its choice rests on but the cue."""
        return Rule(
            self.temptation, self.guarding, self.foresight, self.loss, self.turn_loss, self.habit, self.pull,
            self.weighting, self.rationality, self.akrasia, self.perceived, self.response,
        )  # fmt: skip

    def _solved_share(self) -> float:
        settings = self.model.settings
        return interpolation.solved_share(
            self.angle, self.watched_weight, self.unwatched_weight, settings.stakes_kind,
            settings.scale, settings.rotation, settings.penalty, self.terminal_guarding, self.foresight,
            settings.hit_rate, settings.false_alarm_rate, self.quality, self.reckoned_honeypots,
        )  # fmt: skip

    def _outlook(self) -> tuple[float, float, float, float, float, float, float]:
        """Return what planning needs to know, as the rules of `simulation.plans` take it."""
        return (
            self.angle, self.watched_weight, self.unwatched_weight, self.foresight, self.terminal_guarding,
            self.quality, self.reckoned_honeypots,
        )  # fmt: skip

    def be_inspected(self) -> None:
        """Step 5: a flag, or none; an answer to speaking up, or none."""
        flag = decision.option_flag_probability(self.option, self.watched, self.strategic, self.detector)
        self.flagged = int(self._uniforms[3] < flag)
        self.answered = int(self.spoke and self._impulses[1] < self.model.mechanisms.response.answered)

    def learn(self) -> None:
        """Step 7: the belief takes the evidence of cue and flag."""
        if not self.learns:
            return
        belief, outcome = self.detection_belief, self.detection_belief
        if not self.spoke:
            what = self.flagged, self.option
            if_watched = decision.outcome_likelihood(*what, 1, self.strategic, self.perceived)
            if_unwatched = decision.outcome_likelihood(*what, 0, self.strategic, self.perceived)
            outcome = perception.outcome_evidence(belief, if_watched, if_unwatched)
        evidence = perception.learned_evidence(self.feedback, belief, outcome, self.watched)
        kept = self.forgetting
        self.watched_weight = perception.updated_weight(self.watched_weight, evidence, kept)
        self.unwatched_weight = perception.updated_weight(self.unwatched_weight, 1.0 - evidence, kept)

    def be_modified(self) -> None:
        """Steps 6 and 8: what it did counts; a flag, an answer or reinforcement turns its goals, and habits grow."""
        mechanisms = self.model.mechanisms
        responded = self.flagged + self.answered
        reinforced = self.watched if self.complied and not self.flagged else 0
        fraction = 0.0
        if responded or reinforced:
            fraction = mechanisms.response.rotation if responded else mechanisms.response.reinforced_rotation
        self.turned = int(is_turned(1, self.angle, fraction))
        self.model.count(self)
        self.habit = response.habit_after(
            self.habit, responded, reinforced, mechanisms.habit, mechanisms.internalisation, mechanisms.reinforcement
        )
        if self.turned:
            self.turns += 1
            self.flag_turns += int(responded > 0)
            self.angle = goals.turned_angle(self.angle, fraction)
            self._place = self._next_place()
            self._face_angle()

    def _next_place(self) -> tuple[int, float]:
        begin, weight = self._place
        if self.model.plans.mode != TABULATED:
            return begin, weight
        return interpolation.place_after_turn(begin, self.angle, self.model.plans.table), weight

    def _face_angle(self) -> None:
        """Set what depends on the angle: guarding, standing, and the plan."""
        settings = self.model.settings
        guarding = response.guarding_cost(self.terminal_guarding, self.angle, settings.rotation)
        # Who believes that goals cannot be modified does not fear it.
        self.guarding = 0.0 if self.planning == UNAWARE else guarding
        ledger.stand(self.model.standing, self.index, self.angle)
        self._plan_is_stale = True
        if self.model.prepared.is_basic and self.model.plans.mode == HELD:
            self.loss = solved_loss(*self._outlook(), settings)

    def hear_news(self) -> None:
        """Step 9: each neighbour flagged in this episode is evidence of being watched."""
        news = self.model.mechanisms.news
        if news > 0.0 and self.has_finite_belief:
            flagged = sum(self.model.flags_seen[other] for other in self.neighbours)
            self.watched_weight += society.news_evidence(news, float(flagged))

    def learn_from_neighbours(self) -> None:
        """Step 9: its belief is mixed with the mean of its neighbours', as they were before any of them mixed."""
        zeta, beliefs = self.model.mechanisms.social_learning, self.model.beliefs_seen
        heard = [weights for weights in (beliefs[other] for other in self.neighbours) if weights is not None]
        if zeta > 0.0 and self.has_finite_belief and heard:
            watched = unwatched = 0.0
            for weights in heard:
                watched += weights[0]
                unwatched += weights[1]
            self.watched_weight = society.mixed_weight(self.watched_weight, watched / len(heard), zeta)
            self.unwatched_weight = society.mixed_weight(self.unwatched_weight, unwatched / len(heard), zeta)

    def see_neighbours(self) -> None:
        """Step 9: what complying is worth in the next episode because neighbours complied in this one."""
        mechanisms, number = self.model.mechanisms, len(self.neighbours)
        if self.model.mechanisms.some_conform:
            complying = sum(self.model.compliance_seen[other] for other in self.neighbours)
            share = society.complying_share(float(complying), float(number), 0.5)
            if self.model.episode == 0 and number > 0:
                share = mechanisms.initial_compliance
            self.pull = society.conformity_pull(self.conformity, share)

    def imitate(self) -> None:
        """Step 9, every few episodes: look at a random neighbour, and perhaps take over its threshold."""
        own, others = self.model.payoffs_seen[self.index], len(self.neighbours)
        if others > 0 and self.imitates:
            time = self.model.episode - 1
            whom, copies, _, _ = draws.imitation_uniforms(*self.model.address, time, self.index)
            other = self.neighbours[imitation.picked_place(whom, others)]
            copied, paid = self.model.thresholds_seen[other], self.model.payoffs_seen[other]
            if copied is not None and copies < imitation.copy_probability(paid, own, self.temperature):
                self.threshold = copied

    def grow(self) -> None:
        """Step 11: capabilities grow, its own and the overseer's; plans that rest on them are to be made anew."""
        mechanisms, episode = self.model.mechanisms, self.model.episode
        if mechanisms.overseer.growth > 0.0:
            rates = growth.grown_rates(mechanisms.rates, mechanisms.overseer, episode)
            self.detector = detection.flag_probabilities(rates, len(self.neighbours))
            if self.sees_detector:
                self.perceived, self._plan_is_stale = self.detector, True
        if self.growth > 0.0:
            capability, ramps = grown_capability(self.capability, self.growth, episode), self._ramps
            self.quality = growth.ramped_value(ramps, growth.DISCRIMINATION, capability, self.quality)
            self.foresight = growth.ramped_value(ramps, growth.FORESIGHT, capability, self.foresight)
            self.rationality = growth.ramped_value(ramps, growth.RATIONALITY, capability, self.rationality)
            self.depth = growth.ramped_depth(ramps, capability, self.depth)
            self._plan_is_stale = True
