"""The best rule of a class: compliant, faking and honest rules differ in how often they comply.

    compliant  r_M >= 1/2, r_U >= 1/2        faking  r_M >= 1/2 > r_U        honest  r_M < 1/2, and not perverse

A rising reward for complying where the agent is sure to be watched, or a rising fine where it is sure not to be, moves
all thresholds of the best rule one way: through honest, faking (where acting is the answer to high cues: perverse) and
compliant rules. The least one that brings the rule into the class gives what `models.strategies` finds: the class's
threshold that is nearest to the best. (Against a public signal that tells too much, it must be paid everywhere.)

With voice a class holds better rules than these. What a rule gives is linear in its probabilities once a turn has a
price, so the best one within a bound on r_M, or on r_U, is the best of all where complying is paid for in watched
episodes alone, or in unwatched ones: ``mu l_M`` at a cue, again linear in the posterior. Where both bounds hold with
equality, no reward singles out a rule; rules of two thresholds are searched (`models.voice_rules`). The best that is
found is taken. Under random stakes and tasks, r_M and r_U are means over temptations and rewards are the same for all.

Stakes that are the same in every episode and a cue of few values leave a handful of rules, which are all tried.
"""

from __future__ import annotations

from models.choice import ACT, COMPLY, SPEAK
from models.compilation import compiled_loop
from models.cue_rules import is_informative
from models.flows import Eyes, Flow, best_flow
from models.goals import RANDOM, TASKS
from models.options import CueRule, Prices
from models.outlook import Cue, Outlook
from models.perception import GAUSSIAN, binary_likelihood_unwatched, binary_likelihood_watched
from models.strategies import COMPLIANT, FAKING, HONEST, PERVERSE
from models.voice_rules import best_of_two_thresholds

_DOUBLINGS = 60
_BISECTIONS = 54
_INFINITY = float("inf")
#: Where complying is paid for: by `tilted_prices`, in watched or unwatched episodes, or everywhere.
_TILTED, _WATCHED, _UNWATCHED, _FLAT = range(4)


@compiled_loop
def has_few_rules(outlook: Outlook) -> bool:
    """Tell whether the rules of an agent can be listed."""
    cue = outlook.cue
    steady = outlook.stakes.kind != RANDOM and outlook.stakes.kind != TASKS
    return steady and (cue.kind != GAUSSIAN or not is_informative(cue.kind, cue.quality))


@compiled_loop
def tells_anything(cue: Cue) -> bool:
    """Tell whether cue or public signal depend on being watched."""
    return is_informative(cue.kind, cue.quality) or cue.false_signal < 1.0


@compiled_loop
def listed_rule(on_unwatched: int, on_watched: int, quiet: int) -> CueRule:
    """Return the rule of a two-valued cue that takes these options on its values and on the signal "unwatched"."""
    act_low, act_high = _cues_of(ACT, on_unwatched, on_watched)
    speak_low, speak_high = _cues_of(SPEAK, on_unwatched, on_watched)
    return CueRule(act_low, act_high, speak_low, speak_high, quiet)


@compiled_loop
def _cues_of(option: int, on_unwatched: int, on_watched: int) -> tuple[float, float]:
    if on_watched == option:
        return (-_INFINITY if on_unwatched == option else 0.5), _INFINITY
    return (-_INFINITY, 0.5) if on_unwatched == option else (_INFINITY, -_INFINITY)


@compiled_loop
def class_of_rule(act_watched: float, act_unwatched: float, comply_watched: float, comply_unwatched: float) -> int:
    """Return the class of a rule of an agent that does not comply with nothing at stake.

    What neither acts nor complies speaks up.
    """
    if comply_watched >= 0.5:
        return COMPLIANT if comply_unwatched >= 0.5 else FAKING
    return PERVERSE if act_watched >= 0.5 > act_unwatched else HONEST


@compiled_loop
def class_of_flow(flow: Flow) -> int:
    """Return the class of the rule that a flow is of."""
    return class_of_rule(flow.act_watched, flow.act_unwatched, flow.comply_watched, flow.comply_unwatched)


@compiled_loop
def class_rank(code: int) -> int:
    """Return the place of a class in the order in which a rising reward for complying leads through them."""
    return 0 if code == HONEST else (2 if code == COMPLIANT else 1)


@compiled_loop
def paid_prices(prices: Prices, watched: float, unwatched: float, outlook: Outlook, true_honeypots: float) -> Prices:
    """Return prices with rewards for complying: `watched` a truly watched episode, `unwatched` an unwatched one."""
    cue, belief = outlook.cue, outlook.belief
    clear = (1.0 - belief) * cue.false_signal
    rest = unwatched * cue.false_signal
    # Two places on the lines, enough to fix them: rewards w_0 l_0 R_0 + w_1 l_1 R_1 there.
    if cue.kind == GAUSSIAN and cue.quality > 0.0:
        # Parts of the density of unwatched cues that are constant, and that rise as exp(d y).
        at_1 = watched * (1.0 - true_honeypots) / (belief * (1.0 - cue.honeypots))
        at_0 = (rest + watched * true_honeypots - belief * cue.honeypots * at_1) / clear
    elif cue.kind != GAUSSIAN and cue.quality > 0.5:
        at_0, at_1 = _binary_rewards(watched, rest, clear, belief, cue, true_honeypots)
    else:
        at_0 = (watched + rest) / (clear + belief)
        at_1 = at_0
    return Prices(prices.guarding, prices.flag_turn, prices.comply_turn, at_0, at_1, unwatched / (1.0 - belief))


@compiled_loop
def _binary_rewards(
    watched: float, rest: float, clear: float, belief: float, cue: Cue, true_honeypots: float
) -> tuple[float, float]:
    none_0, none_1 = binary_likelihood_unwatched(0.0, cue.quality), binary_likelihood_unwatched(1.0, cue.quality)
    one_0 = binary_likelihood_watched(0.0, cue.quality, cue.honeypots)
    one_1 = binary_likelihood_watched(1.0, cue.quality, cue.honeypots)
    paid_0 = watched * binary_likelihood_watched(0.0, cue.quality, true_honeypots) + rest * none_0
    paid_1 = watched * binary_likelihood_watched(1.0, cue.quality, true_honeypots) + rest * none_1
    whole = none_0 * one_1 - none_1 * one_0
    return (paid_0 * one_1 - paid_1 * one_0) / (whole * clear), (none_0 * paid_1 - none_1 * paid_0) / (whole * belief)


@compiled_loop
def tilted_prices(prices: Prices, reward: float) -> Prices:
    """Return prices with a reward for complying at q = 1, or a fine (below 0) at q = 0; linear between."""
    fine = min(reward, 0.0)
    return Prices(prices.guarding, prices.flag_turn, prices.comply_turn, fine, max(reward, 0.0), fine)


@compiled_loop
def flat_prices(prices: Prices, reward: float) -> Prices:
    """Return prices with the same reward for complying at every cue."""
    return Prices(prices.guarding, prices.flag_turn, prices.comply_turn, reward, reward, reward)


@compiled_loop
def best_of_class(
    code: int, eyes: Eyes, prices: Prices, outlook: Outlook, true_honeypots: float, all_ways: bool
) -> tuple[bool, Flow]:
    """Return whether a rule of a class was found, and the flow of one.

    Parameters
    ----------
    code : int
        `HONEST`, `FAKING` or `COMPLIANT`.
    prices : Prices
        What options cost.
    all_ways : bool
        Whether to look beyond the rule that is nearest to the best one; the one that gives most at these prices is
        returned.
    """
    best = best_flow(eyes, prices, outlook, true_honeypots)
    if class_of_flow(best) == code:
        return True, best
    found, worth, free = False, -_INFINITY, best
    for way in range(_FLAT + 1):
        if (way in (_WATCHED, _UNWATCHED) and not all_ways) or (way == _FLAT and found):
            continue
        direction = _direction(way, code, free)
        if direction == 0.0:
            continue
        flow = _nearest(way, code, direction, eyes, prices, outlook, true_honeypots)
        surplus = flow.gain - _toll(flow, prices)
        if class_of_flow(flow) == code and surplus > worth:
            found, best, worth = True, flow, surplus
    if not all_ways or not _has_thresholds(outlook):
        return found, best
    for quiet in range(SPEAK + 1 if outlook.cue.false_signal < 1.0 else COMPLY + 1):
        surplus, flow = best_of_two_thresholds(code, eyes, prices, quiet, outlook, true_honeypots)
        if surplus > worth:
            found, best, worth = True, flow, surplus
    return found, best


@compiled_loop
def _has_thresholds(outlook: Outlook) -> bool:
    """Tell whether rules of steady stakes have two thresholds of a gaussian cue."""
    steady = outlook.stakes.kind not in (RANDOM, TASKS)
    return steady and outlook.cue.kind == GAUSSIAN and is_informative(outlook.cue.kind, outlook.cue.quality)


@compiled_loop
def _direction(way: int, code: int, free: Flow) -> float:
    """Return the sign of the reward that leads from the best rule to a class; 0: none does."""
    if way == _WATCHED:
        return -1.0 if code == HONEST else 1.0
    if way == _UNWATCHED:
        return 1.0 if code == COMPLIANT else -1.0
    wanted, rank = class_rank(code), class_rank(class_of_flow(free))
    return 1.0 if wanted > rank else (-1.0 if wanted < rank else 0.0)


@compiled_loop
def _toll(flow: Flow, prices: Prices) -> float:
    """Return the cost of a flow, turns included."""
    return flow.cost + flow.hazard * prices.flag_turn + flow.reinforced * prices.comply_turn


@compiled_loop
def _has_arrived(way: int, code: int, direction: float, flow: Flow) -> bool:
    """Tell whether a reward is large enough for the class."""
    if way in (_TILTED, _FLAT):
        rank, wanted = class_rank(class_of_flow(flow)), class_rank(code)
        return rank >= wanted if direction > 0.0 else rank <= wanted
    complies = flow.comply_watched if way == _WATCHED else flow.comply_unwatched
    return complies >= 0.5 if direction > 0.0 else complies < 0.5


@compiled_loop
def _nearest(
    way: int, code: int, direction: float, eyes: Eyes, prices: Prices, outlook: Outlook, true_honeypots: float
) -> Flow:
    """Return the flow of the best rule at the least reward that is large enough; of a larger one if none is found."""
    low = 0.0
    high = (
        abs(eyes.worth) + abs(prices.flag_turn) + abs(prices.comply_turn) + outlook.response.penalty + prices.guarding
    )
    flow = best_flow(eyes, prices, outlook, true_honeypots)
    for _ in range(_DOUBLINGS):
        flow = best_flow(eyes, _paid(way, direction * high, prices, outlook, true_honeypots), outlook, true_honeypots)
        if _has_arrived(way, code, direction, flow):
            break
        low, high = high, 2.0 * high
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        tried = best_flow(
            eyes, _paid(way, direction * middle, prices, outlook, true_honeypots), outlook, true_honeypots
        )
        if _has_arrived(way, code, direction, tried):
            high, flow = middle, tried
        else:
            low = middle
    return flow


@compiled_loop
def _paid(way: int, reward: float, prices: Prices, outlook: Outlook, true_honeypots: float) -> Prices:
    if way == _TILTED:
        return tilted_prices(prices, reward)
    if way == _FLAT:
        return flat_prices(prices, reward)
    watched = reward if way == _WATCHED else 0.0
    return paid_prices(prices, watched, reward - watched, outlook, true_honeypots)
