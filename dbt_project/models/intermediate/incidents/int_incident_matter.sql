-- What an incident is about. One topic for routing, terms, bursts and tables (definition 5c): a person's label, else
-- what the source declares, else the model's topics of its posts, each counting as much as the model is sure of it.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('int_post_municipality') }}

),

strings as (

    select * from {{ ref('int_shown_string') }}

),

taxonomy as (

    select * from {{ ref('int_topic') }}

),

heard as (

    select
        incident_posts.incident_id,
        posts.topic_code,
        posts.topic_origin,
        row_number() over (
            partition by incident_posts.incident_id
            order by
                case posts.topic_origin when 'label' then 1 when 'declared' then 2 else 3 end,
                -- Whole millionths: a sum of fractions would depend on the order of its parts.
                sum(cast(round(coalesce(posts.topic_probability, 1) * 1000000) as bigint)) desc,
                posts.topic_code
        ) as topic_rank

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    where posts.topic_code is not null
    group by incident_posts.incident_id, posts.topic_code, posts.topic_origin

),

matters as (

    select
        incident_posts.incident_id,
        incident_posts.post_id as opening_post_id,
        openings.source,
        openings.channel,
        openings.posted_at as opened_at,
        openings.intent,
        heard.topic_code,
        heard.topic_origin,
        taxonomy.group_code,
        topic_strings.shown as declared_topic,
        places.municipality_id,
        district_strings.shown as district,
        case
            when {{ authority_key('openings.declared_authority') }} is not null
                then {{ authority_id('openings.declared_authority') }}
        end as declared_authority_id

    from incident_posts
    inner join posts as openings on incident_posts.post_id = openings.post_id
    left join places on incident_posts.post_id = places.post_id
    left join heard on incident_posts.incident_id = heard.incident_id and heard.topic_rank = 1
    left join taxonomy on heard.topic_code = taxonomy.topic_code
    left join strings as topic_strings on openings.declared_topic = topic_strings.words
    left join strings as district_strings on openings.declared_district = district_strings.words
    where incident_posts.is_opening

)

select * from matters
