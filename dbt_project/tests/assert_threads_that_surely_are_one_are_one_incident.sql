-- Two threads of sure evidence that stand in two incidents after the last round: incident_merge_rounds is too small for
-- these posts. A warning, since two incidents that could be one are no reason to publish nothing.
{{ config(severity='warn') }}

select candidates.unit_number
from {{ ref('int_incident_candidate') }} as candidates
inner join {{ ref('int_incident_unit') }} as units on candidates.unit_number = units.unit_number
inner join {{ ref('int_incident_unit') }} as other_units on candidates.other_unit_number = other_units.unit_number
inner join {{ ref('int_incident_core') }} as one on candidates.unit_number = one.unit_number
inner join {{ ref('int_incident_core') }} as other on candidates.other_unit_number = other.unit_number
left join {{ ref('int_incident_label') }} as labels on units.unit_id = labels.post_id
left join {{ ref('int_incident_label') }} as other_labels on other_units.unit_id = other_labels.post_id
where
    candidates.link_score >= {{ var('incident_merge_min_score') }}
    and one.core_unit_number <> other.core_unit_number
    and not units.is_chat
    and labels.post_id is null and other_labels.post_id is null
