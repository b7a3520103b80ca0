with

own as (

    select * from {{ ref('stg_sla_term') }}

),

built_in as (

    select * from {{ ref('sla_term') }}

),

terms as (

    {{ own_or_built_in('own', 'built_in', [
        'sla_term_code', 'clock', 'topic_code', 'group_code', 'authority_level',
        'cast(term_hours as bigint) as term_hours', 'calendar', 'valid_from', 'valid_to'
    ]) }}

),

bounded as (

    select
        sla_term_code,
        clock,
        topic_code,
        group_code,
        authority_level,
        term_hours,
        calendar,
        valid_from,
        {{ held_until(['clock', 'topic_code', 'group_code', 'authority_level']) }} as valid_to,
        is_own

    from terms

)

select * from bounded
