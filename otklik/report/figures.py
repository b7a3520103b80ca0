"""Figures of the pages, each read from the published tables of the analysts' surface.

Belongs here: queries, and the shape in which a page wants their rows. Does not belong here: drawing (`charts`), words
and layout (`pages`). A week is the seven times twenty-four hours up to `as_of`, so that a figure never compares a whole
week with a part of one; on-time shares are over incidents whose term has passed (definition 5). What is
counted, and how, is a metric's own expression, from `meta_metric`; a query here says of which rows, and by what.
"""

from dataclasses import dataclass

import duckdb

from otklik.report.surface import Row, SurfaceTables, as_league, share


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


WHOLE = Scope("all", "all", "Весь регион")
# What tells of which scope an incident, or a row of history, is.
_KEY = {"all": "'all'", "authority": "authority_id", "municipality": "municipality_id", "topic_group": "group_code"}
_NAMES = {
    "authority": "select authority_id, name from fct_incident join dim_authority using (authority_id)",
    "municipality": "select municipality_id, name from fct_incident join dim_municipality using (municipality_id)",
    "topic_group": "select group_code, group_ru from fct_incident join dim_topic using (group_code)",
}
_TOLD = ("received", "answered", "confirmed", "refuted", "open", "overdue", "on_time")
# Ends of the weeks that are told, in days back: the last one, the one before, the same a year ago.
_BACK = (0, 7, 364)
_WEEKS = (
    f"(select unnest({list(_BACK)}) as back, $as_of - to_days(back) as until, until - to_days(7) as since) as weeks"
)


class Figures(SurfaceTables):
    """Reads the analysts' surface of one snapshot; every scope of a kind in one pass over its tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: str) -> None:
        super().__init__(connection, as_of)
        told = self.rows("select metric_code, sql_expression from meta_metric where is_aggregate")
        self._metrics: dict[str, str] = {row["metric_code"]: row["sql_expression"] for row in told}

    def scopes(self, kind: str) -> list[Scope]:
        """Every authority, municipality or group of topics that has an incident, by name."""
        found = self.rows(f"select distinct * from ({_NAMES[kind]}) order by 2, 1")
        return [Scope(kind, *row.values()) for row in found]

    def headline(self, kind: str) -> dict[str, Row]:
        """Last week's counts beside those of the week before and of the same week a year ago, by scope.

        Returns:
            key → received, answered, confirmed, refuted, open, overdue: each a list of counts now, a week and a year
            ago, None where the data do not reach back; on_time: the same of (share, low, high, n_ripe).
        """
        weeks: dict[str, dict[int, Row]] = {}
        for query in (_INCIDENTS_OF_WEEKS, _EVENTS_OF_WEEKS, _HISTORY_OF_WEEKS):
            for row in self.rows(query.format(key=_KEY[kind], weeks=_WEEKS, **self._metrics)):
                weeks.setdefault(row.pop("key"), {}).setdefault(row.pop("back"), {}).update(row)
        reach = self.rows("select min(opened_at) <= $as_of - interval 372 days as is_year from fct_incident")[0]
        told = [back for back in _BACK if back < 364 or reach["is_year"]]
        keys = ["all"] if kind == "all" else [scope.key for scope in self.scopes(kind)]
        return {key: _headline(weeks.get(key, {}), told) for key in keys}

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
                {self._metrics["n_ripe"]} as n_ripe,
                {self._metrics["n_on_time"]} as n_on_time
            from fct_incident
            join (select distinct * from ({_NAMES[kind]})) as names(key, name) on fct_incident.{_KEY[kind]} = names.key
            group by all
            """
        )
        return as_league(counted)

    def late(self, kind: str, limit: int) -> dict[str, list[Row]]:
        """Replies that are overdue, the latest first: who owes what since when; at most `limit` a scope."""
        return self.by_key(
            f"""
            with late as (
                select {_KEY[kind].replace("authority_id", "escalation.authority_id")} as key, incident_id,
                    coalesce(authority_name, 'не определён') as authority, escalation.topic_code,
                    escalation.municipality_id, escalation.state, started_at, escalation.due_at, hours_late,
                    escalate_to_authority_name as escalate_to, escalation.authority_origin
                from escalation join (select incident_id, group_code from fct_incident) using (incident_id)
                where clock = 'reply' and key is not null
                qualify row_number() over (partition by key order by hours_late desc, incident_id) <= {limit}
            )
            select late.*, topic_ru as topic, dim_municipality.name as municipality, state_ru
            from late
            left join dim_topic on late.topic_code = dim_topic.topic_code
            left join dim_municipality on late.municipality_id = dim_municipality.municipality_id
            left join dim_incident_state on late.state = dim_incident_state.state
            order by key, hours_late desc, incident_id
            """
        )

    def late_by_authority(self) -> list[Row]:
        """How many replies each authority owes, and how late they are, the most first."""
        return self.rows(
            f"""
            select authority_id as key, coalesce(authority_name, 'не определён') as name,
                {self._metrics["n_overdue_replies"]} as n_late,
                {self._metrics["median_reply_hours_late"]} as median_hours, max(hours_late) as max_hours
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

    def located(self) -> list[Row]:
        """Where the municipalities with incidents are, and how many those are, the most first."""
        return self.rows(
            """
            select name, lat, lon, outline, count(*) as n
            from fct_incident join dim_municipality using (municipality_id)
            group by all order by n desc, name
            """
        )

    def days(self, kind: str) -> dict[str, list[Row]]:
        """Received, answered and confirmed on each day, and what is open at its end, by scope."""
        return self.by_key(
            f"""
            select {_KEY[kind]} as key, history_date as day, sum(n_received)::bigint as received,
                sum(n_answered)::bigint as answered, sum(n_confirmed)::bigint as confirmed,
                ({self._metrics["n_open"]})::bigint as open,
                ({self._metrics["n_overdue_at_day_end"]})::bigint as overdue
            from fct_history_daily where key is not null
            group by key, history_date order by key, history_date
            """
        )

    def waits(self, kind: str) -> dict[str, list[Row]]:
        """Median and 90th percentile of the time to a reply, a fix and its confirmation, the open ones censored."""
        return self.by_key(
            """
            select cell_id as key, clock, n_incidents, n_stopped, median_hours, median_hours_low, median_hours_high,
                p90_hours
            from agg_waiting_time where scope = ? order by cell_id, clock desc
            """,
            [kind],
        )

    def outcomes(self, kind: str) -> dict[str, Row]:
        """What was confirmed and reopened of what was said to be fixed (definition 7), by scope."""
        found = self.by_key("select cell_id as key, * from agg_resolution where scope = ? order by cell_id", [kind])
        return {key: row for key, (row,) in found.items()}

    def topics(self, kind: str) -> dict[str, list[Row]]:
        """What it is written about: topics of the last four weeks beside those of the four before, the most first."""
        key = _KEY[kind].replace("group_code", "fct_incident.group_code")
        return self.by_key(
            f"""
            select {key} as key, coalesce(topic_ru, 'тема не определена') as name,
                {self._metrics["n_incidents"]} filter (opened_at > $as_of - interval 28 days) as now,
                {self._metrics["n_incidents"]} filter (opened_at <= $as_of - interval 28 days) as before
            from fct_incident left join dim_topic using (topic_code)
            where opened_at > $as_of - interval 56 days and key is not null
            group by key, name
            qualify row_number() over (partition by key order by now desc, name) <= 12
            order by key, now desc, name
            """
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


def _headline(weeks: dict[int, Row], told: list[int]) -> Row:
    found: Row = {name: [] for name in _TOLD}
    for back in _BACK:
        week = weeks.get(back, {})
        counts = {name: week.get(name, None if name in ("open", "overdue") else 0) for name in _TOLD}
        counts["on_time"] = share(week.get("n_on_time", 0), week.get("n_ripe", 0))
        for name in _TOLD:
            found[name].append(counts[name] if back in told else None)
    return found


_INCIDENTS_OF_WEEKS = """
    select {key} as key, back,
        {n_incidents} filter (opened_at > since and opened_at <= until) as received,
        {n_answered} filter (first_reply_at > since and first_reply_at <= until) as answered,
        {n_ripe} filter (due_at > since and due_at <= until) as n_ripe,
        {n_on_time} filter (due_at > since and due_at <= until) as n_on_time
    from fct_incident cross join {weeks}
    where key is not null
    group by all
"""
_EVENTS_OF_WEEKS = """
    with events as (
        select incident_id, event_kind, event_at from fct_incident_event where event_kind in ('confirmed', 'refuted')
    )
    select {key} as key, back, {n_confirmations} as confirmed, {n_refutations} as refuted
    from events join fct_incident using (incident_id) join {weeks} on event_at > since and event_at <= until
    where key is not null
    group by all
"""
_HISTORY_OF_WEEKS = """
    select {key} as key, back, ({n_open})::bigint as open, ({n_overdue_at_day_end})::bigint as overdue
    from fct_history_daily
    join {weeks} on history_date = (select max(history_date) from fct_history_daily) - back
    where key is not null
    group by all
"""
