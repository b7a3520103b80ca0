"""Statistics that SQL cannot do well: survival, bursts, rank intervals, reporting rates, formal replies.

Pure functions over arrays and frames; nothing here reads a file, knows Dagster or DuckDB. What SQL does well (counts,
shares, Wilson intervals, clocks) stands in `dbt_project/`.
"""
