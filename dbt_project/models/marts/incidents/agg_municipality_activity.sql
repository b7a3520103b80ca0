with

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
        case when places.municipality_id is null then strings.shown end as district,
        posts.author_subject_id

    from {{ ref('int_live_post') }} as posts
    inner join sources on posts.source = sources.source
    inner join {{ ref('int_post_municipality') }} as places on posts.post_id = places.post_id
    left join {{ ref('int_shown_string') }} as strings on posts.declared_district = strings.words
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

post_cells as (

    select
        region,
        municipality_id,
        district,
        count(*) as n_posts,
        count(distinct author_subject_id) as n_people

    from posts
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

counted as (

    select
        post_cells.region,
        post_cells.municipality_id,
        post_cells.district,
        post_cells.n_posts,
        post_cells.n_people,
        coalesce(incident_cells.n_incidents, 0) as n_incidents,
        coalesce(incident_cells.n_on_time, 0) as n_on_time,
        coalesce(incident_cells.n_ripe, 0) as n_ripe,
        municipalities.population

    from post_cells
    -- Every incident has an opening post in the same cell, so no incident is lost by starting from the posts.
    left join incident_cells
        on
            post_cells.region = incident_cells.region
            and post_cells.municipality_id is not distinct from incident_cells.municipality_id
            and post_cells.district is not distinct from incident_cells.district
    left join municipalities on post_cells.municipality_id = municipalities.municipality_id

),

activity as (

    select
        region,
        municipality_id,
        district,
        population,
        n_posts,
        n_people,
        n_incidents,
        1000.0 * n_incidents / nullif(population, 0) as incidents_per_1000,
        n_ripe,
        cast(n_on_time as double) / nullif(n_ripe, 0) as on_time_share,
        {{ wilson_interval('n_on_time', 'n_ripe', 'low') }} as on_time_share_low,
        {{ wilson_interval('n_on_time', 'n_ripe', 'high') }} as on_time_share_high

    from counted

)

select * from activity
