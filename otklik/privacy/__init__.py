"""A person's rights and the platform's own limits: erasure, naming, retention. Identity itself is `vault.py`."""
