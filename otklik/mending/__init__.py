"""Damage to a home: what was lost or changed since the last run, what is made again, and what only a backup brings."""
