-- A core that is itself joined to an earlier thread means that a chain was longer than incident_chain_doublings follows.
select core.unit_id
from {{ ref('int_incident_core') }} as core
inner join {{ ref('int_incident_link') }} as links on core.core_unit_id = links.unit_id
