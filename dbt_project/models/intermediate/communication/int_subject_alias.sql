-- Accounts of one person become one subject, and only the staff directory may say which accounts those are. An account
-- that one directory gives to several people at once (a shared mailbox) tells nobody apart and joins nothing. People of
-- two directories that hold an account in common are one person, over any number of steps.

with recursive

people as (

    select * from {{ ref('stg_person') }}

),

person_accounts as (

    select distinct
        source,
        person_id,
        {{ unnested('account_subject_ids') }} as subject_id

    from people

),

claims as (

    select
        source,
        subject_id,
        count(distinct person_id) as n_people

    from person_accounts
    group by source, subject_id

),

shared_accounts as (

    select distinct subject_id
    from claims
    where n_people > 1

),

own_accounts as (

    select
        person_accounts.person_id,
        person_accounts.subject_id

    from person_accounts
    left join shared_accounts on person_accounts.subject_id = shared_accounts.subject_id
    where shared_accounts.subject_id is null

),

reachable as (

    select
        subject_id,
        subject_id as other_subject_id

    from own_accounts
    union
    select
        reachable.subject_id,
        others.subject_id as other_subject_id

    from reachable
    inner join own_accounts as held on reachable.other_subject_id = held.subject_id
    inner join own_accounts as others on held.person_id = others.person_id

),

aliases as (

    select
        subject_id as account_subject_id,
        min(other_subject_id) as subject_id

    from reachable
    group by subject_id

)

select * from aliases
