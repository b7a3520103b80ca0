-- Which posts are one incident. A declared case stands alone: somebody already decided what it is. Every other
-- complaint or question joins posts of the same matter as long as no two neighbours in time are further apart than the
-- window (gaps and islands). The same matter is the same topic at the same street of the same town, or, where topic or
-- street is unknown, exactly the same words. Topic and street are read from the words, so equal words can never fall
-- into two islands of a town, and one key a post is enough. A post without a date opens and joins nothing.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

posts as (

    select * from {{ ref('int_live_post') }}
    where posted_at is not null

),

places as (

    select * from {{ ref('int_post_municipality') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

intents as (

    select * from {{ ref('intent') }}
    where is_actionable

),

cases as (

    select distinct post_id from {{ ref('int_case_event') }}

),

declared as (

    select
        posts.post_id,
        posts.posted_at,
        posts.text_hash,
        posts.post_id as matter_key

    from posts
    inner join cases on posts.post_id = cases.post_id

),

reported as (

    select
        posts.post_id,
        posts.posted_at,
        posts.text_hash,
        coalesce(places.municipality_id, lower(nullif(trim(posts.declared_district), ''))) as place_scope,
        case
            when posts.topic_code is not null and posts.place_key is not null
                then
                    md5(concat_ws(
                        '|', 'place', coalesce(sources.region, posts.source), posts.topic_code, posts.place_key
                    ))
            when posts.text_length >= {{ var('joining_text_min_length') }}
                then md5(concat_ws('|', 'text', coalesce(sources.region, posts.source), posts.text_hash))
            else posts.post_id
        end as sight_key

    from posts
    inner join intents on posts.intent = intents.intent
    left join places on posts.post_id = places.post_id
    left join sources on posts.source = sources.source
    left join cases on posts.post_id = cases.post_id
    where posts.parent_post_id is null and cases.post_id is null

),

-- Every town has a Lenin street. A post that does not say which town it means goes with the others only when they all
-- mean one.
placed as (

    select
        post_id,
        posted_at,
        text_hash,
        md5(concat_ws(
            '|', sight_key,
            coalesce(
                place_scope,
                case
                    when min(place_scope) over (partition by sight_key) = max(place_scope) over (partition by sight_key)
                        then min(place_scope) over (partition by sight_key)
                end
            )
        )) as matter_key

    from reported

),

candidates as (

    select * from declared
    union all
    select * from placed

),

neighbours as (

    select
        candidates.post_id,
        candidates.posted_at,
        candidates.text_hash,
        candidates.matter_key,
        settings.incident_window_days * 24.0 as window_hours,
        {{ hours_between('lag(candidates.posted_at) over so_far', 'candidates.posted_at') }} as hours_since_previous

    from candidates
    cross join settings
    window so_far as (partition by candidates.matter_key order by candidates.posted_at, candidates.post_id)

),

islands as (

    select
        post_id,
        posted_at,
        text_hash,
        matter_key,
        window_hours,
        hours_since_previous,
        sum(case when hours_since_previous <= window_hours then 0 else 1 end) over (
            partition by matter_key
            order by posted_at, post_id
            rows between unbounded preceding and current row
        ) as island_number

    from neighbours

),

opened as (

    select
        post_id,
        text_hash,
        window_hours,
        hours_since_previous,
        first_value(post_id) over (
            partition by matter_key, island_number
            order by posted_at, post_id
        ) as opening_post_id,
        first_value(text_hash) over (
            partition by matter_key, island_number
            order by posted_at, post_id
        ) as opening_text_hash

    from islands

),

linked as (

    select
        {{ hashed_id(["'incident'", 'opening_post_id']) }} as incident_id,
        post_id,
        opening_post_id,
        post_id = opening_post_id as is_opening,
        case
            when post_id = opening_post_id then 'opening'
            when text_hash = opening_text_hash then 'same_text'
            else 'same_topic_and_place'
        end as link_reason,
        case
            when post_id = opening_post_id or text_hash = opening_text_hash then 1.0
            else 1.0 - hours_since_previous / window_hours
        end as link_score

    from opened

)

select * from linked
