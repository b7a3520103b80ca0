"""From foreign files and APIs to the raw lake: contracts at the door, sources, readers, ingestion, the vault."""
