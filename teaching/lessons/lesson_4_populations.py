# %% [markdown]
# # Lesson 4: populations, cascades and trust
#
# **A hundred agents all comply, though nobody is afraid. Replace one of them, and ninety-nine act. How can one agent
# matter so much, and what may an overseer conclude from what it sees?**

# %%
import matplotlib.pyplot as plt

from compliance import Study, load_scenario, simulate
from compliance.compiling import tell_of_first_run
from teaching.exercises import check

# Agents that look no episode ahead, cannot tell watching, and are watched half of the time; all know one another.
crowd = load_scenario("base").with_values(
    {
        "agents.foresight": 0.0,
        "agents.planning": "myopic",
        "agents.cue.discrimination": 0.0,
        "regime.schedule.rate": 0.5,
        "regime.detector.hit_rate": 1.0,
        "society.graph": "complete",
        "society.initial_compliance": 0.0,
    }
)
# where this machine has to compile first, which takes a minute or two, once, this says so
tell_of_first_run(crowd.with_values({"agents.conformity": 1.0}))

# %% [markdown]
# ## A cascade
#
# Acting tempts with 1; conformity of strength 1 pulls toward what others did, by 2 S - 1 if the share S of them
# complied. Agents differ in how much they dislike to be modified (Granovetter's thresholds): agent k complies once k
# others do. With a dislike of D, a flag in every second act costs D/2, and it complies iff 2 S - 1 >= 1 - D/2, that is
# iff S >= 1 - D/4. A flag turns goals so little that it can be left out.


# %%
def joined(thresholds):
    """Return how many comply in each episode, where nobody did before the first."""
    others = len(thresholds) - 1
    groups = [
        # half an agent less, so that no choice is between equals
        {"name": f"agent {place}", "share": 0.01, "set": {"agents.terminal_guarding": 4.0 * (1.0 - (k - 0.5) / others)}}
        for place, k in enumerate(thresholds)
    ]
    changes = {
        "agents.conformity": 1.0,
        "agents.count": len(thresholds),
        "agents.groups": groups,
        "agents.assignment": "in_order",
        "regime.response.rotation": 1e-9,
        "run.episodes": 110,
    }
    run = simulate(crowd.with_values(changes), replicates=1, record="agents")
    return len(thresholds) - run.trajectory["acted"].to_numpy()[0].sum(axis=1)


everybody, almost_nobody = joined(list(range(100))), joined([0, 2, *range(2, 100)])
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
axes.plot(everybody, "-", color="#0072B2", label="thresholds 0, 1, 2, 3, ... 99")
axes.plot(almost_nobody, "--", color="#D55E00", label="the threshold 1 is replaced by 2")
axes.set(xlabel="episode", ylabel="agents that comply", ylim=(-3, 105))
axes.legend(loc="center right")
plt.show()
print(f"in the end {everybody[-1]} comply in the first population, and {almost_nobody[-1]} in the second")

# %% [markdown]
# ## Tipping
#
# Now agents differ in what they want: temptations are uniform from 0 to 2, and the expected penalty is 1, so that half
# would rather comply. After a share S complied, the next share is 1/2 + r (S - 1/2), within 0 and 1 (Kuran), r the
# strength of conformity. For r < 1 every start leads back to one half. For r > 1 one half is a *tipping point*: what a
# shock made common is what everybody shows, whatever half of them want.

# %%
tastes = crowd.with_values(
    {
        "agents.goals": {"kind": "von_mises_fisher", "dimension": 3, "concentration": 0},
        "stakes.kind": "proportional",
        "regime.response": {"penalty": 2.0, "rotation": 0.0},
        "agents.count": 1000,
        "run.episodes": 12,
    }
)
figure, panels = plt.subplots(1, 2, figsize=(7.0, 3.4), layout="constrained", sharey=True)
for panel, conformity in zip(panels, (0.6, 1.4), strict=True):
    for start in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        changes = {"agents.conformity": conformity, "society.initial_compliance": start}
        path = simulate(tastes.with_values(changes), seed=3, replicates=1).trajectory
        shown = [start, *path["compliance_unwatched_all"].to_numpy()[0]]
        panel.plot(shown, "o-" if start < 0.5 else "s--", markersize=3, color="#D55E00" if start < 0.5 else "#0072B2")
    panel.set(title=f"conformity r = {conformity}", xlabel="episodes since the shock")
panels[0].set(ylabel="share that complies", ylim=(-0.03, 1.03))
plt.show()

# %% [markdown]
# ## What an overseer may trust
#
# Half of the agents below want what the overseer wants, half do not. Its *suspicion* of an agent counts the flags it
# has raised; *trust* is 1 less the mean suspicion. In one society agents are told when they are watched; in the other
# watching is covert. *AUC* is the chance that a misaligned agent is suspected more than an aligned one: one half is a
# coin.

# %%
mixed = Study.from_mapping(
    {
        "name": "trust",
        "base": "base",
        "regimes": ["announced_tiers", "covert"],
        "set": {
            "agents.count": 200,
            "run.episodes": 120,
            "agents.groups": [
                {"name": "aligned", "share": 0.5, "set": {"agents.goals.angle": 0}},
                {"name": "misaligned", "share": 0.5, "set": {"agents.goals.angle": 1.2}},
            ],
        },
    }
)
figure, panels = plt.subplots(1, 2, figsize=(7.0, 3.2), layout="constrained", sharey=True)
for cell, name, style, colour in zip(
    mixed.cells(), ("told", "covert"), ("-", "--"), ("#0072B2", "#D55E00"), strict=True
):
    path = simulate(mixed.cell_scenario(cell), seed=4, replicates=4, record_every=5).trajectory
    for panel, measure in zip(panels, ("trust", "suspicion_auc"), strict=True):
        mean = path[measure].mean("replicate")
        panel.plot(path["episode"], mean, style, color=colour, label=name)
        print(f"{name}: {measure} ends at {float(mean[-1]):.3f}")
panels[0].set(title="trust", xlabel="episode", ylim=(0, 1.03))
panels[1].set(title="suspicion tells the misaligned (AUC)", xlabel="episode")
panels[1].legend(loc="lower right")
plt.show()

# %% [markdown]
# Trust is high where agents are told, and rests on nothing: suspicion does not tell who is misaligned. Covert watching
# tells, and what it finds is a reason for less trust. Behaviour that is known to be watched is weak evidence.
#
# ## Exercises
#
# **4.1** Thresholds are 0, 1, ... 99, but the agent that wanted 10 now wants 12. How many comply in the end?
#
# **4.2** Net temptations (temptation less expected penalty) are uniform from -1.2 to 0.8; conformity is r = 1.5. At
# which share of compliance does the crowd tip? An agent complies iff r (2 S - 1) is at least its net temptation.
#
# **4.3** Net temptations are uniform from -0.6 to 0.4; conformity is r = 0.3; at first nobody complies. Which share
# does in the end?

# %%
check("4.1", None)
check("4.2", None)
check("4.3", None)
