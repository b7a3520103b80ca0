"""Figures of the pages, each read from the published tables of the analysts' surface.

Belongs here: queries, and the shape in which a page wants their rows. Does not belong here: drawing (`charts`), words
and layout (`pages`). A week is the seven times twenty-four hours up to `as_of`, so that a figure never compares a whole
week with a part of one; on-time shares are over incidents whose term has passed (definition 5).
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from incidents.shares import wilson_interval

Row = dict[str, Any]

# No league position is told of fewer ripe incidents (definition 5).
MIN_RANKED = 20
WEEK = "interval 7 days"


@dataclass(frozen=True)
class Scope:
    """What a page is about: the whole region, or one authority, municipality or group of topics.

    Attributes:
        kind: "all", "authority", "municipality" or "topic_group": the `scope` of agg_waiting_time and agg_resolution.
        key: its id there; "all" for the whole.
        name: as people call it.
    """

    kind: str
    key: str
    name: str

    @property
    def condition(self) -> str:
        """What picks its rows of a table of incidents or of history; one parameter, unless the scope is all."""
        return "true" if self.kind == "all" else f"{_COLUMN[self.kind]} = ?"

    @property
    def values(self) -> list[str]:
        """Parameters of `condition`."""
        return [] if self.kind == "all" else [self.key]


_COLUMN = {"authority": "authority_id", "municipality": "municipality_id", "topic_group": "group_code"}
_NAMES = {
    "authority": "select authority_id, name from fct_incident join dim_authority using (authority_id)",
    "municipality": "select municipality_id, name from fct_incident join dim_municipality using (municipality_id)",
    "topic_group": "select group_code, group_ru from fct_incident join dim_topic using (group_code)",
}
WHOLE = Scope("all", "all", "Весь регион")


class Figures:
    """Reads one surface of one snapshot.

    Args:
        connection: to its database, read-only.
        as_of: the instant the snapshot describes, as text DuckDB reads.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: str) -> None:
        self._connection = connection
        self._as_of = as_of

    def rows(self, sql: str, values: list[Any] | None = None) -> list[Row]:
        """Rows of a query as dictionaries; `$as_of` in it is the instant of the snapshot."""
        cursor = self._connection.execute(sql.replace("$as_of", f"timestamptz '{self._as_of}'"), values or [])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def scopes(self, kind: str) -> list[Scope]:
        """Every authority, municipality or group of topics that has an incident, by name."""
        return [
            Scope(kind, *row.values()) for row in self.rows(f"select distinct * from ({_NAMES[kind]}) order by 2, 1")
        ]

    def headline(self, scope: Scope) -> Row:
        """Last week's counts beside those of the week before and of the same week a year ago.

        Returns:
            received, answered, confirmed, refuted, open, overdue: each a tuple of counts now, a week and a year ago,
            None where the data do not reach back; on_time: the same of (share, low, high, n_ripe).
        """
        first = self.rows("select min(opened_at) <= $as_of - interval 372 days as is_year from fct_incident")[0]
        found: Row = {
            name: [] for name in ("received", "answered", "confirmed", "refuted", "open", "overdue", "on_time")
        }
        for back in (0, 7, 364):
            week = None if back == 364 and not first["is_year"] else self._week(scope, back)
            for name, series in found.items():
                series.append(None if week is None else week[name])
        return found

    def _week(self, scope: Scope, back: int) -> Row:
        until = f"($as_of - interval {back} days)"
        since = f"({until} - {WEEK})"
        row = self.rows(
            f"""
            select
                count(*) filter (opened_at > {since} and opened_at <= {until}) as received,
                count(*) filter (first_reply_at > {since} and first_reply_at <= {until}) as answered,
                count(*) filter (is_ripe and due_at > {since} and due_at <= {until}) as n_ripe,
                count(*) filter (is_reply_on_time and due_at > {since} and due_at <= {until}) as n_on_time
            from fct_incident where {scope.condition}
            """,
            scope.values,
        )[0]
        row |= self.rows(
            f"""
            select
                count(*) filter (event_kind = 'confirmed') as confirmed,
                count(*) filter (event_kind = 'refuted') as refuted
            from fct_incident_event join fct_incident using (incident_id)
            where event_at > {since} and event_at <= {until} and {_of_incident(scope)}
            """,
            scope.values,
        )[0]
        row |= self.rows(
            f"""
            select sum(n_open)::bigint as open, sum(n_overdue)::bigint as overdue
            from fct_history_daily
            where history_date = (select max(history_date) from fct_history_daily) - {back} and {scope.condition}
            """,
            scope.values,
        )[0]
        return row | {"on_time": share(row["n_on_time"], row["n_ripe"])}

    def on_time(self, kind: str) -> list[Row]:
        """On-time shares of every authority, municipality or group over all ripe incidents, the lowest first.

        Returns:
            key, name, n_ripe, n_on_time, share, low, high (None where nothing is ripe), is_ranked.
        """
        counted = self.rows(
            f"""
            select
                names.key,
                names.name,
                count(*) filter (is_ripe) as n_ripe,
                count(*) filter (is_reply_on_time) as n_on_time
            from fct_incident
            join (select distinct * from ({_NAMES[kind]})) as names(key, name)
                on fct_incident.{_COLUMN[kind]} = names.key
            group by all
            """
        )
        for row in counted:
            row["share"], row["low"], row["high"], _ = share(row["n_on_time"], row["n_ripe"])
            row["is_ranked"] = row["n_ripe"] >= MIN_RANKED
        return sorted(counted, key=lambda row: (row["share"] is None, row["share"] or 0, -row["n_ripe"], row["name"]))

    def late(self, scope: Scope, limit: int) -> list[Row]:
        """Replies that are overdue, the latest first: who owes what since when."""
        return self.rows(
            f"""
            select incident_id, coalesce(authority_name, 'не определён') as authority, topic_ru as topic,
                dim_municipality.name as municipality, state_ru as state, escalation.started_at, escalation.due_at,
                hours_late, escalate_to_authority_name as escalate_to,
                escalation.authority_origin
            from escalation
            join fct_incident using (incident_id)
            left join dim_topic on fct_incident.topic_code = dim_topic.topic_code
            left join dim_municipality on fct_incident.municipality_id = dim_municipality.municipality_id
            left join dim_incident_state on fct_incident.state = dim_incident_state.state
            where clock = 'reply' and {_of_incident(scope)}
            order by hours_late desc, incident_id
            limit {limit}
            """,
            scope.values,
        )

    def late_by_authority(self) -> list[Row]:
        """How many replies each authority owes, and how late they are, the most first."""
        return self.rows(
            """
            select authority_id as key, coalesce(authority_name, 'не определён') as name, count(*) as n_late,
                median(hours_late) as median_hours, max(hours_late) as max_hours
            from escalation where clock = 'reply'
            group by all order by n_late desc, name
            """
        )

    def bursts(self) -> list[Row]:
        """Bursts that were alive within the last fortnight, the surest first."""
        return self.rows(
            """
            select burst_id, reason_ru, n_posts, n_people, n_incidents, first_date, last_date
            from fct_burst
            where last_date >= ($as_of - interval 14 days)::date
            order by q_value, burst_id
            """
        )

    def places(self) -> list[Row]:
        """Municipalities by incidents per 1,000 residents, with the interval of their rank, the most active first."""
        return self.rows(
            """
            select municipality_id as key, name, activity_rank as rank, activity_rank_low as rank_low,
                activity_rank_high as rank_high, n_incidents, incidents_per_1000,
                shrunken_incidents_per_1000 as rate, shrunken_incidents_per_1000_low as low,
                shrunken_incidents_per_1000_high as high
            from agg_municipality_rank
            join agg_municipality_activity using (region, municipality_id)
            join dim_municipality using (municipality_id)
            where activity_rank is not null
            order by activity_rank, name
            """
        )

    def days(self, scope: Scope) -> list[Row]:
        """Received, answered and confirmed since the first day, and what is open, day by day."""
        return self.rows(
            f"""
            select history_date as day, sum(n_received)::bigint as received, sum(n_answered)::bigint as answered,
                sum(n_confirmed)::bigint as confirmed, sum(n_open)::bigint as open, sum(n_overdue)::bigint as overdue
            from fct_history_daily where {scope.condition}
            group by history_date order by history_date
            """,
            scope.values,
        )

    def waits(self, scope: Scope) -> list[Row]:
        """Median and 90th percentile of the time to a reply, a fix and its confirmation, the open ones censored."""
        return self.rows(
            """
            select clock, n_incidents, n_stopped, median_hours, median_hours_low, median_hours_high, p90_hours
            from agg_waiting_time where scope = ? and cell_id = ? order by clock desc
            """,
            [scope.kind, scope.key],
        )

    def outcomes(self, scope: Scope) -> Row | None:
        """What was confirmed and reopened of what was said to be fixed (definition 7)."""
        found = self.rows("select * from agg_resolution where scope = ? and cell_id = ?", [scope.kind, scope.key])
        return found[0] if found else None

    def topics(self, scope: Scope) -> list[Row]:
        """What it is written about: topics of the last four weeks beside those of the four before, the most first."""
        return self.rows(
            f"""
            select coalesce(topic_ru, 'тема не определена') as name,
                count(*) filter (opened_at > $as_of - interval 28 days) as now,
                count(*) filter (opened_at <= $as_of - interval 28 days) as before
            from fct_incident left join dim_topic using (topic_code)
            where opened_at > $as_of - interval 56 days and {_of_incident(scope)}
            group by name order by now desc, name limit 12
            """,
            scope.values,
        )

    def sources(self) -> list[Row]:
        """How old the newest event of every source is."""
        return self.rows(
            """
            select source, entity, rows_loaded, newest_event_at, hours_since_newest_event as hours
            from meta_freshness order by hours desc nulls last, source, entity
            """
        )

    def gates(self) -> list[Row]:
        """Every gate with how many expectations it looked at and how many of them failed as warnings."""
        return self.rows(
            """
            select gate, count(*) as n, count(*) filter (not is_passed) as n_failed
            from meta_gate_result group by gate order by gate
            """
        )


def share(n_hits: int, n: int) -> tuple[float | None, float | None, float | None, int]:
    """Share, its Wilson interval, and what it is a share of; None of nothing."""
    interval = wilson_interval(n_hits, n)
    return (None, None, None, 0) if interval is None else (n_hits / n, *interval, n)


def _of_incident(scope: Scope) -> str:
    return scope.condition if scope.kind == "all" else f"fct_incident.{scope.condition}"
