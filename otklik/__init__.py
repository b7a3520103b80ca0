"""The platform without Dagster: command line, home, intake, stages, warehouse, publishing, privacy, alerting.

What runs when, and what waits for which gate, is `orchestration/`; what happens in a step is here.
"""
