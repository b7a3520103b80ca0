with

settings as (

    select * from {{ source('run', 'settings') }}

),

positions as (

    select * from {{ ref('int_role') }}

),

members as (

    select * from {{ ref('int_department_member') }}

),

subject_positions as (

    select
        network,
        organisation,
        'subject' as level,
        subject_id as member_id,
        cast(null as bigint) as n_members,
        cast(contact_count as double) as contact_count,
        cast(core_number as double) as core_number,
        constraint_score,
        participation_score,
        within_group_z,
        role,
        cast(null as double) as connector_share,
        case when network = 'staff' and not is_score_consented then 'no_consent' end as suppression_reason

    from positions

),

departments as (

    select
        positions.network,
        positions.organisation,
        members.department,
        count(*) as n_members,
        count(*) filter (where not positions.is_score_consented) as n_withheld,
        max(positions.contact_count) * 2 > sum(positions.contact_count) as is_one_person,
        round(avg(positions.contact_count), 12) as contact_count,
        round(avg(positions.core_number), 12) as core_number,
        round(avg(positions.constraint_score), 12) as constraint_score,
        round(avg(positions.participation_score), 12) as participation_score,
        round(avg(
            case when positions.role in ('connector', 'kinless', 'connector_hub', 'kinless_hub') then 1.0 else 0.0 end
        ), 12) as connector_share

    from positions
    inner join members on positions.subject_id = members.subject_id and positions.organisation = members.organisation
    where positions.network = 'staff'
    group by positions.network, positions.organisation, members.department

),

group_positions as (

    select
        departments.network,
        departments.organisation,
        'group' as level,
        departments.department as member_id,
        departments.n_members,
        departments.contact_count,
        departments.core_number,
        departments.constraint_score,
        departments.participation_score,
        cast(null as double) as within_group_z,
        cast(null as varchar) as role,
        departments.connector_share,
        case
            when departments.n_members < settings.min_group_size then 'too_few_people'
            when departments.is_one_person then 'dominant_person'
            when departments.n_withheld between 1 and settings.min_group_size - 1 then 'difference'
        end as suppression_reason

    from departments
    cross join settings

),

all_positions as (

    select * from subject_positions
    union all
    select * from group_positions

),

published_positions as (

    select
        network,
        organisation,
        level,
        member_id,
        {{ shown('n_members', 'suppression_reason') }} as n_members,
        {{ shown('contact_count', 'suppression_reason') }} as contact_count,
        {{ shown('core_number', 'suppression_reason') }} as core_number,
        {{ shown('constraint_score', 'suppression_reason') }} as constraint_score,
        {{ shown('participation_score', 'suppression_reason') }} as participation_score,
        {{ shown('within_group_z', 'suppression_reason') }} as within_group_z,
        {{ shown('role', 'suppression_reason') }} as role,
        {{ shown('connector_share', 'suppression_reason') }} as connector_share,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from all_positions

)

select * from published_positions
