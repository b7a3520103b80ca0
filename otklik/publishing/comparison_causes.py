"""Why an incident counts otherwise in a later snapshot: the SQL, over views that `comparison.py` makes.

`a_…` is the earlier snapshot, `b_…` the later one. An incident with several causes is told by the first of `RANKED`.
"""

CAUSES = {
    "new": "opened since then",
    "late_data": "posts or events of before, taken in since then",
    "time_and_work": "replies, fixes and terms that passed since then",
    "regrouped": "posts that belong to another incident now",
    "label": "a person's decision",
    "weights": "newly fitted weights of joining",
    "edited": "posts edited in their source",
    "removed": "deleted in the source, erased, or the source is no longer configured",
    "method": "terms, rules, reference data, the model or the method",
}
"""Every cause and what it means, in the order in which they are shown."""

RANKED = ("label", "weights", "edited", "regrouped", "removed", "late_data", "time_and_work")

FIGURES = {
    "n_incidents": "1",
    "n_answered": "(first_reply_at is not null)::int",
    "n_confirmed": "(confirmed_at is not null)::int",
    "n_open": "is_open::int",
    "n_overdue": "is_overdue::int",
    "n_ripe": "is_ripe::int",
    "n_on_time": "coalesce(is_reply_on_time, false)::int",
}
"""Figures that are sums over incidents: name → what one incident adds."""

_COMPARED = (
    *("authority_id", "topic_code", "municipality_id", "state", "due_at", "first_reply_at", "claimed_fixed_at"),
    *("confirmed_at", "closed_at", "is_ripe", "is_reply_on_time", "is_overdue", "n_posts"),
)
# Said of a post by its source, or by one version of the model: if they change, the post did.
_OF_A_POST = ("declared_topic", "declared_municipality", "declared_district", "intent", "topic_code", "place_key")


def _differs(columns: tuple[str, ...]) -> str:
    return "(" + " or ".join(f"before.{column} is distinct from after.{column}" for column in columns) + ")"


# Posts that came to an incident or left it. Of those that moved, which by a person and which by other weights.
_MOVED = """
    with came as (
        select links.incident_id, links.post_id,
            case
                when known.post_id is not null then 'regrouped'
                when posts.posted_at > instant.then_at then 'time_and_work'
                else 'late_data'
            end as cause
        from b_bridge_incident_post as links
        anti join a_bridge_incident_post as before using (incident_id, post_id)
        inner join b_fct_post as posts using (post_id)
        left join a_fct_post as known using (post_id)
        cross join instant
    ),
    went as (
        select links.incident_id, links.post_id, if(posts.post_id is null, 'removed', 'regrouped') as cause
        from a_bridge_incident_post as links
        anti join b_bridge_incident_post as after using (incident_id, post_id)
        left join b_fct_post as posts using (post_id)
    ),
    decided as (
        select post_id, min(if(decided_by = 'label', 'label', 'weights')) as cause
        from (from b_fct_incident_change except from a_fct_incident_change)
        group by post_id
    )
    select moves.incident_id, if(moves.cause = 'regrouped', coalesce(decided.cause, 'regrouped'), moves.cause) as cause
    from (from came union all from went) as moves
    left join decided using (post_id)
"""

_EDITED = f"""
    select links.incident_id, 'edited' as cause
    from b_bridge_incident_post as links
    inner join a_fct_post as before using (post_id)
    inner join b_fct_post as after using (post_id)
    where before.model_version is not distinct from after.model_version and {_differs(_OF_A_POST)}
"""

_HAPPENED = """
    select events.incident_id, if(events.event_at > instant.then_at, 'time_and_work', 'late_data') as cause
    from (
        select incident_id, event_kind, event_at from b_fct_incident_event
        except
        select incident_id, event_kind, event_at from a_fct_incident_event
    ) as events
    cross join instant
"""

_STANDS_OTHERWISE = """
    select after.incident_id, if(after.topic_origin = 'label' and before.topic_origin is distinct from 'label', 'label',
        'time_and_work') as cause
    from b_incident as after
    inner join a_incident as before using (incident_id)
    where after.topic_origin = 'label' and before.topic_origin is distinct from 'label'
        or before.due_at is not distinct from after.due_at
            and (before.is_ripe <> after.is_ripe or before.is_overdue <> after.is_overdue)
"""

CHANGED = f"""
    with told as (
        select incident_id, min_by(cause, list_position({list(RANKED)}, cause)) as cause
        from (
            from ({_MOVED}) union all from ({_EDITED}) union all from ({_HAPPENED}) union all from ({_STANDS_OTHERWISE})
        )
        group by incident_id
    )
    select
        incident_id,
        case
            when before.incident_id is null and after.opened_at > instant.then_at then 'new'
            when told.cause is not null then told.cause
            when before.incident_id is null then 'late_data'
            when after.incident_id is null then 'removed'
            else 'method'
        end as cause,
        {", ".join(f"coalesce(after.{name}, 0) - coalesce(before.{name}, 0) as {name}" for name in FIGURES)}
    from b_incident as after
    full join a_incident as before using (incident_id)
    left join told using (incident_id)
    cross join instant
    where before.incident_id is null or after.incident_id is null or {_differs(_COMPARED)}
"""
"""Incidents that differ: incident_id, cause, and by how much each figure rose for it."""
