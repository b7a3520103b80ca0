-- Which municipality a name means in a region. The best kind of match decides; several municipalities matching equally
-- well make the name ambiguous, and no guess is made.

with

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('stg_post_place') }}
    where place_kind in ('municipality', 'settlement') and place_key is not null

),

sources as (

    select * from {{ source('run', 'source') }}

),

address_names as (

    select * from {{ ref('int_address_name') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}

),

municipality_names as (

    select
        municipality_id,
        region_key,
        kind,
        0 as match_rank,
        {{ exact_name_key('full_name') }} as name_key

    from municipalities
    union all
    select
        municipality_id,
        region_key,
        kind,
        1 as match_rank,
        {{ place_name_key('name') }} as name_key

    from municipalities
    union all
    select
        municipality_id,
        region_key,
        kind,
        -- A town and the district around it often share a centre: the name of the town means the town.
        case when kind = 'городской округ' then 2 else 3 end as match_rank,
        {{ place_name_key('centre') }} as name_key

    from municipalities

),

names as (

    select distinct
        sources.region,
        posts.declared_municipality as place_name,
        false as is_district

    from posts
    inner join sources on posts.source = sources.source
    union
    select distinct
        sources.region,
        posts.declared_district as place_name,
        true as is_district

    from posts
    inner join sources on posts.source = sources.source
    union
    select distinct
        sources.region,
        posts.page_place as place_name,
        false as is_district

    from posts
    inner join sources on posts.source = sources.source
    union
    select distinct
        sources.region,
        places.place_key as place_name,
        false as is_district

    from posts
    inner join sources on posts.source = sources.source
    inner join places on posts.text_hash = places.text_hash
    union
    select distinct
        region,
        place_name,
        false as is_district

    from address_names

),

keyed as (

    select
        region,
        place_name,
        is_district,
        {{ region_key('region') }} as region_key,
        {{ exact_name_key('place_name') }} as exact_key,
        {{ place_name_key('place_name') }} as short_key

    from names
    where region is not null and place_name is not null

),

matches as (

    select
        keyed.region,
        keyed.place_name,
        keyed.is_district,
        municipality_names.municipality_id,
        municipality_names.match_rank

    from keyed
    inner join municipality_names
        on
            keyed.region_key = municipality_names.region_key
            and case when municipality_names.match_rank = 0 then keyed.exact_key else keyed.short_key end
            = municipality_names.name_key
    -- A district of a federal city holds several municipalities, one of which often bears its name.
    where
        not keyed.is_district
        or municipality_names.kind <> 'внутригородская территория города федерального значения'

),

best as (

    select
        region,
        place_name,
        is_district,
        municipality_id,
        match_rank,
        min(match_rank) over (partition by region, place_name, is_district) as best_rank

    from matches

),

resolved as (

    select
        region,
        place_name,
        is_district,
        case when count(distinct municipality_id) = 1 then min(municipality_id) end as municipality_id,
        count(distinct municipality_id) as n_municipalities

    from best
    where match_rank = best_rank
    group by region, place_name, is_district

),

-- A village that no list holds is learned from posts that name it in a municipality their source states.
heard as (

    select
        sources.region,
        places.place_key as place_name,
        resolved.municipality_id,
        count(distinct posts.post_id) as n_posts

    from posts
    inner join sources on posts.source = sources.source
    inner join resolved
        on
            sources.region = resolved.region
            and posts.declared_municipality = resolved.place_name
            and not resolved.is_district
    inner join places on posts.text_hash = places.text_hash
    where resolved.municipality_id is not null
    group by sources.region, places.place_key, resolved.municipality_id

),

shares as (

    select
        *,
        sum(n_posts) over (partition by region, place_name) as n_posts_of_name

    from heard

),

learned as (

    select
        shares.region,
        shares.place_name,
        shares.municipality_id

    from shares
    left join resolved
        on shares.region = resolved.region and shares.place_name = resolved.place_name and not resolved.is_district
    where
        resolved.place_name is null
        and shares.n_posts >= {{ var('learned_place_min_posts') }}
        and shares.n_posts >= {{ var('learned_place_min_share') }} * shares.n_posts_of_name

),

known as (

    select
        region,
        place_name,
        is_district,
        municipality_id,
        n_municipalities,
        false as is_learned

    from resolved
    union all
    select
        region,
        place_name,
        false as is_district,
        municipality_id,
        1 as n_municipalities,
        true as is_learned

    from learned

)

select * from known
