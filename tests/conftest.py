"""What holds for every test."""

from hypothesis import settings

# How long an example takes says nothing of what it shows, and a busy machine is no counterexample.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
