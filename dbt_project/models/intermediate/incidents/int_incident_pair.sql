-- Which two threads are looked at together: within the window they name one street or institution, or have near-equal
-- words. Only some neighbours in time are compared, so that a street named by thousands costs no more than its posts.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

near_duplicates as (

    select * from {{ ref('stg_near_duplicate') }}
    where jaccard >= {{ var('near_duplicate_min_jaccard') }} and not coalesce(is_elsewhere, false)

),

keyed as (

    select
        unit_id,
        is_chat,
        town,
        opened_at,
        last_posted_at,
        window_hours,
        {{ hashed_id(["'street in town'", 'region', 'town', 'street']) }} as block,
        false as is_across_towns

    from units
    where street is not null and town is not null
    union all
    select
        unit_id,
        is_chat,
        town,
        opened_at,
        last_posted_at,
        window_hours,
        {{ hashed_id(["'street'", 'region', 'street']) }} as block,
        -- Those of one town meet in its own block.
        true as is_across_towns

    from units
    where street is not null
    union all
    select
        unit_id,
        is_chat,
        town,
        opened_at,
        last_posted_at,
        window_hours,
        {{ hashed_id(["'institution'", 'region', institution_head('institution')]) }} as block,
        false as is_across_towns

    from units
    where institution is not null
    union all
    select
        unit_id,
        is_chat,
        town,
        opened_at,
        last_posted_at,
        window_hours,
        {{ hashed_id(["'words'", 'region', 'text_hash']) }} as block,
        false as is_across_towns

    from units
    where text_length >= {{ var('joining_text_min_length') }}

),

numbered as (

    select
        unit_id,
        is_chat,
        town,
        opened_at,
        last_posted_at,
        window_hours,
        block,
        is_across_towns,
        row_number() over (partition by block order by opened_at, unit_id) as block_number

    from keyed

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
        unit_id,
        town,
        last_posted_at,
        block,
        block_number,
        shelf

    from shelved
    where not is_chat
    union all
    select
        unit_id,
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
        later.unit_id,
        earlier.unit_id as other_unit_id,
        cast(null as double) as jaccard

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
        unit_id,
        region,
        text_hash,
        opened_at,
        last_posted_at,
        window_hours,
        lag(opened_at) over (partition by region, text_hash order by opened_at, unit_id) as last_copied_at

    from units
    where text_length >= {{ var('joining_text_min_length') }} and not is_chat

),

near as (

    select
        later.unit_id,
        earlier.unit_id as other_unit_id,
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
        and (
            earlier.opened_at < later.opened_at
            or earlier.opened_at = later.opened_at and earlier.unit_id < later.unit_id
        )
        and {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= later.window_hours

),

pairs as (

    select
        unit_id,
        other_unit_id,
        max(jaccard) as jaccard

    from (
        select * from neighbours
        union all
        select * from near
    ) as found
    group by unit_id, other_unit_id

)

select * from pairs
