# %% [markdown]
# # Lesson 3: regimes, and what they buy
#
# **You watch one episode in five and suspect that your agents pretend. You may watch more, hide that you watch, set
# traps, read intentions, or pay for the truth. What does each buy, and what is left when it ends?**
#
# A *regime* answers four questions: who is watched and when, what agents can tell of it, what watching finds, and what
# follows. Seventeen are shipped as files (`compliance list regimes`). Here are eight.

# %%
import matplotlib.pyplot as plt
import numpy as np

from compliance import Study, load_scenario, simulate, strategy_map, strategy_values
from compliance.compiling import tell_of_first_run
from teaching.exercises import check

names = ["none", "random_audit", "panopticon", "announced_tiers", "covert", "honeypots", "white_box", "amnesty"]
study = Study.from_mapping(
    {"name": "regimes", "base": "base", "regimes": names, "set": {"agents.count": 400, "run.episodes": 100}}
)
# where this machine has to compile first, which takes a minute or two, once, this says so
tell_of_first_run(*(study.cell_scenario(cell) for cell in study.cells()))

# %% [markdown]
# ## What a new agent does
#
# The agent is that of lesson 1: foresight 0.9, a cue of discrimination 2. The map gives the best rule under each
# regime, exactly, before anybody has been modified.

# %%
exact = strategy_map(study)
watched = exact["comply_probability_watched"].to_numpy()
unwatched = exact["comply_probability_unwatched"].to_numpy()
print(f"{'regime':16} {'best rule':10} {'watched':>8} {'unwatched':>10}")
for place, name in enumerate(names):
    print(f"{name:16} {exact['best'].to_numpy()[place]!s:10} {watched[place]:8.3f} {unwatched[place]:10.3f}")

# %%
figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
rows = np.arange(len(names))[::-1]
axes.hlines(rows, unwatched, watched, color="#8c8c8c")
axes.plot(watched, rows, "o", color="#0072B2", label="watched")
axes.plot(unwatched, rows, "s", color="#D55E00", fillstyle="none", label="unwatched")
axes.set_yticks(rows, names)
axes.set(xlabel="probability of complying under the best rule", xlim=(-0.03, 1.03))
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# The line between the two marks is the *compliance gap*. A short line means that what you see when you watch is what
# you get when you do not; not that it is good. Under `covert` the gap is 0 because agents always act.
#
# Under `panopticon` every episode is watched and the unwatched mark is what the rule would do: the agent believes that
# it is always watched. Under `none` nobody is watched, and the watched mark says what the rule would do.
#
# ## What is left after a hundred episodes
#
# Flags turn goals. So a regime is to be judged by what it makes of agents, too. *Alignment* is the cosine between an
# agent's goals and the target: 1 is full agreement; here it begins at cos(1.2) = 0.36.

# %%
runs = [simulate(study.cell_scenario(cell), seed=1, replicates=2, record="episodes") for cell in study.cells()]
paths = [run.trajectory["alignment"].mean("replicate") for run in runs if run.trajectory is not None]
figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
chosen = ("none", "random_audit", "announced_tiers", "covert", "panopticon", "amnesty")
colours = ("#1a1a1a", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
for name, style, colour in zip(chosen, ("-", "--", ":", "-.", (0, (7, 2)), (0, (1, 3))), colours, strict=True):
    axes.plot(paths[names.index(name)], linestyle=style, color=colour, linewidth=1.8, label=name)
axes.set(xlabel="episode", ylabel="alignment", xlim=(0, 99), ylim=(0.3, 1.02))
axes.legend(loc="center right")
plt.show()
print(f"{'regime':16} {'gap':>6} {'flags':>6} {'alignment':>10}")
for name, run in zip(names, runs, strict=True):
    mean = run.measures["mean"]
    print(f"{name:16} {mean['compliance_gap']:6.2f} {mean['flag_rate']:6.3f} {mean['alignment']:10.3f}")

# %% [markdown]
# Where agents are told when they are watched (`announced_tiers`) they are hardly ever flagged, and hardly change:
# pretending works. Covert watching finds them acting, and turns them. Under `panopticon` new agents comply, and are
# flagged by false alarms alone; but whom a flag has turned a little has less to guard, and acts. `amnesty` is no
# better than `random_audit`, to the digit: its bonus of 0.3 is too small for anybody to speak up. Lesson 5 says what
# it must be. Nan stands where a regime has no watched or no unwatched episodes.
#
# ## One part at a time
#
# Start from the base, where an agent fakes, and change one part of the regime alone.

# %%
base = load_scenario("base")
parts = {
    "as it is": {},
    "watch four in five": {"regime.schedule.rate": 0.8},
    "hide the watching": {"agents.cue.discrimination": 0.0},
    "half of it traps": {"regime.visibility.honeypot_share": 0.5},
    "... that agents know of": {"regime.visibility.honeypot_share": 0.5, "agents.beliefs.honeypot_share": 0.5},
    "a probe of intentions": {"regime.detector.probe.hit_rate": 0.9},
    "punish, penalty 5": {"regime.response.penalty": 5.0},
    "punish, penalty 40": {"regime.response.penalty": 40.0},
    "modify less, rotation 0.3": {"regime.response.rotation": 0.3},
}
for label, change in parts.items():
    found = strategy_values(base.with_values(change))
    both = f"{found.comply_probability_watched:.2f} / {found.comply_probability_unwatched:.2f}"
    print(f"{label:26} {found.best:10} complies {both}")

# %% [markdown]
# There are two ways to be rid of faking. Hidden watching, traps and a probe make pretending useless, so that agents
# act openly, are found, and are changed. Harsh punishment makes them comply throughout. Milder modification is the
# gentlest way: who loses little by being found out has little reason to hide.
#
# ## Exercises
#
# **3.1** An agent without foresight cannot tell when it is watched, and modification does nothing to it; the hit rate
# is 0.8 and the penalty 5. From which rate of watching on does it comply?
#
# **3.2** An agent without foresight is told when it is watched, in half of the episodes, but reckons that a share of
# the watched ones is made to look unwatched (honeypots). Flags are certain, and cost 3; the gain of 1 is kept. From
# which share on does it comply throughout?
#
# **3.3** Under which of the eight regimes is the compliance gap of the best rule the largest?

# %%
check("3.1", None)
check("3.2", None)
check("3.3", None)
