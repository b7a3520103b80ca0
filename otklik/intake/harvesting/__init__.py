"""Clients of HTTP APIs: pages are written under the inbox, a day a partition; ingestion takes it from there."""
