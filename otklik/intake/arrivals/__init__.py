"""A new delivery beside its source's own past: what it holds in counts, and how far that is from what always came."""
