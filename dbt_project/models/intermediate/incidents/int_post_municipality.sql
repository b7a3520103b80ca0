-- The first kind of evidence that names any municipality decides: what the source declares, then its district, then
-- the address it states, then the places in the words, then the town of the page it was written on.

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

address_names as (

    select * from {{ ref('int_address_name') }}

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

-- «Самара, Советский район, улица Победы»: of parts that name a municipality the first one is the widest.
address_matches as (

    select
        address_names.region,
        address_names.place_text,
        resolutions.municipality_id,
        row_number() over (
            partition by address_names.region, address_names.place_text
            order by address_names.part_number
        ) as match_rank

    from address_names
    inner join resolutions
        on
            address_names.region = resolutions.region
            and address_names.place_name = resolutions.place_name
            and not resolutions.is_district
    where resolutions.municipality_id is not null

),

evidence as (

    select
        posts.post_id,
        municipality_names.n_municipalities as n_by_municipality,
        municipality_names.municipality_id as by_municipality,
        district_names.n_municipalities as n_by_district,
        district_names.municipality_id as by_district,
        address_matches.municipality_id as by_address,
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
    left join address_matches
        on
            sources.region = address_matches.region
            and posts.place_text = address_matches.place_text
            and address_matches.match_rank = 1
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
            when by_address is not null then by_address
            when n_by_text = 1 then by_text
            when n_by_text is null then by_page
        end as municipality_id,
        case
            when coalesce(n_by_municipality, n_by_district) = 1 then 'declared'
            when coalesce(n_by_municipality, n_by_district) > 1 then 'ambiguous'
            when by_address is not null then 'address'
            when n_by_text = 1 and by_text is not null then 'text'
            when n_by_text is not null then 'ambiguous'
            when by_page is not null then 'page'
            else 'none'
        end as municipality_resolution

    from evidence

)

select * from decided
