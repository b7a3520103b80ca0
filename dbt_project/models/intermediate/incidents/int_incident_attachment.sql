-- A thread that names no site, and that nothing else places, belongs to the incident of its topic and town that people
-- were writing about in those days, if one of them had so much of all that was written that it is the likely one.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

cores as (

    select * from {{ ref('int_incident_core') }}

),

sights as (

    select * from {{ ref('int_incident_sight') }}
    where not is_alone

),

known as (

    select distinct
        cores.core_unit_id,
        {{ first_known('units.town') }} over members as town,
        {{ first_known('units.street') }} over members as street,
        {{ first_known('units.institution') }} over members as institution,
        {{ first_known('units.topic_code') }} over members as topic_code

    from cores
    inner join units on cores.unit_id = units.unit_id
    window members as (
        partition by cores.core_unit_id
        order by units.opened_at, units.unit_id
        rows between unbounded preceding and unbounded following
    )

),

-- What was written about placed matters: the topic each post reads as, on which day.
presence as (

    select
        known.core_unit_id,
        units.region,
        known.town,
        sights.topic_code,
        {{ day_number('sights.posted_at') }} as day_number,
        count(*) as n_posts

    from sights
    inner join units on sights.unit_id = units.unit_id
    inner join cores on sights.unit_id = cores.unit_id
    inner join known on cores.core_unit_id = known.core_unit_id
    where
        known.town is not null and sights.topic_code is not null
        and (known.street is not null or known.institution is not null)
    group by
        known.core_unit_id, units.region, known.town, sights.topic_code, {{ day_number('sights.posted_at') }}

),

placeless as (

    select
        known.core_unit_id,
        units.region,
        known.town,
        known.topic_code,
        {{ day_number('units.opened_at') }} as day_number

    from known
    inner join units on known.core_unit_id = units.unit_id
    where known.street is null and known.institution is null and known.town is not null and known.topic_code is not null

),

weighed as (

    select
        placeless.core_unit_id,
        presence.core_unit_id as other_core_unit_id,
        -- Whole numbers, so that the order of adding cannot show.
        sum(presence.n_posts * ({{ var('attaching_days') }} - abs(presence.day_number - placeless.day_number)))
            as weight

    from placeless
    inner join presence
        on
            placeless.region = presence.region
            and placeless.town = presence.town
            and placeless.topic_code = presence.topic_code
            and abs(presence.day_number - placeless.day_number) < {{ var('attaching_days') }}
    group by placeless.core_unit_id, presence.core_unit_id

),

shares as (

    select
        core_unit_id,
        other_core_unit_id,
        cast(weight as double)
        / (sum(weight) over (partition by core_unit_id) + {{ var('attaching_prior_weight') }}) as share

    from weighed

),

attachments as (

    select
        core_unit_id,
        other_core_unit_id,
        share as link_score

    from shares
    where share >= {{ var('attaching_min_share') }}

)

select * from attachments
