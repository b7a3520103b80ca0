with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}

),

posts as (

    select
        sources.region,
        places.municipality_id,
        case when places.municipality_id is null then nullif(trim(posts.declared_district), '') end as district,
        posts.author_subject_id

    from {{ ref('int_live_post') }} as posts
    inner join sources on posts.source = sources.source
    inner join {{ ref('int_post_municipality') }} as places on posts.post_id = places.post_id
    where sources.region is not null

),

incidents as (

    select
        sources.region,
        int_incident.municipality_id,
        case when int_incident.municipality_id is null then int_incident.district end as district,
        int_incident.is_ripe,
        int_incident.is_reply_on_time

    from {{ ref('int_incident') }} as int_incident
    inner join sources on int_incident.source = sources.source
    where sources.region is not null

),

posts_by_person as (

    select
        region,
        municipality_id,
        district,
        author_subject_id,
        count(*) as n_posts

    from posts
    group by region, municipality_id, district, author_subject_id

),

post_cells as (

    select
        region,
        municipality_id,
        district,
        cast(sum(n_posts) as bigint) as n_posts,
        count(author_subject_id) as n_people,
        max(case when author_subject_id is not null then n_posts end) as top_person_posts

    from posts_by_person
    group by region, municipality_id, district

),

incident_cells as (

    select
        region,
        municipality_id,
        district,
        count(*) as n_incidents,
        count(*) filter (where is_reply_on_time) as n_on_time,
        count(*) filter (where is_ripe) as n_ripe

    from incidents
    group by region, municipality_id, district

),

judged as (

    select
        post_cells.region,
        post_cells.municipality_id,
        post_cells.district,
        post_cells.n_posts,
        post_cells.n_people,
        coalesce(incident_cells.n_incidents, 0) as n_incidents,
        coalesce(incident_cells.n_on_time, 0) as n_on_time,
        coalesce(incident_cells.n_ripe, 0) as n_ripe,
        municipalities.population,
        {{ suppression_reason(
            'post_cells.n_people', 'post_cells.top_person_posts', 'post_cells.n_posts', 'settings.min_group_size'
        ) }} as primary_reason

    from post_cells
    cross join settings
    -- Every incident has an opening post in the same cell, so no incident is lost by starting from the posts.
    left join incident_cells
        on
            post_cells.region = incident_cells.region
            and post_cells.municipality_id is not distinct from incident_cells.municipality_id
            and post_cells.district is not distinct from incident_cells.district
    left join municipalities on post_cells.municipality_id = municipalities.municipality_id

),

suppressed as (

    select
        *,
        {{ complementary_suppression_reason(
            'primary_reason', 'region', 'n_people', 'municipality_id, district'
        ) }} as suppression_reason

    from judged

),

activity as (

    select
        region,
        municipality_id,
        district,
        population,
        {{ shown('n_posts', 'suppression_reason') }} as n_posts,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        {{ shown('n_incidents', 'suppression_reason') }} as n_incidents,
        {{ shown('1000.0 * n_incidents / nullif(population, 0)', 'suppression_reason') }} as incidents_per_1000,
        {{ shown('n_ripe', 'suppression_reason') }} as n_ripe,
        {{ shown('cast(n_on_time as double) / nullif(n_ripe, 0)', 'suppression_reason') }} as on_time_share,
        {{ shown(wilson_interval('n_on_time', 'n_ripe', 'low'), 'suppression_reason') }} as on_time_share_low,
        {{ shown(wilson_interval('n_on_time', 'n_ripe', 'high'), 'suppression_reason') }} as on_time_share_high,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from suppressed

)

select * from activity
