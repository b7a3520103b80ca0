-- A department's mean is withheld, too, when the people whose own scores are withheld are so few that subtracting the
-- published ones would show them (definition 24).

with

settings as (

    select * from {{ source('run', 'settings') }}

),

scores as (

    select * from {{ ref('int_leader_score') }}

),

members as (

    select * from {{ ref('int_department_member') }}

),

subject_scores as (

    select
        period_kind,
        period_start,
        period_end,
        network,
        organisation,
        'subject' as level,
        subject_id as member_id,
        cast(null as bigint) as n_members,
        authority_score,
        authority_low,
        authority_high,
        distinct_senders_count,
        supported_rank as authority_rank,
        case when supported_rank is not null then least(authority_rank_low, supported_rank) end as authority_rank_low,
        case when supported_rank is not null then greatest(authority_rank_high, supported_rank) end
            as authority_rank_high,
        authority_top_k_probability,
        spread_score,
        spread_low,
        spread_high,
        spread_rank,
        spread_rank_low,
        spread_rank_high,
        spread_top_k_probability,
        authority_null_p_value,
        removal_edge_count,
        reason_en,
        reason_ru,
        n_weeks,
        case when network = 'staff' and not is_score_consented then 'no_consent' end as suppression_reason,
        method_version

    from scores

),

departments as (

    select
        scores.period_kind,
        scores.period_start,
        min(scores.period_end) as period_end,
        scores.network,
        scores.organisation,
        members.department,
        count(*) as n_members,
        count(*) filter (where not scores.is_score_consented) as n_withheld,
        round(avg(scores.authority_score), 12) as authority_score,
        round(avg(scores.spread_score), 12) as spread_score,
        max(scores.authority_score) > 0.5 * sum(scores.authority_score)
        or max(scores.spread_score) > 0.5 * sum(scores.spread_score) as is_one_person,
        max(scores.n_weeks) as n_weeks,
        max(scores.method_version) as method_version

    from scores
    inner join members on scores.subject_id = members.subject_id and scores.organisation = members.organisation
    where scores.network = 'staff'
    group by scores.period_kind, scores.period_start, scores.network, scores.organisation, members.department

),

group_scores as (

    select
        departments.period_kind,
        departments.period_start,
        departments.period_end,
        departments.network,
        departments.organisation,
        'group' as level,
        departments.department as member_id,
        departments.n_members,
        departments.authority_score,
        cast(null as double) as authority_low,
        cast(null as double) as authority_high,
        cast(null as bigint) as distinct_senders_count,
        rank() over (
            partition by
                departments.period_kind, departments.period_start, departments.network, departments.organisation
            order by departments.authority_score desc
        ) as authority_rank,
        cast(null as bigint) as authority_rank_low,
        cast(null as bigint) as authority_rank_high,
        cast(null as double) as authority_top_k_probability,
        departments.spread_score,
        cast(null as double) as spread_low,
        cast(null as double) as spread_high,
        rank() over (
            partition by
                departments.period_kind, departments.period_start, departments.network, departments.organisation
            order by departments.spread_score desc
        ) as spread_rank,
        cast(null as bigint) as spread_rank_low,
        cast(null as bigint) as spread_rank_high,
        cast(null as double) as spread_top_k_probability,
        cast(null as double) as authority_null_p_value,
        cast(null as bigint) as removal_edge_count,
        cast(null as varchar) as reason_en,
        cast(null as varchar) as reason_ru,
        departments.n_weeks,
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
        period_kind,
        period_start,
        period_end,
        network,
        organisation,
        level,
        member_id,
        {{ shown('n_members', 'suppression_reason') }} as n_members,
        {{ shown('authority_score', 'suppression_reason') }} as authority_score,
        {{ shown('authority_low', 'suppression_reason') }} as authority_low,
        {{ shown('authority_high', 'suppression_reason') }} as authority_high,
        {{ shown('distinct_senders_count', 'suppression_reason') }} as distinct_senders_count,
        {{ shown('authority_rank', 'suppression_reason') }} as authority_rank,
        {{ shown('authority_rank_low', 'suppression_reason') }} as authority_rank_low,
        {{ shown('authority_rank_high', 'suppression_reason') }} as authority_rank_high,
        {{ shown('authority_top_k_probability', 'suppression_reason') }} as authority_top_k_probability,
        {{ shown('spread_score', 'suppression_reason') }} as spread_score,
        {{ shown('spread_low', 'suppression_reason') }} as spread_low,
        {{ shown('spread_high', 'suppression_reason') }} as spread_high,
        {{ shown('spread_rank', 'suppression_reason') }} as spread_rank,
        {{ shown('spread_rank_low', 'suppression_reason') }} as spread_rank_low,
        {{ shown('spread_rank_high', 'suppression_reason') }} as spread_rank_high,
        {{ shown('spread_top_k_probability', 'suppression_reason') }} as spread_top_k_probability,
        {{ shown('authority_null_p_value', 'suppression_reason') }} as authority_null_p_value,
        {{ shown('removal_edge_count', 'suppression_reason') }} as removal_edge_count,
        {{ shown('reason_en', 'suppression_reason') }} as reason_en,
        {{ shown('reason_ru', 'suppression_reason') }} as reason_ru,
        {{ shown('n_weeks', 'suppression_reason') }} as n_weeks,
        suppression_reason is not null as is_suppressed,
        suppression_reason,
        method_version

    from all_scores

)

select * from published_scores
