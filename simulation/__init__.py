"""How a run goes: the order of an episode, draws, population, two engines, measures."""
