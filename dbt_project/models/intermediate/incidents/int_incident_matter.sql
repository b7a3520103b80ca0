-- Which matter a post, or a thread of posts, is about. Few posts say everything: who names the street alone is joined
-- with the nearest in time who says which house, town or institution, as long as the rest they say is the same and they
-- are no further apart than the window. The house settles the matter; without one, the topic must be the same too.

with

sights as (

    select * from {{ ref('int_incident_sight') }}
    where not is_alone

),

-- A thread knows what any of its posts says; of several, the one that names a house and came first.
said as (

    select
        unit_id,
        region,
        window_hours,
        {{ first_known('town') }} over thread as town,
        {{ first_known('street') }} over thread as street,
        {{ first_known('house') }} over thread as house,
        {{ first_known('institution') }} over thread as institution,
        {{ first_known('topic_code') }} over thread as topic_code,
        {{ first_known('group_code') }} over thread as group_code,
        {{ first_known('text_hash') }} over by_time as text_hash,
        {{ first_known('text_length') }} over by_time as text_length,
        min(posted_at) over thread as opened_at

    from sights
    window
        thread as (
            partition by unit_id
            order by case when house is null then 1 else 0 end, case when street is null then 1 else 0 end,
                posted_at, post_id
            rows between unbounded preceding and unbounded following
        ),
        by_time as (
            partition by unit_id
            order by posted_at, post_id
            rows between unbounded preceding and unbounded following
        )

),

units as (

    select distinct * from said

),

pooled as (

    select
        unit_id,
        opened_at,
        window_hours,
        region,
        town,
        street,
        institution,
        cast(null as varchar) as site,
        house,
        topic_code,
        group_code

    from units

),

in_town_by_house as (

    {{ filled_from_nearest('pooled', 'town', ['region', 'street', 'house']) }}

),

in_town_by_institution as (

    {{ filled_from_nearest('in_town_by_house', 'town', ['region', 'institution', 'topic_code']) }}

),

in_town as (

    {{ filled_from_nearest('in_town_by_institution', 'town', ['region', 'street', 'topic_code']) }}

),

-- Where somebody names the clinic and somebody else only its address, both mean the clinic.
at_site as (

    select
        unit_id,
        opened_at,
        window_hours,
        region,
        town,
        street,
        institution,
        coalesce(
            institution,
            case
                when street is not null and house is not null
                    then {{ first_known('institution') }} over (
                        partition by region, town, street, house
                        order by opened_at, unit_id
                        rows between unbounded preceding and unbounded following
                    )
            end,
            street
        ) as site,
        house,
        topic_code,
        group_code

    from in_town

),

at_house_by_topic as (

    {{ filled_from_nearest('at_site', 'house', ['region', 'town', 'site', 'topic_code']) }}

),

at_house_by_group as (

    {{ filled_from_nearest('at_house_by_topic', 'house', ['region', 'town', 'site', 'group_code']) }}

),

-- Two people in one street within days mostly mean one thing even where the topics read from their words differ.
at_house as (

    {{ filled_from_nearest(
        'at_house_by_group', 'house', ['region', 'town', 'site'], is_agreeing=true, window_share=0.25
    ) }}

),

keyed as (

    select
        at_house.unit_id,
        case
            when at_house.site is not null and at_house.house is not null then 'same_place'
            when at_house.site is not null and at_house.topic_code is not null then 'same_topic_and_place'
            when units.text_length >= {{ var('joining_text_min_length') }} then 'same_text'
            else 'alone'
        end as evidence,
        at_house.region,
        at_house.town,
        at_house.site,
        at_house.house,
        at_house.topic_code,
        units.text_hash

    from at_house
    inner join units on at_house.unit_id = units.unit_id

),

matters as (

    select
        unit_id,
        evidence,
        case evidence
            when 'same_place' then md5(concat_ws('|', evidence, region, coalesce(town, ''), site, house))
            when 'same_topic_and_place' then md5(concat_ws('|', evidence, region, coalesce(town, ''), site, topic_code))
            when 'same_text' then md5(concat_ws('|', evidence, region, coalesce(town, ''), text_hash))
            else unit_id
        end as matter_key

    from keyed

)

select * from matters
