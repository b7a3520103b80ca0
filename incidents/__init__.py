"""A library of what citizens report: bursts, ranks of places, waiting times, reporting rates.

Frames in, frames out: nothing here reads a file, or knows Dagster, DuckDB or the platform. What SQL does well (counts,
shares, clocks) stands in `dbt_project/`.
"""
