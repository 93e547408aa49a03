"""Speed of the engines beside what a Mesa user would write from the same specification."""
