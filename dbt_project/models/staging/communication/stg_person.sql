with

people as (

    select * from {{ source('lake', 'person') }}

),

ranked as (

    select
        {{ hashed_id(['source', 'source_person_id']) }} as person_id,
        source,
        account_subject_ids,
        nullif(trim(department), '') as department,
        coalesce(is_score_consented, false) as is_score_consented,
        valid_from,
        valid_to,
        row_number() over (
            partition by source, source_person_id, valid_from
            order by {{ delivered_last() }}
        ) as version_rank

    from people

),

latest as (

    select
        person_id,
        source,
        account_subject_ids,
        department,
        is_score_consented,
        valid_from,
        valid_to

    from ranked
    where version_rank = 1

)

select * from latest
