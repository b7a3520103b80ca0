-- How much speaks for two threads being one matter: the points of every level of evidence added up, each point a
-- doubling of the odds. What is vetoed never joins. Only where the weights were fitted on labels are the odds a
-- probability.
{%- set features = joining_features() %}

with

evidence as (

    select * from {{ ref('int_incident_pair_evidence') }}

),

weights as (

    select * from {{ ref('int_joining_weight') }}

),

bases as (

    select
        region,
        is_fitted,
        max(case when feature = 'base' then points end) as base_points,
        max(case when feature = 'threshold' then points end) as threshold_points

    from weights
    group by region, is_fitted

),

scored as (

    select
        evidence.thread_number,
        evidence.other_thread_number,
        bases.is_fitted,
        bases.threshold_points,
        evidence.is_vetoed,
        bases.base_points
        {%- for feature in features %}
        + {{ feature }}_weight.points
        {%- endfor %} as points

    from evidence
    inner join bases on evidence.region = bases.region
    {%- for feature in features %}
    inner join weights as {{ feature }}_weight
        on
            evidence.region = {{ feature }}_weight.region
            and {{ feature }}_weight.feature = '{{ feature }}'
            and evidence.{{ feature }} = {{ feature }}_weight.level
    {%- endfor %}

),

scores as (

    select
        thread_number,
        other_thread_number,
        points - threshold_points as points,
        case when is_fitted then 1.0 / (1.0 + pow(2.0, -points)) end as probability,
        is_vetoed,
        not is_vetoed and points >= threshold_points as is_link

    from scored

)

select * from scores
