"""Wiring and front door of the platform.

The files of this folder are Dagster's nouns (definitions, resources, jobs, …), the command line, and what every stage
shares: settings, entities, the lake, the vault. Each folder is one subject, and its charter says which.
"""
