"""What happened to single incidents: what citizens wrote, what authorities did, how the three clocks ran.

Belongs here: queries for incidents that a page lists, a table in one pass whatever their number. Words are those of the
analysts' surface: identifiers and names of people masked, what no scan has read withheld.
"""

from collections.abc import Sequence

from otklik.report.surface import Row, SurfaceTables

_OF_THESE = "incident_id in (select unnest(?::varchar[]))"


class StoryFigures(SurfaceTables):
    """Reads the analysts' surface of one snapshot.

    Every method takes ids of incidents and tells of these alone, by incident.
    """

    def incidents(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """What it is, where, whose and how far it is."""
        return self.by_key(
            f"""
            select incident_id as key, topic_ru, municipality_name, authority_name, authority_origin_ru, state_ru,
                source_title, opened_at, n_posts, n_people
            from v_incident where {_OF_THESE} order by incident_id
            """,
            [ids],
        )

    def posts(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """What citizens wrote, the earliest first; `person` numbers the writers of one incident as they came."""
        return self.by_key(
            f"""
            with posts as (
                select *, min(posted_at) over (partition by incident_id, author_subject_id) as came_at
                from v_post where {_OF_THESE}
            )
            select incident_id as key, post_id, posted_at as at, text, channel_ru, intent_ru, is_opening,
                link_reasons_ru,
                if(author_subject_id is null, null, dense_rank() over (
                    partition by incident_id, author_subject_id is null order by came_at, author_subject_id
                )) as person
            from posts order by incident_id, posted_at, post_id
            """,
            [ids],
        )

    def events(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """What was done, in order, with the words of replies."""
        return self.by_key(
            f"""
            select incident_id as key, event_at as at, event_kind, event_kind_ru, event_kind_en,
                dim_authority.name as authority, fct_incident_event.due_at, fct_reply.text, fct_reply.is_formal
            from fct_incident_event
            left join dim_event_kind using (event_kind)
            left join dim_authority using (authority_id)
            left join (select reply_id, text, is_formal from fct_reply) as fct_reply on event_id = reply_id
            where {_OF_THESE} order by incident_id, sequence_number
            """,
            [ids],
        )

    def clocks(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """Every run of the three clocks: from when, until when, by when, and whether in time."""
        return self.by_key(
            f"""
            select incident_id as key, clock, attempt_number, started_at, stopped_at, due_at, calendar_hours,
                paused_hours, term_hours, term_calendar, is_on_time, is_ripe
            from fct_incident_clock
            join (select clock, sort_order from dim_clock) using (clock)
            where {_OF_THESE} order by incident_id, attempt_number, sort_order
            """,
            [ids],
        )
