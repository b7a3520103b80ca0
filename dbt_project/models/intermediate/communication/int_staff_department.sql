-- Where everybody worked when (type 2): whoever moves leaves their messages with the department they were written in.
-- Where somebody works now is int_staff_subject.

with

sources as (

    select * from {{ source('run', 'source') }}

),

people as (

    select * from {{ ref('stg_person') }}
    where department is not null

),

aliases as (

    select * from {{ ref('int_subject_alias') }}

),

accounts as (

    select
        source,
        department,
        valid_from,
        valid_to,
        {{ unnested('account_subject_ids') }} as account_subject_id

    from people

),

periods as (

    select distinct
        aliases.subject_id,
        sources.organisation,
        accounts.department,
        coalesce(accounts.valid_from, {{ since_ever() }}) as valid_from,
        accounts.valid_to

    from accounts
    inner join aliases on accounts.account_subject_id = aliases.account_subject_id
    inner join sources on accounts.source = sources.source

)

select * from periods
