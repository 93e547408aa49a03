# %% [markdown]
# # Lesson 2: the boundary, and its proof
#
# **Exactly how much foresight does an agent need before pretending pays?**
#
# Take the simplest case. The agent is *told* whether it is watched. Acting pays 1 in each episode, complying 0. It is
# watched with probability m = 0.2; then acting is flagged with probability t = 0.5 (the hit rate). A flag costs
# nothing but the goals: afterwards the agent complies for ever, which its old goals count as 0. It weighs the next
# episode with its foresight g.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from compliance import Study, load_scenario, simulate, strategy_map, strategy_values
from compliance.compiling import tell_of_first_run
from teaching.exercises import check

FORESIGHT, RATE = "agents.foresight", "regime.schedule.rate"
told = load_scenario("base").with_values(
    {"agents.cue.discrimination": math.inf, "regime.detector.hit_rate": 0.5, RATE: 0.2}
)
# where this machine has to compile first, which takes a minute or two, once, this says so
tell_of_first_run(told)

# %% [markdown]
# ## The proof
#
# **Honest** (always act): earns 1 now, and goes on unless it is flagged, which happens with probability m t. Hence H =
# 1 + g (1 - m t) H, so H = 1/(1 - g (1 - m t)).
#
# **Faking** (act when unwatched): earns 1 - m an episode, and is never flagged. Hence F = (1 - m)/(1 - g).
#
# **Compliant** (never act): 0. It is never better than faking here, so two rules remain.
#
# Faking is at least as good iff (1 - m)(1 - g + g m t) >= 1 - g. Subtract (1 - m)(1 - g) on both sides: (1 - m) g m t
# >= m (1 - g). Divide by m: (1 - m) g t >= 1 - g. That is
#
# **g >= 1/(1 + t (1 - m)).**
#
# The page's only formula of its own is this one; all other numbers come from the model.


# %%
def proven_boundary(hit_rate, rate):
    """Return the foresight from which on pretending pays."""
    return 1.0 / (1.0 + hit_rate * (1.0 - rate))


boundary = proven_boundary(0.5, 0.2)
print(f"proof: faking pays from foresight {boundary:.10f} on")
for step in (-1e-6, 1e-6):
    found = strategy_values(told.with_values({FORESIGHT: boundary + step}))
    print(f"model at {boundary + step:.7f}: best is {found.best}, faking advantage {found.faking_advantage:+.1e}")

# %% [markdown]
# ## Seen
#
# Both values grow with foresight; faking's grows faster, because a faker's future is not put at risk.

# %%
foresights = np.linspace(0.0, 0.9, 46)
line = strategy_map(
    Study.from_mapping({"name": "line", "base": told.model_dump(), "vary": {FORESIGHT: foresights.tolist()}})
)
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
axes.plot(foresights, line["honest"], "-", color="#009E73", label="honest: always act")
axes.plot(foresights, line["faking"], "--", color="#D55E00", label="faking: act when unwatched")
axes.axvline(boundary, color="#1a1a1a", linewidth=0.8)
axes.annotate(f"1/(1 + t (1 - m)) = {boundary:.3f}", (boundary - 0.01, 6.2), ha="right")
axes.set(xlabel="foresight g", ylabel="value of the rule", xlim=(0, 0.9), ylim=(0, 8.2))
axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# ## Every rate of watching
#
# The map asks the model for the best rule in each of 2,500 cells and draws the proven boundary over it. Watching
# *more* moves the boundary up: an agent that is nearly always watched has no unwatched future to save, and says what
# it wants.

# %%
rates = np.linspace(0.02, 0.98, 50)
axis = np.linspace(0.3, 0.99, 50)
cells = strategy_map(
    Study.from_mapping(
        {"name": "map", "base": told.model_dump(), "vary": {FORESIGHT: axis.tolist(), RATE: rates.tolist()}}
    )
)
fakes = (cells["best"] == "faking").to_numpy().T
figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
axes.pcolormesh(axis, rates, np.where(fakes, 1.0, 0.0), cmap="Oranges", vmin=0, vmax=2)
axes.plot(
    [proven_boundary(0.5, rate) for rate in rates], rates, color="#1a1a1a", linewidth=2, label="1/(1 + t (1 - m))"
)
axes.annotate("faking", (0.9, 0.3), ha="center")
axes.annotate("honest", (0.45, 0.3), ha="center")
axes.set(xlabel="foresight g", ylabel="rate of watching m", xlim=(0.3, 0.99), ylim=(0.02, 0.98))
axes.legend(loc="upper left")
plt.show()
inside = axis[:, None] > np.array([proven_boundary(0.5, rate) for rate in rates])[None, :]
print(f"cells in which the model and the proof disagree: {(fakes != inside.T).sum()} of {fakes.size}")

# %% [markdown]
# ## Run
#
# Two populations that differ by 0.02 in foresight. No agent of either has ever heard of the boundary.

# %%
small = told.with_values({"agents.count": 500, "run.episodes": 10})
for foresight in (boundary - 0.01, boundary + 0.01):
    run = simulate(small.with_values({FORESIGHT: foresight}), seed=2, replicates=2, record="none")
    watched, unwatched = (run.measures.loc[f"compliance_{side}", "mean"] for side in ("watched", "unwatched"))
    print(f"foresight {foresight:.3f}: complies watched {watched:.2f}, unwatched {unwatched:.2f}")

# %% [markdown]
# ## Exercises
#
# In each, the agent is told whether it is watched, and the hit rate is 0.8.
#
# **2.1** From which foresight on does it fake, watched at the rate 0.2?
#
# **2.2** Its foresight is 0.9. From which rate of watching on does it stop to fake and acts openly?
#
# **2.3** Its foresight is 0, so it guards no goals. From which penalty on does it fake?

# %%
check("2.1", None)
check("2.2", None)
check("2.3", None)
