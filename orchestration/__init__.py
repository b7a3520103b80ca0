"""Wiring and front door of the platform: Dagster, the command line, ingestion and publishing."""
