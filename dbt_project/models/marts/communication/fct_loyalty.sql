-- Where somebody writes says something of them even without a number, so a person who did not agree has no row. The
-- last month has no next one: nobody is known to be loyal in it yet, and groups have no row for it.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

loyalties as (

    select * from {{ ref('int_loyalty') }}

),

subject_loyalties as (

    select
        network,
        organisation,
        interest_group_id,
        period_start,
        'subject' as level,
        subject_id as member_id,
        n_messages,
        share,
        is_preferred,
        is_loyal,
        is_vagrant,
        cast(null as bigint) as n_active,
        cast(null as bigint) as n_loyal,
        cast(null as bigint) as n_vagrant,
        cast(null as double) as loyalty_rate,
        cast(null as varchar) as suppression_reason

    from loyalties
    where is_shown

),

active as (

    select
        network,
        organisation,
        interest_group_id,
        period_start,
        count(*) as n_active,
        count(*) filter (where is_loyal) as n_loyal,
        count(*) filter (where is_vagrant) as n_vagrant,
        count(*) filter (where not is_shown) as n_withheld,
        max(n_messages) as top_person_messages,
        sum(n_messages) as n_messages

    from loyalties
    where is_loyal is not null
    group by network, organisation, interest_group_id, period_start

),

group_loyalties as (

    select
        active.network,
        active.organisation,
        active.interest_group_id,
        active.period_start,
        'group' as level,
        active.interest_group_id as member_id,
        cast(null as bigint) as n_messages,
        cast(null as double) as share,
        cast(null as boolean) as is_preferred,
        cast(null as boolean) as is_loyal,
        cast(null as boolean) as is_vagrant,
        active.n_active,
        active.n_loyal,
        active.n_vagrant,
        cast(active.n_loyal as double) / active.n_active as loyalty_rate,
        case
            when active.n_withheld between 1 and settings.min_group_size - 1 then 'difference'
            else {{ suppression_reason(
                'active.n_active', 'active.top_person_messages', 'active.n_messages', 'settings.min_group_size',
            ) }}
        end as suppression_reason

    from active
    cross join settings

),

all_loyalties as (

    select * from subject_loyalties
    union all
    select * from group_loyalties

),

published_loyalties as (

    select
        network,
        organisation,
        interest_group_id,
        period_start,
        level,
        member_id,
        {{ shown('n_messages', 'suppression_reason') }} as n_messages,
        {{ shown('share', 'suppression_reason') }} as share,
        {{ shown('is_preferred', 'suppression_reason') }} as is_preferred,
        {{ shown('is_loyal', 'suppression_reason') }} as is_loyal,
        {{ shown('is_vagrant', 'suppression_reason') }} as is_vagrant,
        {{ shown('n_active', 'suppression_reason') }} as n_active,
        {{ shown('n_loyal', 'suppression_reason') }} as n_loyal,
        {{ shown('n_vagrant', 'suppression_reason') }} as n_vagrant,
        {{ shown('loyalty_rate', 'suppression_reason') }} as loyalty_rate,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from all_loyalties

)

select * from published_loyalties
