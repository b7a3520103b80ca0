"""What a machine is told that watches a deployment: figures for Prometheus, and whether the services are well.

Counts, bytes and instants under names that operators gave; no person, no word and no id is in any of it.
"""
