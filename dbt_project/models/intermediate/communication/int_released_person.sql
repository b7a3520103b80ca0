-- Whatever is told of departments, interest groups and active citizens is told of these people, and of nobody who came
-- or went since a list was published: two figures can then be subtracted by no few people (definition 24).

with

settings as (

    select * from {{ source('run', 'settings') }}

),

releases as (

    select * from {{ ref('stg_group_release') }}
    where not is_withheld

),

interest_groups as (

    select * from {{ ref('int_interest_group') }}

),

sizes as (

    select
        list_kind,
        list_id,
        count(distinct subject_id) as n_people

    from releases
    group by list_kind, list_id

),

shown as (

    select
        releases.list_kind,
        releases.list_id,
        releases.subject_id,
        releases.valid_from,
        releases.valid_to,
        releases.is_held,
        sizes.n_people

    from releases
    cross join settings
    inner join sizes on releases.list_kind = sizes.list_kind and releases.list_id = sizes.list_id
    left join interest_groups
        on
            releases.list_id = interest_groups.interest_group_id
            and releases.list_kind = 'interest_group'
    where
        sizes.n_people >= settings.min_group_size
        and (
            releases.list_kind <> 'interest_group'
            or (interest_groups.interest_group_id is not null and interest_groups.suppression_reason is null)
        )

)

select * from shown
