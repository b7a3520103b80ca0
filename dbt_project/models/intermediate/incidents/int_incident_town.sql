-- The town of a thread that names none: the one town of earlier threads about the same site, or of one person about the
-- same topic, within the window, else the town of the first later one. So a thread without a town never holds those of
-- two towns together, and what comes after the first later one changes nothing.

with

pairs as (

    select * from {{ ref('int_incident_pair') }}

),

units as (

    select * from {{ ref('int_incident_unit') }}

),

compared as (

    select
        case when later.town is null then later.unit_number else earlier.unit_number end as unit_number,
        coalesce(later.town, earlier.town) as town,
        later.town is null as is_from_earlier,
        later.unit_number as later_unit_number

    from pairs
    inner join units as later on pairs.unit_number = later.unit_number
    inner join units as earlier on pairs.other_unit_number = earlier.unit_number
    where
        (later.town is null) <> (earlier.town is null)
        and (
            {{ hours_between('earlier.last_posted_at', 'later.opened_at') }} <= {{ var('town_known_hours') }}
            and (
                later.street = earlier.street and later.house = earlier.house
                or later.institution = earlier.institution
                and (coalesce(later.topic_code = earlier.topic_code, true) or later.street = earlier.street)
                or {{ is_one_institution('later.institution', 'earlier.institution') }}
                and later.topic_code = earlier.topic_code
                or later.topic_code = earlier.topic_code and (later.street = earlier.street or pairs.is_of_one_person)
            )
            or {{ metres_between('earlier.lat', 'earlier.lon', 'later.lat', 'later.lon') }}
            <= {{ var('one_site_metres') }}
            or {{ hours_between('earlier.last_posted_at', 'later.opened_at') }}
            <= {{ var('town_of_house_known_hours') }}
            and later.street = earlier.street and later.house = earlier.house and later.topic_code = earlier.topic_code
        )

),

from_earlier as (

    select
        unit_number,
        min(town) as town,
        count(distinct town) as n_towns

    from compared
    where is_from_earlier
    group by unit_number

),

from_later as (

    select
        unit_number,
        town,
        row_number() over (partition by unit_number order by later_unit_number) as later_rank

    from compared
    where not is_from_earlier

),

towns as (

    select
        units.unit_number,
        case
            when units.town is not null then units.town
            when from_earlier.n_towns = 1 then from_earlier.town
            when from_earlier.n_towns is null then from_later.town
        end as town

    from units
    left join from_earlier on units.unit_number = from_earlier.unit_number
    left join from_later on units.unit_number = from_later.unit_number and from_later.later_rank = 1

)

select * from towns
