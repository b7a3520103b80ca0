"""dbt without Dagster: the project's manifest, command lines, and an invocation on a home's warehouse."""
