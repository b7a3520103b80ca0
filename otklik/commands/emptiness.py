"""Why a published table has no rows: what no source tells, what was not taken, or what the rule of the table asks.

Only of the tables that a newcomer opens first, and in the order of what stands in the way: without messages nobody need
hear of the staff directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class _Table:
    """Entities that a table's rows are made of, and what is said where all of them are there."""

    entities: tuple[str, ...]
    otherwise: str


_REPLIES = "no reply of an authority falls to an incident: are `source_post_id` of case_event and post the same ids?"
_TIES = (
    "nobody wrote to a colleague within the window: messages to more than `max_recipients` people are lists and make "
    "no ties, and older ones have lost their weight"
)
_GROUPS = "the communication graph has too few ties for it"
_TABLES = {
    "fct_post": _Table(("post",), "every post was deleted by its author"),
    "fct_incident": _Table(
        ("post",), "no post asks for anything: complaints, questions and negative posts open incidents"
    ),
    "fct_reply": _Table(("post", "case_event"), _REPLIES),
    "agg_formal_reply": _Table(("post", "case_event"), _REPLIES),
    "agg_sla": _Table(("post",), "no incident is old enough to be judged"),
    "agg_topic": _Table(("post",), "no post has a topic"),
    "agg_municipality_activity": _Table(
        ("post",), "no post names a place that the region knows: `region` of the source"
    ),
    "fct_burst": _Table(("post",), "nothing rose beyond what its own past leads to expect"),
    "fct_repeat": _Table(("post",), "nobody complained of one thing twice"),
    "escalation": _Table(("post",), "nobody is late"),
    "fct_instruction": _Table(("instruction",), "no instruction keeps its contract"),
    "agg_instruction": _Table(("instruction",), "no instruction keeps its contract"),
    "agg_outcome": _Table(("outcome",), "no value of an outcome keeps its contract"),
    "fct_tie": _Table(("message", "person"), _TIES),
    "agg_communication_level": _Table(("message", "person"), _TIES),
    "dim_department": _Table(("person",), "no row of the staff directory names a department"),
    "fct_leader_score": _Table(("message", "person"), f"{_GROUPS}, or nobody consented to a score of their own"),
    "dim_interest_group": _Table(("message",), _GROUPS),
    "fct_leak_finding": _Table(("message",), "no pattern was found in the words of messages"),
    "agg_active_citizens": _Table(("post",), "nobody wrote as often as the rule asks (parameters of active citizens)"),
    "meta_joining": _Table(("label",), "too few decisions (`incident`, `incident_pair`) to fit weights from"),
    "meta_left_out": _Table((), "no row was left out by design"),
}

_MEANT = {
    "post": "what citizens write",
    "case_event": "replies and other events of cases",
    "message": "internal messages",
    "person": "the staff directory",
    "instruction": "instructions",
    "outcome": "outcome series",
    "label": "decisions of people",
}


def why_empty(connection: duckdb.DuckDBPyConnection, row_counts: Mapping[str, int]) -> list[str]:
    """A sentence for each empty table of those a newcomer opens first, by the tables' names.

    Args:
        connection: the analysts' surface of a snapshot, with `meta_load`.
        row_counts: table → rows published.
    """
    told = connection.execute(
        """
        select entity, sum(rows_read)::bigint, sum(rows_loaded)::bigint, sum(rows_quarantined)::bigint,
            sum(rows_left_out)::bigint
        from meta_load group by entity
        """
    ).fetchall()
    loads = {entity: counts for entity, *counts in told}
    sentences = []
    for name, table in sorted(_TABLES.items()):
        if row_counts.get(name) == 0:
            lacking = (_lacks(one, loads.get(one)) for one in table.entities)
            sentences.append(f"{name} is empty: {next(filter(None, lacking), table.otherwise)}.")
    return sentences


def _lacks(entity: str, counts: list[int] | None) -> str | None:
    """What is wrong with an entity of which nothing is there; None where there are rows."""
    if counts is None:
        return f"no source feeds `{entity}` ({_MEANT[entity]})"
    n_read, n_loaded, n_quarantined, n_left_out = counts
    if n_loaded:
        return None
    if not n_read:
        return f"the deliveries of `{entity}` ({_MEANT[entity]}) hold no rows"
    return (
        f"of {n_read:,} rows of `{entity}` ({_MEANT[entity]}) none was taken: {n_quarantined:,} in quarantine, "
        f"{n_left_out:,} left out by design"
    )
