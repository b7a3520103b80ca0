with

bursts as (

    select * from {{ ref('stg_burst') }}

),

burst_posts as (

    select * from {{ ref('int_burst_post') }}

),

topics as (

    select * from {{ ref('int_topic') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}

),

channels as (

    select * from {{ ref('channel') }}

),

by_person as (

    select
        burst_id,
        author_subject_id,
        count(*) as n_posts

    from burst_posts
    group by burst_id, author_subject_id

),

people as (

    select
        burst_id,
        count(author_subject_id) as n_people,
        max(case when author_subject_id is not null then n_posts end) as top_person_posts

    from by_person
    group by burst_id

),

matters as (

    select
        burst_id,
        count(distinct incident_id) as n_incidents

    from burst_posts
    group by burst_id

),

firsts as (

    select
        burst_posts.burst_id,
        burst_posts.post_id as first_post_id,
        channels.channel_ru

    from burst_posts
    left join channels on burst_posts.channel = channels.channel
    where burst_posts.post_number = 1

),

explained as (

    select
        bursts.*,
        coalesce(people.n_people, 0) as n_people,
        coalesce(people.top_person_posts, 0) as top_person_posts,
        coalesce(matters.n_incidents, 0) as n_incidents,
        firsts.first_post_id,
        topics.topic_ru || ' — ' || coalesce(municipalities.name, bursts.municipality_id)
        || ': сообщений ' || cast(bursts.n_posts as varchar)
        || case
            when bursts.first_date = bursts.last_date then ' за ' || {{ day_ru('bursts.first_date') }}
            else ' с ' || {{ day_ru('bursts.first_date') }} || ' по ' || {{ day_ru('bursts.last_date') }}
        end
        || ', обычно за такой срок '
        || case
            when bursts.expected_count < 0.1 then 'меньше 0,1' else {{ decimal_ru('bursts.expected_count', 1) }}
        end
        || '; первое сообщение: ' || firsts.channel_ru || ', ' || {{ day_ru('bursts.first_date') }} as reason_ru

    from bursts
    left join people on bursts.burst_id = people.burst_id
    left join matters on bursts.burst_id = matters.burst_id
    left join firsts on bursts.burst_id = firsts.burst_id
    left join topics on bursts.topic_code = topics.topic_code
    left join municipalities on bursts.municipality_id = municipalities.municipality_id

)

select * from explained
