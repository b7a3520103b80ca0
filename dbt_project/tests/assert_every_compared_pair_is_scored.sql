-- A level of evidence that the seed joining_weight does not name would leave its pair without points.
select
    evidence.thread_number,
    evidence.other_thread_number

from {{ ref('int_incident_pair_evidence') }} as evidence
left join {{ ref('int_incident_pair_score') }} as scores
    on
        evidence.thread_number = scores.thread_number
        and evidence.other_thread_number = scores.other_thread_number
where scores.thread_number is null
