"""Theory verified: every result of the model's specification, by formula, by the planner, by simulation."""
