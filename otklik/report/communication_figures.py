"""Figures of the communication page: units and groups of staff, published and large enough, and nobody in particular.

Belongs here: queries on `agg_communication_level`, `dim_interest_group`, `fct_group_event`, `agg_active_citizens`. What
these tables hide comes as None and is counted; nothing is derived from rows of people.
"""

from otklik.report.surface import Row, SurfaceTables

PERIOD = "rolling_90d"


class CommunicationFigures(SurfaceTables):
    """Reads the analysts' surface of one snapshot."""

    def organisations(self) -> list[str]:
        """Names of the organisations whose levels are published."""
        found = self.rows(
            f"select distinct organisation from agg_communication_level where period_kind = '{PERIOD}' order by 1"
        )
        return [str(row["organisation"]) for row in found]

    def units(self) -> dict[str, list[Row]]:
        """Units of each organisation by name: people, ties inside and outside, openness, why hidden; period."""
        return self.by_key(
            f"""
            select organisation as key, source_unit as unit, n_people, n_internal_ties, n_external_ties, ei_index,
                agg_communication_level.suppression_reason, code_ru as reason_ru, period_start, period_end
            from agg_communication_level
            left join dim_code on column_name = 'suppression_reason' and code = suppression_reason
            where level = 'unit' and period_kind = '{PERIOD}'
            order by organisation, source_unit
            """
        )

    def pairs(self) -> dict[str, list[Row]]:
        """Who writes to whom: messages, reciprocity, answers; None where it is hidden; the most messages first."""
        return self.by_key(
            f"""
            select organisation as key, source_unit as source, target_unit as target, n_messages, reciprocity,
                answered_share, response_hours_median, is_suppressed
            from agg_communication_level
            where level = 'pair' and period_kind = '{PERIOD}'
            order by organisation, n_messages desc nulls last, source_unit, target_unit
            """
        )

    def groups(self) -> list[Row]:
        """Groups of interests that may be told of, staff before citizens, the largest first."""
        return self.rows(
            """
            select network, code_ru as network_ru, organisation, topic_ru, topic_en, n_members, main_topic_share,
                main_topic_lift, stability_score
            from dim_interest_group
            left join dim_topic on main_topic_code = dim_topic.topic_code
            left join dim_code on column_name = 'network' and code = network
            where not is_suppressed
            order by network desc, organisation, n_members desc, interest_group_id
            """
        )

    def hidden_groups(self) -> list[Row]:
        """How many groups are not told of, and why."""
        return self.rows(
            """
            select coalesce(code_ru, suppression_reason) as reason_ru, count(*) as n
            from dim_interest_group
            left join dim_code on column_name = 'suppression_reason' and code = suppression_reason
            where is_suppressed
            group by all order by n desc, reason_ru
            """
        )

    def moves(self) -> list[Row]:
        """What became of the groups of a month in the next: how many were born, went on, merged, split, ended."""
        return self.rows(
            """
            select period_start, network, networks.code_ru as network_ru, organisation,
                coalesce(kinds.code_ru, event_kind) as kind_ru, event_kind, count(*) as n,
                sum(n_members)::bigint as n_members, sum(n_members_before)::bigint as n_members_before
            from fct_group_event
            left join dim_code as kinds on kinds.column_name = 'event_kind' and kinds.code = event_kind
            left join dim_code as networks on networks.column_name = 'network' and networks.code = network
            group by all order by period_start desc, network desc, organisation, event_kind
            """
        )

    def active_citizens(self) -> list[Row]:
        """How many citizens are socially active, with the thresholds that say so (definition 22)."""
        return self.rows(
            """
            select organisation, window_weeks, min_active_weeks, min_constructive_messages, min_repliers, min_topics,
                n_citizens, n_active_citizens, is_suppressed
            from agg_active_citizens order by organisation
            """
        )


def isolated(units: list[Row], pairs: list[Row]) -> list[str]:
    """Units that no published or hidden row shows writing to another unit, or being written to by one.

    Args:
        units: unit; as of `CommunicationFigures.units`, one organisation's.
        pairs: source, target; the same organisation's.
    """
    joined = {end for row in pairs if row["source"] != row["target"] for end in (row["source"], row["target"])}
    return sorted(row["unit"] for row in units if row["unit"] not in joined)
