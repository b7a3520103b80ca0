-- What a listed authority is on the day of as_of or, where it is no more, was last; what begins later is not known yet.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

periods as (

    select * from {{ ref('int_authority_period') }}

),

ranked as (

    select
        periods.*,
        row_number() over (partition by periods.authority_id order by periods.valid_from desc) as period_rank

    from periods
    cross join settings
    where periods.valid_from <= {{ local_date('settings.as_of', "'UTC'") }}

),

listed as (

    select
        authority_id,
        name,
        level,
        parent_authority_id

    from ranked
    where period_rank = 1

),

posts as (

    select * from {{ ref('int_live_post') }}
    where declared_authority is not null

),

events as (

    select * from {{ ref('stg_case_event') }}
    where authority is not null

),

stated_names as (

    select declared_authority as name from posts
    union
    select authority as name from events

),

stated as (

    select
        {{ authority_id('name') }} as authority_id,
        min(trim(name)) as name

    from stated_names
    group by {{ authority_id('name') }}
    -- Blank names; asked of the aggregate, as a filter of names would be pushed below the union and read every event's.
    having min({{ authority_key('name') }}) is not null

),

merged as (

    select
        coalesce(listed.authority_id, stated.authority_id) as authority_id,
        coalesce(listed.name, stated.name) as name,
        listed.level,
        listed.parent_authority_id,
        listed.authority_id is not null as is_listed

    from listed
    full outer join stated on listed.authority_id = stated.authority_id

)

select * from merged
