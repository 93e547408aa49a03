"""What all tests share."""

from hypothesis import settings

# The same examples at each run, and no limit on the first, which compiles: a test that fails does so again.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
