-- Replies with labels and names, and the matter each answers. One row per reply.
select
    replies.*,
    authorities.name as authority_name,
    sources.title as source_title,
    topics.topic_ru,
    topics.group_ru,
    municipalities.name as municipality_name,
    states.state_ru as incident_state_ru,
    incidents.opened_at,
    incidents.opened_date,
    incidents.time_zone,
    incidents.due_at,
    replies.is_first_reply and incidents.is_reply_on_time as is_first_reply_on_time
from fct_reply as replies
inner join fct_incident as incidents on replies.incident_id = incidents.incident_id
left join dim_authority as authorities on replies.authority_id = authorities.authority_id
left join dim_source as sources on incidents.source = sources.source
left join dim_topic as topics on incidents.topic_code = topics.topic_code
left join dim_municipality as municipalities on incidents.municipality_id = municipalities.municipality_id
left join dim_incident_state as states on incidents.state = states.state
