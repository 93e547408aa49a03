"""Hostile files, and what must hold whatever stands in them: ``python -m tests.fuzzing --minutes 30``."""
