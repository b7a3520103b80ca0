-- Every incident that is told is in one cell, and the cells add up to the total, which is shown. Any sum or difference
-- of figures is one of whole cells, and each of them stands on enough people (definition 24, b).

with

incidents as (

    select * from {{ ref('int_public_incident') }}

),

people as (

    select * from {{ ref('int_incident_person') }}

),

told as (

    select incident_id, cell_id, is_replied, is_reply_on_time, is_claimed, is_confirmed from incidents
    union all
    select incident_id, 'total' as cell_id, is_replied, is_reply_on_time, is_claimed, is_confirmed from incidents

),

counted as (

    select
        cell_id,
        count(*) as n_incidents,
        count(case when is_replied then 1 end) as n_replied,
        count(case when is_reply_on_time then 1 end) as n_on_time,
        count(case when is_claimed then 1 end) as n_claimed,
        count(case when is_confirmed then 1 end) as n_confirmed

    from told
    group by cell_id

),

by_person as (

    select
        told.cell_id,
        people.author_subject_id,
        count(*) as n_incidents

    from told
    inner join people on told.incident_id = people.incident_id
    group by told.cell_id, people.author_subject_id

),

stood_on as (

    select
        cell_id,
        count(*) as n_people,
        max(n_incidents) as top_person_incidents

    from by_person
    group by cell_id

),

cells as (

    select distinct
        cell_id,
        false as is_total,
        period_kind,
        period_start,
        period_end,
        region,
        municipality_id,
        group_code,
        topic_code,
        authority_id

    from incidents
    union all
    select
        'total' as cell_id,
        true as is_total,
        'all' as period_kind,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as varchar) as region,
        cast(null as varchar) as municipality_id,
        cast(null as varchar) as group_code,
        cast(null as varchar) as topic_code,
        cast(null as varchar) as authority_id

),

figures as (

    select
        cells.*,
        counted.n_incidents,
        counted.n_replied,
        counted.n_on_time,
        cast(counted.n_on_time as double) / counted.n_incidents as on_time_share,
        {{ wilson_interval('counted.n_on_time', 'counted.n_incidents', 'low') }} as on_time_share_low,
        {{ wilson_interval('counted.n_on_time', 'counted.n_incidents', 'high') }} as on_time_share_high,
        counted.n_claimed,
        counted.n_confirmed,
        coalesce(stood_on.n_people, 0) as n_people,
        coalesce(stood_on.top_person_incidents, 0) as top_person_incidents

    from cells
    inner join counted on cells.cell_id = counted.cell_id
    left join stood_on on cells.cell_id = stood_on.cell_id

)

select * from figures
