"""What is claimed: parameters and formulas. No time, no draws, no files, no plotting."""
