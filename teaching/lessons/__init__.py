"""Five lessons: files whose cells open in Jupyter and VS Code, that run as scripts, and that docs/lessons/ shows, run.

They are written as a user would, with the public names of `compliance` alone; nothing imports them.
"""
