-- A report that repeats an earlier one: of the same incident, or of the same topic at the same house or institution. Of
-- several the latest by the same person counts, else the latest by anybody; whatever was reported too long before is
-- another matter. Looked up by windows and not by pairs, which a busy site has millions of.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}
    where post_id = thread_id

),

posts as (

    select * from {{ ref('int_live_post') }}

),

sights as (

    select * from {{ ref('int_incident_sight') }}

),

incidents as (

    select * from {{ ref('int_incident') }}

),

events as (

    select * from {{ ref('int_incident_event') }}

),

settled as (

    select
        incident_id,
        min(event_at) as settled_at

    from events
    where event_kind in ('confirmed', 'closed') and not is_before_opening
    group by incident_id

),

reports as (

    select
        incident_posts.post_id,
        incident_posts.incident_id,
        posts.author_subject_id,
        posts.posted_at,
        case
            when
                sights.town is not null and sights.topic_code is not null
                and (sights.institution is not null or sights.street is not null and sights.house is not null)
                then concat_ws(
                    '|', coalesce(sights.region, ''), sights.town, sights.topic_code,
                    coalesce(sights.institution, sights.street || ' ' || sights.house)
                )
        end as object_key

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    inner join sights on incident_posts.post_id = sights.post_id

),

keyed as (

    select *, 'i|' || incident_id as matter_key from reports
    union all
    select *, 'o|' || object_key as matter_key from reports
    where object_key is not null

),

looked_back as (

    select
        post_id,
        incident_id,
        posted_at,
        lag(post_id) over by_anybody as earlier_post_id,
        lag(incident_id) over by_anybody as earlier_incident_id,
        lag(posted_at) over by_anybody as earlier_posted_at,
        lag(author_subject_id) over by_anybody = author_subject_id as is_same_person

    from keyed
    window by_anybody as (
        partition by matter_key
        order by posted_at, post_id
    )
    union all
    select
        post_id,
        incident_id,
        posted_at,
        lag(post_id) over by_person as earlier_post_id,
        lag(incident_id) over by_person as earlier_incident_id,
        lag(posted_at) over by_person as earlier_posted_at,
        true as is_same_person

    from keyed
    where author_subject_id is not null
    window by_person as (
        partition by matter_key, author_subject_id
        order by posted_at, post_id
    )

),

ranked as (

    select
        *,
        row_number() over (
            partition by post_id
            order by
                case when is_same_person then 0 else 1 end, earlier_posted_at desc, earlier_post_id
        ) as candidate_rank

    from looked_back
    where
        earlier_post_id is not null
        and {{ hours_between('earlier_posted_at', 'posted_at') }} <= {{ var('repeat_days') }} * 24

),

repeats as (

    select
        ranked.post_id,
        ranked.incident_id,
        ranked.earlier_post_id,
        ranked.earlier_incident_id,
        incidents.authority_id,
        incidents.municipality_id,
        incidents.topic_code,
        {{ local_date('ranked.posted_at', 'incidents.time_zone') }} as repeated_date,
        {{ hours_between('ranked.earlier_posted_at', 'ranked.posted_at') }} / 24.0 as days_apart,
        case
            when settled.settled_at <= ranked.posted_at then 'settled'
            when incidents.claimed_fixed_at <= ranked.posted_at then 'claimed'
            when incidents.first_reply_at <= ranked.posted_at then 'answered'
            else 'waiting'
        end as stage,
        coalesce(ranked.is_same_person, false) as is_same_person

    from ranked
    inner join incidents on ranked.earlier_incident_id = incidents.incident_id
    left join settled on ranked.earlier_incident_id = settled.incident_id
    where ranked.candidate_rank = 1

)

select * from repeats
