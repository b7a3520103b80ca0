-- Which incidents are at one site: near each other, and not for that reason one.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}
    where is_opening and site_id is not null

),

sites as (

    select
        {{ hashed_id(["'site'", 'site_id']) }} as site_id,
        incident_id,
        count(*) over (partition by site_id) as n_incidents

    from incident_posts

)

select * from sites
