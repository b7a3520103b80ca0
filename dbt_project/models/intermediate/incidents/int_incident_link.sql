-- Why a thread was joined to an earlier one: the levels of evidence that count most, in words, and how sure the link is
-- where the weights of the region were fitted on labels.
{%- set features = joining_features() %}

with

members as (

    select * from {{ ref('stg_incident_member') }}
    where linked_thread_id is not null

),

threads as (

    select * from {{ ref('int_incident_thread') }}

),

evidence as (

    select * from {{ ref('int_incident_pair_evidence') }}

),

scores as (

    select * from {{ ref('int_incident_pair_score') }}

),

weights as (

    select * from {{ ref('int_joining_weight') }}

),

linked as (

    select
        members.thread_id,
        members.linked_thread_id,
        scores.points,
        scores.probability,
        evidence.*

    from members
    inner join threads on members.thread_id = threads.thread_id
    inner join threads as other_threads on members.linked_thread_id = other_threads.thread_id
    inner join evidence
        on
            threads.thread_number = evidence.thread_number
            and other_threads.thread_number = evidence.other_thread_number
    inner join scores
        on
            evidence.thread_number = scores.thread_number
            and evidence.other_thread_number = scores.other_thread_number

),

told as (
    {% for feature in features %}
    select thread_id, region, '{{ feature }}' as feature, {{ feature }} as level from linked
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

ranked as (

    select
        told.thread_id,
        weights.feature || ':' || weights.level as reason,
        weights.reason_en,
        weights.reason_ru,
        row_number() over (
            partition by told.thread_id
            order by weights.points desc, weights.feature
        ) as reason_rank

    from told
    inner join weights
        on told.region = weights.region and told.feature = weights.feature and told.level = weights.level
    where weights.points > 0

),

reasons as (

    select
        thread_id,
        max(case when reason_rank = 1 then reason end) as link_reason,
        {%- for language in ['en', 'ru'] %}
        concat_ws('; '
            {%- for rank in [1, 2, 3, 4] %},
            max(case when reason_rank = {{ rank }} then reason_{{ language }} end)
            {%- endfor %}
        ) as reasons_{{ language }}{{ ',' if not loop.last }}
        {%- endfor %}

    from ranked
    where reason_rank <= 4
    group by thread_id

),

links as (

    select
        linked.thread_id,
        linked.linked_thread_id,
        linked.points,
        linked.probability,
        linked.hours_apart,
        linked.metres,
        linked.jaccard,
        reasons.link_reason,
        reasons.reasons_en,
        reasons.reasons_ru

    from linked
    left join reasons on linked.thread_id = reasons.thread_id

)

select * from links
