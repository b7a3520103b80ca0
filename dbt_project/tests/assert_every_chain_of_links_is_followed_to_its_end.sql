-- A thread at the end of a chain that is itself joined to an earlier one means that the chain was longer than
-- incident_chain_doublings follows; a core that was merged, that more merges follow each other than
-- incident_merge_doublings follows.
select chains.unit_number
from {{ ref('int_incident_chain') }} as chains
inner join {{ ref('int_incident_link') }} as links on chains.head_unit_number = links.unit_number
union all
select cores.unit_number
from {{ ref('int_incident_core') }} as cores
inner join {{ ref('int_incident_merge') }} as merges on cores.core_unit_number = merges.head_unit_number
