-- A department's mean is withheld, too, when the people whose own scores are withheld are so few that subtracting the
-- published ones would show them (definition 24).

with

settings as (

    select * from {{ source('run', 'settings') }}

),

scores as (

    select * from {{ ref('int_leader_score') }}

),

subject_scores as (

    select
        network,
        organisation,
        'subject' as level,
        subject_id as member_id,
        cast(null as bigint) as n_members,
        authority_score,
        authority_rank,
        spread_score,
        spread_rank,
        case when network = 'staff' and not is_score_consented then 'no_consent' end as suppression_reason,
        method_version

    from scores

),

departments as (

    select
        network,
        organisation,
        department,
        count(*) as n_members,
        count(*) filter (where not is_score_consented) as n_withheld,
        round(avg(authority_score), 12) as authority_score,
        round(avg(spread_score), 12) as spread_score,
        max(authority_score) > 0.5 * sum(authority_score) or max(spread_score) > 0.5 * sum(spread_score)
            as is_one_person,
        max(method_version) as method_version

    from scores
    where network = 'staff' and department is not null
    group by network, organisation, department

),

group_scores as (

    select
        departments.network,
        departments.organisation,
        'group' as level,
        departments.department as member_id,
        departments.n_members,
        departments.authority_score,
        rank() over (
            partition by departments.network, departments.organisation order by departments.authority_score desc
        ) as authority_rank,
        departments.spread_score,
        rank() over (
            partition by departments.network, departments.organisation order by departments.spread_score desc
        ) as spread_rank,
        case
            when departments.n_members < settings.min_group_size then 'too_few_people'
            when departments.is_one_person then 'dominant_person'
            when departments.n_withheld between 1 and settings.min_group_size - 1 then 'difference'
        end as suppression_reason,
        departments.method_version

    from departments
    cross join settings

),

all_scores as (

    select * from subject_scores
    union all
    select * from group_scores

),

published_scores as (

    select
        network,
        organisation,
        level,
        member_id,
        {{ shown('n_members', 'suppression_reason') }} as n_members,
        {{ shown('authority_score', 'suppression_reason') }} as authority_score,
        {{ shown('authority_rank', 'suppression_reason') }} as authority_rank,
        {{ shown('spread_score', 'suppression_reason') }} as spread_score,
        {{ shown('spread_rank', 'suppression_reason') }} as spread_rank,
        suppression_reason is not null as is_suppressed,
        suppression_reason,
        method_version

    from all_scores

)

select * from published_scores
