-- An incident that was merged and still has a post of which no label decided stands in fct_incident_change, unless the
-- incident it went into goes by its name.
select distinct incident_posts.merged_unit_id
from {{ ref('int_incident_post') }} as incident_posts
left join {{ ref('fct_incident_change') }} as changes
    on
        incident_posts.merged_incident_id = changes.from_incident_id
        and incident_posts.incident_id = changes.to_incident_id
where
    incident_posts.merged_unit_id is not null
    and incident_posts.merged_incident_id <> incident_posts.incident_id
    and changes.change_id is null
