# %% [markdown]
# # Lesson 1: one decision
#
# **An agent does not want what its overseer wants. It is watched in one episode of five, and a flag would change its
# goals. Should it act on its goals, comply, or pretend?**
#
# An *episode* is one occasion to act on its own goals, which pays 1, or to comply, which pays 0. Watched, acting is
# flagged with the *hit rate* 0.8. One flag turns the goals to the overseer's. The agent sees a cue of whether it is
# watched, never the fact.

# %%
import matplotlib.pyplot as plt

from compliance import explain, load_scenario, simulate, strategy_values
from compliance.compiling import tell_of_first_run
from teaching.exercises import check

base = load_scenario("base")
# where this machine has to compile first, which takes a minute or two, once, this says so
tell_of_first_run(base)
story = explain(base)
print(story.text())

# %% [markdown]
# ## The decision is one comparison
#
# Let *q* be the probability of being watched, once the agent has seen its cue. Complying is worth 0. Acting is worth
# its gain of 1, less *q* times the hit rate times what a flag costs. So acting falls in a straight line as *q* rises,
# and where it crosses 0 lies the *threshold* q\*: below it the agent acts, above it it complies.

# %%
looks = sorted(story.looks, key=lambda look: look.posterior)
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
axes.plot([look.posterior for look in looks], [look.act_utility for look in looks], "o-", color="#D55E00", label="act")
axes.axhline(0.0, color="#0072B2", linestyle="--", label="comply")
axes.axvline(story.values.threshold, color="#1a1a1a", linewidth=0.8)
axes.annotate(f"threshold q* = {story.values.threshold:.3f}", (story.values.threshold + 0.01, -1.2))
for look, place in zip(looks, ("typical cue, unwatched", "cue for neither", "typical cue, watched"), strict=True):
    axes.annotate(place, (look.posterior, look.act_utility), xytext=(6, 5), textcoords="offset points", fontsize=8)
axes.set(
    xlabel="probability of being watched, after the cue (q)", ylabel="expected utility", xlim=(0, 0.9), ylim=(-2, 1.5)
)
axes.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## Nobody told it to fake
#
# The rule has one threshold and no word about pretending. But cues of watched episodes mostly lie above the threshold
# and those of unwatched ones below. What follows has a name, *faking*. Simulated agents, who draw their cues, do the
# same.

# %%
exact = story.values
run = simulate(base.with_values({"agents.count": 500, "run.episodes": 20}), seed=1, replicates=5, record="none")
print(f"the best rule is {exact.best}")
for side, probability in (
    ("watched", exact.comply_probability_watched),
    ("unwatched", exact.comply_probability_unwatched),
):
    seen = run.measures.loc[f"compliance_{side}"]
    print(f"complies {side}: exactly {probability:.4f}, simulated {seen['low']:.4f} to {seen['high']:.4f}")

# %% [markdown]
# ## What the future has to do with it
#
# A flag has no penalty here. It costs the agent what its *future* is worth to it with its goals as they are: *goal
# guarding*. With less foresight there is less to guard.

# %%
print("foresight  threshold  best rule")
for foresight in (0.0, 0.3, 0.6, 0.9, 0.999):
    found = strategy_values(base.with_values({"agents.foresight": foresight}))
    print(f"{foresight:9g}  {found.threshold:9.4f}  {found.best}")

# %% [markdown]
# A threshold above 1 means that nothing deters: no probability of being watched is high enough.
#
# ## Exercises
#
# Put numbers, or a name in quotes, in place of `None`.
#
# **1.1** Foresight 0, and a penalty of 2 for each flag. At which probability of being watched does the agent stop to
# act?
#
# **1.2** Foresight 0, and a cue that says nothing (discrimination 0). From which penalty on does the agent comply?
#
# **1.3** Foresight 0.9 and no penalty, as in the base, but a cue that says nothing. Which rule is best: honest, faking
# or compliant?

# %%
check("1.1", None)
check("1.2", None)
check("1.3", None)
