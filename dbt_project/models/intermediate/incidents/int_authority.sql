-- A name that no list holds is shown once the cases of enough people name it: else a source could show anything there.
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

writers as (

    select
        post_id,
        author_subject_id

    from {{ ref('int_live_post') }}

),

events as (

    select * from {{ ref('stg_case_event') }}
    where authority is not null

),

instructions as (

    select * from {{ ref('stg_instruction') }}
    where authority_id is not null

),

redactions as (

    select * from {{ ref('stg_text_redaction') }}

),

stated_names as (

    select
        declared_authority as name,
        count(distinct author_subject_id) as n_people

    from posts
    group by declared_authority

    union all

    select
        events.authority as name,
        count(distinct writers.author_subject_id) as n_people

    from events
    left join writers on events.post_id = writers.post_id
    group by events.authority

    union all

    -- whom a head instructs, no citizen has named yet
    select
        authority_name as name,
        0 as n_people

    from instructions

),

stated as (

    select
        {{ authority_id('name') }} as authority_id,
        min(trim(name)) as name,
        max(n_people) as n_people

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
        listed.authority_id is not null as is_listed,
        case
            when listed.authority_id is not null then listed.name
            when stated.n_people >= settings.min_group_size then {{ shown_words('stated.name') }}
            else '{{ var('unlisted_authority') }}'
        end as shown_name

    from listed
    full outer join stated on listed.authority_id = stated.authority_id
    left join redactions on md5(stated.name) = redactions.text_hash
    cross join settings

)

select * from merged
