-- What the name of an authority in a source is shown as: by the list, or by what so many people's cases call it.

with

posts as (

    select * from {{ ref('stg_post_version') }}

),

instructions as (

    select * from {{ ref('stg_instruction') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

stated as (

    select declared_authority as words from posts
    union
    select authority_name from instructions

),

shown as (

    select
        stated.words,
        coalesce(authorities.shown_name, '{{ var('unlisted_authority') }}') as shown

    from stated
    left join authorities on {{ authority_id('stated.words') }} = authorities.authority_id
    where stated.words is not null

)

select * from shown
