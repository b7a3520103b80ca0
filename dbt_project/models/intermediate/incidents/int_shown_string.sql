-- What sources call topics, places and figures, as it may be shown: masked, or withheld where it was not read. Beside
-- the names themselves, which sources are matched by; marts show none of those.

with

posts as (

    select * from {{ ref('stg_post_version') }}

),

outcomes as (

    select * from {{ ref('stg_outcome') }}

),

redactions as (

    select * from {{ ref('stg_text_redaction') }}

),

stated as (

    select declared_group as words from posts
    union
    select declared_topic from posts
    union
    select declared_municipality from posts
    union
    select declared_district from posts
    union
    select indicator from outcomes
    union
    select place from outcomes
    union
    select period from outcomes
    union
    select comparator_title from outcomes
    union
    select unit from outcomes

),

shown as (

    select
        stated.words,
        {{ shown_words('stated.words') }} as shown

    from stated
    left join redactions on md5(stated.words) = redactions.text_hash
    where stated.words is not null

)

select * from shown
