-- Which two threads are looked at together: within the window they name one house, street or institution, have equal or
-- near-equal words, stand near each other on the map, or were begun by one person on matters of one group. Only some
-- neighbours in time are compared, so that a street named by thousands costs no more than its posts. Two threads of
-- which a person decided are always compared.

with

threads as (

    select * from {{ ref('int_incident_thread') }}
    where not is_alone

),

sights as (

    select * from {{ ref('int_incident_sight') }}

),

labels as (

    select * from {{ ref('int_incident_label') }}
    where other_post_id is not null

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
        threads.thread_number,
        threads.region,
        half_squares.north,
        half_squares.east,
        cast(floor(threads.lat / {{ square_degrees() }} + half_squares.north) as bigint) as north_number,
        cast(floor(threads.lon / (3.0 * {{ square_degrees() }}) + half_squares.east) as bigint) as east_number

    from threads
    cross join half_squares
    where threads.lat is not null

),

blocks as (

    select
        thread_number,
        {{ hashed_number(["'house'", 'region', 'street', 'house']) }} as block

    from threads
    where street is not null and house is not null
    union all
    select
        thread_number,
        {{ hashed_number(["'street in town'", 'region', 'town', 'street']) }} as block

    from threads
    where street is not null and town is not null
    union all
    select
        thread_number,
        {{ hashed_number(["'street'", 'region', 'street']) }} as block

    from threads
    where street is not null
    union all
    select
        thread_number,
        {{ hashed_number(["'institution'", 'region', institution_head('institution')]) }} as block

    from threads
    where institution is not null
    union all
    select
        thread_number,
        {{ hashed_number(["'words'", 'region', 'text_hash']) }} as block

    from threads
    where text_length >= {{ var('joining_text_min_length') }}
    union all
    select
        thread_number,
        {{ hashed_number(["'square'", 'region', 'north', 'east', 'north_number', 'east_number']) }} as block

    from squares
    union all
    select
        thread_number,
        {{ hashed_number(["'person'", 'region', 'group_code', 'author_subject_id']) }} as block

    from threads
    where group_code is not null and author_subject_id is not null and not is_chat

),

numbered as (

    select
        threads.thread_number,
        threads.is_chat,
        threads.town,
        threads.lat,
        threads.lon,
        threads.opened_at,
        threads.last_posted_at,
        threads.window_hours,
        blocks.block,
        row_number() over (partition by blocks.block order by blocks.thread_number) as block_number

    from blocks
    inner join threads on blocks.thread_number = threads.thread_number

),

shelved as (

    select
        *,
        cast(floor(block_number / {{ var('joining_neighbours') }}) as bigint) as shelf

    from numbered

),

-- Every row stands on its own shelf and on the one after it, where the next ones look for it. Nothing joins chat.
reachable as (

    select thread_number, town, lat, lon, last_posted_at, block, block_number, shelf from shelved
    where not is_chat
    union all
    select thread_number, town, lat, lon, last_posted_at, block, block_number, shelf + 1 as shelf from shelved
    where not is_chat

),

neighbours as (

    select
        later.thread_number,
        earlier.thread_number as other_thread_number,
        cast(null as double) as jaccard

    from shelved as later
    inner join reachable as earlier
        on
            later.block = earlier.block
            and later.shelf = earlier.shelf
            and earlier.block_number < later.block_number
            and earlier.block_number >= later.block_number - {{ var('joining_neighbours') }}
            and {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= later.window_hours
            -- Two towns never join, but for neighbours on either side of a border.
            and (
                later.town is null
                or earlier.town is null
                or later.town = earlier.town
                or {{ metres_between('earlier.lat', 'earlier.lon', 'later.lat', 'later.lon') }}
                <= {{ var('near_metres') }}
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

-- Copies of one text are compared by their words already, so only the first of those within a window is compared.
copies as (

    select
        thread_number,
        region,
        text_hash,
        opened_at,
        last_posted_at,
        window_hours,
        lag(opened_at) over (partition by region, text_hash order by thread_number) as last_copied_at

    from threads
    where text_length >= {{ var('joining_text_min_length') }} and not is_chat

),

near as (

    select
        later.thread_number,
        earlier.thread_number as other_thread_number,
        near_texts.jaccard

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
        and earlier.thread_number < later.thread_number
        and {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= later.window_hours

),

labelled as (

    select
        greatest(one.thread_number, other.thread_number) as thread_number,
        least(one.thread_number, other.thread_number) as other_thread_number,
        cast(null as double) as jaccard

    from labels
    inner join sights as one_sight on labels.post_id = one_sight.post_id
    inner join sights as other_sight on labels.other_post_id = other_sight.post_id
    inner join threads as one on one_sight.thread_id = one.thread_id
    inner join threads as other on other_sight.thread_id = other.thread_id
    where one.thread_number <> other.thread_number

),

pairs as (

    select
        thread_number,
        other_thread_number,
        max(jaccard) as jaccard

    from (
        select * from neighbours
        union all
        select * from near
        union all
        select * from labelled
    ) as found
    group by thread_number, other_thread_number

)

select * from pairs
