with

models as (

    select * from {{ ref('int_joining_model') }}

),

published as (

    select
        region,
        weights_version,
        fitted_at,
        is_used and is_newest as is_used,
        n_labels,
        n_same,
        n_sites,
        kept_back_precision as precision_share,
        precision_low,
        precision_high,
        recall as recall_share,
        recall_low,
        recall_high,
        calibration_error,
        cold_start_precision,
        cold_start_recall

    from models

)

select * from published
