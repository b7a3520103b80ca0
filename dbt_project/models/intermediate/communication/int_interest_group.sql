with

settings as (

    select * from {{ source('run', 'settings') }}

),

memberships as (

    select * from {{ ref('stg_interest_group') }}

),

members as (

    select * from {{ ref('int_group_member') }}

),

found as (

    select
        interest_group_id,
        min(network) as network,
        min(organisation) as organisation,
        min(group_id) as group_id,
        count(distinct subject_id) as n_found,
        min(stability_score) as stability_score,
        min(resolution) as resolution,
        max(method_version) as method_version

    from memberships
    group by interest_group_id

),

released as (

    select
        interest_group_id,
        count(*) as n_members,
        bool_or(is_held) as is_held,
        bool_or(is_withheld) as is_withheld

    from members
    group by interest_group_id

),

judged as (

    select
        found.interest_group_id,
        found.network,
        found.organisation,
        found.group_id,
        released.n_members,
        released.is_held,
        found.stability_score,
        found.resolution,
        found.method_version,
        case
            when least(found.n_found, released.n_members) < settings.min_group_size then 'too_few_people'
            when coalesce(found.stability_score, 0.0) < {{ var('group_min_stability_score') }} then 'unstable'
            when released.is_withheld then 'difference'
        end as suppression_reason

    from found
    cross join settings
    inner join released on found.interest_group_id = released.interest_group_id

)

select * from judged
