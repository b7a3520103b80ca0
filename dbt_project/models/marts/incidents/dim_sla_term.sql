with

settings as (

    select * from {{ source('run', 'settings') }}

),

terms as (

    select * from {{ ref('int_sla_term') }}

),

-- What a reply has where no term is said.
defaults as (

    select
        'default' as sla_term_code,
        'reply' as clock,
        cast(null as varchar) as topic_code,
        cast(null as varchar) as group_code,
        cast(null as varchar) as authority_level,
        cast(default_sla_hours as bigint) as term_hours,
        'calendar' as calendar,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_own

    from settings

),

listed as (

    select sla_term_code, clock, topic_code, group_code, authority_level, term_hours, calendar, valid_from, valid_to,
        is_own
    from terms
    union all
    select sla_term_code, clock, topic_code, group_code, authority_level, term_hours, calendar, valid_from, valid_to,
        is_own
    from defaults

)

select * from listed
