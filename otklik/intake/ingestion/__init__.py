"""A delivery's way into the raw lake: which files are new, mapping, contract, subjects, ledger, quarantine."""
