-- Only departments large enough to be named have rows. No total over pairs is published, so a hidden pair cannot be had
-- by subtraction.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

levels as (

    select * from {{ ref('stg_communication_level') }}

),

departments as (

    select distinct
        organisation,
        department

    from {{ ref('int_department_seat') }}

),

judged as (

    select
        levels.*,
        {{ suppression_reason(
            'levels.n_people', 'levels.top_person_count', 'levels.total_count', 'settings.min_group_size'
        ) }} as suppression_reason

    from levels
    cross join settings
    inner join departments as sources
        on levels.organisation = sources.organisation and levels.source_unit = sources.department
    left join departments as targets
        on levels.organisation = targets.organisation and levels.target_unit = targets.department
    where levels.level = 'unit' or targets.department is not null

)

select * from judged
