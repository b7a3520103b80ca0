-- Which two threads are looked at together: within the window they name one street or institution, have near-equal
-- words, stand near each other on the map, or were begun by one person on matters of one group. Only some
-- neighbours in time are compared, so that a street named by thousands costs no more than its posts.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

openings as (

    select * from {{ ref('int_incident_sight') }}
    where not is_alone and not is_chat and post_id = unit_id and author_subject_id is not null

),

near_duplicates as (

    select * from {{ ref('stg_near_duplicate') }}
    where jaccard >= {{ var('near_duplicate_min_jaccard') }} and not coalesce(is_elsewhere, false)

),

half_squares as (

    select 0.0 as north, 0.0 as east
    union all
    select 0.0 as north, 0.5 as east
    union all
    select 0.5 as north, 0.0 as east
    union all
    select 0.5 as north, 0.5 as east

),

-- Squares twice as wide as two points of one site lie apart, and the same moved by half a square in either direction:
-- two near points always share one of the four. A degree of longitude is taken for a third of one of latitude, which
-- it is at 70° N and exceeds south of it.
squares as (

    select
        units.unit_number,
        units.region,
        half_squares.north,
        half_squares.east,
        cast(floor(units.lat / {{ square_degrees() }} + half_squares.north) as bigint) as north_number,
        cast(floor(units.lon / (3.0 * {{ square_degrees() }}) + half_squares.east) as bigint) as east_number

    from units
    cross join half_squares
    where units.lat is not null

),

blocks as (

    select
        unit_number,
        {{ hashed_number(["'street in town'", 'region', 'town', 'street']) }} as block,
        false as is_across_towns,
        false as is_of_one_person

    from units
    where street is not null and town is not null
    union all
    select
        unit_number,
        {{ hashed_number(["'street'", 'region', 'street']) }} as block,
        -- Those of one town meet in its own block.
        true as is_across_towns,
        false as is_of_one_person

    from units
    where street is not null
    union all
    select
        unit_number,
        {{ hashed_number(["'institution'", 'region', institution_head('institution')]) }} as block,
        false as is_across_towns,
        false as is_of_one_person

    from units
    where institution is not null
    union all
    select
        unit_number,
        {{ hashed_number(["'words'", 'region', 'text_hash']) }} as block,
        false as is_across_towns,
        false as is_of_one_person

    from units
    where text_length >= {{ var('joining_text_min_length') }}
    union all
    select
        unit_number,
        {{ hashed_number(["'square'", 'region', 'north', 'east', 'north_number', 'east_number']) }} as block,
        false as is_across_towns,
        false as is_of_one_person

    from squares
    union all
    select
        units.unit_number,
        {{ hashed_number(["'person'", 'units.region', 'units.group_code', 'openings.author_subject_id']) }} as block,
        false as is_across_towns,
        true as is_of_one_person

    from units
    inner join openings on units.unit_id = openings.unit_id
    where units.group_code is not null

),

numbered as (

    select
        units.unit_number,
        units.is_chat,
        units.town,
        units.opened_at,
        units.last_posted_at,
        units.window_hours,
        blocks.block,
        blocks.is_across_towns,
        blocks.is_of_one_person,
        row_number() over (partition by blocks.block order by blocks.unit_number) as block_number

    from blocks
    inner join units on blocks.unit_number = units.unit_number

),

shelved as (

    select
        *,
        cast(floor(block_number / {{ var('joining_neighbours') }}) as bigint) as shelf

    from numbered

),

-- Every row stands on its own shelf and on the one after it, where the next ones look for it. Nothing joins chat.
reachable as (

    select
        unit_number,
        town,
        last_posted_at,
        block,
        block_number,
        shelf

    from shelved
    where not is_chat
    union all
    select
        unit_number,
        town,
        last_posted_at,
        block,
        block_number,
        shelf + 1 as shelf

    from shelved
    where not is_chat

),

neighbours as (

    select
        later.unit_number,
        earlier.unit_number as other_unit_number,
        cast(null as double) as jaccard,
        later.is_of_one_person

    from shelved as later
    inner join reachable as earlier
        on
            later.block = earlier.block
            and later.shelf = earlier.shelf
            and earlier.block_number < later.block_number
            and earlier.block_number >= later.block_number - {{ var('joining_neighbours') }}
            and {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= later.window_hours
            -- Two different towns never join.
            and (
                later.town is null
                or earlier.town is null
                or later.town = earlier.town and not later.is_across_towns
            )

),

near_texts as (

    select
        text_hash,
        other_text_hash,
        jaccard

    from near_duplicates
    union all
    select
        other_text_hash as text_hash,
        text_hash as other_text_hash,
        jaccard

    from near_duplicates

),

-- Copies of one text are joined by their words already, so only the first of those within a window is compared.
copies as (

    select
        unit_number,
        region,
        text_hash,
        opened_at,
        last_posted_at,
        window_hours,
        lag(opened_at) over (partition by region, text_hash order by unit_number) as last_copied_at

    from units
    where text_length >= {{ var('joining_text_min_length') }} and not is_chat

),

near as (

    select
        later.unit_number,
        earlier.unit_number as other_unit_number,
        near_texts.jaccard,
        false as is_of_one_person

    from near_texts
    inner join copies as later on near_texts.text_hash = later.text_hash
    inner join copies as earlier
        on
            near_texts.other_text_hash = earlier.text_hash
            and later.region = earlier.region
    where
        (
            earlier.last_copied_at is null
            or {{ hours_between('earlier.last_copied_at', 'earlier.opened_at') }} > earlier.window_hours
        )
        and earlier.unit_number < later.unit_number
        and {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= later.window_hours

),

pairs as (

    select
        unit_number,
        other_unit_number,
        max(jaccard) as jaccard,
        max(case when is_of_one_person then 1 else 0 end) = 1 as is_of_one_person

    from (
        select * from neighbours
        union all
        select * from near
    ) as found
    group by unit_number, other_unit_number

)

select * from pairs
