with

rows_of_stage as (

    select * from {{ source('enriched', 'joining_model') }}

),

renamed as (

    select
        region,
        weights_version,
        fitted_at,
        n_labels,
        n_same,
        n_sites,
        is_used,
        precision,
        precision_low,
        precision_high,
        recall,
        recall_low,
        recall_high,
        calibration_error

    from rows_of_stage

)

select * from renamed
