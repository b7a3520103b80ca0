-- Who works where, as the directory stood at as_of. Consent must stand in every row that holds then.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

people as (

    select * from {{ ref('stg_person') }}

),

aliases as (

    select * from {{ ref('int_subject_alias') }}

),

messages as (

    select * from {{ ref('int_staff_message') }}

),

directory_accounts as (

    select
        source,
        department,
        is_score_consented,
        valid_from,
        valid_to,
        {{ unnested('account_subject_ids') }} as account_subject_id

    from people

),

directory as (

    select
        aliases.subject_id,
        sources.organisation,
        directory_accounts.department,
        directory_accounts.is_score_consented,
        directory_accounts.valid_from,
        coalesce(directory_accounts.valid_from <= cast(settings.as_of as date), true)
        and coalesce(directory_accounts.valid_to > cast(settings.as_of as date), true) as is_current

    from directory_accounts
    cross join settings
    inner join aliases on directory_accounts.account_subject_id = aliases.account_subject_id
    inner join sources on directory_accounts.source = sources.source

),

listed as (

    select
        subject_id,
        min(organisation) as organisation,
        bool_and(is_score_consented) filter (where is_current) as is_score_consented

    from directory
    group by subject_id

),

ranked_departments as (

    select
        subject_id,
        department,
        row_number() over (partition by subject_id order by valid_from desc nulls last, department) as department_rank

    from directory
    where is_current and department is not null

),

correspondents as (

    select
        subject_id,
        min(organisation) as organisation

    from (
        select
            sender_subject_id as subject_id,
            organisation

        from messages
        union all
        select
            recipient_subject_id as subject_id,
            organisation

        from messages
    ) as mentioned
    group by subject_id

),

subjects as (

    select
        coalesce(listed.subject_id, correspondents.subject_id) as subject_id,
        coalesce(listed.organisation, correspondents.organisation) as organisation,
        ranked_departments.department,
        listed.subject_id is not null as is_in_directory,
        coalesce(listed.is_score_consented, false) as is_score_consented

    from listed
    full outer join correspondents on listed.subject_id = correspondents.subject_id
    left join ranked_departments
        on listed.subject_id = ranked_departments.subject_id and ranked_departments.department_rank = 1

),

sized as (

    select
        subject_id,
        organisation,
        department,
        is_in_directory,
        is_score_consented,
        case
            when department is not null then count(*) over (partition by organisation, department)
        end as n_department_members

    from subjects

)

select * from sized
