with

settings as (

    select * from {{ source('run', 'settings') }}

),

members as (

    select * from {{ ref('stg_interest_group') }}

),

groups as (

    select
        interest_group_id,
        min(network) as network,
        min(organisation) as organisation,
        min(group_id) as group_id,
        count(distinct subject_id) as n_members,
        min(stability_score) as stability_score,
        min(resolution) as resolution,
        max(method_version) as method_version

    from members
    group by interest_group_id

),

judged as (

    select
        groups.interest_group_id,
        groups.network,
        groups.organisation,
        groups.group_id,
        groups.n_members,
        groups.stability_score,
        groups.resolution,
        groups.method_version,
        case
            when groups.n_members < settings.min_group_size then 'too_few_people'
            when coalesce(groups.stability_score, 0.0) < {{ var('group_min_stability_score') }} then 'unstable'
        end as suppression_reason

    from groups
    cross join settings

)

select * from judged
