-- Incidents with a label beside every code and names beside every id. One row per incident.
select
    incidents.*,
    sources.title as source_title,
    channels.channel_ru,
    intents.intent_ru,
    topics.topic_ru,
    topic_groups.group_ru,
    topic_origins.code_ru as topic_origin_ru,
    municipalities.name as municipality_name,
    municipalities.region,
    authorities.name as authority_name,
    authority_levels.code_ru as authority_level_ru,
    authority_origins.code_ru as authority_origin_ru,
    answering.name as answering_authority_name,
    states.state_ru,
    states.is_awaiting_authority,
    reply_states.code_ru as reply_state_ru,
    days.week_start_date as opened_week_start_date,
    days.week_ru as opened_week_ru,
    days.month_start_date as opened_month_start_date,
    days.month_ru as opened_month_ru
from fct_incident as incidents
left join dim_source as sources on incidents.source = sources.source
left join dim_channel as channels on incidents.channel = channels.channel
left join dim_intent as intents on incidents.intent = intents.intent
left join dim_topic as topics on incidents.topic_code = topics.topic_code
left join dim_topic_group as topic_groups on incidents.group_code = topic_groups.group_code
left join dim_municipality as municipalities on incidents.municipality_id = municipalities.municipality_id
left join dim_authority as authorities on incidents.authority_id = authorities.authority_id
left join dim_authority as answering on incidents.answering_authority_id = answering.authority_id
left join dim_incident_state as states on incidents.state = states.state
left join dim_date as days on incidents.opened_date = days.calendar_date
left join dim_code as topic_origins
    on topic_origins.column_name = 'topic_origin' and incidents.topic_origin = topic_origins.code
left join dim_code as authority_origins
    on authority_origins.column_name = 'authority_origin' and incidents.authority_origin = authority_origins.code
left join dim_code as authority_levels
    on authority_levels.column_name = 'authority_level' and authorities.level = authority_levels.code
left join dim_code as reply_states
    on reply_states.column_name = 'reply_state' and incidents.reply_state = reply_states.code
