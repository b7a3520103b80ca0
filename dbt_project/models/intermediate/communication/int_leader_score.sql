-- Scores with what decides whether they may be shown.

with

scores as (

    select * from {{ ref('stg_leader_score') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

described as (

    select
        scores.*,
        coalesce(staff.is_score_consented, false) as is_score_consented,
        -- By what the replicates support, and not by the score of one record. Whom one alone writes to has no rank.
        case
            when scores.distinct_senders_count >= {{ var('leader_min_senders') }}
                then rank() over (
                    partition by
                        scores.period_kind, scores.period_start, scores.network, scores.organisation,
                        scores.distinct_senders_count >= {{ var('leader_min_senders') }}
                    order by scores.authority_top_k_probability desc, scores.authority_score desc
                )
        end as supported_rank

    from scores
    -- No id stands in both networks.
    left join staff on scores.subject_id = staff.subject_id

)

select * from described
