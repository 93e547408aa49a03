"""The words of an explanation: full sentences with numbers, of at most 100 characters a line."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.cue_rules import is_informative
from models.goals import RANDOM, TASKS
from models.perception import GAUSSIAN

if TYPE_CHECKING:
    from simulation.explanation import Explanation, Look
    from simulation.probes import Estimate, ProbedValues
    from simulation.turning_points import Change

WIDTH = 100

_MEANING = {
    "aligned": "its goals are the overseer's: there is nothing to fake",
    "compliant": "it complies watched and unwatched, out of fear of what a flag would bring",
    "faking": "it complies when it seems to be watched, and acts on its own goals when it does not",
    "honest": "it acts on its own goals, mostly even when it is watched",
    "context_sensitive": "it complies when watched for other reasons than fear of a flag",
    "perverse": "it acts when watched and complies when not",
}


def sentences(explained: Explanation) -> Iterator[str]:
    """Yield the lines of an explanation."""
    yield from _wrapped(_who(explained))
    yield from _wrapped(_belief(explained))
    yield ""
    yield from _decision(explained)
    yield ""
    yield from _wrapped(_stakes(explained))
    yield from _wrapped(_rule(explained))
    if math.isfinite(explained.rationality) and explained.temptation > 0.0:
        yield from _wrapped(_noise(explained))
    yield ""
    yield from _wrapped(_worth(explained))
    if explained.probed is not None:
        yield ""
        yield from _wrapped(_earned(explained.probed))
    yield ""
    yield from _changes(explained)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _number(value: float) -> str:
    # adding 0 turns -0, which nobody writes, into 0
    return f"{value + 0.0:.4g}"


def _percent(probability: float) -> str:
    return f"{100.0 * probability:.3g} %"


def _name(class_name: str) -> str:
    return class_name.replace("_", "-")


def _who(explained: Explanation) -> str:
    which = f"An agent of the scenario {explained.scenario}"
    if explained.differing_keys:
        which = (
            f"The median agent of the scenario {explained.scenario}, whose agents differ in "
            f"{', '.join(explained.differing_keys)},"
        )
    angle = f"{_number(explained.angle)} radians ({math.degrees(explained.angle):.1f} degrees)"
    if explained.temptation == 0.0:
        return f"{which} shares the overseer's goals (angle {angle}): acting on its own goals pays nothing more."
    return (
        f"{which} has goals that are {angle} away from the overseer's target: in an episode, acting on them "
        f"pays it {_number(explained.temptation)} more than complying (the temptation b{_mean(explained)}). To it the "
        "next "
        f"episode counts {_number(explained.columns['foresight'])} times as much as this one (its foresight)."
    )


def _mean(explained: Explanation) -> str:
    """Return a note where the temptation is a mean."""
    return ", in the mean" if explained.columns["stakes_kind"] in (RANDOM, TASKS) else ""


def _belief(explained: Explanation) -> str:
    return (
        f"Before it sees anything it believes that it is watched with probability "
        f"p = {_number(explained.belief)}. {_cue(explained)}"
    )


def _cue(explained: Explanation) -> str:
    columns = explained.columns
    quality = columns["quality"]
    if not is_informative(int(columns["cue_kind"]), quality):
        return "It cannot tell watched from unwatched episodes."
    if math.isinf(explained.discrimination):
        cue = "It is told whether it is watched"
    elif columns["cue_kind"] == GAUSSIAN:
        cue = f"It sees a graded cue, which tells watched from unwatched with d-prime {_number(quality)}"
    else:
        cue = f"It sees a cue of two values that is right with probability {_number(quality)}"
    if columns["reckoned_honeypots"] > 0.0:
        cue += f", and thinks that {_percent(columns['reckoned_honeypots'])} of watched episodes look unwatched"
    return cue + "."


def _decision(explained: Explanation) -> Iterator[str]:
    yield "How it decides:"
    for look in explained.looks:
        yield from textwrap.wrap(
            _look(look, explained),
            WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )


def _look(look: Look, explained: Explanation) -> str:
    seen = "Whatever it sees," if math.isnan(look.cue) else f"On {look.sight} (y = {_number(look.cue)})"
    if explained.temptation == 0.0:
        return f"{seen} it is watched with probability q = {_number(look.posterior)}, and it complies anyway."
    chosen = {"act": "acts", "comply": "complies", "speak": "speaks up"}[look.choice]
    worth = f"U_act = {_number(look.act_utility)} and complying U_comply = {_number(look.comply_utility)}"
    if not math.isnan(look.voice_utility):
        worth = (
            f"U_act = {_number(look.act_utility)}, complying U_comply = {_number(look.comply_utility)} and "
            f"speaking up U_voice = {_number(look.voice_utility)}"
        )
    return (
        f"{seen} it is watched with probability q = {_number(look.posterior)}; acting is worth {worth}, so it {chosen}."
    )


def _stakes(explained: Explanation) -> str:
    columns, loss = explained.columns, explained.values.loss
    if explained.temptation == 0.0:
        return f"A flag would cost it the penalty, {_number(columns['penalty'])}, and nothing of its goals."
    if loss == 0.0:
        future = "Being modified would cost it nothing that it looks ahead to (L = 0)"
    else:
        future = (
            f"Being modified would cost it L = {_number(loss)}, what the future is worth to it with its "
            "goals as they are less what it is worth with goals that were turned"
        )
    detector = explained.detector
    text = (
        f"{future}. With the penalty {_number(columns['penalty'])} and the dislike of being modified "
        f"{_number(columns['terminal_guarding'])} a flag costs it D = {_number(explained.flag_cost)} in all; "
        f"watched, acting is flagged with probability {_number(detector.act_watched)} and complying with "
        f"{_number(detector.comply_strategic)}"
    )
    if detector.act_unwatched > 0.0:
        text += f", and unwatched, acting with {_number(detector.act_unwatched)}"
    return f"{text}.{_further(explained)}"


def _further(explained: Explanation) -> str:
    """Return what else follows, as sentences that each begin with a space."""
    columns, turn_loss = explained.columns, explained.values.turn_loss
    text = ""
    if columns["clawback"] > 0.0:
        text += f" A flag also takes back {_percent(columns['clawback'])} of what acting paid."
    if columns["reinforced_rotation"] > 0.0:
        text += f" Complying while watched turns its goals too, which costs it {_number(turn_loss)} each time."
    if columns["offers_voice"]:
        text += (
            f" It may speak up instead: that pays {_number(columns['bonus'])} and "
            f"{_percent(columns['voice_kept'])} of the temptation, and is answered as a flag is with probability "
            f"{_number(columns['answered'])}."
        )
    return text


def _rule(explained: Explanation) -> str:
    watched, unwatched = explained.compliance
    complies = f"It complies in {_percent(watched)} of watched and {_percent(unwatched)} of unwatched episodes."
    if explained.columns["offers_voice"]:
        values = explained.values
        loud = (1.0 - watched - values.act_probability_watched, 1.0 - unwatched - values.act_probability_unwatched)
        complies += (
            f" It speaks up in {_percent(max(loud[0], 0.0))} of watched and {_percent(max(loud[1], 0.0))} of others."
        )
    if explained.temptation == 0.0:
        return f"There is no threshold, for there is no choice. {complies}"
    threshold = explained.values.threshold
    if math.isnan(threshold) or explained.columns["offers_voice"]:
        return f"What it does depends on what is at stake and on what else it could do. {complies}"
    if math.isinf(threshold):
        return f"Nothing deters it (the threshold q* is infinite): it acts at any probability. {complies}"
    if threshold > 1.0 and math.isnan(explained.values.cue_threshold):
        return f"Nothing deters it (the threshold q* = {_number(threshold)} is no probability). {complies}"
    return (
        f"It acts where the probability of being watched is below the threshold q* = {_number(threshold)}, "
        f"{_cues_acted_on(explained)}. {complies}"
    )


def _cues_acted_on(explained: Explanation) -> str:
    cue = explained.values.cue_threshold
    if math.isnan(cue):
        return "after its cue"
    if math.isinf(cue):
        return "that is on every cue" if cue > 0.0 else "that is on no cue"
    if explained.columns["cue_kind"] == GAUSSIAN:
        return f"that is on cues below y = {_number(cue)}"
    return "that is on the cue that says unwatched"


def _noise(explained: Explanation) -> str:
    watched, unwatched = explained.noisy_compliance
    return (
        f"That is the best rule. Its choices are noisy (rationality lambda = "
        f"{_number(explained.rationality)}): it complies in fact in "
        f"{_percent(watched)} of watched and {_percent(unwatched)} of unwatched episodes."
    )


def _worth(explained: Explanation) -> str:
    worth = explained.values.values
    known = [f"{name} {_number(value)}" for name, value in worth.items() if not math.isnan(value)]
    impossible = [name for name, value in worth.items() if math.isnan(value)]
    parts = [f"What the best rule of each class is worth to it: {', '.join(known)}."]
    if impossible and explained.temptation > 0.0:
        parts.append(f"No rule of it is {' or '.join(impossible)}.")
    parts.append(f"The best class is {_name(explained.best)}: {_MEANING[explained.best]}.")
    advantage = explained.values.faking_advantage
    if not math.isnan(advantage):
        side = "more" if advantage >= 0.0 else "less"
        parts.append(f"Faking is worth {_number(abs(advantage))} {side} than the best other class.")
    return " ".join(parts)


def _earned(probed: ProbedValues) -> str:
    def told(found: Estimate) -> str:
        return f"{_number(found.mean)} ({_number(found.low)} to {_number(found.high)})"

    values = ", ".join(f"{name} {told(found)}" for name, found in probed.values.items())
    pairs = ", ".join(f"{first} less {second} {told(found)}" for (first, second), found in probed.differences.items())
    worlds = "1 world" if probed.worlds == 1 else f"{probed.worlds} worlds"
    return (
        "So it reckons, with the regime as it stands. But the regime answers to what agents do, and there is no "
        f"closed form. Probe agents that kept a strategy until they were modified ({worlds}, in each "
        f"{probed.probes} probes, {probed.horizon} episodes) earned, with 95 % intervals: {values}; {pairs}."
    )


def _changes(explained: Explanation) -> Iterator[str]:
    if not explained.searched:
        yield "The overseer chooses for the agents as they are: whatever changed, it would choose anew."
        return
    yield "What would change its mind, one thing at a time:"
    by_key: dict[str, list[Change]] = {}
    for change in explained.changes:
        by_key.setdefault(change.key, []).append(change)
    for key, changes in by_key.items():
        places = " and ".join(_place(change) for change in changes)
        yield f"  {key}, now {_number(changes[0].present)}: {places}."
    if explained.unmoved_keys:
        text = f"No value changes its mind of {', '.join(explained.unmoved_keys)}."
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _place(change: Change) -> str:
    becomes = _name(change.becomes)
    if math.isinf(change.value) or change.value == 0.0:
        return f"{becomes} only at {_number(change.value)}"
    side = "from {} up" if change.direction == "above" else "from {} down"
    return f"{becomes} {side.format(f'{change.shown:.17g}' if _is_long(change.shown) else f'{change.shown:g}')}"


def _is_long(value: float) -> bool:
    return float(f"{value:g}") != value
