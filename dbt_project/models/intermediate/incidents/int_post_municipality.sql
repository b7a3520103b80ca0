-- The first kind of evidence that names any municipality decides: what the source declares, then its district, then
-- the places in the words, then the town of the page it was written on.

with

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('stg_post_place') }}
    where place_kind in ('municipality', 'settlement')

),

sources as (

    select * from {{ source('run', 'source') }}

),

resolutions as (

    select * from {{ ref('int_place_resolution') }}

),

text_matches as (

    select
        sources.region,
        places.text_hash,
        min(resolutions.municipality_id) as municipality_id,
        count(distinct coalesce(resolutions.municipality_id, resolutions.place_name)) as n_municipalities

    from places
    inner join resolutions on places.place_key = resolutions.place_name and not resolutions.is_district
    inner join (select distinct region from sources) as sources on resolutions.region = sources.region
    group by sources.region, places.text_hash

),

evidence as (

    select
        posts.post_id,
        municipality_names.n_municipalities as n_by_municipality,
        municipality_names.municipality_id as by_municipality,
        district_names.n_municipalities as n_by_district,
        district_names.municipality_id as by_district,
        text_matches.n_municipalities as n_by_text,
        text_matches.municipality_id as by_text,
        page_names.municipality_id as by_page

    from posts
    inner join sources on posts.source = sources.source
    left join resolutions as municipality_names
        on
            sources.region = municipality_names.region
            and posts.declared_municipality = municipality_names.place_name
            and not municipality_names.is_district
    left join resolutions as district_names
        on
            sources.region = district_names.region
            and posts.declared_district = district_names.place_name
            and district_names.is_district
    left join text_matches
        on
            sources.region = text_matches.region
            and posts.text_hash = text_matches.text_hash
    left join resolutions as page_names
        on
            sources.region = page_names.region
            and posts.page_place = page_names.place_name
            and not page_names.is_district

),

decided as (

    select
        post_id,
        case
            when n_by_municipality is not null then by_municipality
            when n_by_district is not null then by_district
            when n_by_text = 1 then by_text
            when n_by_text is null then by_page
        end as municipality_id,
        case
            when coalesce(n_by_municipality, n_by_district, n_by_text) is null
                then case when by_page is not null then 'page' else 'none' end
            when coalesce(n_by_municipality, n_by_district) = 1 then 'declared'
            when coalesce(n_by_municipality, n_by_district) > 1 then 'ambiguous'
            when n_by_text = 1 and by_text is not null then 'text'
            else 'ambiguous'
        end as municipality_resolution

    from evidence

)

select * from decided
