-- What an authority owes and has not done in time, and who is told next, with labels and names. One row per incident and clock.
select
    late.*,
    clocks.clock_ru,
    sources.title as source_title,
    states.state_ru,
    topics.topic_ru,
    topics.group_code,
    topics.group_ru,
    municipalities.name as municipality_name,
    authority_origins.code_ru as authority_origin_ru,
    incidents.opened_at,
    incidents.opened_date,
    incidents.time_zone,
    incidents.n_posts,
    incidents.n_people,
    incidents.opening_post_id
from escalation as late
inner join fct_incident as incidents on late.incident_id = incidents.incident_id
left join dim_clock as clocks on late.clock = clocks.clock
left join dim_source as sources on late.source = sources.source
left join dim_incident_state as states on late.state = states.state
left join dim_topic as topics on late.topic_code = topics.topic_code
left join dim_municipality as municipalities on late.municipality_id = municipalities.municipality_id
left join dim_code as authority_origins
    on authority_origins.column_name = 'authority_origin' and late.authority_origin = authority_origins.code
