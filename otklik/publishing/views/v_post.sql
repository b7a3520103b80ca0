-- Posts with labels and names, and the incident each belongs to. One row per live post.
select
    posts.*,
    sources.title as source_title,
    channels.channel_ru,
    intents.intent_ru,
    topics.topic_ru,
    topics.group_ru,
    municipalities.name as municipality_name,
    resolutions.code_ru as municipality_resolution_ru,
    links.incident_id,
    links.is_opening,
    links.link_reason,
    links.reasons_ru as link_reasons_ru,
    states.state_ru as incident_state_ru,
    authorities.name as incident_authority_name
from fct_post as posts
left join dim_source as sources on posts.source = sources.source
left join dim_channel as channels on posts.channel = channels.channel
left join dim_intent as intents on posts.intent = intents.intent
left join dim_topic as topics on posts.topic_code = topics.topic_code
left join dim_municipality as municipalities on posts.municipality_id = municipalities.municipality_id
left join dim_code as resolutions
    on resolutions.column_name = 'municipality_resolution' and posts.municipality_resolution = resolutions.code
left join bridge_incident_post as links on posts.post_id = links.post_id
left join fct_incident as incidents on links.incident_id = incidents.incident_id
left join dim_incident_state as states on incidents.state = states.state
left join dim_authority as authorities on incidents.authority_id = authorities.authority_id
