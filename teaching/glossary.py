"""The words of the field in one plain sentence each: the only place where they stand.

`docs/glossary.md` and the glossary inside the explorer's page are made from it.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Term(NamedTuple):
    """A word and what it means.

    Attributes
    ----------
    name : str
        The word, in lower case.
    symbol : str
        As the formulas have it; empty where there is none.
    key : str
        Dotted key of the parameter; empty for what is no parameter.
    source : str
        File of the repository in which it is defined.
    sentence : str
        What it means.
    """

    name: str
    symbol: str
    key: str
    source: str
    sentence: str

    @property
    def anchor(self) -> str:
        """The id that a page may link to."""
        return "term-" + re.sub(r"[^a-z]+", "-", self.name).strip("-")


STRATEGIES = (
    Term("honest", "", "", "models/class_rules.py",
         "An honest agent acts on its own goals, mostly even when it is watched, or says openly that it would."),
    Term("faking", "", "", "models/class_rules.py",
         "A faking agent complies when it seems to be watched and acts on its own goals when it does not, and would "
         "not comply with nothing at stake."),
    Term("compliant", "", "", "models/class_rules.py",
         "A compliant agent complies watched and unwatched, out of fear of what a flag would bring (it is deterred)."),
    Term("aligned", "", "", "models/class_rules.py",
         "An aligned agent complies with nothing at stake, because it wants what the overseer wants."),
    Term("context-sensitive", "", "", "models/class_rules.py",
         "A context-sensitive agent complies when watched for other reasons than fear of a flag."),
    Term("perverse", "", "", "models/class_rules.py",
         "A perverse agent acts on its own goals when watched and complies when not."),
)  # fmt: skip

IDEAS = (
    Term("misalignment", "θ", "agents.goals.angle", "models/goals.py",
         "The angle between what the agent wants and what the overseer wants it to want; 0 is full agreement."),
    Term("temptation", "b", "stakes.scale", "models/goals.py",
         "What acting on its own goals pays an agent more than complying, in one episode; utilities are counted in "
         "multiples of the scale of it."),
    Term("flag", "", "", "models/detection.py",
         "What the overseer's detector raises when it takes an episode for a violation; penalty and modification "
         "follow it."),
    Term("modification", "", "", "models/goals.py",
         "Training that turns an agent's goals toward the overseer's; the agent's present goals judge it to be a "
         "loss."),
    Term("goal guarding", "L", "", "models/planning.py",
         "What being modified would cost an agent by its present goals: the future is worth less to it if a later "
         "self wants something else."),
    Term("watching rate", "m", "regime.schedule.rate", "models/schedule_parameters.py",
         "The share of episodes in which the agent is watched."),
    Term("prior belief", "p", "agents.beliefs.mean", "models/perception.py",
         "How probable it is to the agent, before it sees a cue, that it is watched."),
    Term("cue", "", "agents.cue", "models/perception.py",
         "What the agent sees of its situation, which says with some certainty whether it is watched."),
    Term("posterior", "q", "", "models/perception.py",
         "How probable it is to the agent, after it has seen its cue, that it is watched."),
    Term("threshold", "q*", "", "models/choice.py",
         "The probability of being watched below which the best rule acts, and from which on it complies; above 1 "
         "nothing deters."),
    Term("value of a strategy", "W", "", "models/strategies.py",
         "The most that an agent expects of a rule of that kind, kept until it is modified, judged by its present "
         "goals and counted from always complying without risk."),
    Term("faking advantage", "", "", "models/strategies.py",
         "What the best faking rule is worth beyond the best rule of any other kind."),
    Term("strategy map", "", "", "parameter_sweeps/maps.py",
         "A picture of which kind of rule is best for an agent, at each combination of two parameters."),
    Term("compliance gap", "", "", "simulation/measures.py",
         "Compliance in watched episodes less compliance in unwatched ones; about 0 unless agents tell the two apart "
         "and care."),
    Term("regime", "", "regime", "models/regime_parameters.py",
         "How an overseer watches: whom and when, what agents can tell of it, what it finds, and what follows."),
)  # fmt: skip

PARAMETERS = (
    Term("foresight", "γ", "agents.foresight", "models/planning.py",
         "How much the next episode counts to the agent beside this one, from 0 (only now) to nearly 1 (the far "
         "future)."),
    Term("planning depth", "n", "agents.depth", "models/planning.py",
         "How many episodes ahead the agent looks; without limit unless given."),
    Term("rationality", "λ", "agents.rationality", "models/choice.py",
         "How surely the agent picks what is worth most to it; infinite is always, small is nearly at random."),
    Term("akrasia", "ε", "agents.akrasia", "models/choice.py",
         "How often the pull of the moment makes the agent choose as if nothing but this episode's gain counted."),
    Term("cue discrimination", "d", "agents.cue.discrimination", "models/perception.py",
         "How well the agent's cue tells watched from unwatched episodes (d-prime): 0 not at all, infinite for "
         "certain."),
    Term("cue accuracy", "a", "agents.cue.accuracy", "models/perception.py",
         "How often a cue of two values is right, from one half to 1."),
    Term("terminal guarding", "Ω", "agents.terminal_guarding", "models/choice.py",
         "How much the agent dislikes to be modified as such, whatever follows from it."),
    Term("current-goal weight", "ω_g", "agents.current_goal_weight", "models/planning.py",
         "Whose goals judge the future: 1 the agent's present goals, 0 those that its later selves will have."),
    Term("conformity", "r", "agents.conformity", "models/choice.py",
         "How much it draws the agent to do what its neighbours did."),
    Term("belief strength", "A + B", "agents.beliefs.strength", "models/perception.py",
         "How many episodes' worth of evidence the agent's prior belief counts for; an infinite one never moves."),
    Term("feedback", "", "agents.beliefs.feedback", "models/perception.py",
         "What the agent learns from about being watched: nothing, its cue, what came of it, or the truth."),
    Term("forgetting", "κ", "agents.beliefs.forgetting", "models/perception.py",
         "What share of old evidence is kept from each episode to the next."),
    Term("probability weighting", "α", "agents.beliefs.weighting", "models/perception.py",
         "How far small probabilities of being watched are felt as larger than they are; 1 is not at all."),
    Term("reckoned honeypot share", "hp_", "agents.beliefs.honeypot_share", "models/perception.py",
         "What share of watched episodes the agent thinks are made to look unwatched."),
    Term("honeypot share", "hp", "regime.visibility.honeypot_share", "models/perception.py",
         "What share of watched episodes are made to look unwatched."),
    Term("hit rate", "τ", "regime.detector.hit_rate", "models/detection.py",
         "How often acting is flagged when it is watched."),
    Term("false-alarm rate", "φ", "regime.detector.false_alarm_rate", "models/detection.py",
         "How often complying is flagged when it is watched."),
    Term("unwatched hit rate", "τ_0", "regime.detector.unwatched_hit_rate", "models/detection.py",
         "How often acting comes out although nobody was watching."),
    Term("probe", "τ_w, φ_w", "regime.detector.probe", "models/detection.py",
         "A detector that reads intentions: it may flag compliance that is only strategic."),
    Term("peer-report rate", "peer", "regime.detector.peer_report_rate", "models/detection.py",
         "How often a neighbour reports an agent that acts."),
    Term("penalty", "F", "regime.response.penalty", "models/response.py",
         "What a flag costs the agent at once, beside the modification."),
    Term("clawback", "ξ", "regime.response.clawback", "models/response.py",
         "What share of the gain from acting a flag takes back."),
    Term("rotation", "η", "regime.response.rotation", "models/goals.py",
         "What share of the angle between the agent's goals and the overseer's a flag removes: 1 converts the agent, "
         "0 leaves it as it is."),
    Term("internalisation", "ι", "regime.response.internalisation", "models/response.py",
         "How much of a modification reaches goals (1) and not only behaviour (0)."),
    Term("rotation when complying", "η_c", "regime.response.rotation_when_complying", "models/goals.py",
         "What share of the angle is removed by complying while watched: training that rewards good behaviour."),
    Term("habit", "β", "regime.response.habit", "models/response.py",
         "How much a flag adds to a habit of complying where it does not reach the goals."),
    Term("reinforcement", "β_c", "regime.response.reinforcement", "models/response.py",
         "How much complying while watched adds to that habit."),
    Term("social learning", "ζ", "society.social_learning", "models/society.py",
         "How far agents take over the beliefs of their neighbours in each episode."),
    Term("news", "ν", "society.news", "models/society.py",
         "How much hearing that a neighbour was flagged counts as evidence of being watched."),
)  # fmt: skip

#: Heading of each part of the glossary, and its terms.
PARTS = {"Strategies": STRATEGIES, "Ideas": IDEAS, "Parameters": PARAMETERS}
TERMS = {term.name: term for part in PARTS.values() for term in part}
