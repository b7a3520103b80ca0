-- What every post that may belong to an incident says about where and what. An answer counts with the post its thread
-- began with, unless that is chat, names another house, or a person decided about the answer. A declared case stands
-- alone where the source joins reports itself; so does one that thanks or judges. A post that was read as chat counts
-- if it has a topic and names a site or a point, or answers a thread of that topic; it can join an incident and not
-- open one.

with

posts as (

    select * from {{ ref('int_live_post') }}
    where posted_at is not null

),

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

intents as (

    select * from {{ ref('intent') }}
    where is_actionable

),

topics as (

    select * from {{ ref('int_topic') }}

),

-- A case is settled when its authority says so or it is closed; what is reported after that is something new.
cases as (

    select
        post_id,
        min(case when event_kind in ('claimed_fixed', 'confirmed', 'closed') then event_at end) as settled_at

    from {{ ref('int_case_event') }}
    group by post_id

),

labels as (

    select distinct post_id from {{ ref('int_incident_label') }}
    where is_about_post

),

municipalities as (

    select * from {{ ref('int_post_municipality') }}

),

places as (

    select * from {{ ref('stg_post_place') }}
    where place_kind = 'institution' and place_key is not null

),

institutions as (

    select
        text_hash,
        place_key,
        row_number() over (partition by text_hash order by place_ordinal, place_key) as place_rank

    from places

),

streets as (

    select * from {{ ref('int_post_street') }}

),

points as (

    select * from {{ ref('int_post_point') }}

),

parents as (

    select
        post_id,
        parent_post_id as ancestor_id

    from posts
    where parent_post_id is not null

),

-- Each step doubles the distance: three of them reach the beginning of a thread eight answers deep.
grandparents as (

    select
        parents.post_id,
        coalesce(above.ancestor_id, parents.ancestor_id) as ancestor_id

    from parents
    left join parents as above on parents.ancestor_id = above.post_id

),

ancestors as (

    select
        grandparents.post_id,
        coalesce(above.ancestor_id, grandparents.ancestor_id) as ancestor_id

    from grandparents
    left join grandparents as above on grandparents.ancestor_id = above.post_id

),

roots as (

    select
        ancestors.post_id,
        coalesce(above.ancestor_id, ancestors.ancestor_id) as root_post_id

    from ancestors
    left join ancestors as above on ancestors.ancestor_id = above.post_id

),

evidence as (

    select
        posts.post_id,
        posts.source,
        posts.author_subject_id,
        posts.posted_at,
        posts.text_hash,
        posts.text_length,
        cases.settled_at,
        cases.post_id is not null
        and (posts.intent in ('thanks', 'review') or not coalesce(sources.is_joining_cases, false)) as is_alone,
        cases.post_id is not null as is_case,
        intents.intent is null and cases.post_id is null as is_chat,
        coalesce(sources.region, posts.source) as region,
        coalesce(municipalities.municipality_id, lower(nullif(trim(posts.declared_district), ''))) as town,
        streets.street as text_street,
        streets.house as text_house,
        posts.stated_street,
        posts.stated_house,
        posts.stated_building,
        posts.entrance,
        posts.floor,
        posts.words,
        institutions.place_key as institution,
        points.lat,
        points.lon,
        coalesce(stated_topics.topic_code, posts.topic_code) as topic_code,
        coalesce(stated_topics.group_code, topics.group_code) as group_code,
        case when stated_topics.topic_code is not null then 1.0 else posts.topic_probability end as topic_probability,
        lower(nullif(trim(posts.declared_topic), '')) as stated_topic,
        lower(nullif(trim(posts.declared_group), '')) as stated_group

    from posts
    left join intents on posts.intent = intents.intent
    left join cases on posts.post_id = cases.post_id
    left join sources on posts.source = sources.source
    left join municipalities on posts.post_id = municipalities.post_id
    left join streets on posts.post_id = streets.post_id
    left join points on posts.post_id = points.post_id
    left join institutions on posts.text_hash = institutions.text_hash and institutions.place_rank = 1
    left join topics on posts.topic_code = topics.topic_code
    left join topics as stated_topics on posts.declared_topic = stated_topics.topic_ru
    where
        intents.intent is not null or cases.post_id is not null
        or posts.topic_code is not null and posts.intent in ('other', 'negative')
        and (
            posts.parent_post_id is not null or streets.street is not null or institutions.place_key is not null
            or points.lat is not null
        )

),

-- An address with a house that a form asked for says where the matter is; the words fill in what it leaves out.
located as (

    select
        post_id,
        source,
        author_subject_id,
        posted_at,
        settled_at,
        text_hash,
        text_length,
        words,
        is_alone,
        is_case,
        is_chat,
        region,
        town,
        case when stated_house is not null then stated_street else coalesce(text_street, stated_street) end as street,
        case
            when stated_house is not null then stated_house
            when text_street is null or text_street = coalesce(stated_street, text_street) then text_house
        end as house,
        stated_building as building,
        entrance,
        floor,
        institution,
        lat,
        lon,
        topic_code,
        group_code,
        topic_probability,
        stated_topic,
        stated_group

    from evidence

),

sights as (

    select
        located.*,
        case
            when root.post_id is null or root.is_chat or located.is_alone or labels.post_id is not null
                then located.post_id
            when located.house is not null and root.house is not null
                and (located.house <> root.house or located.street <> root.street)
                then located.post_id
            else root.post_id
        end as thread_id,
        settings.incident_window_days * 24.0 as window_hours

    from located
    cross join settings
    left join labels on located.post_id = labels.post_id
    left join roots on located.post_id = roots.post_id
    left join located as root on roots.root_post_id = root.post_id
    where
        not located.is_chat
        or not root.is_chat and root.group_code = located.group_code
        or located.street is not null or located.institution is not null or located.lat is not null

)

select * from sights
