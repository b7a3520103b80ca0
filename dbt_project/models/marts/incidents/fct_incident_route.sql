with

routes as (

    select * from {{ ref('int_incident_route') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

openings as (

    select * from {{ ref('int_incident_post') }}
    where is_opening

),

texts as (

    select * from {{ ref('int_post_text') }}

),

published_routes as (

    select
        routes.incident_id,
        routes.rule_code,
        routes.rule_level,
        routes.rule_authority_id,
        coalesce(authorities.shown_name, 'не определён') as rule_authority_name,
        texts.predicted_authority as suggested_authority_name,
        texts.predicted_authority_probability as suggested_authority_probability,
        routes.first_authority_id,
        routes.authority_id,
        routes.authority_origin,
        routes.n_sites,
        routes.n_severe_people,
        routes.n_reroutes,
        routes.is_misrouted,
        routes.is_undetermined

    from routes
    inner join openings on routes.incident_id = openings.incident_id
    left join texts on openings.post_id = texts.post_id
    left join authorities on routes.rule_authority_id = authorities.authority_id

)

select * from published_routes
