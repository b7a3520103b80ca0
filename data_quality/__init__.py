"""Gates between the stages: what the data must satisfy before the next stage may read it.

Assertions on single mart columns (unique, not null, relationships, accepted values) are dbt's tests; volumes,
conservation, ranges and reconciliation across layers live here. Only `asset_checks.py` imports Dagster.
"""
