"""Figures of the citizens' pages, each a sum of whole cells of the public surface.

Belongs here: queries on what anybody may read. Cells stand on enough people and add up (definition 24, b), so a sum of
whole cells tells of nobody in particular; no figure here is finer than a cell, and no trend finer than a month. What a
page lacks because it was told in a coarser cell is counted and said.
"""

from otklik.report.surface import Row, SurfaceTables, as_league

_KEY = {"authority": "authority_id", "municipality": "municipality_id", "topic_group": "group_code"}
_NAMES = {
    "authority": "select authority_id, name from dim_authority",
    "municipality": "select municipality_id, name from dim_municipality",
    "topic_group": "select group_code, group_ru from dim_topic_group",
}
# A month's cells are those of its days, of its weeks (cut where a month ends) and of itself.
_WITHIN_A_MONTH = "period_kind in ('day', 'week', 'month')"


class PublicFigures(SurfaceTables):
    """Reads the public surface of one snapshot."""

    def total(self) -> Row | None:
        """The cell of everything that is told: incidents, replies, on time, claims, confirmations; None before any."""
        found = self.rows(
            """
            select n_incidents, n_replied, n_on_time, on_time_share as share, on_time_share_low as low,
                on_time_share_high as high, n_claimed, n_confirmed
            from agg_sla where is_total
            """
        )
        return found[0] if found else None

    def posts(self) -> Row | None:
        """Posts that are told, and of them complaints and questions; None before any."""
        found = self.rows("select n_posts, n_complaints, n_questions from agg_topic where is_total")
        return found[0] if found else None

    def told(self) -> Row:
        """How finely the incidents are told: with how many of them a month, a municipality and so on stand."""
        return self.rows(
            f"""
            select coalesce(sum(n_incidents), 0)::bigint as n, count(*) as n_cells,
                coalesce(sum(n_incidents) filter (period_kind = 'day'), 0)::bigint as n_day,
                coalesce(sum(n_incidents) filter ({_WITHIN_A_MONTH}), 0)::bigint as n_month,
                coalesce(sum(n_incidents) filter (municipality_id is not null), 0)::bigint as n_municipality,
                coalesce(sum(n_incidents) filter (group_code is not null), 0)::bigint as n_group,
                coalesce(sum(n_incidents) filter (authority_id is not null), 0)::bigint as n_authority
            from agg_sla where not is_total
            """
        )[0]

    def league(self, kind: str) -> list[Row]:
        """Every authority, municipality or group of topics that a cell names; the lowest on-time share first.

        Returns:
            key, name, n_ripe (all incidents that are told are ripe), n_replied, n_on_time, n_claimed, n_confirmed,
            share, low, high, is_ranked.
        """
        return as_league(
            self.rows(
                f"""
                select {_KEY[kind]} as key, names.name, sum(n_incidents)::bigint as n_ripe,
                    sum(n_replied)::bigint as n_replied, sum(n_on_time)::bigint as n_on_time,
                    sum(n_claimed)::bigint as n_claimed, sum(n_confirmed)::bigint as n_confirmed
                from agg_sla join ({_NAMES[kind]}) as names(key, name) on {_KEY[kind]} = names.key
                where not is_total
                group by all order by names.name, key
                """
            )
        )

    def months(self, kind: str) -> dict[str, list[Row]]:
        """Incidents of each month and how many were answered in time, by scope; "all" is a scope of its own."""
        return self.by_key(
            f"""
            select {_KEY.get(kind, "'all'")} as key, date_trunc('month', period_start)::date as month,
                sum(n_incidents)::bigint as n, sum(n_on_time)::bigint as n_on_time
            from agg_sla where not is_total and {_WITHIN_A_MONTH} and key is not null
            group by all order by key, month
            """
        )

    def within(self, kind: str, of: str) -> dict[str, list[Row]]:
        """What the incidents of a scope are of: groups of topics, municipalities or authorities, the most first."""
        return self.by_key(
            f"""
            select {_KEY[kind]} as key, {_KEY[of]} as id, names.name, sum(n_incidents)::bigint as n_ripe,
                sum(n_on_time)::bigint as n_on_time
            from agg_sla join ({_NAMES[of]}) as names(id, name) on {_KEY[of]} = names.id
            where not is_total and {_KEY[kind]} is not null
            group by all order by key, n_ripe desc, names.name
            """
        )

    def states(self, kind: str) -> dict[str, list[Row]]:
        """States of a scope's incidents, as far as enough people of a cell share one; null is told without it."""
        return self.by_key(
            f"""
            select {_KEY.get(kind, "'all'")} as key, state_ru, state_en, count(*) as n
            from fct_incident left join dim_incident_state using (state)
            where key is not null
            group by all order by key, n desc, state_ru nulls last
            """
        )

    def topics(self) -> list[Row]:
        """Posts by group of topics, as far as a cell names one, the most first."""
        return self.rows(
            """
            select group_code as key, group_ru as name, group_en as name_en, sum(n_posts)::bigint as n_posts,
                sum(n_complaints)::bigint as n_complaints, sum(n_questions)::bigint as n_questions
            from agg_topic join dim_topic_group using (group_code)
            where not is_total
            group by all order by n_posts desc, name
            """
        )

    def bursts(self) -> list[Row]:
        """Topics that came up in a place within the last four weeks, the latest first; without counts."""
        return self.rows(
            """
            select topic_ru, topic_en, dim_municipality.name as municipality, municipality_id,
                dim_topic.group_code, first_date, last_date
            from fct_burst
            join dim_topic using (topic_code)
            left join dim_municipality using (municipality_id)
            where last_date >= ($as_of - interval 28 days)::date
            order by last_date desc, first_date, topic_ru, municipality
            """
        )

    def outcomes(self) -> list[Row]:
        """Outcome series with what they are compared with, of the last period of each; never a value alone."""
        return self.rows(
            """
            select coalesce(code_ru, indicator) as indicator, place, period, value, comparator, comparator_title, unit,
                difference_from_comparator as difference
            from agg_outcome
            left join dim_code on dim_code.column_name = 'indicator' and dim_code.code = indicator
            where not is_suppressed
            qualify row_number() over (partition by source, indicator, place order by period desc) = 1
            order by 1, difference desc, place
            """
        )

    def places(self) -> list[Row]:
        """Where the municipalities are that a cell names, with the incidents that are told of them."""
        return self.rows(
            """
            select municipality_id as key, name, lat, lon, outline, sum(n_incidents)::bigint as n
            from agg_sla join dim_municipality using (municipality_id)
            where not is_total
            group by all order by n desc, name
            """
        )
