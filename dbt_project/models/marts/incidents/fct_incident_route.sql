with

routes as (

    select * from {{ ref('int_incident_route') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

published_routes as (

    select
        routes.incident_id,
        routes.rule_code,
        routes.rule_level,
        routes.rule_authority_id,
        coalesce(authorities.name, 'не определён') as rule_authority_name,
        routes.first_authority_id,
        routes.authority_id,
        routes.n_reroutes,
        routes.is_misrouted,
        routes.is_undetermined

    from routes
    left join authorities on routes.rule_authority_id = authorities.authority_id

)

select * from published_routes
