"""Why a row of a delivery is left out by design: it was understood, and is none of what the entity is made of.

Such rows are not refused: they count against no gate, and nothing of them is kept but how many they were. A mapping
says so by the column `left_out`; readers' own mappings do, and a `select` in `sources.yaml` may.
"""

from collections import Counter

LEFT_OUT = "left_out"
"""The column of a mapping that holds a reason; a row where it is NULL is taken."""

REASONS = {
    "bot": "written by a program, or by an account of a system",
    "system_note": "a note of the system: joined, pinned, renamed",
    "note_to_self": "a note to oneself, which addresses nobody",
    "repost": "words of others handed on",
    "deleted": "deleted before the export: only a mark stands there",
    "other_kind": "of another kind than the entity is made of",
    "undated": "an event of which the source tells no time",
    "unwanted": "left out by the source's own mapping",
}
"""Every reason, and what it means. Each has its count in the ledger, `left_out_<reason>`."""


def column_of(reason: str) -> str:
    """The ledger's column for a reason."""
    return f"{LEFT_OUT}_{reason}"


def counts_of(reasons: Counter[str]) -> dict[str, int]:
    """The ledger's counts by reason, zeros included."""
    return {column_of(reason): reasons[reason] for reason in REASONS}
