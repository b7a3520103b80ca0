"""Reading of citizens' and staff's texts: intent, topic and places, with spaCy and rules kept as data.

A library: texts in, Arrow tables out. It knows nothing of Dagster, of DuckDB files or of `graph`; what schedules it
and where its tables are stored belongs to `orchestration`. Start at `nlp.annotate.annotate`.
"""
