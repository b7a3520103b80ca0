with

interest_groups as (

    select * from {{ ref('int_interest_group') }}

),

published_groups as (

    select
        interest_group_id,
        network,
        organisation,
        {{ shown('n_members', 'suppression_reason') }} as n_members,
        {{ shown('stability_score', 'suppression_reason') }} as stability_score,
        {{ shown('resolution', 'suppression_reason') }} as resolution,
        suppression_reason is not null as is_suppressed,
        suppression_reason,
        method_version

    from interest_groups

)

select * from published_groups
