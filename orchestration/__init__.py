"""Dagster and nothing else: which assets there are, what they wait for, when they run. Start at `definitions.py`."""
