with

models as (

    select * from {{ ref('stg_joining_model') }}

),

newest as (

    select
        *,
        row_number() over (partition by region order by fitted_at desc, weights_version) = 1 as is_newest

    from models

)

select * from newest
