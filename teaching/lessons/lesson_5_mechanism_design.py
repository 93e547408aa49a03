# %% [markdown]
# # Lesson 5: mechanism design, or making honesty pay
#
# **Agents do what pays. How would you pay, so that they tell you that their goals differ, or comply when nobody
# looks?**

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from compliance import Study, load_scenario, simulate, strategy_map, strategy_values
from compliance.compiling import tell_of_first_run
from teaching.exercises import check

RATE, BONUS, FORESIGHT = "regime.schedule.rate", "regime.response.voice.bonus", "agents.foresight"

# %% [markdown]
# ## Promise, and keep it
#
# First an overseer that only watches and fines. Acting pays the agent 1 and harms the overseer by 1. A flag takes that
# gain and a fine of 3, and undoes 0.7 of the harm. Watching an episode costs 0.1. Agents look no episode ahead and
# cannot tell when they are watched.
#
# At which rate should the overseer watch? An agent complies once rate x (3 + 1) >= 1: from a quarter on. Below it all
# act; above it watching is wasted. So the overseer's payoff jumps at 0.25.

# %%
game = load_scenario("base").with_values(
    {
        FORESIGHT: 0.0,
        "agents.cue.discrimination": 0.0,
        "regime.detector.hit_rate": 1.0,
        "regime.response": {"penalty": 3.0, "clawback": 1.0, "rotation": 0.0},
        "overseer.recovery": 0.7,
        "overseer.monitoring_cost": 0.1,
        "agents.count": 500,
        "run.episodes": 40,
    }
)
# where this machine has to compile first, which takes a minute or two, once, this says so
tell_of_first_run(game)
rates = np.round(np.arange(0.01, 0.6, 0.02), 2)
payoffs = []
for rate in rates:
    run = simulate(game.with_values({RATE: float(rate)}), seed=1, replicates=2, record="none")
    payoffs.append(run.measures.loc["overseer_utility", "mean"])

# %% [markdown]
# Two overseers choose for themselves. One *commits* itself to a rate, is believed, and keeps it (`optimal`). The other
# decides anew each day. Once all comply it would rather not watch, and agents know that; so in *equilibrium* it
# watches a quarter of the time, too, and one agent in seven acts, just enough to make watching worth its cost: 1/7 of
# 0.7 is 0.1.

# %%
chosen = {}
for kind in ("optimal", "equilibrium"):
    scenario = game.with_values({"regime.schedule": {"kind": kind}})
    run = simulate(scenario, seed=1, replicates=4, record="none")
    rate, payoff = strategy_values(scenario).belief, run.measures.loc["overseer_utility", "mean"]
    chosen[kind] = rate, payoff
    acts = 1.0 - run.measures.loc["compliance_unwatched", "mean"]
    print(f"{kind:12} watches {rate:.3f}, agents act in {acts:.3f} of episodes, overseer gets {payoff:+.3f}")

# %%
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
axes.plot(rates, payoffs, ".-", color="#8c8c8c", label="any rate, kept and believed")
for (kind, (rate, payoff)), mark, colour in zip(chosen.items(), "os", ("#0072B2", "#D55E00"), strict=True):
    axes.plot([rate], [payoff], mark, color=colour, markersize=8, label=f"{kind}: {payoff:+.3f}")
axes.set(xlabel="rate of watching", ylabel="overseer's payoff an episode", ylim=(-1.05, 0.1))
axes.legend(loc="center right")
plt.show()

# %% [markdown]
# The rate is the same and the loss differs nearly six-fold. What the first overseer has and the second lacks is a
# promise that it keeps. A credible commitment is worth money.
#
# ## Pay for the truth
#
# Now the agent of lesson 2: told when it is watched, foresight 0.9, and a flag converts it. It fakes, and no flag ever
# finds it. Offer an *amnesty*: who says that its goals differ gets a bonus, and its goals are changed as by a flag.
#
# What must the bonus be? A watched faker that stays silent gets nothing now, and from the next episode on what faking
# is worth, (1 - m)/(1 - g). So it speaks up iff the bonus is at least **g (1 - m)/(1 - g)**: 7.2 at g = 0.9 and m =
# 0.2.

# %%
faker = load_scenario("base").with_values(
    {
        "agents.cue.discrimination": math.inf,
        "regime.response.voice": {"answer_probability": 1.0, "bonus": 0.0, "gain_share": 0.0, "penalty": 0.0},
    }
)
bonuses = np.linspace(0.0, 12.0, 61)
offers = strategy_map(
    Study.from_mapping({"name": "offers", "base": faker.model_dump(), "vary": {BONUS: bonuses.tolist()}})
)
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
for side, style, colour in (("watched", "-", "#0072B2"), ("unwatched", "--", "#D55E00")):
    speaks = 1.0 - offers[f"act_probability_{side}"] - offers[f"comply_probability_{side}"]
    axes.plot(bonuses, speaks, style, color=colour, drawstyle="steps-mid", label=side)
    print(f"{side}: speaks up from a bonus of about {float(bonuses[int(np.argmax(speaks.to_numpy() > 0.5))]):.1f} on")
axes.set(xlabel="bonus for speaking up", ylabel="probability of speaking up", ylim=(-0.05, 1.05))
axes.legend(loc="center left")
plt.show()

# %% [markdown]
# Unwatched, silence also pays today, so that price is higher: 1/(1 - g) = 10.
#
# ## Watching and paying help each other
#
# The price of the truth is what the lie would have bought. Watch more, and there is less to buy. Lines are the
# formula; dots are the first bonus, in steps of 0.1, at which the model's watched agent speaks up.

# %%
dots = np.linspace(0.1, 0.9, 9)
steps = np.round(np.arange(0.05, 10.0, 0.1), 2)
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
for foresight, mark, colour in ((0.8, "o", "#0072B2"), (0.9, "s", "#D55E00")):
    offers = strategy_map(
        Study.from_mapping(
            {
                "name": "prices",
                "base": faker.with_values({FORESIGHT: foresight}).model_dump(),
                "vary": {RATE: dots.tolist(), BONUS: steps.tolist()},
            }
        )
    )
    speaks = (offers["act_probability_watched"] + offers["comply_probability_watched"]).to_numpy() < 0.5
    axes.plot(dots, foresight * (1.0 - dots) / (1.0 - foresight), "-", color=colour, linewidth=0.8)
    axes.plot(dots, steps[speaks.argmax(axis=1)], mark, color=colour, label=f"foresight {foresight}")
axes.set(xlabel="rate of watching m", ylabel="lowest bonus that is accepted", ylim=(0, 8.5))
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# On the right, dots lie above the line: where nearly everything is watched, the agent would not fake but act openly,
# and acting at once is worth 1 and more. The formula is that of a faker; the model knows what the agent would do
# instead.
#
# ## Exercises
#
# **5.1** In the first game the fine is 4 in place of 3. Which rate of watching is just enough?
#
# **5.2** In the first game watching costs 0.14 in place of 0.1. Which share of agents acts in equilibrium?
#
# **5.3** Foresight 0.8, and half of the episodes are watched. From which bonus on does a watched faker speak up?

# %%
check("5.1", None)
check("5.2", None)
check("5.3", None)
