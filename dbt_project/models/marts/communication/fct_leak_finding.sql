with

leak_findings as (

    select * from {{ ref('int_leak_finding') }}

)

select * from leak_findings
